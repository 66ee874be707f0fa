/* SPDX-License-Identifier: MIT */
/* Whose memory it is: what ranks held at their peaks, by stack, and the lines of all ranks. */
#include "collector/base/json_out.h"
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/page/heap_phases.h"
#include "collector/page/heap_stacks.h"
#include "collector/page/heap_ticks.h"
#include "collector/page/heap_time.h"
#include "collector/page/parts.h"
#include "collector/page/table.h"
#include "collector/report/heap_parts.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RANKS_MAX 64
#define SMALL 1000 /* less than 1/1000 of the peak: added up by owner */
#define LINES_MAX 1000

static const char remainder_name[] = "each less than 0.1 % of the peak";

/* What one rank held from one stack. */
struct amount {
    struct mw_page_heap_stack stack;
    uint64_t bytes, blocks;
    double variance;
};

struct site {
    size_t rank;
    uint32_t stack;
    uint64_t bytes, error, blocks;
};

/* What one rank held and is of no stack, or of many small ones. */
struct row {
    size_t rank;
    const char *owner, *name;
    int64_t bytes;
};

struct work {
    const struct mw_model *model;
    uint32_t ranks[RANKS_MAX]; /* in the model; in what follows and in the data a rank is its place in this list */
    size_t rank_count;
    struct mw_page_heap_stacks *stacks;
    struct site *sites;
    struct row *rows;
    size_t site_count, row_count;
};

/* ---- the ranks ---- */

static int compare_ranks(const void *a, const void *b)
{
    const struct mw_model_rank *x = *(const struct mw_model_rank *const *)a, *y = *(const struct mw_model_rank *const *)b;

    return x->heap.mark != y->heap.mark ? (x->heap.mark < y->heap.mark) - (x->heap.mark > y->heap.mark) : (x > y) - (x < y);
}

static bool is_shown(const struct mw_model_rank *rank, const struct mw_report_style *style)
{
    return rank->heap.mark && rank->heap.has_details && mw_report_lists(style, rank->command);
}

/* The fullest ones, and the first to die if it has a heap. */
static void choose_ranks(struct work *work, const struct mw_report_style *style)
{
    const struct mw_model *model = work->model;
    uint32_t dead = model->first_count == 1 ? model->deaths[0].rank : MW_MODEL_NONE;
    const struct mw_model_rank **order = mw_mem_alloc(model->rank_count, sizeof(const void *));
    size_t count = 0;

    for (size_t i = 0; i < model->rank_count; i++)
        if (is_shown(&model->ranks[i], style))
            order[count++] = &model->ranks[i];
    if (count)
        qsort(order, count, sizeof(const void *), compare_ranks);
    for (size_t i = RANKS_MAX; i < count; i++)
        if (order[i] - model->ranks == (ptrdiff_t)dead)
            order[RANKS_MAX - 1] = order[i];
    work->rank_count = count < RANKS_MAX ? count : RANKS_MAX;
    for (size_t i = 0; i < work->rank_count; i++)
        work->ranks[i] = (uint32_t)(order[i] - model->ranks);
    free(order);
}

static void put_notes(struct mw_page_table *table, const struct mw_model *model, uint32_t rank)
{
    FILE *out = mw_page_table_cell(table, "notes", "texts");
    struct mw_lines lines = {.model = model};

    mw_lines_heap_kept(&lines, rank);
    mw_lines_heap_why(&lines, rank);
    putc('[', out);
    for (size_t i = 0; i < lines.count; i++) {
        fputs(i ? "," : "", out);
        mw_json_out_string(out, lines.items[i].text);
    }
    putc(']', out);
    mw_lines_free(&lines);
}

static void put_times(struct mw_page_table *table, const struct mw_model *model, const struct mw_model_heap *heap)
{
    FILE *out = mw_page_table_cell(table, "ticks", "times");
    struct mw_page_heap_ticks ticks = mw_page_heap_ticks(heap);

    putc('[', out);
    for (size_t i = 0; i < ticks.count; i++) {
        fputs(i ? "," : "", out);
        mw_json_out_unsigned(out, mw_model_elapsed(model, ticks.items[i].ns));
    }
    putc(']', out);
    free(ticks.items);
}

