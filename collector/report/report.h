/* SPDX-License-Identifier: MIT */
/* What all forms of a report have in common: how they are asked for, and how they are written. */
#ifndef MW_COLLECTOR_REPORT_REPORT_H
#define MW_COLLECTOR_REPORT_REPORT_H

#include "collector/model/model.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

/* What processes are listed by. */
enum mw_report_by {
    MW_REPORT_BY_PROGRAM, /* those that are no ranks, which have a list of their own */
    MW_REPORT_BY_COMMAND, /* all, by their command line; ... */
    MW_REPORT_BY_EXE,
    MW_REPORT_BY_RANK,
    MW_REPORT_BY_HOST
};

struct mw_report_style {
    bool color;             /* SGR colours */
    int width;              /* columns; 0: 100 */
    bool all;               /* every rank, phase and call site instead of the most telling ones */
    enum mw_report_by by;
    const regex_t *include; /* only processes whose command matches are listed; NULL: all. Totals stay of all */
    const regex_t *exclude; /* then these are left out; NULL: none */
    bool timeline_ranks;    /* a column for each rank in the timeline */
    const char *include_text; /* as the user wrote them; NULL: none */
    const char *exclude_text;
};

/* Do the filters leave a process with this command in? */
bool mw_report_lists(const struct mw_report_style *style, const char *command);

/* Writes a whole report in one form. The caller flushes. Returns 0, or -1 when writing failed (errno). */
typedef int mw_report_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style);

#endif
