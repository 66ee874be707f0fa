/* SPDX-License-Identifier: MIT */
/* Options of `memwatch scale`. */
#ifndef MW_LAUNCHER_SCALE_OPTIONS_H
#define MW_LAUNCHER_SCALE_OPTIONS_H

#include "collector/scale/study.h"
#include "launcher/output/display.h"
#include "launcher/output/scale_forms.h"

#include <argp.h>

#define MW_SCALE_VALUES 64 /* of -n, or of one parameter */
#define MW_SCALE_PARAMS 8

/* One value as written by the user: "65536", "1e6", or "4096*n", which scales with the number of ranks. */
struct mw_scale_value {
    double number;
    bool per_rank;
};

struct mw_scale_param {
    char name[64];
    struct mw_scale_value values[MW_SCALE_VALUES];
    size_t count;
};

struct mw_scale_options {
    struct mw_display display;
    bool force;              /* overwrite existing files */
    bool exact;              /* the runs measure at every MPI call */
    int repeat;              /* runs of each combination */
    bool debuginfod;         /* the runs also get debug information from servers */
    struct mw_scale_param n; /* named "n" */
    struct mw_scale_param params[MW_SCALE_PARAMS];
    size_t param_count;
    const char *dir;  /* directory of the study's records; NULL: MW_SCALE_DIR */
    const char *from; /* only read records from here; NULL: make runs */
    char **command;   /* with {n} and {NAME}; NULL: none */
    mw_scale_paths forms;
    bool predicts;
    double at_n, at_s;                   /* of --predict; 0: not given */
    char at_name[64];                    /* name of s; "" if not given */
    uint64_t ranks_per_node, node_bytes; /* 0: those of this machine */
};

#define MW_SCALE_DIR "memwatch-scale"

/* The table, for completion. */
const struct argp *mw_scale_options_argp(void);

/* See launcher/options/parse.h. */
void mw_scale_options_parse(struct mw_scale_options *options, int argc, char **argv);

#endif
