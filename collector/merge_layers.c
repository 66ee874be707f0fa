/* SPDX-License-Identifier: MIT */
/* Where a call stands, for the reader: at the innermost place, unless that lies in a communication layer.
 *
 * A file (or a whole shared library) is a layer when at least half of its lines that call MPI are each reached from
 * several lines outside of it. Its calls are then told by the first place outside: "solver.c:12 (via comm.c:34)".
 * Of a program whose calls are each reached in one way nothing changes, unless a call has no line at all, in a library
 * without debug information: that is told by the first line outside in any case, "solver.c:12 (via Cdgsum2d)".
 */
#include "collector/mem.h"
#include "collector/merge_parts.h"
#include "collector/pymethods.h"

#include <stdlib.h>
#include <string.h>

/* What may be a layer. The larger one first: what a library calls itself with is no news to the program's author. */
enum kind { LIBRARY, SOURCE_FILE, KINDS };

/* One line that calls MPI. Strings and places are kept once, so their addresses name them. */
struct line {
    const char *group;
    const char *caller; /* label of the first place outside the group that was seen; NULL none */
    bool shared;        /* there are several */
};

struct group {
    uint32_t lines, shared;
};

struct mw_merge_layers {
    struct mw_model *model;
    struct mw_map *line_keys, *group_keys, *via_keys;
    struct line *lines;
    struct group *groups;
    const struct mw_model_place **vias;
    size_t line_count, group_count, via_count;
};

/* The library or file of a place; NULL: it is in none that could be a layer. */
static const char *group_of(const struct mw_model_rank *rank, const struct mw_model_place *place, enum kind kind)
{
    const char *group = kind == SOURCE_FILE ? place->path : place->module != rank->exe ? place->module : "";

    return group[0] ? group : NULL;
}

/* What starts main() and threads: it has lines where the system's debug information is installed. */
static bool is_libc(const char *module)
{
    const char *slash = strrchr(module, '/');

    return slash && (!strncmp(slash, "/libc.so", 8) || !strncmp(slash, "/libpthread.so", 14));
}

/* Neither that nor headers of the system are where a program's author looks. */
static bool is_telling(const struct mw_model_place *place)
{
    return place->line && !is_libc(place->module) && strncmp(place->path, "/usr/include/", 13) != 0 && !strstr(place->path, "/include/c++/");
}

static const struct mw_model_place *caller_of(const struct mw_model_rank *rank, const struct mw_model_site *site,
                                              const char *group, enum kind kind)
{
    for (uint32_t i = 1; i < site->depth; i++)
        if (group_of(rank, site->frames[i], kind) != group && is_telling(site->frames[i]))
            return site->frames[i];
    return NULL;
}

/* Each program has these once, wherever its layer is. */
static bool is_frame_of_job(const char *call)
{
    return strncmp(call, "MPI_Init", 8) == 0 || strcmp(call, "MPI_Finalize") == 0;
}

static void note_line(struct mw_merge_layers *layers, const struct mw_model_rank *rank,
                      const struct mw_model_site *site, enum kind kind)
{
    const char *group = group_of(rank, site->frames[0], kind);
    const struct mw_model_place *caller = group ? caller_of(rank, site, group, kind) : NULL;
    const char *key[2] = {group, site->frames[0]->label};
    uint32_t found, next = (uint32_t)layers->line_count;
    struct line *line;

    if (!group)
        return;
    found = mw_map_add(layers->line_keys, key, sizeof(key), next);
    if (found == next)
        MW_MEM_PUSH(layers->lines, layers->line_count)->group = group;
    line = &layers->lines[found];
    if (caller && line->caller && line->caller != caller->label)
        line->shared = true;
    else if (caller)
        line->caller = caller->label;
}

void mw_merge_layers_decide(struct mw_merge_layers *layers)
{
    for (size_t i = 0; i < layers->line_count; i++) {
        const char *key = layers->lines[i].group;
        uint32_t next = (uint32_t)layers->group_count;
        uint32_t found = mw_map_add(layers->group_keys, &key, sizeof(key), next);
        if (found == next)
            (void)MW_MEM_PUSH(layers->groups, layers->group_count);
        layers->groups[found].lines++;
        layers->groups[found].shared += layers->lines[i].shared;
    }
}

static bool is_layer(const struct mw_merge_layers *layers, const char *group)
{
    uint32_t found = group ? mw_map_find(layers->group_keys, &group, sizeof(group)) : MW_MAP_NONE;

    return found != MW_MAP_NONE && layers->groups[found].shared
        && layers->groups[found].shared * 2 >= layers->groups[found].lines;
}

