/* SPDX-License-Identifier: MIT */
#include "collector/report/repeat.h"

#include "collector/base/ascii.h"
#include "collector/base/mem.h"
#include "collector/base/text_table.h"
#include "collector/base/units.h"
#include "collector/model/certainty.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_WIDTH 100
#define ROWS_SHOWN 8
#define NAME_MIN 20

static const struct mw_compare_values *runs_of(const struct mw_compare_row *row)
{
    return &row->sides[MW_COMPARE_CANDIDATE];
}

static bool is_job(const struct mw_compare_row *row)
{
    return !strcmp(row->group, "job");
}

/* The job's first, then the largest. */
static int compare_rows(const void *a, const void *b)
{
    const struct mw_compare_row *x = *(const struct mw_compare_row *const *)a;
    const struct mw_compare_row *y = *(const struct mw_compare_row *const *)b;

    if (is_job(x) != is_job(y))
        return is_job(x) ? -1 : 1;
    if (runs_of(x)->median != runs_of(y)->median)
        return runs_of(x)->median > runs_of(y)->median ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void add_row(struct mw_text_table *table, const struct mw_compare_row *row)
{
    const struct mw_compare_values *runs = runs_of(row);
    const int64_t told[] = {runs->values[0], runs->median, runs->values[runs->count - 1]};

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", row->name);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", row->what);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%zu", runs->count);
    for (int i = 0; i < 3; i++)
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s %s", mw_certainty[runs->kind].sign,
                           mw_units_bytes((uint64_t)told[i]).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_bytes((uint64_t)runs->spread).text);
}

/* Rows of one axis; those of the job, which every axis has, only with the first. */
static void add_axis(struct mw_text_table *table, const struct mw_compare *compare, bool first, bool all)
{
    const struct mw_compare_row **rows = mw_mem_alloc(compare->row_count + 1, sizeof(*rows));
    size_t shown = 0;

    for (size_t i = 0; i < compare->row_count; i++)
        rows[i] = &compare->rows[i];
    qsort(rows, compare->row_count, sizeof(*rows), compare_rows);
    for (size_t i = 0; i < compare->row_count; i++)
        if (!rows[i]->explains && (is_job(rows[i]) ? first : all || shown++ < ROWS_SHOWN))
            add_row(table, rows[i]);
    free(rows);
}

int mw_report_repeat_write(FILE *out, const struct mw_compare *const axes[MW_REPORT_REPEAT_AXES],
                           const struct mw_report_style *style)
{
    static const char *const headers[] = {"runs", "smallest", "median", "largest", "spread"};
    struct mw_text_table *table = mw_text_table_create();
    struct mw_ascii ascii = mw_ascii_begin(out, style->ascii);

    out = ascii.stream;
    mw_text_table_column(table, "", MW_TEXT_LEFT, NAME_MIN, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "what", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        mw_text_table_column(table, headers[i], MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    for (int i = 0; i < MW_REPORT_REPEAT_AXES; i++)
        add_axis(table, axes[i], i == 0, style->all);
    fprintf(out, "\nmemwatch  %zu runs of %s\n\n", axes[0]->runs[MW_COMPARE_CANDIDATE],
            axes[0]->commands[MW_COMPARE_CANDIDATE]);
    mw_text_table_write(table, out, style->width ? style->width : DEFAULT_WIDTH, style->color);
    mw_text_table_destroy(table);
    mw_ascii_end(&ascii);
    return ferror(ascii.out) ? -1 : 0;
}
