/* SPDX-License-Identifier: MIT */
/* What the user asks of `memwatch compare`. */
#ifndef MW_LAUNCHER_REPORT_COMPARE_OPTIONS_H
#define MW_LAUNCHER_REPORT_COMPARE_OPTIONS_H

#include "collector/compare/compare.h"
#include "launcher/output/display.h"
#include "launcher/output/results.h"

#include <argp.h>

struct mw_compare_options {
    const char *paths[2]; /* BASE and CANDIDATE: each a path, a comma-separated list, or a directory */
    int last;             /* instead of paths: the newest of so many saved runs with those before it; 0: none */
    double threshold;     /* 0.05 */
    enum mw_compare_by by;
    enum { MW_COMPARE_TEXT, MW_COMPARE_JSON, MW_COMPARE_MARKDOWN } form;
    bool allow_failed; /* also compare runs that failed or still run */
    bool force;        /* overwrite existing files */
    struct mw_results_options results;
    struct mw_display display;
};

/* The table, for completion. */
const struct argp *mw_compare_options_argp(void);

/* See launcher/options/parse.h. */
void mw_compare_options_parse(struct mw_compare_options *options, int argc, char **argv);

#endif
