/* SPDX-License-Identifier: MIT */
/* Whose memory it is: what the fullest rank held at its peak, and the first to die; the lines of all ranks. */
#include "collector/base/mem.h"
#include "collector/model/heap_largest.h"
#include "collector/model/rank_name.h"
#include "collector/report/lines/lines.h"
#include "collector/report/names.h"
#include "collector/report/text/parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LINES 10 /* of the program */
#define LIBRARIES 4
#define FRAMES 4
#define WINDOWS 3
#define FUNCTION_WIDTH 28
#define TINY 200 /* lines below 1/200 of the peak are listed with --all only */
#define SMALL 50 /* parts below 1/50 of the peak share a line */

static const char *const names[MW_HEAP_ROWS] = {
    [MW_HEAP_ROW_PROGRAM] = "lines of the program",
    [MW_HEAP_ROW_MPI] = "MPI",
    [MW_HEAP_ROW_MEMWATCH] = "memwatch",
    [MW_HEAP_ROW_BEFORE] = "from before recording began, or free but kept by malloc",
    [MW_HEAP_ROW_KEPT] = "free, but kept by malloc",
    [MW_HEAP_ROW_HEADERS] = "malloc's headers and rounding",
    [MW_HEAP_ROW_FILES] = "code and mapped files",
    [MW_HEAP_ROW_DATA] = "variables of program and libraries",
    [MW_HEAP_ROW_SHARED] = "shared memory",
    [MW_HEAP_ROW_STACKS] = "stacks",
    [MW_HEAP_ROW_OTHER] = "not explained",
};

/* ---- one rank ---- */

static void put(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void put(char *text, size_t size, const char *format, ...)
{
    size_t length = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + length, size - length, format, args);
    va_end(args);
}

/* A negative amount is shown with its sign. */
static struct mw_units amount(int64_t bytes)
{
    return bytes < 0 ? mw_units_change(bytes) : mw_units_bytes((uint64_t)bytes);
}

static void add_row(struct mw_text_table *table, const struct mw_model_heap *heap, int64_t bytes, uint64_t error,
                    const char *what, const char *blocks)
{
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", amount(bytes).text);
    mw_report_add_error(table, error);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_share(bytes, heap->mark).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", what);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", blocks);
}

/* "checksum fft.c:291 ← compute :397" */
static void put_stack(char *text, size_t size, const struct mw_model_heap_site *site)
{
    uint32_t i;

    for (i = 0; i < site->depth && i < FRAMES && !mw_report_names_is_start(site->frames[i]); i++)
        mw_report_append_frame(text, size, site->frames[i], i ? site->frames[i - 1] : NULL, FUNCTION_WIDTH);
    if (!text[0])
        put(text, size, "%s", site->label);
}

static const char *call_of(const struct mw_model_rank *rank, const struct mw_model_heap_site *site)
{
    return site->mpi_site == MW_MODEL_NONE ? NULL : rank->sites[site->mpi_site].label;
}

/* "freed inside the same MPI_Allreduce fft.c:120" */
static void put_remark(char *text, size_t size, const struct mw_model_rank *rank, const struct mw_heap_largest *line)
{
    const char *call = call_of(rank, line->site);

    if (line->sites > 1)
        put(text, size, "from %u stacks", line->sites);
    if (line->same_call && call)
        put(text, size, "%sfreed inside the same %s", text[0] ? "; " : "", call);
    else if (call)
        put(text, size, "%sallocated inside %s", text[0] ? "; " : "", call);
    else if (line->same_call)
        put(text, size, "%sfreed in the same phase", text[0] ? "; " : "");
}

static void add_program_line(struct mw_text_table *table, const struct mw_model_rank *rank, const struct mw_heap_largest *line)
{
    char what[1100] = "", remark[500] = "", blocks[60] = "";

    put_stack(what, sizeof(what), line->site);
    put_remark(remark, sizeof(remark), rank, line);
    if (line->blocks)
        snprintf(blocks, sizeof(blocks), "%s%s", line->error ? "~" : "", mw_units_count(line->blocks).text);
    add_row(table, &rank->heap, (int64_t)(line->bytes & INT64_MAX), line->error, what, blocks);
    if (remark[0])
        mw_text_table_line(table, MW_TEXT_DIM, remark);
}

static void add_lines(struct mw_text_table *table, const struct mw_report *report, const struct mw_model_rank *rank)
{
    const struct mw_model_heap *heap = &rank->heap;
    size_t count, most = mw_report_rows(report, LINES), shown = 0;
    struct mw_heap_largest *lines = mw_heap_largest_stacks(heap, MW_HEAP_PROGRAM, &count);
    int64_t rest = heap->rows[MW_HEAP_ROW_PROGRAM];
    char what[100];

    for (; shown < count && shown < most && (report->style->all || lines[shown].bytes >= heap->mark / TINY); shown++) {
        add_program_line(table, rank, &lines[shown]);
        rest = mw_model_sum_change(rest, -(int64_t)(lines[shown].bytes & INT64_MAX));
    }
    snprintf(what, sizeof(what), "%zu more line%s%s", count - shown + heap->more, count - shown + heap->more == 1 ? "" : "s",
             count > shown && !report->style->all ? ": --all lists them" : "");
    if (rest > 0)
        add_row(table, heap, rest, 0, what, "");
    free(lines);
}

