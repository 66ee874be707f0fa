/* SPDX-License-Identifier: MIT */
#include "collector/report/heap_parts.h"

#include "collector/base/mem.h"
#include "collector/model/heap_owner.h"
#include "collector/report/names.h"

#include <stdlib.h>

static const char *const owners[MW_HEAP_OWNERS] = {
    [MW_HEAP_PROGRAM] = "program", [MW_HEAP_MPI] = "mpi", [MW_HEAP_MEMWATCH] = "memwatch"};

/* Rows of owners: what is in no site of the list. */
static const struct {
    const char *owner, *name;
} rows[MW_HEAP_ROWS] = {
    [MW_HEAP_ROW_PROGRAM] = {"program", "other lines of the program"},
    [MW_HEAP_ROW_MPI] = {"mpi", "other memory of MPI"},
    [MW_HEAP_ROW_MEMWATCH] = {"memwatch", "memwatch"},
    [MW_HEAP_ROW_BEFORE] = {"unknown", "from before recording began, or free but kept by malloc"},
    [MW_HEAP_ROW_KEPT] = {"malloc", "free, kept by malloc"},
    [MW_HEAP_ROW_HEADERS] = {"malloc", "malloc's headers and rounding"},
    [MW_HEAP_ROW_FILES] = {"system", "code and mapped files"},
    [MW_HEAP_ROW_DATA] = {"system", "variables of program and libraries"},
    [MW_HEAP_ROW_SHARED] = {"system", "shared memory"},
    [MW_HEAP_ROW_STACKS] = {"system", "stacks"},
    [MW_HEAP_ROW_OTHER] = {"unknown", "not explained"},
};

static bool is_hidden(const struct mw_model_heap_site *site, const struct mw_model_place *frame)
{
    return mw_report_names_is_start(frame) ||
           (site->owner != MW_HEAP_MEMWATCH && mw_heap_object(frame->module) == MW_HEAP_OBJECT_MEMWATCH);
}

/* Adds the frames of a site to the storage, or all of them if none would be left. */
static uint32_t take_frames(const struct mw_model_heap_site *site, const struct mw_model_place **to)
{
    uint32_t depth = 0;

    for (uint32_t i = 0; i < site->depth; i++)
        if (!is_hidden(site, site->frames[i]))
            to[depth++] = site->frames[i];
    for (; !depth && depth < site->depth; depth++)
        to[depth] = site->frames[depth];
    return depth;
}

static void add_sites(struct mw_heap_parts *parts, const struct mw_model_heap *heap, int64_t rest[MW_HEAP_ROWS])
{
    size_t used = 0;

    for (uint32_t i = 0; i < heap->site_count; i++) {
        const struct mw_model_heap_site *site = &heap->sites[i];
        struct mw_heap_part *part = &parts->items[parts->count++];
        *part = (struct mw_heap_part){.site = site,
                                      .frames = parts->frames + used,
                                      .depth = take_frames(site, parts->frames + used),
                                      .owner = owners[site->owner],
                                      .name = "",
                                      .bytes = (int64_t)(site->at_peak & INT64_MAX)};
        used += part->depth;
        rest[site->owner] = mw_model_sum_change(rest[site->owner], -part->bytes); /* the first rows are those of owners */
    }
}
_Static_assert((int)MW_HEAP_ROW_PROGRAM == (int)MW_HEAP_PROGRAM && (int)MW_HEAP_ROW_MPI == (int)MW_HEAP_MPI &&
                   (int)MW_HEAP_ROW_MEMWATCH == (int)MW_HEAP_MEMWATCH,
               "an owner's row has its number");

struct mw_heap_parts mw_heap_parts(const struct mw_model_heap *heap)
{
    struct mw_heap_parts parts = {0};
    int64_t rest[MW_HEAP_ROWS];
    size_t frames = 0;

    if (!heap->mark)
        return parts;
    for (uint32_t i = 0; i < heap->site_count; i++)
        frames += heap->sites[i].depth;
    parts.items = mw_mem_alloc((size_t)heap->site_count + MW_HEAP_ROWS, sizeof(*parts.items));
    parts.frames = mw_mem_alloc(frames, sizeof(*parts.frames));
    for (int i = 0; i < MW_HEAP_ROWS; i++)
        rest[i] = heap->rows[i];
    add_sites(&parts, heap, rest);
    for (int i = 0; i < MW_HEAP_ROWS; i++)
        if (rest[i])
            parts.items[parts.count++] = (struct mw_heap_part){.owner = rows[i].owner, .name = rows[i].name, .bytes = rest[i]};
    return parts;
}

void mw_heap_parts_free(struct mw_heap_parts *parts)
{
    free(parts->items);
    free(parts->frames);
    *parts = (struct mw_heap_parts){0};
}

const struct mw_model_site *mw_heap_parts_call(const struct mw_model_rank *rank, const struct mw_model_heap_site *site)
{
    return site->mpi_site < rank->site_count ? &rank->sites[site->mpi_site] : NULL;
}

const char *mw_heap_parts_phase(const struct mw_model_rank *rank)
{
    if (rank->peak_phase < rank->phase_count)
        return rank->phases[rank->peak_phase].path;
    return rank->peak_site < rank->site_count ? rank->sites[rank->peak_site].label : "";
}
