/* SPDX-License-Identifier: MIT */
/* What the user asks of `memwatch report`. */
#ifndef MW_LAUNCHER_REPORT_REPORT_OPTIONS_H
#define MW_LAUNCHER_REPORT_REPORT_OPTIONS_H

#include "launcher/output/checks.h"
#include "launcher/output/display.h"
#include "launcher/output/forms_options.h"

struct mw_report_options {
    const char *path; /* a record, a run directory or the number of a saved run; NULL with `last` */
    bool last;        /* the newest saved run */
    struct mw_forms_options forms;
    struct mw_display display;
    struct mw_checks checks;
};

/* The table, for completion. */
const struct argp *mw_report_options_argp(void);

/* See launcher/options/parse.h. */
void mw_report_options_parse(struct mw_report_options *options, int argc, char **argv);

void mw_report_options_fini(struct mw_report_options *options);

#endif