static const struct mw_model_place *make_via(struct mw_merge_layers *layers, const struct mw_model_place *caller,
                                             const struct mw_model_place *layer)
{
    const char *through = layer->line || !layer->function[0] ? layer->label : layer->function;
    const char *key[2] = {caller->label, through};
    uint32_t next = (uint32_t)layers->via_count;
    uint32_t found = mw_map_add(layers->via_keys, key, sizeof(key), next);
    struct mw_model_place *place;

    if (found != next)
        return layers->vias[found];
    place = mw_mem_alloc(1, sizeof(*place));
    *place = *caller;
    place->label = mw_model_format(layers->model, "%s (via %s)", caller->label, through);
    *MW_MEM_PUSH(layers->model->places, layers->model->place_count) = place;
    return *MW_MEM_PUSH(layers->vias, layers->via_count) = place;
}

/* A helper in an extension module of Python is told by the method it works for. */
static const struct mw_model_place *method_of(const struct mw_model_site *site)
{
    const char *module = site->frames[0]->module;
    char name[200];

    if (site->frames[0]->line || site->frames[0]->function[0] || !mw_pymethods_module(module, name))
        return NULL;
    for (uint32_t i = 1; i < site->depth && site->frames[i]->module == module; i++)
        if (site->frames[i]->function[0])
            return site->frames[i];
    return NULL;
}

/* For a call without a line: the first frame that has one. What Python calls has a name instead. */
static const struct mw_model_place *first_line(const struct mw_model_site *site)
{
    char name[200];

    if (site->frames[0]->line || mw_pymethods_module(site->frames[0]->module, name))
        return NULL;
    for (uint32_t i = 1; i < site->depth; i++)
        if (is_telling(site->frames[i]))
            return site->frames[i];
    return NULL;
}

static const struct mw_model_place *telling_place(struct mw_merge_layers *layers, const struct mw_model_rank *rank,
                                                  const struct mw_model_site *site)
{
    const struct mw_model_place *line = first_line(site);

    if (line)
        return make_via(layers, line, site->frames[0]);
    for (enum kind kind = 0; kind < KINDS; kind++) {
        const char *group = group_of(rank, site->frames[0], kind);
        const struct mw_model_place *caller = is_layer(layers, group) ? caller_of(rank, site, group, kind) : NULL;
        if (caller)
            return make_via(layers, caller, site->frames[0]);
    }
    return method_of(site);
}

/* Only what is named after the calls around it: "start → MPI_Init" stays, though a call ends it. */
static void rename_phases(struct mw_model *model, struct mw_model_rank *rank)
{
    for (uint32_t i = 0; i < rank->phase_count; i++) {
        struct mw_model_phase *phase = &rank->phases[i];
        if (phase->kind != MW_PHASE_BETWEEN || (phase->from_site == MW_MODEL_NONE && phase->to_site == MW_MODEL_NONE))
            continue;
        mw_merge_take_name(model, rank, phase);
    }
}

void mw_merge_layers_place(struct mw_merge_layers *layers, struct mw_model_rank *rank)
{
    bool changed = false;

    for (uint32_t i = 0; i < rank->site_count; i++) {
        struct mw_model_site *site = &rank->sites[i];
        const struct mw_model_place *place = site->depth ? telling_place(layers, rank, site) : NULL;
        if (!place)
            continue;
        site->place = place;
        site->label = mw_model_format(layers->model, "%s %s", site->call, place->label);
        changed = true;
    }
    if (changed)
        rename_phases(layers->model, rank);
}

void mw_merge_layers_look(struct mw_merge_layers *layers, const struct mw_model_rank *rank)
{
    for (uint32_t i = 0; i < rank->site_count; i++) {
        const struct mw_model_site *site = &rank->sites[i];
        for (enum kind kind = 0; kind < KINDS && site->depth && !is_frame_of_job(site->call); kind++)
            note_line(layers, rank, site, kind);
    }
}

struct mw_merge_layers *mw_merge_layers_create(struct mw_model *model)
{
    struct mw_merge_layers *layers = mw_mem_alloc(1, sizeof(*layers));

    *layers = (struct mw_merge_layers){.model = model, .line_keys = mw_map_create(), .group_keys = mw_map_create(),
                                     .via_keys = mw_map_create()};
    return layers;
}

void mw_merge_layers_destroy(struct mw_merge_layers *layers)
{
    free(layers->lines);
    free(layers->groups);
    free(layers->vias);
    mw_map_destroy(layers->line_keys);
    mw_map_destroy(layers->group_keys);
    mw_map_destroy(layers->via_keys);
    free(layers);
}