static void put_ranks(FILE *out, const struct work *work)
{
    struct mw_page_table table = mw_page_table_begin(out, "heap_ranks");

    for (size_t i = 0; i < work->rank_count; i++) {
        const struct mw_model_rank *rank = &work->model->ranks[work->ranks[i]];
        mw_page_table_row(&table);
        mw_page_table_index(&table, "rank", work->ranks[i]);
        mw_page_table_bytes(&table, "mark", rank->heap.mark);
        mw_page_table_bytes(&table, "error", rank->heap.error);
        mw_page_table_time(&table, "at", mw_model_elapsed(work->model, rank->heap.mark_ns));
        mw_page_table_text(&table, "in", mw_heap_parts_phase(rank));
        put_notes(&table, work->model, work->ranks[i]);
        put_times(&table, work->model, &rank->heap);
        mw_page_table_time(&table, "until",
                           mw_model_elapsed(work->model, rank->heap.end_ns ? rank->heap.end_ns : rank->known_ns));
    }
    mw_page_table_end(&table);
}

/* ---- what one rank held ---- */

struct amounts {
    struct mw_map *keys; /* of what is not the program's */
    struct amount *items;
    size_t count;
};

/* The page shows what is not the program's as blocks of its library and call. */
static struct amount *amount_of(struct amounts *amounts, const struct mw_page_heap_stack *stack, bool has_stack)
{
    struct {
        const char *owner, *library, *call;
    } key = {stack->owner, stack->library, stack->call};
    uint32_t next = (uint32_t)amounts->count, found = next;

    if (!has_stack)
        found = mw_map_add(amounts->keys, &key, sizeof(key), next);
    if (found == next)
        *MW_MEM_PUSH(amounts->items, amounts->count) = (struct amount){.stack = *stack};
    return &amounts->items[found];
}

static void add_part(struct amounts *amounts, const struct mw_model_rank *rank, const struct mw_heap_part *part)
{
    struct mw_page_heap_stack stack = mw_page_heap_stack_of(rank, part);
    struct amount *amount = amount_of(amounts, &stack, part->site->owner == MW_HEAP_PROGRAM);
    double error = (double)part->site->at_peak_error;

    amount->bytes = mw_model_sum(amount->bytes, part->site->at_peak);
    amount->blocks = mw_model_sum(amount->blocks, part->site->blocks_at_peak);
    amount->variance += error * error;
}

static void add_row(struct work *work, size_t rank, const char *owner, const char *name, int64_t bytes)
{
    if (bytes)
        *MW_MEM_PUSH(work->rows, work->row_count) = (struct row){rank, owner, name, bytes};
}

/* Large amounts become sites, the others are added up by owner. */
static void take_amounts(struct work *work, size_t rank, const struct amounts *amounts, uint64_t mark)
{
    static const char *const owners[] = {"program", "mpi", "memwatch"};
    int64_t rest[3] = {0};

    for (size_t i = 0; i < amounts->count; i++) {
        const struct amount *amount = &amounts->items[i];
        for (size_t k = 0; amount->bytes < mark / SMALL && k < 3; k++)
            if (!strcmp(amount->stack.owner, owners[k]))
                rest[k] = mw_model_sum_change(rest[k], (int64_t)(amount->bytes & INT64_MAX));
        if (amount->bytes && amount->bytes >= mark / SMALL)
            *MW_MEM_PUSH(work->sites, work->site_count) = (struct site){
                rank, mw_page_heap_stacks_add(work->stacks, &amount->stack), amount->bytes,
                (uint64_t)fmin(sqrt(amount->variance), (double)INT64_MAX / 2), amount->blocks};
    }
    for (size_t k = 0; k < 3; k++)
        add_row(work, rank, owners[k], k == 2 ? "memwatch" : remainder_name, rest[k]);
}

static void take_rank(struct work *work, size_t index)
{
    const struct mw_model_rank *rank = &work->model->ranks[work->ranks[index]];
    struct mw_heap_parts parts = mw_heap_parts(&rank->heap);
    struct amounts amounts = {.keys = mw_map_create()};

    for (size_t i = 0; i < parts.count; i++) {
        if (parts.items[i].site)
            add_part(&amounts, rank, &parts.items[i]);
        else
            add_row(work, index, parts.items[i].owner, parts.items[i].name, parts.items[i].bytes);
    }
    take_amounts(work, index, &amounts, rank->heap.mark);
    free(amounts.items);
    mw_map_destroy(amounts.keys);
    mw_heap_parts_free(&parts);
}

