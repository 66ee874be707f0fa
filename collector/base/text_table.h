/* SPDX-License-Identifier: MIT */
/* A table for a terminal. Columns are as wide as their content; some are cut or dropped if the line is too long. */
#ifndef MW_COLLECTOR_BASE_TEXT_TABLE_H
#define MW_COLLECTOR_BASE_TEXT_TABLE_H

#include "collector/base/text.h"

#include <stdbool.h>
#include <stdio.h>

enum mw_text_style { MW_TEXT_PLAIN, MW_TEXT_BOLD, MW_TEXT_DIM, MW_TEXT_ALARM, MW_TEXT_WARN, MW_TEXT_GOOD };

/* The sequence that starts a style; "" without colour. mw_text_style_end() ends any. */
const char *mw_text_style_start(enum mw_text_style style, bool color);
const char *mw_text_style_end(enum mw_text_style style, bool color);

enum mw_text_align { MW_TEXT_LEFT, MW_TEXT_RIGHT };

#define MW_TEXT_TABLE_OPTIONAL (-1)
#define MW_TEXT_TABLE_NAMES (-2)

struct mw_text_table;

struct mw_text_table *mw_text_table_create(void);
void mw_text_table_destroy(struct mw_text_table *table);

/* Adds a column. `least`: 0 never cut, else it may shrink to that many columns, cut as `cut` says; MW_TEXT_TABLE_OPTIONAL:
 * it may be dropped; MW_TEXT_TABLE_NAMES: names are cut as by mw_short_name_fit(), and the column is dropped if two of them
 * would look the same. Add all columns before the first row. Columns without text are left out. */
void mw_text_table_column(struct mw_text_table *table, const char *header, enum mw_text_align align, int least,
                          enum mw_text_cut cut);

/* Starts a row, which mw_text_table_cell() fills from left to right. */
void mw_text_table_row(struct mw_text_table *table);
void mw_text_table_cell(struct mw_text_table *table, enum mw_text_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A separate line after the last row, indented, broken at spaces. */
void mw_text_table_line(struct mw_text_table *table, enum mw_text_style style, const char *text);

/* Writes the table. No line is wider than `width`, unless its fixed columns are. */
void mw_text_table_write(const struct mw_text_table *table, FILE *out, int width, bool color);

#endif
