/* SPDX-License-Identifier: MIT */
/* The tables of a page's data: {"rows":[[value,...],...],"columns":[{"name":...,"type":...},...]}. The values of a row are in the
 * order of the columns, whose names are written only once: a table may have thousands of rows. base.js makes an object by these
 * names of each row. */
#ifndef MW_COLLECTOR_PAGE_TABLE_H
#define MW_COLLECTOR_PAGE_TABLE_H

#include "collector/model/model.h"

#include <stdio.h>

#define MW_PAGE_COLUMNS 32

struct mw_page_table {
    FILE *out;
    size_t rows;   /* begun */
    size_t column; /* of the row, the next one */
    struct {
        const char *name, *type;
    } columns[MW_PAGE_COLUMNS];
};

/* Begins the value of `key` in the current object, which already has members. */
struct mw_page_table mw_page_table_begin(FILE *out, const char *key);
void mw_page_table_row(struct mw_page_table *table);
void mw_page_table_end(struct mw_page_table *table);

/* The next cell of the row. The first row's cells are the columns: all other rows must have the same ones in the same order. */
void mw_page_table_text(struct mw_page_table *table, const char *name, const char *text);
/* A number that is a name, or similar text ("3", "2.3"). */
void mw_page_table_id(struct mw_page_table *table, const char *name, const char *text);
void mw_page_table_index(struct mw_page_table *table, const char *name, uint64_t value);
void mw_page_table_count(struct mw_page_table *table, const char *name, uint64_t value);
void mw_page_table_bytes(struct mw_page_table *table, const char *name, uint64_t value);
/* A change in bytes, negative for a decrease. */
void mw_page_table_change(struct mw_page_table *table, const char *name, int64_t value);
/* Bytes and how certain they are: see mw_page_table_put_known(). */
void mw_page_table_known(struct mw_page_table *table, const char *name, struct mw_model_bytes value);
void mw_page_table_time(struct mw_page_table *table, const char *name, uint64_t ns);
/* 0 to 1. */
void mw_page_table_share(struct mw_page_table *table, const char *name, double value);
void mw_page_table_flag(struct mw_page_table *table, const char *name, bool value);
/* A cell whose value the caller writes. */
FILE *mw_page_table_cell(struct mw_page_table *table, const char *name, const char *type);

/* {"bytes":...,"kind":"at_most"} (collector/model/certainty.h); null if they are not known. */
void mw_page_table_put_known(FILE *out, struct mw_model_bytes value);

#endif