static void put_amounts(FILE *out, const struct work *work)
{
    struct mw_page_table table = mw_page_table_begin(out, "heap_sites");

    for (size_t i = 0; i < work->site_count; i++) {
        const struct site *site = &work->sites[i];
        mw_page_table_row(&table);
        mw_page_table_index(&table, "rank", site->rank);
        mw_page_table_index(&table, "stack", site->stack);
        mw_page_table_bytes(&table, "bytes", site->bytes);
        mw_page_table_bytes(&table, "error", site->error);
        mw_page_table_count(&table, "blocks", site->blocks);
    }
    mw_page_table_end(&table);
    table = mw_page_table_begin(out, "heap_rows");
    for (size_t i = 0; i < work->row_count; i++) {
        mw_page_table_row(&table);
        mw_page_table_index(&table, "rank", work->rows[i].rank);
        mw_page_table_text(&table, "owner", work->rows[i].owner);
        mw_page_table_text(&table, "name", work->rows[i].name);
        mw_page_table_change(&table, "bytes", work->rows[i].bytes);
    }
    mw_page_table_end(&table);
}

/* ---- lines over all ranks ---- */

static int compare_lines(const void *a, const void *b)
{
    const struct mw_model_heap_line *x = *(const struct mw_model_heap_line *const *)a;
    const struct mw_model_heap_line *y = *(const struct mw_model_heap_line *const *)b;

    return x->max != y->max ? (x->max < y->max) - (x->max > y->max) : (x > y) - (x < y);
}

static void put_line(struct mw_page_table *table, const struct mw_model *model, const struct mw_model_heap_line *line)
{
    static const char *const owners[MW_HEAP_OWNERS] = {"program", "MPI", "memwatch"};
    const char *function = line->place && strcmp(line->place->label, line->place->function) ? line->place->function : "";

    mw_page_table_row(table);
    mw_page_table_text(table, "line", line->label);
    mw_page_table_text(table, "function", line->owner == MW_HEAP_PROGRAM ? function : "");
    mw_page_table_text(table, "owner", owners[line->owner]);
    mw_page_table_count(table, "ranks", line->ranks);
    mw_page_table_bytes(table, "min", line->min);
    mw_page_table_bytes(table, "mean", (uint64_t)line->mean);
    mw_page_table_bytes(table, "max", line->max);
    mw_page_table_bytes(table, "error", line->max_error);
    mw_page_table_id(table, "rank", mw_report_rank(model, line->worst).text);
}

/* With `listed` false none is written: no rank of them is shown. */
static void put_lines(FILE *out, const struct mw_model *model, bool listed)
{
    const struct mw_model_heap_line **order = mw_mem_alloc(model->heaps.line_count, sizeof(*order));
    struct mw_page_table table = mw_page_table_begin(out, "heap_lines");
    size_t count = 0;

    for (uint32_t i = 0; listed && i < model->heaps.line_count; i++)
        if (model->heaps.lines[i].max)
            order[count++] = &model->heaps.lines[i];
    if (count)
        qsort(order, count, sizeof(*order), compare_lines);
    for (size_t i = 0; i < count && i < LINES_MAX; i++)
        put_line(&table, model, order[i]);
    mw_page_table_end(&table);
    fprintf(out, ",\"heap_lines_smaller\":%zu,\"heap_known\":%u", count > LINES_MAX ? count - LINES_MAX : 0,
            model->heaps.ranks);
    free(order);
}

void mw_page_heap(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct work work = {.model = model, .stacks = mw_page_heap_stacks_create()};
    struct mw_page_heap_phases *phases;

    choose_ranks(&work, style);
    for (size_t i = 0; i < work.rank_count; i++)
        take_rank(&work, i);
    phases = mw_page_heap_phases_take(model, work.ranks, work.rank_count, work.stacks);
    put_ranks(out, &work);
    mw_page_heap_stacks_write(out, work.stacks);
    put_amounts(out, &work);
    mw_page_heap_phases_write(out, phases);
    mw_page_heap_time(out, model, work.ranks, work.rank_count);
    put_lines(out, model, work.rank_count > 0);
    mw_page_heap_phases_destroy(phases);
    mw_page_heap_stacks_destroy(work.stacks);
    free(work.sites);
    free(work.rows);
}