static void add_mpi(struct mw_text_table *table, const struct mw_model_rank *rank)
{
    const struct mw_model_heap *heap = &rank->heap;
    char remark[700] = "";
    size_t count;
    struct mw_heap_largest *lines = mw_heap_largest_stacks(heap, MW_HEAP_MPI, &count);

    for (size_t i = 0; i < count && i < LIBRARIES; i++)
        put(remark, sizeof(remark), "%s%.40s %s", i ? ", " : "", lines[i].site->label, mw_units_bytes(lines[i].bytes).text);
    if (count > LIBRARIES)
        put(remark, sizeof(remark), ", and %zu more", count - LIBRARIES);
    if (count && call_of(rank, lines[0].site))
        put(remark, sizeof(remark), "; the largest inside %s", call_of(rank, lines[0].site));
    free(lines);
    if (heap->rows[MW_HEAP_ROW_MPI])
        add_row(table, heap, heap->rows[MW_HEAP_ROW_MPI], rank->held_mpi_error, "MPI", "");
    if (heap->rows[MW_HEAP_ROW_MPI] && remark[0])
        mw_text_table_line(table, MW_TEXT_DIM, remark);
}

static bool is_shared_window(const struct mw_model_site *site)
{
    return !strncmp(site->call, "MPI_Win_allocate", 16) && site->comm_size != 1;
}

/* When the memory was at its peak, at the latest. Shared memory may have come after the last block that was recorded. */
static uint64_t time_of_peak(const struct mw_model_rank *rank)
{
    return mw_heap_largest_is_of_peak(rank) && rank->peak_ns > rank->heap.mark_ns ? rank->peak_ns : rank->heap.mark_ns;
}

/* "it may be windows: MPI_Win_allocate_shared halo.c:40". */
static void add_windows(struct mw_text_table *table, const struct mw_model_rank *rank)
{
    char remark[400] = "";
    int count = 0;

    for (uint32_t i = 0; i < rank->site_count && count < WINDOWS; i++)
        if (is_shared_window(&rank->sites[i]) && rank->sites[i].first_ns <= time_of_peak(rank)) {
            put(remark, sizeof(remark), "%s%.100s", count ? ", " : "it may be windows: ", rank->sites[i].label);
            count++;
        }
    if (count)
        mw_text_table_line(table, MW_TEXT_DIM, remark);
}

/* What is not of lines: large parts in a row of their own, small ones together. */
static void add_parts(struct mw_text_table *table, const struct mw_model_rank *rank)
{
    const struct mw_model_heap *heap = &rank->heap;
    int64_t small = 0, limit = (int64_t)(heap->mark / SMALL);
    char what[500] = "";

    for (int i = MW_HEAP_ROW_MEMWATCH; i < MW_HEAP_ROWS; i++) {
        int64_t bytes = heap->rows[i];
        if (bytes >= limit || bytes <= -limit) {
            if (bytes)
                add_row(table, heap, bytes, 0, names[i], "");
            if (bytes && i == MW_HEAP_ROW_SHARED)
                add_windows(table, rank);
            continue;
        }
        small = mw_model_sum_change(small, bytes);
        if (bytes)
            put(what, sizeof(what), "%s%s %s", what[0] ? ", " : "", names[i], amount(bytes).text);
    }
    if (what[0]) {
        add_row(table, heap, small, 0, "smaller parts", "");
        mw_text_table_line(table, MW_TEXT_DIM, what);
    }
}

static void write_heading(const struct mw_report *report, uint32_t index)
{
    const struct mw_model_rank *rank = &report->model->ranks[index];
    const struct mw_model_heap *heap = &rank->heap;
    char title[300], remark[400], place[300] = "";
    bool whole = mw_heap_largest_is_of_peak(rank);

    mw_report_peak_place(place, sizeof(place), rank, MW_REPORT_SHORT);
    snprintf(title, sizeof(title), "What %s held at its peak", mw_rank_name(report->model, index).text);
    if (whole)
        snprintf(remark, sizeof(remark), "%s at %s%s%s", mw_report_bytes(rank->peak).text,
                 mw_report_when(report->model, heap->mark_ns).text, place[0] ? ", in " : "", place);
    else
        snprintf(remark, sizeof(remark), "%s at %s; not at its peak of %s", mw_units_bytes(heap->mark).text,
                 mw_report_when(report->model, heap->mark_ns).text, mw_report_bytes(rank->peak).text);
    mw_report_heading(report, title, remark);
}

