/* SPDX-License-Identifier: MIT */
/* The hosts of a job on several hosts: used and available memory; and NUMA nodes, if there are several. */
#include "collector/report/text/parts.h"

#include <stdlib.h>

static void add_columns(struct mw_text_table *table)
{
    mw_text_table_column(table, "host", MW_TEXT_LEFT, 8, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "ranks", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "at one moment", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "upper bound", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "PSS", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "memory", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "used", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "clock", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "sampled by", MW_TEXT_LEFT, 10, MW_TEXT_CUT_RIGHT);
}

static const char *sampled_by(const struct mw_model_host *host)
{
    if (host->peer == MW_MODEL_PEER_LOST)
        return "an agent, lost";
    return host->is_launcher ? "the launcher" : host->is_sampled ? "an agent" : "not sampled";
}

static void add_host(struct mw_text_table *table, const struct mw_model_host *host)
{
    char used[32] = "", clock[48] = "";

    if (host->limit.bytes && host->limit.used.kind != MW_MODEL_UNKNOWN)
        snprintf(used, sizeof(used), "%.0f %%", 100.0 * (double)host->limit.used.bytes / (double)host->limit.bytes);
    if (host->clock_error_ns)
        snprintf(clock, sizeof(clock), "±%s", mw_units_time(host->clock_error_ns).text);
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", host->name);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%u", host->ranks);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_bytes(host->seen).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_bytes(host->upper).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_bytes(host->pss).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", host->limit.bytes ? mw_units_bytes(host->limit.bytes).text : "?");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", used);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", clock);
    mw_text_table_cell(table, host->peer == MW_MODEL_PEER_LOST ? MW_TEXT_ALARM : MW_TEXT_PLAIN, "%s", sampled_by(host));
}

static int compare_fullness(const void *a, const void *b)
{
    const struct mw_model_host *x = *(const struct mw_model_host *const *)a, *y = *(const struct mw_model_host *const *)b;

    if (x->upper.bytes != y->upper.bytes)
        return x->upper.bytes < y->upper.bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

static void write_table(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const struct mw_model_host **sorted = calloc(model->host_count, sizeof(*sorted));
    struct mw_text_table *table = mw_text_table_create();
    size_t shown = model->host_count;

    for (size_t i = 0; sorted && i < model->host_count; i++)
        sorted[i] = &model->hosts[i];
    if (sorted)
        qsort(sorted, model->host_count, sizeof(*sorted), compare_fullness);
    if (shown > MW_REPORT_TEXT_ROWS && !report->style->all)
        shown = MW_REPORT_TEXT_ROWS;
    add_columns(table);
    for (size_t i = 0; sorted && i < shown; i++)
        add_host(table, sorted[i]);
    mw_report_heading(report, "Hosts", "the one with the highest upper bound first");
    mw_text_table_write(table, report->out, report->width, report->color);
    if (shown < model->host_count)
        mw_report_paragraph(report, "    ", MW_TEXT_DIM, "%zu more hosts: --all lists them", model->host_count - shown);
    mw_text_table_destroy(table);
    free(sorted);
}

/* Ranks are counted where they were at MPI_Init; the sum of their peaks is an upper bound of what they had together. */
static void write_nodes(const struct mw_report *report, const struct mw_model_host *host)
{
    for (uint32_t i = 0; host->node_count > 1 && i < host->node_count; i++)
        mw_report_paragraph(report, "    ", MW_TEXT_DIM,
                            "%s NUMA node %d: %u rank%s, together at most %s (sum of their peaks, "
                            "which may be at different times), of %s",
                            host->name, host->nodes[i].index, host->nodes[i].ranks, host->nodes[i].ranks == 1 ? "" : "s",
                            mw_units_bytes(host->nodes[i].peaks).text, mw_units_bytes(host->nodes[i].bytes).text);
}

void mw_report_text_hosts(const struct mw_report *report)
{
    const struct mw_model *model = report->model;

    if (model->host_count > 1)
        write_table(report);
    for (size_t i = 0; i < model->host_count && i < MW_REPORT_TEXT_ROWS; i++)
        write_nodes(report, &model->hosts[i]);
}
