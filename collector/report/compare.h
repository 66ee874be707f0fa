/* SPDX-License-Identifier: MIT */
/* The forms of a comparison. Each returns 0, or -1 with errno if writing failed. The caller flushes. */
#ifndef MW_COLLECTOR_REPORT_COMPARE_H
#define MW_COLLECTOR_REPORT_COMPARE_H

#include "collector/base/units.h"
#include "collector/compare/compare.h"
#include "collector/report/report.h"

typedef int mw_report_compare_write(FILE *out, const struct mw_compare *compare, const struct mw_report_style *style);

mw_report_compare_write mw_report_compare_text_write;     /* for a terminal */
mw_report_compare_write mw_report_compare_markdown_write; /* for a pull request */
mw_report_compare_write mw_report_compare_json_write;     /* every row, bytes as numbers; "schema" is its version */

/* The name of a verdict: "grew", "same". */
const char *mw_report_compare_word(enum mw_compare_verdict verdict);

/* A row's number on one side, formatted, with its mark; "–" if it is missing. */
struct mw_units mw_report_compare_value(const struct mw_compare_row *row, enum mw_compare_side side);

/* "± 1.2 MiB": the error of a line's change; "" if it is exact. */
struct mw_units mw_report_compare_error(const struct mw_compare_row *row);

/* "+12.0 MiB (+5.1 %)"; "" if there is nothing to compare. */
struct mw_units mw_report_compare_change(const struct mw_compare_row *row);

/* Rows that are shown by default: changes beyond the threshold, and those of the job. */
bool mw_report_compare_is_notable(const struct mw_compare_row *row);

/* Lines that are shown: those rows, and only one for a line if all runs have one rank. */
bool mw_report_compare_shows_line(const struct mw_compare *compare, const struct mw_compare_row *row, bool all);

/* Why there are no lines; NULL if neither side has any, or both have. */
const char *mw_report_compare_no_lines(const struct mw_compare *compare);

#endif
