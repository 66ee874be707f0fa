/* SPDX-License-Identifier: MIT */
/* The ranks: all of a small job, the extremes and quantiles of a large one. */
#include "collector/base/mem.h"
#include "collector/model/rank_name.h"
#include "collector/report/text/parts.h"

#include <stdlib.h>
#include <string.h>

#define BAR_WIDTH 8
#define BAR_MIN 90 /* width of the report below which bars are left out */

/* A bar of up to BAR_WIDTH columns, in eighths. */
static void draw_bar(char *text, size_t size, uint64_t value, uint64_t max)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int filled = max ? (int)((double)value / (double)max * BAR_WIDTH * 8 + 0.5) : 0;

    text[0] = '\0';
    for (int i = 0; i < filled / 8; i++)
        strncat(text, "█", size - strlen(text) - 1);
    strncat(text, eighths[filled % 8], size - strlen(text) - 1);
}

static void add_columns(struct mw_text_table *table)
{
    mw_text_table_column(table, "rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "host", MW_TEXT_LEFT, 8, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "pid", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "NUMA", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "bound to", MW_TEXT_LEFT, 8, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "peak", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "by", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "in", MW_TEXT_LEFT, 12, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "MPI's own", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "at end", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "+ huge pages", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "+ swap", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
}

/* Whether all ranks run on the same CPUs and node: then one line is enough. */
static bool has_same_placement(const struct mw_model *model)
{
    if (model->host_count != 1)
        return false;
    for (size_t i = 1; i < model->rank_count; i++)
        if (model->ranks[i].numa_node != model->ranks[0].numa_node ||
            model->ranks[i].binding != model->ranks[0].binding) /* the model stores equal strings once */
            return false;
    return true;
}

static void add_placement(struct mw_text_table *table, const struct mw_report *report, const struct mw_model_rank *rank)
{
    bool alike = has_same_placement(report->model);

    if (alike)
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", "");
    else if (rank->numa_node >= 0)
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%d", rank->numa_node);
    else
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", rank->nodes);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", alike ? "" : rank->binding);
}

/* A column in which nothing is known is left out. */
static bool knows_mpi(const struct mw_model *model)
{
    for (size_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].held_mpi.kind != MW_MODEL_UNKNOWN)
            return true;
    return false;
}

static void add_rank(struct mw_text_table *table, const struct mw_report *report, uint32_t index)
{
    const struct mw_model *model = report->model;
    const struct mw_model_rank *rank = &model->ranks[index];
    bool worst = model->rank_count > 1 && index == model->rank_peak.worst;
    char place[400], bar[BAR_WIDTH * 3 + 4];

    mw_report_peak_place(place, sizeof(place), rank, MW_REPORT_SHORT);
    draw_bar(bar, sizeof(bar), rank->peak.bytes, model->rank_peak.max);
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_rank(model, index).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", model->host_count > 1 ? model->hosts[rank->host].name : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%d", rank->pid);
    add_placement(table, report, rank);
    mw_text_table_cell(table, worst ? MW_TEXT_BOLD : MW_TEXT_PLAIN, "%s", mw_report_bytes(rank->peak).text);
    mw_text_table_cell(table, worst ? MW_TEXT_WARN : MW_TEXT_GOOD, "%s", report->width < BAR_MIN ? "" : bar);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_when(model, rank->peak_ns).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", place);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", knows_mpi(model) ? mw_report_bytes(rank->held_mpi).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_bytes(rank->end_rss).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", rank->huge_bytes ? mw_units_bytes(rank->huge_bytes).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", rank->swap_bytes ? mw_units_bytes(rank->swap_bytes).text : "");
}

struct by_peak {
    uint64_t peak;
    uint32_t index;
};

