/* SPDX-License-Identifier: MIT */
/* The forms in which a comparison is told. Each returns 0, or -1 when writing failed (errno). The caller flushes. */
#ifndef MW_COLLECTOR_REPORT_COMPARE_H
#define MW_COLLECTOR_REPORT_COMPARE_H

#include "collector/base/units.h"
#include "collector/compare/compare.h"
#include "collector/report/report.h"

typedef int mw_report_compare_write(FILE *out, const struct mw_compare *compare, const struct mw_report_style *style);

mw_report_compare_write mw_report_compare_text_write;     /* for a terminal */
mw_report_compare_write mw_report_compare_markdown_write; /* for a pull request */
mw_report_compare_write mw_report_compare_json_write;     /* every row, bytes as numbers; "schema" is its version */

/* What a verdict is called: "grew", "same". */
const char *mw_report_compare_word(enum mw_compare_verdict verdict);

/* A row's number on one side as people read it, with its mark; "–" where it is not. */
struct mw_units mw_report_compare_value(const struct mw_compare_row *row, enum mw_compare_side side);

/* "+12.0 MiB (+5.1 %)"; "" where there is nothing to compare. */
struct mw_units mw_report_compare_change(const struct mw_compare_row *row);

/* Rows worth a look: all that changed beyond the threshold, and the job's. */
bool mw_report_compare_is_notable(const struct mw_compare_row *row);

#endif
