/* SPDX-License-Identifier: MIT */
/* The parts that all forms of a comparison share, and the form for a terminal. */
#include "collector/report/compare.h"

#include "collector/base/ascii.h"
#include "collector/base/text_table.h"
#include "collector/model/certainty.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_WIDTH 100
#define NAME_MIN 20
#define LINE_MIN 32
#define WHERE_MIN 12
#define LINES_SHOWN 20 /* rows */

const char *mw_report_compare_word(enum mw_compare_verdict verdict)
{
    static const char *const words[] = {
        [MW_COMPARE_SAME] = "same",     [MW_COMPARE_GREW] = "grew",          [MW_COMPARE_FOLLOWS] = "follows",
        [MW_COMPARE_SHRANK] = "shrank", [MW_COMPARE_NOISE] = "within noise", [MW_COMPARE_SAMPLED] = "sampled only",
        [MW_COMPARE_NEW] = "new",       [MW_COMPARE_GONE] = "gone"};

    return words[verdict];
}

struct mw_units mw_report_compare_value(const struct mw_compare_row *row, enum mw_compare_side side)
{
    const struct mw_compare_values *values = &row->sides[side];
    struct mw_units u = {"–"};

    if (values->count)
        snprintf(u.text, sizeof(u.text), "%s %.24s", row->explains && values->error ? "~" : mw_certainty[values->kind].sign,
                 values->median < 0 ? mw_units_change(values->median).text : mw_units_bytes((uint64_t)values->median).text);
    return u;
}

struct mw_units mw_report_compare_error(const struct mw_compare_row *row)
{
    uint64_t error = mw_compare_error(row);
    struct mw_units u = {""};

    if (error)
        snprintf(u.text, sizeof(u.text), "± %.24s", mw_units_bytes(error).text);
    return u;
}

struct mw_units mw_report_compare_change(const struct mw_compare_row *row)
{
    int64_t base = row->sides[MW_COMPARE_BASE].median;
    struct mw_units u = {""};
    double percent = base ? (double)row->change / (double)llabs(base) * 100 : 0;

    if (!row->sides[MW_COMPARE_BASE].count || !row->sides[MW_COMPARE_CANDIDATE].count)
        return u;
    if (row->change == 0 || base == 0 || percent > 99999)
        return mw_units_change(row->change);
    snprintf(u.text, sizeof(u.text), "%.15s (%+.1f %%)", mw_units_change(row->change).text, percent);
    return u;
}

bool mw_report_compare_is_notable(const struct mw_compare_row *row)
{
    return row->verdict == MW_COMPARE_GREW || row->verdict == MW_COMPARE_SHRANK || row->verdict == MW_COMPARE_SAMPLED ||
           !strcmp(row->group, "job");
}

bool mw_report_compare_shows_line(const struct mw_compare *compare, const struct mw_compare_row *row, bool all)
{
    size_t base = compare->ranks_max[MW_COMPARE_BASE], now = compare->ranks_max[MW_COMPARE_CANDIDATE];

    return row->explains && (all || mw_report_compare_is_notable(row)) &&
           (base > 1 || now > 1 || !strcmp(row->what, "largest rank"));
}

const char *mw_report_compare_no_lines(const struct mw_compare *compare)
{
    bool base = compare->heaps[MW_COMPARE_BASE], now = compare->heaps[MW_COMPARE_CANDIDATE];

    return base == now ? NULL
           : base      ? "which lines grew is not known: the candidate has no record of allocations"
                       : "which lines grew is not known: the base has no record of allocations";
}

static void write_side(FILE *out, const struct mw_compare *compare, enum mw_compare_side side, const char *title)
{
    size_t least = compare->ranks_min[side], most = compare->ranks_max[side];

    fprintf(out, "  %-9s  %zu run%s, ", title, compare->runs[side], compare->runs[side] == 1 ? "" : "s");
    if (least == most)
        fprintf(out, "%zu rank%s: ", most, most == 1 ? "" : "s");
    else
        fprintf(out, "%zu to %zu ranks: ", least, most);
    fprintf(out, "%s\n", compare->commands[side] ? compare->commands[side] : "");
    if (compare->failed[side])
        fprintf(out, "  %-9s  %zu of these runs failed or had not ended\n", "", compare->failed[side]);
}

/* The verdict. A comparison of failed runs is never good. */
static void write_verdict(FILE *out, const struct mw_compare *compare, bool color)
{
    size_t grew = mw_compare_count(compare, MW_COMPARE_GREW);
    bool sound = mw_compare_is_sound(compare);
    enum mw_text_style style = grew ? MW_TEXT_ALARM : sound ? MW_TEXT_GOOD : MW_TEXT_PLAIN;

    fprintf(out, "\n%s%s %zu grew, %zu shrank%s: beyond %g %%, the spread of the runs and the error of the readings\n",
            mw_text_style_start(style, color),
            grew    ? "✗"
            : sound ? "✓"
                    : "?",
            grew, mw_compare_count(compare, MW_COMPARE_SHRANK), mw_text_style_end(style, color), compare->threshold * 100);
    if (!sound)
        fputs("  Not conclusive: runs that failed were compared, or runs with ranks and without.\n", out);
}

