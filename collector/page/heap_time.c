/* SPDX-License-Identifier: MIT */
#include "collector/page/heap_time.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/model/heap_lines.h"
#include "collector/page/curves.h"
#include "collector/page/heap_ticks.h"
#include "collector/page/table.h"

#include <stdlib.h>

#define LINES 10 /* of a rank */

/* One line of one rank: a value for each tick. */
struct series {
    const struct mw_model_heap_site *site; /* one of the line's; NULL: what is in none of the lines */
    uint64_t *values;
    uint64_t largest;
};

struct work {
    const struct mw_model *model;
    const struct mw_model_heap *heap;
    struct mw_page_heap_ticks ticks;
    struct mw_map *keys;
    struct series *series;
    size_t count;
};

static struct series *series_of(struct work *work, const struct mw_model_heap_site *site)
{
    struct {
        uint32_t merged, site;
    } key = {site->merged, site->merged == MW_MODEL_NONE ? (uint32_t)(site - work->heap->sites) : 0};
    uint32_t found = mw_map_add(work->keys, &key, sizeof(key), (uint32_t)work->count);

    if (found == work->count)
        *MW_MEM_PUSH(work->series, work->count) = (struct series){.site = site,
                                                                  .values = mw_mem_alloc(work->ticks.count, sizeof(uint64_t))};
    return &work->series[found];
}

/* A tick has its largest sites only, and sites that were left out of the list have no line. */
static void add_tick(struct work *work, size_t index)
{
    const struct mw_model_heap_tick *tick = &work->ticks.items[index];

    for (uint32_t i = 0; i < tick->lines; i++) {
        struct series *series;
        if (tick->line[i].site >= work->heap->site_count)
            continue;
        series = series_of(work, &work->heap->sites[tick->line[i].site]);
        series->values[index] = mw_model_sum(series->values[index], tick->line[i].bytes);
        if (series->values[index] > series->largest)
            series->largest = series->values[index];
    }
}

static int compare_series(const void *a, const void *b)
{
    const struct series *x = a, *y = b;

    return x->largest != y->largest ? (x->largest < y->largest) - (x->largest > y->largest)
                                    : (x->site > y->site) - (x->site < y->site);
}

static uint64_t *values_of_rest(const struct work *work, size_t shown)
{
    uint64_t *rest = mw_mem_alloc(work->ticks.count, sizeof(*rest));

    for (size_t i = 0; i < work->ticks.count; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < shown; k++)
            sum = mw_model_sum(sum, work->series[k].values[i]);
        rest[i] = work->ticks.items[i].held > sum ? work->ticks.items[i].held - sum : 0;
    }
    return rest;
}

static const char *line_of(const struct mw_model *model, const struct mw_model_heap_site *site, char *text, size_t size)
{
    if (site->merged >= model->heaps.line_count)
        return site->label;
    mw_heap_lines_name(text, size, &model->heaps.lines[site->merged]);
    return text;
}

static void put_series(struct mw_page_table *table, const struct work *work, size_t rank, const struct mw_model_heap_site *site,
                       const uint64_t *values, uint64_t unit)
{
    char text[1200];

    mw_page_table_row(table);
    mw_page_table_index(table, "rank", rank);
    mw_page_table_text(table, "line", site ? line_of(work->model, site, text, sizeof(text)) : "other allocations");
    mw_page_table_flag(table, "rest", !site);
    mw_page_curves_write_packed(mw_page_table_cell(table, "values", "curve"), values, work->ticks.count, unit);
}

static void put_rank(struct mw_page_table *table, const struct mw_model *model, const struct mw_model_heap *heap, size_t rank,
                     uint64_t unit)
{
    struct work work = {.model = model, .heap = heap, .ticks = mw_page_heap_ticks(heap), .keys = mw_map_create()};
    size_t shown;
    uint64_t *rest;

    for (size_t i = 0; i < work.ticks.count; i++)
        add_tick(&work, i);
    if (work.count)
        qsort(work.series, work.count, sizeof(*work.series), compare_series);
    shown = work.count < LINES ? work.count : LINES;
    for (size_t i = 0; i < shown; i++)
        put_series(table, &work, rank, work.series[i].site, work.series[i].values, unit);
    rest = values_of_rest(&work, shown);
    if (work.ticks.count)
        put_series(table, &work, rank, NULL, rest, unit);
    for (size_t i = 0; i < work.count; i++)
        free(work.series[i].values);
    free(rest);
    free(work.series);
    free(work.ticks.items);
    mw_map_destroy(work.keys);
}

/* The highest sum of lines counts, too: a tick's lines may be newer than its total. */
static uint64_t unit_of(const struct mw_model *model, const uint32_t *ranks, size_t count)
{
    uint64_t largest = 0;

    for (size_t r = 0; r < count; r++) {
        struct mw_page_heap_ticks ticks = mw_page_heap_ticks(&model->ranks[ranks[r]].heap);
        for (size_t i = 0; i < ticks.count; i++) {
            uint64_t sum = 0;
            for (uint32_t k = 0; k < ticks.items[i].lines; k++)
                sum = mw_model_sum(sum, ticks.items[i].line[k].bytes);
            sum = ticks.items[i].held > sum ? ticks.items[i].held : sum;
            largest = sum > largest ? sum : largest;
        }
        free(ticks.items);
    }
    return largest / 65535 + 1;
}

void mw_page_heap_time(FILE *out, const struct mw_model *model, const uint32_t *ranks, size_t count)
{
    uint64_t unit = unit_of(model, ranks, count);
    struct mw_page_table table;

    fprintf(out, ",\n\"heap_unit\":%llu", (unsigned long long)unit);
    table = mw_page_table_begin(out, "heap_series");
    for (size_t r = 0; r < count; r++)
        put_rank(&table, model, &model->ranks[ranks[r]].heap, r, unit);
    mw_page_table_end(&table);
}
