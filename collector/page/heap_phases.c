/* SPDX-License-Identifier: MIT */
#include "collector/page/heap_phases.h"

#include "collector/base/mem.h"
#include "collector/page/table.h"

#include <stdlib.h>

/* One phase of one rank. */
struct phase {
    size_t rank; /* of the list */
    const char *name;
    uint64_t mark, held, rest;
};

struct site {
    size_t phase;
    uint32_t stack;
    uint64_t bytes, error;
};

struct mw_page_heap_phases {
    struct phase *phases;
    struct site *sites;
    size_t phase_count, site_count;
};

static void add_phase(struct mw_page_heap_phases *to, const struct mw_model_rank *rank, size_t index,
                      const struct mw_model_heap_phase *from, const struct mw_heap_parts *parts,
                      struct mw_page_heap_stacks *stacks)
{
    uint64_t sum = 0, held;

    for (uint32_t i = 0; i < from->lines; i++) {
        const struct mw_model_heap_part *line = &from->line[i];
        struct mw_page_heap_stack stack;
        if (line->site >= rank->heap.site_count)
            continue;
        stack = mw_page_heap_stack_of(rank, &parts->items[line->site]); /* the first parts are the sites, in their order */
        sum = mw_model_sum(sum, line->bytes);
        *MW_MEM_PUSH(to->sites,
                     to->site_count) = (struct site){to->phase_count, mw_page_heap_stacks_add(stacks, &stack), line->bytes,
                                                     mw_model_heap_error(&rank->heap.sites[line->site], line->bytes)};
    }
    held = sum > from->held ? sum : from->held; /* sites are in whole KiB */
    *MW_MEM_PUSH(to->phases, to->phase_count) = (struct phase){index, rank->phases[from->phase].path, from->mark, held,
                                                               held - sum};
}

struct mw_page_heap_phases *mw_page_heap_phases_take(const struct mw_model *model, const uint32_t *ranks, size_t count,
                                                     struct mw_page_heap_stacks *stacks)
{
    struct mw_page_heap_phases *phases = mw_mem_alloc(1, sizeof(*phases));

    for (size_t r = 0; r < count; r++) {
        const struct mw_model_rank *rank = &model->ranks[ranks[r]];
        struct mw_heap_parts parts = mw_heap_parts(&rank->heap);
        for (uint32_t i = 0; parts.count && i < rank->heap.phase_count; i++)
            if (rank->heap.phases[i].phase < rank->phase_count)
                add_phase(phases, rank, r, &rank->heap.phases[i], &parts, stacks);
        mw_heap_parts_free(&parts);
    }
    return phases;
}

void mw_page_heap_phases_write(FILE *out, const struct mw_page_heap_phases *phases)
{
    struct mw_page_table table = mw_page_table_begin(out, "heap_phases");

    for (size_t i = 0; i < phases->phase_count; i++) {
        const struct phase *phase = &phases->phases[i];
        mw_page_table_row(&table);
        mw_page_table_index(&table, "rank", phase->rank);
        mw_page_table_text(&table, "name", phase->name);
        mw_page_table_bytes(&table, "mark", phase->mark);
        mw_page_table_change(&table, "outside", (int64_t)(phase->mark & INT64_MAX) - (int64_t)(phase->held & INT64_MAX));
        mw_page_table_bytes(&table, "rest", phase->rest);
    }
    mw_page_table_end(&table);
    table = mw_page_table_begin(out, "heap_phase_sites");
    for (size_t i = 0; i < phases->site_count; i++) {
        mw_page_table_row(&table);
        mw_page_table_index(&table, "phase", phases->sites[i].phase);
        mw_page_table_index(&table, "stack", phases->sites[i].stack);
        mw_page_table_bytes(&table, "bytes", phases->sites[i].bytes);
        mw_page_table_bytes(&table, "error", phases->sites[i].error);
    }
    mw_page_table_end(&table);
}

void mw_page_heap_phases_destroy(struct mw_page_heap_phases *phases)
{
    free(phases->phases);
    free(phases->sites);
    free(phases);
}
