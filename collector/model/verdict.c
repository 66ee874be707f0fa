/* SPDX-License-Identifier: MIT */
#include "collector/model/verdict.h"

#include <stddef.h>

const char *const mw_verdict_parts[] = {[MW_VERDICT_WHAT] = "what",
                                        [MW_VERDICT_WHO] = "who",
                                        [MW_VERDICT_WHERE] = "where",
                                        [MW_VERDICT_WHY] = "why",
                                        [MW_VERDICT_FITS] = "fits",
                                        [MW_VERDICT_NEXT] = "next",
                                        NULL};
const char *const mw_verdict_weights[] = {
    [MW_VERDICT_PLAIN] = "plain", [MW_VERDICT_WARN] = "warn", [MW_VERDICT_ALARM] = "alarm", NULL};