static enum mw_text_style style_of(enum mw_compare_verdict verdict)
{
    return verdict == MW_COMPARE_GREW ? MW_TEXT_ALARM : verdict == MW_COMPARE_SHRANK ? MW_TEXT_GOOD : MW_TEXT_PLAIN;
}

static void add_row(struct mw_text_table *table, const struct mw_compare_row *row)
{
    const struct mw_compare_values *base = &row->sides[MW_COMPARE_BASE], *now = &row->sides[MW_COMPARE_CANDIDATE];
    int64_t spread = base->spread > now->spread ? base->spread : now->spread;

    mw_text_table_row(table);
    if (row->followers)
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s, and %zu more", row->name, row->followers);
    else
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", row->name);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", row->what);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_compare_value(row, MW_COMPARE_BASE).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_compare_value(row, MW_COMPARE_CANDIDATE).text);
    mw_text_table_cell(table, style_of(row->verdict), "%s", mw_report_compare_change(row).text);
    if (row->explains)
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_compare_error(row).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", spread ? mw_units_bytes((uint64_t)spread).text : "");
    mw_text_table_cell(table, style_of(row->verdict), "%s", mw_report_compare_word(row->verdict));
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", now->where ? now->where : "");
}

static struct mw_text_table *make_table(bool of_lines)
{
    struct mw_text_table *table = mw_text_table_create();

    mw_text_table_column(table, of_lines ? "line" : "", MW_TEXT_LEFT, of_lines ? LINE_MIN : NAME_MIN,
                         of_lines ? MW_TEXT_CUT_LEFT : MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, of_lines ? "held" : "what", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "base", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "candidate", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "change", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    if (of_lines)
        mw_text_table_column(table, "error", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "spread", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "verdict", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "largest in", MW_TEXT_LEFT, WHERE_MIN, MW_TEXT_CUT_MIDDLE);
    return table;
}

static void write_table(FILE *out, struct mw_text_table *table, const struct mw_report_style *style)
{
    mw_text_table_write(table, out, style->width ? style->width : DEFAULT_WIDTH, style->color);
    mw_text_table_destroy(table);
}

/* The lines that allocated; nothing if none changed. */
static void write_lines(FILE *out, const struct mw_compare *compare, const struct mw_report_style *style)
{
    const char *why = mw_report_compare_no_lines(compare);
    struct mw_text_table *table = make_table(true);
    size_t shown = 0;

    for (size_t i = 0; i < compare->row_count; i++)
        if (mw_report_compare_shows_line(compare, &compare->rows[i], style->all) && (style->all || shown < LINES_SHOWN)) {
            add_row(table, &compare->rows[i]);
            shown++;
        }
    if (why)
        fprintf(out, "    %s\n", why);
    if (!shown) {
        mw_text_table_destroy(table);
        return;
    }
    fputs("\nLines   what the ranks held there, each at its own peak; part of the above\n", out);
    write_table(out, table, style);
}

int mw_report_compare_text_write(FILE *out, const struct mw_compare *compare, const struct mw_report_style *style)
{
    struct mw_text_table *table = make_table(false);
    size_t left_out = 0, follow = mw_compare_count(compare, MW_COMPARE_FOLLOWS);
    struct mw_ascii ascii = mw_ascii_begin(out, style->ascii);

    out = ascii.stream;
    fprintf(out, "memwatch compare\n");
    write_side(out, compare, MW_COMPARE_BASE, "base");
    write_side(out, compare, MW_COMPARE_CANDIDATE, "candidate");
    fputc('\n', out);
    for (size_t i = 0; i < compare->row_count && !compare->rows[i].explains; i++)
        if (style->all || mw_report_compare_is_notable(&compare->rows[i]))
            add_row(table, &compare->rows[i]);
        else
            left_out++;
    write_table(out, table, style);
    left_out -= style->all ? 0 : follow;
    if (follow && !style->all)
        fprintf(out, "    %zu more grew only because of these: --all lists them\n", follow);
    if (left_out)
        fprintf(out, "    %zu more without a significant change (%zu new, %zu gone): --all lists them\n", left_out,
                mw_compare_count(compare, MW_COMPARE_NEW), mw_compare_count(compare, MW_COMPARE_GONE));
    write_lines(out, compare, style);
    write_verdict(out, compare, style->color);
    mw_ascii_end(&ascii);
    return ferror(ascii.out) ? -1 : 0;
}
