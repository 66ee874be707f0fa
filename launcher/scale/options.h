/* SPDX-License-Identifier: MIT */
/* What the user asks of `memwatch scale`. */
#ifndef MW_LAUNCHER_SCALE_OPTIONS_H
#define MW_LAUNCHER_SCALE_OPTIONS_H

#include "collector/scale/study.h"
#include "launcher/output/display.h"
#include "launcher/output/scale_forms.h"

#include <argp.h>

#define MW_SCALE_VALUES 64 /* of -n, or of one parameter */
#define MW_SCALE_PARAMS 8

/* One value as the user wrote it: "65536", "1e6", or "4096*n", so much for each rank. */
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
    bool force;           /* overwrite files that exist */
    bool exact;           /* the runs measure at every MPI call */
    int repeat;           /* of each combination */
    bool debuginfod;      /* the runs, too, ask for debug information */
    struct mw_scale_param n;  /* named "n" */
    struct mw_scale_param params[MW_SCALE_PARAMS];
    size_t param_count;
    const char *dir;          /* of the study's records; NULL: MW_SCALE_DIR */
    const char *from;         /* records are read only; NULL: runs are made */
    char **command;           /* with {n} and {NAME}; NULL none */
    mw_scale_paths forms;
    bool predicts;
    double at_n, at_s;        /* 0: not said */
    char at_name[64];         /* of s; "" not said */
    uint64_t ranks_per_node, node_bytes; /* 0: of this machine */
};

#define MW_SCALE_DIR "memwatch-scale"

/* The table, for completion. */
const struct argp *mw_scale_options_argp(void);

/* As launcher/options/parse.h says. */
void mw_scale_options_parse(struct mw_scale_options *options, int argc, char **argv);

#endif
