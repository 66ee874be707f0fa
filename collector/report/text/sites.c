/* SPDX-License-Identifier: MIT */
/* The MPI calls: which of them needed memory temporarily, and which kept some. */
#include "collector/base/mem.h"
#include "collector/report/lines/lines.h"
#include "collector/report/names.h"
#include "collector/report/text/parts.h"

#include <stdlib.h>
#include <string.h>

/* Spikes whose stack is shown, and frames of a stack. */
#define STACKS 3
#define STACK_FRAMES 6
#define WHERE_WIDTH 36 /* columns of "file.c:line" */
#define VIA_WIDTH 46   /* and of "file.c:line (via file.c:line)" */

static void add_columns(struct mw_text_table *table)
{
    mw_text_table_column(table, "call", MW_TEXT_LEFT, 13, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "where", MW_TEXT_LEFT, 0, MW_TEXT_CUT_LEFT);
    mw_text_table_column(table, "in", MW_TEXT_LEFT, MW_TEXT_TABLE_NAMES, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "comm", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "calls", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "bytes", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "spike", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "when", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "grew", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
}

/* The spike of a site: an exact one if it is large enough, else the bound of a coarse one. */
static struct mw_model_bytes shown_spike(const struct mw_report *report, const struct mw_model_merged_site *site)
{
    uint64_t least = report->style->all ? 1 : MW_REPORT_SPIKE;

    if (site->spike >= least)
        return (struct mw_model_bytes){site->spike, MW_MODEL_EXACT};
    if (site->coarse_spike >= least)
        return (struct mw_model_bytes){site->coarse_spike, MW_MODEL_AT_MOST};
    return (struct mw_model_bytes){0, MW_MODEL_UNKNOWN};
}

static void add_spike(struct mw_text_table *table, const struct mw_report *report, const struct mw_model_merged_site *site)
{
    struct mw_model_bytes spike = shown_spike(report, site);
    bool exact = spike.kind == MW_MODEL_EXACT;
    enum mw_text_style style = spike.bytes >= MW_REPORT_SPIKE ? MW_TEXT_WARN : MW_TEXT_PLAIN;

    if (spike.kind == MW_MODEL_UNKNOWN) {
        mw_text_table_cell(table, MW_TEXT_DIM, "–");
        for (int i = 0; i < 2; i++)
            mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", "");
        return;
    }
    mw_text_table_cell(table, style, "%s", mw_report_bytes(spike).text);
    mw_text_table_cell(table, style, "%s", mw_report_rank(report->model, exact ? site->spike_rank : site->coarse_rank).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", exact ? mw_report_when(report->model, site->spike_ns).text : "");
}

/* The communicator's size, if it is not that of MPI_COMM_WORLD. */
static void add_comm(struct mw_text_table *table, const struct mw_report *report, const struct mw_model_merged_site *site)
{
    const struct mw_model *model = report->model;
    bool usual = site->comm_size == 0 || (model->world_count == 1 && site->comm_size == (uint32_t)model->worlds[0].size);

    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", usual ? "" : mw_units_count(site->comm_size).text);
}

static void add_place(struct mw_text_table *table, const struct mw_report *report, const struct mw_report_names *names,
                      const struct mw_model_place *place)
{
    bool via = place && strstr(place->label, " (via ");
    char text[MW_REPORT_NAME];

    mw_report_names_where(names, place, report->style->all ? 120 : via ? VIA_WIDTH : WHERE_WIDTH, text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", text);
    mw_report_names_in(names, place, text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", text);
}

static void add_site(struct mw_text_table *table, const struct mw_report *report, const struct mw_report_names *names,
                     const struct mw_model_merged_site *site)
{
    uint64_t bytes = mw_model_sum(site->sent, site->received);

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", site->call);
    add_place(table, report, names, site->place);
    add_comm(table, report, site);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_count(site->calls).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes ? mw_units_bytes(bytes).text : "");
    add_spike(table, report, site);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_change(site->growth.sum).text);
}

static void add_stack(struct mw_text_table *table, const struct mw_model *model, const struct mw_model_merged_site *site)
{
    const struct mw_model_rank *rank = &model->ranks[site->spike_rank];
    const struct mw_model_spike *spike = &rank->spikes[site->spike_record];
    char text[1100] = "", line[1200], also[64] = "";

    for (uint32_t i = 0; i < spike->depth && i < STACK_FRAMES && !mw_report_names_is_start(spike->frames[i]); i++)
        mw_report_append_frame(text, sizeof(text), spike->frames[i], i ? spike->frames[i - 1] : NULL, 0);
    if (site->spike_ranks > 1)
        snprintf(also, sizeof(also), ", about as much in %u ranks", site->spike_ranks);
    snprintf(line, sizeof(line), "call %s, from %s%s%s%s%s", mw_units_count(spike->visit).text,
             mw_units_bytes(spike->entry_rss).text, spike->phase == MW_MODEL_NONE ? "" : ", in phase ",
             spike->phase == MW_MODEL_NONE ? "" : rank->phases[spike->phase].path, also, text[0] ? ": " : "");
    strncat(line, text, sizeof(line) - strlen(line) - 1);
    mw_text_table_line(table, MW_TEXT_DIM, line);
}

/* The index of a site, sorted by importance. */
struct by_weight {
    uint64_t spike, grown, moved;
    uint32_t index;
};

static int compare_weights(const void *a, const void *b)
{
    const struct by_weight *x = a, *y = b;

    if (x->spike != y->spike)
        return x->spike < y->spike ? 1 : -1;
    if (x->grown != y->grown)
        return x->grown < y->grown ? 1 : -1;
    if (x->moved != y->moved)
        return x->moved < y->moved ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

static struct by_weight *sort_sites(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    struct by_weight *order = mw_mem_alloc(model->site_count, sizeof(*order));

    for (uint32_t i = 0; i < model->site_count; i++) {
        const struct mw_model_merged_site *site = &model->sites[i];
        int64_t growth = site->growth.sum;
        order[i] = (struct by_weight){
            .spike = shown_spike(report, site).bytes,
            .grown = growth > 0 ? (uint64_t)growth : 0,
            .moved = mw_model_sum(site->sent, site->received),
            .index = i,
        };
    }
    if (model->site_count)
        qsort(order, model->site_count, sizeof(*order), compare_weights);
    return order;
}

/* Totals of the listed sites. */
static struct mw_report_names *make_names(const struct mw_model *model, const struct by_weight *order, size_t count)
{
    const struct mw_model_place **places = mw_mem_alloc(count, sizeof(*places));
    struct mw_report_names *names;

    for (size_t i = 0; i < count; i++)
        places[i] = model->sites[order[i].index].place;
    names = mw_report_names_create(places, count);
    free(places);
    return names;
}

static void write_heading(const struct mw_report *report)
{
    char remark[200];

    mw_lines_mpi_own(remark, sizeof(remark), report->model);
    mw_report_heading(report, "MPI calls", remark);
}

void mw_report_text_sites(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    struct by_weight *order = sort_sites(report);
    struct mw_text_table *table = mw_text_table_create();
    size_t most = mw_report_rows(report, MW_REPORT_TEXT_ROWS), stacks = 0, spikes = 0;
    size_t shown = model->site_count < most ? model->site_count : most;
    struct mw_report_names *names = make_names(model, order, shown);

    add_columns(table);
    for (size_t i = 0; i < shown; i++) {
        const struct mw_model_merged_site *site = &model->sites[order[i].index];
        bool exact = shown_spike(report, site).kind == MW_MODEL_EXACT;
        add_site(table, report, names, site);
        if (exact && site->spike_record != MW_MODEL_NONE && (stacks < STACKS || report->style->all)) {
            add_stack(table, model, site);
            stacks++;
        }
        spikes += site->spike >= MW_REPORT_SPIKE || site->coarse_spike >= MW_REPORT_SPIKE;
    }
    if (model->site_count) {
        write_heading(report);
        mw_text_table_write(table, report->out, report->width, report->color);
        if (spikes == 0)
            mw_report_paragraph(report, "    ", MW_TEXT_DIM, "no call raised RSS by %s or more above its level at entry",
                                mw_units_bytes(MW_REPORT_SPIKE).text);
    }
    mw_report_left_out(report, model->site_count - shown, "more call site", "more call sites");
    mw_report_text_in_mpi(report);
    mw_report_names_destroy(names);
    mw_text_table_destroy(table);
    free(order);
}
