/* SPDX-License-Identifier: MIT */
/* Options of `memwatch top`. */
#ifndef MW_LAUNCHER_TOP_OPTIONS_H
#define MW_LAUNCHER_TOP_OPTIONS_H

#include "launcher/output/display.h"
#include "launcher/top/canvas.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

struct mw_top_options {
    const char *path;     /* a run directory; NULL: that of the only running job */
    const char *base_dir; /* also look for jobs here; NULL: nowhere else */
    uint64_t delay_ns;    /* between two updates */
    enum mw_top_order order;
    bool once; /* print the state once as text */
    struct mw_display display;
};

/* The table, for completion. */
const struct argp *mw_top_options_argp(void);

/* See launcher/options/parse.h. */
void mw_top_options_parse(struct mw_top_options *options, int argc, char **argv);

#endif
