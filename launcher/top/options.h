/* SPDX-License-Identifier: MIT */
/* What the user asks of `memwatch top`. */
#ifndef MW_LAUNCHER_TOP_OPTIONS_H
#define MW_LAUNCHER_TOP_OPTIONS_H

#include "launcher/output/display.h"
#include "launcher/top/canvas.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

struct mw_top_options {
    const char *path;     /* a run directory; NULL: of the only job that runs */
    const char *base_dir; /* look for jobs here, too; NULL: nowhere else */
    uint64_t delay_ns;    /* between two looks */
    enum mw_top_order order;
    bool once;            /* one picture as text */
    struct mw_display display;
};

/* The table, for completion. */
const struct argp *mw_top_options_argp(void);

/* As launcher/options/parse.h says. */
void mw_top_options_parse(struct mw_top_options *options, int argc, char **argv);

#endif
