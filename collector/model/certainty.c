/* SPDX-License-Identifier: MIT */
#include "collector/model/certainty.h"

const struct mw_certainty mw_certainty[MW_CERTAINTIES] = {
#define MW_ROW(kind, name, sign, words) [MW_MODEL_##kind] = {name, sign, words},
    MW_CERTAINTY(MW_ROW)
#undef MW_ROW
};
