/* SPDX-License-Identifier: MIT */
/* Options of `memwatch run`, checked before anything is started. */
#ifndef MW_LAUNCHER_RUN_OPTIONS_H
#define MW_LAUNCHER_RUN_OPTIONS_H

#include "launcher/output/checks.h"
#include "launcher/output/display.h"
#include "launcher/output/forms_options.h"
#include "launcher/run/live.h"
#include "launcher/start/preload.h"

#include <stdbool.h>
#include <stddef.h>

struct mw_run_options {
    char **command; /* NULL-terminated; points into argv */
    struct mw_preload_settings measure;
    bool keep, quiet, silent, no_save, no_agent, no_subreaper;
    bool kill_over, has_overhead;
    enum mw_live_when live;
    const char *base_dir; /* parent of the run directory; NULL: default */
    int repeat;           /* number of runs; 0: one */
    const char *post;     /* for sh -c, after the report; NULL: nothing */
    struct mw_forms_options forms;
    struct mw_display display;
    struct mw_checks checks;
};

/* The table, for completion. */
const struct argp *mw_run_options_argp(void);

/* See launcher/options/parse.h. */
void mw_run_options_parse(struct mw_run_options *options, int argc, char **argv);

/* The command as one line, arguments separated by spaces, truncated. */
void mw_run_options_join(const struct mw_run_options *options, char *line, size_t size);

void mw_run_options_fini(struct mw_run_options *options);

#endif
