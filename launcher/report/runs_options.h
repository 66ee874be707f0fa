/* SPDX-License-Identifier: MIT */
/* What the user asks of `memwatch runs`. */
#ifndef MW_LAUNCHER_REPORT_RUNS_OPTIONS_H
#define MW_LAUNCHER_REPORT_RUNS_OPTIONS_H

#include "launcher/output/display.h"

#include <argp.h>
#include <stdbool.h>

struct mw_runs_options {
    char **directories; /* of --clean, NULL-terminated; NULL: all */
    bool clean, force;
    const char *base_dir; /* also look here; NULL: nowhere else */
    struct mw_display display;
};

/* The table, for completion. */
const struct argp *mw_runs_options_argp(void);

/* See launcher/options/parse.h. */
void mw_runs_options_parse(struct mw_runs_options *options, int argc, char **argv);

#endif
