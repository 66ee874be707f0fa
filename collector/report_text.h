/* SPDX-License-Identifier: MIT */
/* The report for a terminal. */
#ifndef MW_COLLECTOR_REPORT_TEXT_H
#define MW_COLLECTOR_REPORT_TEXT_H

#include "collector/model.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

struct mw_report_text_style {
    bool color;             /* SGR colours */
    int width;              /* columns; 0: 100 */
    bool all;               /* every rank, phase and call site instead of the most telling ones */
    const regex_t *include; /* only processes whose command matches are listed; NULL: all. Totals stay of all */
    const regex_t *exclude; /* then these are left out; NULL: none */
};

/* Writes the whole report. Returns 0, or -1 when writing failed. */
int mw_report_text_write(FILE *out, const struct mw_model *model, const struct mw_report_text_style *style);

#endif
