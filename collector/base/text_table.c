/* SPDX-License-Identifier: MIT */
#include "collector/base/text_table.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/base/short_name.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define INDENT 2
#define GAP 2
#define VANISH_BELOW 8 /* an optional column is dropped before it gets narrower */

struct column {
    char *header;
    enum mw_text_align align;
    int least;
    enum mw_text_cut cut;
};

struct cell {
    char *text;
    enum mw_text_style style;
};

struct row {
    struct cell *cells;
    size_t count;
    bool is_line; /* one cell over the full width */
};

struct mw_text_table {
    struct column *columns;
    size_t column_count;
    struct row *rows;
    size_t row_count;
};

const char *mw_text_style_start(enum mw_text_style style, bool color)
{
    static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[1;31m", "\033[33m", "\033[32m"};

    return color ? codes[style] : "";
}

const char *mw_text_style_end(enum mw_text_style style, bool color)
{
    return color && style != MW_TEXT_PLAIN ? "\033[0m" : "";
}

struct mw_text_table *mw_text_table_create(void)
{
    return mw_mem_alloc(1, sizeof(struct mw_text_table));
}

void mw_text_table_destroy(struct mw_text_table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        free(table->columns[i].header);
    for (size_t r = 0; r < table->row_count; r++) {
        for (size_t i = 0; i < table->rows[r].count; i++)
            free(table->rows[r].cells[i].text);
        free(table->rows[r].cells);
    }
    free(table->columns);
    free(table->rows);
    free(table);
}

void mw_text_table_column(struct mw_text_table *table, const char *header, enum mw_text_align align, int least,
                          enum mw_text_cut cut)
{
    *MW_MEM_PUSH(table->columns, table->column_count) = (struct column){
        .header = mw_mem_copy(header), .align = align, .least = least, .cut = cut};
}

void mw_text_table_row(struct mw_text_table *table)
{
    (void)MW_MEM_PUSH(table->rows, table->row_count);
}

static void add_cell(struct row *row, enum mw_text_style style, const char *text)
{
    *MW_MEM_PUSH(row->cells, row->count) = (struct cell){.text = mw_mem_copy(text), .style = style};
}

void mw_text_table_cell(struct mw_text_table *table, enum mw_text_style style, const char *format, ...)
{
    struct row *row = &table->rows[table->row_count - 1];
    char text[1200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (row->count == 0)
        mw_text_clean_line(text);
    else
        mw_text_clean(text);
    if (row->count < table->column_count)
        add_cell(row, style, text);
}

void mw_text_table_line(struct mw_text_table *table, enum mw_text_style style, const char *text)
{
    struct row *row = MW_MEM_PUSH(table->rows, table->row_count);

    row->is_line = true;
    add_cell(row, style, text);
    mw_text_clean_line(row->cells[0].text);
}

static const char *cell_text(const struct row *row, size_t column)
{
    return !row->is_line && column < row->count ? row->cells[column].text : "";
}

/* Widths by content; 0 for empty columns. Returns the width of the line. */
static int natural_widths(const struct mw_text_table *table, int *widths)
{
    int total = INDENT - GAP;

    for (size_t c = 0; c < table->column_count; c++) {
        int width = 0;
        for (size_t r = 0; r < table->row_count; r++) {
            int w = mw_text_width(cell_text(&table->rows[r], c));
            width = w > width ? w : width;
        }
        if (width) {
            int header = mw_text_width(table->columns[c].header);
            width = header > width ? header : width;
            total += width + GAP;
        }
        widths[c] = width;
    }
    return total;
}

static void fit(char *out, size_t size, const struct column *column, const char *text, int width)
{
    if (column->least == MW_TEXT_TABLE_NAMES)
        mw_short_name_fit(out, size, text, width);
    else if (column->cut == MW_TEXT_CUT_NAMES)
        mw_short_name_fit_pair(out, size, text, width);
    else
        mw_text_fit(out, size, text, width, column->cut);
}

/* Whether two different texts of a column would be cut to the same text at this width. */
static bool are_alike(const struct mw_text_table *table, size_t column, int width)
{
    struct mw_map *seen = mw_map_create();
    const char **texts = mw_mem_alloc(table->row_count, sizeof(*texts));
    bool alike = false;
    char fitted[1400];

    for (size_t r = 0; r < table->row_count && !alike; r++) {
        uint32_t found;
        texts[r] = cell_text(&table->rows[r], column);
        fit(fitted, sizeof(fitted), &table->columns[column], texts[r], width);
        found = mw_map_add(seen, fitted, strlen(fitted), (uint32_t)r);
        alike = strcmp(texts[found], texts[r]) != 0;
    }
    free(texts);
    mw_map_destroy(seen);
    return alike;
}

/* The widest column that can shrink; column_count if there is none. */
static size_t find_widest(const struct mw_text_table *table, const int *widths)
{
    size_t widest = table->column_count;

    for (size_t c = 0; c < table->column_count; c++)
        if (table->columns[c].least && widths[c] > (table->columns[c].least > 0 ? table->columns[c].least : 0) &&
            (widest == table->column_count || widths[c] > widths[widest]))
            widest = c;
    return widest;
}

/* Shrinks the widest column that can shrink, until the line fits or none can. */
static void shrink(const struct mw_text_table *table, int *widths, int excess)
{
    while (excess-- > 0) {
        size_t widest = find_widest(table, widths);
        int least = widest < table->column_count ? table->columns[widest].least : 0;
        if (!least)
            return;
        if ((least < 0 && widths[widest] <= VANISH_BELOW) ||
            (least == MW_TEXT_TABLE_NAMES && are_alike(table, widest, widths[widest] - 1))) {
            excess -= widths[widest] - 1 + GAP;
            widths[widest] = 0;
        } else
            widths[widest]--;
    }
}

static void write_cell(FILE *out, const struct column *column, const char *text, int width, enum mw_text_style style,
                       bool color, bool last)
{
    char fitted[1400];
    int left;

    fit(fitted, sizeof(fitted), column, text, width);
    left = width - mw_text_width(fitted);
    if (column->align == MW_TEXT_RIGHT)
        fprintf(out, "%*s", left, "");
    fprintf(out, "%s%s%s", mw_text_style_start(style, color), fitted, mw_text_style_end(style, color));
    if (column->align == MW_TEXT_LEFT && !last)
        fprintf(out, "%*s", left, "");
}

/* Whether this is the last column with text. */
static bool is_last(const struct mw_text_table *table, const int *widths, const struct row *row, size_t column)
{
    for (size_t c = column + 1; c < table->column_count; c++)
        if (widths[c] && (!row || cell_text(row, c)[0]))
            return false;
    return true;
}

static void write_row(const struct mw_text_table *table, FILE *out, const int *widths, const struct row *row, bool color)
{
    int gap = INDENT;

    for (size_t c = 0; c < table->column_count; c++) {
        const struct column *column = &table->columns[c];
        bool last = is_last(table, widths, row, c);
        if (!widths[c])
            continue;
        fprintf(out, "%*s", gap, "");
        write_cell(out, column, row ? cell_text(row, c) : column->header, widths[c],
                   !row             ? MW_TEXT_DIM
                   : c < row->count ? row->cells[c].style
                                    : MW_TEXT_PLAIN,
                   color, last);
        if (last)
            break;
        gap = GAP;
    }
    fputc('\n', out);
}

static void write_line(FILE *out, const struct row *row, int width, bool color)
{
    enum mw_text_style style = row->cells[0].style;
    const char *text = row->cells[0].text;

    for (int indent = 2 * INDENT; *text; indent = 3 * INDENT) {
        size_t length = mw_text_break(text, width - indent);
        fprintf(out, "%*s%s%.*s%s\n", indent, "", mw_text_style_start(style, color), (int)length, text,
                mw_text_style_end(style, color));
        text += length;
        text += *text == ' ';
    }
}

void mw_text_table_write(const struct mw_text_table *table, FILE *out, int width, bool color)
{
    int *widths = mw_mem_alloc(table->column_count, sizeof(*widths));

    shrink(table, widths, natural_widths(table, widths) - width);
    write_row(table, out, widths, NULL, color);
    for (size_t r = 0; r < table->row_count; r++) {
        if (table->rows[r].is_line)
            write_line(out, &table->rows[r], width, color);
        else
            write_row(table, out, widths, &table->rows[r], color);
    }
    free(widths);
}
