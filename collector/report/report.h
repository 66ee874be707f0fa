/* SPDX-License-Identifier: MIT */
/* The options and the interface that all forms of a report share. */
#ifndef MW_COLLECTOR_REPORT_REPORT_H
#define MW_COLLECTOR_REPORT_REPORT_H

#include "collector/model/model.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

/* How processes are grouped. */
enum mw_report_by {
    MW_REPORT_BY_PROGRAM, /* those that are not ranks; ranks have a separate list */
    MW_REPORT_BY_COMMAND, /* all, by their command line; ... */
    MW_REPORT_BY_EXE,
    MW_REPORT_BY_RANK,
    MW_REPORT_BY_HOST
};

struct mw_report_style {
    bool color; /* SGR colours */
    bool ascii; /* text: only ASCII characters (collector/base/ascii.h) */
    int width;  /* columns; 0: 100 */
    bool all;   /* every rank, phase and call site instead of the most important ones */
    enum mw_report_by by;
    const regex_t *include;   /* list only processes whose command matches; NULL: all. Totals still cover all */
    const regex_t *exclude;   /* then exclude these; NULL: none */
    bool timeline_ranks;      /* a column for each rank in the timeline */
    const char *include_text; /* as given by the user; NULL: none */
    const char *exclude_text;
};

/* Whether the filters keep a process with this command. */
bool mw_report_lists(const struct mw_report_style *style, const char *command);

/* Writes a complete report in one form. The caller flushes. Returns 0, or -1 with errno if writing failed. */
typedef int mw_report_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style);

#endif
