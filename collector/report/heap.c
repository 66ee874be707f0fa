/* SPDX-License-Identifier: MIT */
#include "collector/report/csv.h"
#include "collector/report/heap_parts.h"
#include "collector/report/tables.h"

static const char *const head[] = {"world",
                                   "rank",
                                   "host",
                                   "peak_s",
                                   "phase",
                                   "owner",
                                   "library",
                                   "what",
                                   "function",
                                   "file",
                                   "line",
                                   "stack",
                                   "bytes_at_peak",
                                   "error_bytes",
                                   "blocks_at_peak",
                                   "held_at_end_bytes",
                                   "allocated_bytes",
                                   "left_late_bytes",
                                   "freed_in_call",
                                   "mpi_call",
                                   "mpi_place",
                                   "job",
                                   NULL};

/* For one job. Times are relative to the start of the run. */
struct table {
    struct mw_csv csv;
    const struct mw_model *run, *job;
};

static void add_place(struct mw_csv *csv, const struct mw_model_place *place)
{
    if (!place) {
        mw_csv_empty(csv, 3);
        return;
    }
    mw_csv_text(csv, place->function);
    mw_csv_text(csv, place->path[0] ? place->path : place->file);
    mw_csv_known(csv, place->line);
}

/* The cells of a site alone, in two parts: those around `bytes_at_peak`. */
static void add_where(struct mw_csv *csv, const struct mw_heap_part *part)
{
    mw_csv_text(csv, part->site->library);
    mw_csv_text(csv, part->site->label);
    add_place(csv, part->site->place);
    mw_csv_stack(csv, part->frames, part->depth);
}

static void add_amounts(struct mw_csv *csv, const struct mw_model_rank *rank, const struct mw_model_heap_site *site)
{
    const struct mw_model_site *call = mw_heap_parts_call(rank, site);

    mw_csv_number(csv, site->at_peak_error);
    mw_csv_number(csv, site->blocks_at_peak);
    mw_csv_number(csv, site->held);
    mw_csv_number(csv, site->allocated);
    mw_csv_number(csv, site->left_late);
    mw_csv_text(csv, site->same_call ? "yes" : "no");
    mw_csv_text(csv, call ? call->call : NULL);
    mw_csv_text(csv, call && call->place ? call->place->label : NULL);
}

static void add_part(struct table *table, const struct mw_model_rank *rank, const struct mw_heap_part *part)
{
    struct mw_csv *csv = &table->csv;

    mw_csv_number(csv, rank->world + 1u);
    mw_csv_rank(csv, rank->rank);
    mw_csv_text(csv, table->job->hosts[rank->host].name);
    mw_csv_seconds(csv, mw_model_elapsed(table->run, rank->heap.mark_ns));
    mw_csv_text(csv, mw_heap_parts_phase(rank));
    mw_csv_text(csv, part->owner);
    if (part->site) {
        add_where(csv, part);
    } else {
        mw_csv_empty(csv, 1);
        mw_csv_text(csv, part->name);
        mw_csv_empty(csv, 4);
    }
    mw_csv_change(csv, part->bytes);
    if (part->site)
        add_amounts(csv, rank, part->site);
    else
        mw_csv_empty(csv, 8);
    mw_csv_job(csv, table->job);
    mw_csv_end(csv);
}

static void add_rank(struct table *table, const struct mw_model_rank *rank)
{
    struct mw_heap_parts parts = mw_heap_parts(&rank->heap);

    for (size_t i = 0; i < parts.count; i++)
        add_part(table, rank, &parts.items[i]);
    mw_heap_parts_free(&parts);
}

int mw_report_heap_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct table table = {.csv = {.out = out}, .run = model};

    (void)style;
    mw_csv_head(&table.csv, head);
    for (size_t i = 0; i < mw_model_parts(model); i++) {
        table.job = mw_model_part(model, i);
        for (size_t r = 0; r < table.job->rank_count; r++)
            add_rank(&table, &table.job->ranks[r]);
    }
    return ferror(out) ? -1 : 0;
}
