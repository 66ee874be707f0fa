/* SPDX-License-Identifier: MIT */
/* The runs of a study: every number of ranks with every value of every parameter, and the names of their records. */
#ifndef MW_LAUNCHER_SCALE_PLAN_H
#define MW_LAUNCHER_SCALE_PLAN_H

#include "collector/base/err.h"
#include "launcher/scale/options.h"

/* One run. */
struct mw_scale_step {
    double n;
    double values[MW_SCALE_PARAMS];
    int repeat;     /* from 1 */
    char name[300]; /* of the record, without ".json": "n=8,size=65536,run=1" */
};

/* The number of runs. */
size_t mw_scale_plan_count(const struct mw_scale_options *options);

/* The run with this index. Repeats of a combination are far apart, so that drift over time affects all combinations. */
void mw_scale_plan_step(const struct mw_scale_options *options, size_t index, struct mw_scale_step *step);

/* The command with {n} and {NAME} replaced: NULL-terminated, free it with mw_scale_plan_free(). NULL with a line in err
 * if it contains an unknown name, or does not use the number of ranks. */
char **mw_scale_plan_command(const struct mw_scale_options *options, const struct mw_scale_step *step, struct mw_err *err);
void mw_scale_plan_free(char **command);

/* Formats a number for commands and names: "65536", "0.5". Returns text. */
const char *mw_scale_plan_number(char *text, size_t size, double number);

#endif
