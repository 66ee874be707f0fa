/* SPDX-License-Identifier: MIT */
/* The runs of a study: every number of ranks with every value of every parameter, and what their records are called. */
#ifndef MW_LAUNCHER_SCALE_PLAN_H
#define MW_LAUNCHER_SCALE_PLAN_H

#include "collector/base/err.h"
#include "launcher/scale/options.h"

/* One run. */
struct mw_scale_step {
    double n;
    double values[MW_SCALE_PARAMS];
    int repeat;      /* from 1 */
    char name[300];  /* of the record, without ".json": "n=8,size=65536,run=1" */
};

/* How many there are. */
size_t mw_scale_plan_count(const struct mw_scale_options *options);

/* The one with this index; repeats lie farthest apart, so that what changes with time meets all of them. */
void mw_scale_plan_step(const struct mw_scale_options *options, size_t index, struct mw_scale_step *step);

/* The command with {n} and {NAME} replaced: NULL-terminated, to be freed by mw_scale_plan_free(). NULL with a line in err
 * when it names something else, or does not use the number of ranks. */
char **mw_scale_plan_command(const struct mw_scale_options *options, const struct mw_scale_step *step, struct mw_err *err);
void mw_scale_plan_free(char **command);

/* A number as it stands in commands and names: "65536", "0.5". Returns text. */
const char *mw_scale_plan_number(char *text, size_t size, double number);

#endif
