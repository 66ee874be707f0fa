/* SPDX-License-Identifier: MIT */
#include "collector/model/heap_lines.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Strings are stored once, so their addresses identify them. All bytes are set: it is hashed. */
struct key {
    const char *label;
    const char *module; /* base name, since hosts may have it in different folders; NULL: the place has a line */
    uint64_t offset;    /* 0 if the place has a line */
    uint64_t owner;
    const char *library;
};

/* What one rank adds to one line: the sum over its sites. */
struct share {
    uint32_t rank; /* plus one: the rank of these values */
    uint64_t bytes;
    double variance;
};

struct mw_heap_lines {
    struct mw_model *model;
    struct mw_map *keys;
    struct share *shares; /* by line */
    size_t share_count, line_count;
    uint32_t *touched; /* lines of the current rank */
    size_t touched_count;
};

static struct key key_of(struct mw_model *model, const struct mw_model_place *place, const char *label,
                         enum mw_heap_owner owner, const char *library)
{
    const char *slash = place && !place->line ? strrchr(place->module, '/') : NULL;
    struct key key = {.label = label, .owner = (uint64_t)owner, .library = library};

    if (place && !place->line) {
        key.module = mw_model_string(model, slash ? slash + 1 : place->module);
        key.offset = place->offset;
    }
    return key;
}

static struct key key_of_site(struct mw_model *model, const struct mw_model_heap_site *site)
{
    return key_of(model, site->place, site->label, site->owner, site->library);
}

static uint32_t find_line(struct mw_heap_lines *lines, const struct mw_model_heap_site *site)
{
    struct mw_model_heaps *heaps = &lines->model->heaps;
    struct key key = key_of_site(lines->model, site);
    uint32_t next = (uint32_t)lines->line_count, found = mw_map_add(lines->keys, &key, sizeof(key), next);

    if (found == next) {
        *MW_MEM_PUSH(heaps->lines, lines->line_count) = (struct mw_model_heap_line){
            .place = site->place, .label = site->label, .owner = site->owner, .library = site->library, .worst = MW_MODEL_NONE};
        (void)MW_MEM_PUSH(lines->shares, lines->share_count);
    }
    return found;
}

static void add_site(struct mw_heap_lines *lines, struct mw_model_heap_site *site, uint32_t rank)
{
    struct share *share;

    site->merged = find_line(lines, site);
    share = &lines->shares[site->merged];
    if (share->rank != rank + 1) {
        *share = (struct share){.rank = rank + 1};
        *MW_MEM_PUSH(lines->touched, lines->touched_count) = site->merged;
    }
    share->bytes = mw_model_sum(share->bytes, site->at_peak);
    share->variance += (double)site->at_peak_error * (double)site->at_peak_error;
}

static void add_share(struct mw_model_heap_line *line, const struct share *share, uint32_t rank)
{
    if (!share->bytes)
        return;
    if (!line->ranks || share->bytes < line->min)
        line->min = share->bytes;
    if (share->bytes > line->max) {
        line->max = share->bytes;
        line->worst = rank;
        line->max_error = (uint64_t)fmin(sqrt(share->variance), (double)INT64_MAX / 2);
    }
    line->mean += (double)share->bytes; /* the sum, until all are added */
    line->ranks++;
}

void mw_heap_lines_name(char *text, size_t size, const struct mw_model_heap_line *line)
{
    const struct mw_model_place *place = line->place;
    const char *slash = place ? strrchr(place->module, '/') : NULL;

    if (line->owner == MW_HEAP_MPI)
        snprintf(text, size, "MPI: %.200s", line->label);
    else if (place && place->line && place->function[0])
        snprintf(text, size, "%.200s %.150s", place->function, line->label);
    else if (place && !place->line && place->function[0] && place->module[0])
        snprintf(text, size, "%.200s in %.150s", line->label, slash ? slash + 1 : place->module);
    else
        snprintf(text, size, "%.300s", line->label);
}

struct mw_heap_lines *mw_heap_lines_create(struct mw_model *model)
{
    struct mw_heap_lines *lines = mw_mem_alloc(1, sizeof(*lines));

    *lines = (struct mw_heap_lines){.model = model, .keys = mw_map_create()};
    return lines;
}

void mw_heap_lines_add(struct mw_heap_lines *lines, uint32_t rank)
{
    struct mw_model_heaps *heaps = &lines->model->heaps;
    struct mw_model_heap *heap = &lines->model->ranks[rank].heap;

    heaps->ranks += heap->mark != 0;
    for (uint32_t i = 0; i < heap->site_count; i++)
        add_site(lines, &heap->sites[i], rank);
    for (size_t i = 0; i < lines->touched_count; i++)
        add_share(&heaps->lines[lines->touched[i]], &lines->shares[lines->touched[i]], rank);
    free(lines->touched);
    lines->touched = NULL;
    lines->touched_count = 0;
    heaps->line_count = (uint32_t)lines->line_count;
}

void mw_heap_lines_link(const struct mw_heap_lines *lines, struct mw_model_heap *heap)
{
    for (uint32_t i = 0; i < heap->site_count; i++) {
        struct key key = key_of_site(lines->model, &heap->sites[i]);
        heap->sites[i].merged = mw_map_find(lines->keys, &key, sizeof(key)); /* MW_MAP_NONE equals MW_MODEL_NONE */
    }
}

void mw_heap_lines_finish(struct mw_heap_lines *lines)
{
    struct mw_model_heaps *heaps = &lines->model->heaps;

    for (uint32_t i = 0; i < heaps->line_count; i++) {
        struct mw_model_heap_line *line = &heaps->lines[i];
        if (line->ranks < heaps->ranks)
            line->min = 0;
        line->mean = heaps->ranks ? line->mean / heaps->ranks : 0;
    }
    free(lines->shares);
    mw_map_destroy(lines->keys);
    free(lines);
}

void mw_heap_lines_link_late(struct mw_model *model, struct mw_model_heap *heap)
{
    struct mw_heap_lines lines = {.model = model, .keys = mw_map_create()};

    for (uint32_t i = 0; i < model->heaps.line_count; i++) {
        const struct mw_model_heap_line *line = &model->heaps.lines[i];
        struct key key = key_of(model, line->place, line->label, line->owner, line->library);
        mw_map_add(lines.keys, &key, sizeof(key), i);
    }
    mw_heap_lines_link(&lines, heap);
    mw_map_destroy(lines.keys);
}
