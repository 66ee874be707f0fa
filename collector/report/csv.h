/* SPDX-License-Identifier: MIT */
/* Rows of comma-separated values, quoted as in RFC 4180. Lines end with a newline; numbers use a point in every locale.
 * Unknown values are empty, never 0. A text that a spreadsheet would read as a formula (a leading =, +, - or @) gets a
 * leading apostrophe. */
#ifndef MW_COLLECTOR_REPORT_CSV_H
#define MW_COLLECTOR_REPORT_CSV_H

#include "collector/model/model.h"

#include <stdint.h>
#include <stdio.h>

struct mw_csv {
    FILE *out;
    bool begun; /* the row has a cell */
};

void mw_csv_text(struct mw_csv *csv, const char *text); /* NULL: empty */
void mw_csv_number(struct mw_csv *csv, uint64_t value);
void mw_csv_real(struct mw_csv *csv, double value); /* NaN: empty */
void mw_csv_change(struct mw_csv *csv, int64_t value);
void mw_csv_seconds(struct mw_csv *csv, uint64_t ns);               /* nine decimals */
void mw_csv_bytes(struct mw_csv *csv, struct mw_model_bytes bytes); /* two cells: the number and its kind */
void mw_csv_known(struct mw_csv *csv, uint64_t value);              /* 0 means unknown: empty */
void mw_csv_rank(struct mw_csv *csv, int32_t rank);                 /* -1: empty */
/* The number of the model's job, 1 if it is the only one; empty for a run with several. */
void mw_csv_job(struct mw_csv *csv, const struct mw_model *model);
/* A stack, innermost first: "a.c:1 f < b.c:2 g". */
void mw_csv_stack(struct mw_csv *csv, const struct mw_model_place *const *frames, uint32_t depth);
void mw_csv_empty(struct mw_csv *csv, int cells);
void mw_csv_end(struct mw_csv *csv); /* of the row */

/* A header row: names, ended by NULL. */
void mw_csv_head(struct mw_csv *csv, const char *const *names);

#endif
