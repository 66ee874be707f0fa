/* SPDX-License-Identifier: MIT */
#include "collector/model/heap_largest.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CALLERS 3 /* frames that distinguish lines of one rank */
#define MOST ((double)INT64_MAX / 2)
#define SHARE_LEAST 20 /* of the peak */
#define END_LEAST (1u << 20)

uint64_t mw_heap_at_peak(const struct mw_model_heap_site *site, const void *context)
{
    (void)context;
    return site->at_peak;
}

uint64_t mw_heap_at_end(const struct mw_model_heap_site *site, const void *context)
{
    (void)context;
    return site->held;
}

/* ---- sites to lines ---- */

struct selection {
    mw_heap_amount_of *amount_of;
    const void *context;
    enum mw_heap_owner owner; /* MW_HEAP_OWNERS: sites with a place */
    uint32_t callers;         /* frames that distinguish lines of the program */
};

/* Places are stored once, so their addresses identify them. All bytes are set: it is hashed. */
struct key {
    uint64_t merged;
    const struct mw_model_place *frames[CALLERS];
};

static bool is_selected(const struct mw_model_heap_site *site, const struct selection *selection)
{
    if (selection->owner != MW_HEAP_OWNERS)
        return site->owner == selection->owner;
    return site->owner == MW_HEAP_MPI || (site->owner == MW_HEAP_PROGRAM && site->place);
}

/* The line of a site. Sites without a merged line are separate lines. */
static uint32_t find(struct mw_map *keys, const struct mw_model_heap_site *site, uint32_t callers, uint32_t next)
{
    struct key key = {.merged = site->merged};

    if (site->merged == MW_MODEL_NONE)
        return next;
    for (uint32_t i = 0; i < callers && i < site->depth && site->owner == MW_HEAP_PROGRAM; i++)
        key.frames[i] = site->frames[i];
    return mw_map_add(keys, &key, sizeof(key), next);
}

static void add(struct mw_heap_largest *line, const struct mw_model_heap_site *site, uint64_t bytes, uint64_t *most)
{
    double blocks = site->at_peak ? (double)site->blocks_at_peak * ((double)bytes / (double)site->at_peak) : 0;

    if (!line->site || bytes > *most) {
        line->site = site;
        *most = bytes;
    }
    line->same_call = site->same_call && (line->same_call || !line->sites);
    line->sites++;
    line->bytes = mw_model_sum(line->bytes, bytes);
    line->error = (uint64_t)fmin(hypot((double)line->error, (double)mw_model_heap_error(site, bytes)), MOST);
    line->blocks = mw_model_sum(line->blocks, (uint64_t)fmin(blocks, MOST));
}

static int compare(const void *a, const void *b)
{
    const struct mw_heap_largest *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->site > y->site) - (x->site < y->site);
}

static struct mw_heap_largest *find_lines(const struct mw_model_heap *heap, const struct selection *selection, size_t *count)
{
    struct mw_heap_largest *lines = mw_mem_alloc(heap->site_count, sizeof(*lines));
    uint64_t *most = mw_mem_alloc(heap->site_count, sizeof(*most));
    struct mw_map *keys = mw_map_create();

    *count = 0;
    for (uint32_t i = 0; i < heap->site_count; i++) {
        const struct mw_model_heap_site *site = &heap->sites[i];
        uint64_t bytes = is_selected(site, selection) ? selection->amount_of(site, selection->context) : 0;
        uint32_t line;
        if (!bytes)
            continue;
        line = find(keys, site, selection->callers, (uint32_t)*count);
        *count += line == *count;
        add(&lines[line], site, bytes, &most[line]);
    }
    mw_map_destroy(keys);
    free(most);
    if (*count)
        qsort(lines, *count, sizeof(*lines), compare);
    return lines;
}

struct mw_heap_largest *mw_heap_largest_lines(const struct mw_model_heap *heap, mw_heap_amount_of *amount_of,
                                              const void *context, size_t *count)
{
    return find_lines(heap, &(struct selection){amount_of, context, MW_HEAP_OWNERS, 0}, count);
}

struct mw_heap_largest *mw_heap_largest_stacks(const struct mw_model_heap *heap, enum mw_heap_owner owner, size_t *count)
{
    return find_lines(heap, &(struct selection){mw_heap_at_peak, NULL, owner, CALLERS}, count);
}

/* ---- the largest one ---- */

static bool find_first(const struct mw_model_heap *heap, const struct selection *selection, uint64_t least,
                       struct mw_heap_largest *line)
{
    size_t count, i;
    struct mw_heap_largest *lines = find_lines(heap, selection, &count);
    bool found;

    for (i = 0; i < count && (lines[i].site->owner != MW_HEAP_PROGRAM || !lines[i].site->place); i++)
        ;
    found = i < count && lines[i].bytes >= least;
    if (found)
        *line = lines[i];
    free(lines);
    return found;
}

bool mw_heap_largest_is_of_peak(const struct mw_model_rank *rank)
{
    uint64_t mark = rank->heap.mark;

    return rank->peak.bytes <= mw_model_sum(mark, mark / 64 + rank->error_bytes + (1u << 20));
}

static bool find_at_peak(const struct mw_model_rank *rank, const struct selection *selection, struct mw_heap_largest *line)
{
    return rank->heap.mark && mw_heap_largest_is_of_peak(rank) &&
           find_first(&rank->heap, selection, rank->peak.bytes / SHARE_LEAST, line);
}

bool mw_heap_largest_at_peak(const struct mw_model_rank *rank, struct mw_heap_largest *line)
{
    return find_at_peak(rank, &(struct selection){mw_heap_at_peak, NULL, MW_HEAP_OWNERS, 0}, line);
}

bool mw_heap_largest_stack_at_peak(const struct mw_model_rank *rank, struct mw_heap_largest *line)
{
    return find_at_peak(rank, &(struct selection){mw_heap_at_peak, NULL, MW_HEAP_PROGRAM, CALLERS}, line);
}

bool mw_heap_largest_at_end(const struct mw_model_rank *rank, struct mw_heap_largest *line)
{
    return find_first(&rank->heap, &(struct selection){mw_heap_at_end, NULL, MW_HEAP_OWNERS, 0}, END_LEAST, line);
}

/* Behind these are only frames of the C library. */
static bool is_outermost(const struct mw_model_place *place)
{
    return !strcmp(place->function, "main") || !strcmp(place->function, "MAIN__");
}

const struct mw_model_place *mw_heap_caller(const struct mw_model_heap_site *site)
{
    for (uint32_t i = 0; i + 1 < site->depth; i++)
        if (site->frames[i] == site->place)
            return is_outermost(site->place) ? NULL : site->frames[i + 1];
    return NULL;
}