static void write_lines(const struct mw_report *report, struct mw_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        mw_report_paragraph(report, "    ", lines->items[i].kind == MW_LINE_WARN ? MW_TEXT_WARN : MW_TEXT_DIM, "%s",
                            lines->items[i].text);
    mw_lines_free(lines);
}

static void write_table(const struct mw_report *report, const struct mw_model_rank *rank)
{
    struct mw_text_table *table = mw_text_table_create();

    mw_text_table_column(table, "held", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "error", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "share", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "by", MW_TEXT_LEFT, 24, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "blocks", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    add_lines(table, report, rank);
    add_mpi(table, rank);
    add_parts(table, rank);
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_BOLD, "%s", mw_units_bytes(rank->heap.mark).text);
    mw_report_add_error(table, rank->heap.error);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", "");
    mw_text_table_cell(table, MW_TEXT_BOLD, "sum");
    mw_text_table_write(table, report->out, report->width, report->color);
    mw_text_table_destroy(table);
}

static void write_rank(const struct mw_report *report, uint32_t index)
{
    const struct mw_model_rank *rank = &report->model->ranks[index];
    struct mw_lines lines = {.model = report->model};

    if (!mw_report_lists(report->style, rank->command))
        return;
    if (rank->heap.mark) {
        write_heading(report, index);
        write_table(report, rank);
    }
    mw_lines_heap_kept(&lines, index);
    if (rank->heap.mark || index == report->model->rank_peak.worst) /* the reason why there is nothing: only once */
        mw_lines_heap_why(&lines, index);
    write_lines(report, &lines);
}

/* ---- all ranks ---- */

static int compare_lines(const void *a, const void *b)
{
    const struct mw_model_heap_line *x = *(const struct mw_model_heap_line *const *)a;
    const struct mw_model_heap_line *y = *(const struct mw_model_heap_line *const *)b;

    if (x->max != y->max)
        return x->max < y->max ? 1 : -1;
    return (x > y) - (x < y);
}

static void add_line(struct mw_text_table *table, const struct mw_report *report, const struct mw_model_heap_line *line)
{
    const char *function = line->place && strcmp(line->place->label, line->place->function) ? line->place->function : "";

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", line->owner == MW_HEAP_MPI ? "MPI: " : "", line->label);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", function);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%u", line->ranks);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_bytes(line->min).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_bytes_mean(line->mean).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_bytes(line->max).text);
    mw_report_add_error(table, line->max_error);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_rank(report->model, line->worst).text);
}

static size_t sort_lines(const struct mw_model_heaps *heaps, const struct mw_model_heap_line ***order)
{
    size_t count = 0;

    *order = mw_mem_alloc(heaps->line_count, sizeof(**order));
    for (uint32_t i = 0; i < heaps->line_count; i++)
        if (heaps->lines[i].max)
            (*order)[count++] = &heaps->lines[i];
    if (count)
        qsort(*order, count, sizeof(**order), compare_lines);
    return count;
}

static void write_all_ranks(const struct mw_report *report)
{
    const struct mw_model_heaps *heaps = &report->model->heaps;
    struct mw_lines alone = {.model = report->model};
    const struct mw_model_heap_line **order;
    size_t count = sort_lines(heaps, &order), most = mw_report_rows(report, LINES);
    struct mw_text_table *table = mw_text_table_create();
    char remark[100];

    mw_text_table_column(table, "line", MW_TEXT_LEFT, 20, MW_TEXT_CUT_LEFT);
    mw_text_table_column(table, "in", MW_TEXT_LEFT, MW_TEXT_TABLE_NAMES, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "ranks", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "min", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "mean", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "max", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "error", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < count && i < most; i++)
        add_line(table, report, order[i]);
    if (count && heaps->ranks > 1) {
        snprintf(remark, sizeof(remark), "what %u ranks held there, each at its own peak", heaps->ranks);
        mw_report_heading(report, "Lines over all ranks", remark);
        mw_text_table_write(table, report->out, report->width, report->color);
        mw_report_left_out(report, count > most ? count - most : 0, "more line", "more lines");
        mw_lines_heap_alone(&alone);
        write_lines(report, &alone);
    }
    mw_text_table_destroy(table);
    free(order);
}

/* The rank that died first; MW_MODEL_NONE: none, or it is not known. */
static uint32_t first_of(const struct mw_model *model)
{
    return model->first_count == 1 ? model->deaths[0].rank : MW_MODEL_NONE;
}

bool mw_report_text_heap_has(const struct mw_report *report, uint32_t rank)
{
    const struct mw_model *model = report->model;

    return (rank == model->rank_peak.worst || rank == first_of(model)) && model->ranks[rank].heap.mark &&
           mw_report_lists(report->style, model->ranks[rank].command);
}

void mw_report_text_heap(const struct mw_report *report)
{
    const struct mw_model *model = report->model;

    if (!model->rank_count)
        return;
    if (first_of(model) != MW_MODEL_NONE && first_of(model) != model->rank_peak.worst)
        write_rank(report, first_of(model));
    write_rank(report, model->rank_peak.worst);
    write_all_ranks(report);
}