static int compare_peaks(const void *a, const void *b)
{
    const struct by_peak *x = a, *y = b;

    if (x->peak != y->peak)
        return x->peak < y->peak ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The value that `percent` of all values do not exceed. */
static uint64_t quantile(const struct by_peak *sorted, size_t count, unsigned percent)
{
    size_t above = count - (count * percent + 99) / 100;

    return sorted[above < count ? above : count - 1].peak;
}

static void write_extremes(const struct mw_report *report, struct mw_text_table *table, const struct by_peak *sorted,
                           size_t count)
{
    size_t top = mw_report_rows(report, MW_REPORT_TEXT_TOP + MW_REPORT_TEXT_BOTTOM) - MW_REPORT_TEXT_BOTTOM;
    char text[200];

    for (size_t i = 0; i < top; i++)
        add_rank(table, report, sorted[i].index);
    snprintf(text, sizeof(text), "… %zu ranks between, by peak: median %s, p90 %s, p99 %s", count - top - MW_REPORT_TEXT_BOTTOM,
             mw_units_bytes(quantile(sorted, count, 50)).text, mw_units_bytes(quantile(sorted, count, 90)).text,
             mw_units_bytes(quantile(sorted, count, 99)).text);
    mw_text_table_line(table, MW_TEXT_DIM, text);
    for (size_t i = count - MW_REPORT_TEXT_BOTTOM; i < count; i++)
        add_rank(table, report, sorted[i].index);
}

static void write_heading(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const struct mw_model_spread *peak = &model->rank_peak;
    struct mw_model_bytes largest = model->ranks[peak->worst].peak;
    char remark[200];

    snprintf(remark, sizeof(remark), "largest peak %s in %s · mean %s · imbalance (max/mean) %.2f",
             mw_report_bytes(largest).text, mw_rank_name(model, peak->worst).text, mw_units_bytes_mean(peak->mean).text,
             peak->mean > 0 ? (double)peak->max / peak->mean : 1.0);
    mw_report_heading(report, "Ranks", remark);
}

static void write_placement(const struct mw_report *report)
{
    const struct mw_model_rank *first = &report->model->ranks[0];
    char node[64] = "";

    if (!has_same_placement(report->model) || (first->numa_node < 0 && !first->binding[0]))
        return;
    if (first->numa_node >= 0)
        snprintf(node, sizeof(node), "on NUMA node %d at MPI_Init%s", first->numa_node, first->binding[0] ? ", " : "");
    mw_report_paragraph(report, "    ", MW_TEXT_DIM, "%s %s%s%s", report->model->rank_count == 1 ? "rank" : "all ranks", node,
                        first->binding[0] && strcmp(first->binding, "unbound") ? "bound to " : "", first->binding);
}

/* Explains "(3)" in the first column, if it occurs. */
static void write_numbers(const struct mw_report *report)
{
    for (uint32_t i = 0; i < report->model->rank_count; i++)
        if (!mw_rank_name_is_known(report->model, i) && mw_model_rank_number(report->model, i) >= 0) {
            mw_report_paragraph(
                report, "    ", MW_TEXT_DIM,
                "in parentheses: the number that the launcher gave to a process in which MPI_Init has not returned");
            return;
        }
}

void mw_report_text_ranks(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    struct by_peak *listed = mw_mem_alloc(model->rank_count, sizeof(*listed));
    struct mw_text_table *table = mw_text_table_create();
    size_t count = 0;

    for (uint32_t i = 0; i < model->rank_count; i++)
        if (mw_report_lists(report->style, model->ranks[i].command))
            listed[count++] = (struct by_peak){model->ranks[i].peak.bytes, i};
    add_columns(table);
    if (count > mw_report_rows(report, MW_REPORT_TEXT_RANKS)) {
        qsort(listed, count, sizeof(*listed), compare_peaks);
        write_extremes(report, table, listed, count);
    } else
        for (size_t i = 0; i < count; i++)
            add_rank(table, report, listed[i].index);
    if (model->rank_count)
        write_heading(report);
    if (count)
        mw_text_table_write(table, report->out, report->width, report->color);
    if (count) {
        write_placement(report);
        write_numbers(report);
    }
    if (count < model->rank_count)
        mw_report_paragraph(report, "    ", MW_TEXT_DIM, "%zu of %zu ranks left out by --include or --exclude",
                            model->rank_count - count, model->rank_count);
    mw_text_table_destroy(table);
    free(listed);
}
