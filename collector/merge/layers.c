/* SPDX-License-Identifier: MIT */
/* The displayed place of a call: the innermost place, unless that is in a communication layer.
 *
 * A source file or a shared library is a layer if at least half of its places that call MPI are each reached from several
 * places outside of it. Without line information, a function is also a layer if at least half of its places are each reached
 * from several functions. The calls of a layer are shown at the first place outside: "solver.c:12 (via comm.c:34)", or
 * without lines "solve+0x1f (via comm_sum)".
 *
 * A program whose calls are each reached in one way only is shown unchanged, with one exception: a call without a line (in a
 * library without debug information) whose caller has one is always shown at the first frame with a line, "solver.c:12 (via
 * Cdgsum2d)". If no caller has a line and the function has no name, the call is shown at the first frame with a name,
 * "KSPSolve+0x6c (via libpetsc.so+0x1f20)". */
#include "collector/base/mem.h"
#include "collector/base/short_name.h"
#include "collector/merge/parts.h"
#include "collector/symbols/pymethods.h"

#include <stdlib.h>
#include <string.h>

/* What may be a layer, the larger unit first: calls within a library do not help the author of the program. */
enum kind { LIBRARY, SOURCE_FILE, FUNCTION, KINDS };

/* A candidate for a layer. Strings and places are stored once, so their addresses identify them. */
struct key {
    const char *name;   /* path, or function; NULL: cannot be a layer */
    const char *object; /* object of a function; NULL: the path identifies it */
};

/* One place that calls MPI. */
struct line {
    struct key group;
    const char *caller; /* label, or function, of the first place outside the group that was seen; NULL: none */
    bool shared;        /* there are several callers */
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

/* The library, file or function of a place. */
static struct key group_of(const struct mw_model_rank *rank, const struct mw_model_place *place, enum kind kind)
{
    const char *name = "", *object = NULL;

    if (kind == SOURCE_FILE)
        name = place->path;
    else if (kind == LIBRARY && place->module != rank->exe)
        name = place->module;
    else if (kind == FUNCTION && !place->line) {
        name = place->function;
        object = place->module;
    }
    return name[0] ? (struct key){name, object} : (struct key){NULL, NULL};
}

static bool is_same(struct key a, struct key b)
{
    return a.name == b.name && a.object == b.object;
}

/* Code that starts main(), threads and callbacks, and interpreters: its names and lines are not the program's. */
static bool is_runtime(const char *module)
{
    static const char *const names[] = {"libc.so",        "libpthread.so", "libpthread-",  "libc-2.",     "ld-linux",
                                        "ld-musl",        "libc.musl",     "libstdc++.so", "libc++.so",   "libgcc_s",
                                        "libgfortran.so", "libgomp.so",    "libomp.so",    "libiomp5.so", "libffi.so",
                                        "libpython",      "python"};
    const char *slash = strrchr(module, '/');

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slash && strncmp(slash + 1, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Whether the place helps the author of the program: not in a system header; without a line, in a file with a name. */
static bool is_informative(const struct mw_model_place *place)
{
    if (is_runtime(place->module))
        return false;
    if (!place->line)
        return place->module[0] == '/' && strcmp(place->function, "_start") != 0;
    return strncmp(place->path, "/usr/include/", 13) != 0 && !strstr(place->path, "/include/c++/");
}

static bool is_python(const struct mw_model_place *place)
{
    char name[200];

    return mw_pymethods_module(place->module, name);
}

/* A call from Python already has a name: only a line adds information. */
static const struct mw_model_place *caller_of(const struct mw_model_rank *rank, const struct mw_model_site *site,
                                              struct key group, enum kind kind)
{
    for (uint32_t i = 1; i < site->depth; i++)
        if (!is_same(group_of(rank, site->frames[i], kind), group) && is_informative(site->frames[i]) &&
            (site->frames[i]->line || !is_python(site->frames[0])))
            return site->frames[i];
    return NULL;
}

/* The name by which two callers are compared. */
static const char *name_of(const struct mw_model_place *caller, enum kind kind)
{
    return kind == FUNCTION && caller->function[0] ? caller->function : caller->label;
}

/* Every program has these frames once, wherever its layer is. */
static bool is_frame_of_job(const char *call)
{
    return strncmp(call, "MPI_Init", 8) == 0 || strcmp(call, "MPI_Finalize") == 0 || strncmp(call, "MPI_Session_", 12) == 0;
}

static void note_line(struct mw_merge_layers *layers, const struct mw_model_rank *rank, const struct mw_model_site *site,
                      enum kind kind)
{
    struct key group = group_of(rank, site->frames[0], kind);
    const struct mw_model_place *caller = group.name ? caller_of(rank, site, group, kind) : NULL;
    const struct {
        struct key group;
        const char *label;
    } key = {group, site->frames[0]->label};
    uint32_t found, next = (uint32_t)layers->line_count;
    struct line *line;

    if (!group.name)
        return;
    found = mw_map_add(layers->line_keys, &key, sizeof(key), next);
    if (found == next)
        MW_MEM_PUSH(layers->lines, layers->line_count)->group = group;
    line = &layers->lines[found];
    if (caller && line->caller && line->caller != name_of(caller, kind))
        line->shared = true;
    else if (caller)
        line->caller = name_of(caller, kind);
}

void mw_merge_layers_decide(struct mw_merge_layers *layers)
{
    for (size_t i = 0; i < layers->line_count; i++) {
        struct key key = layers->lines[i].group;
        uint32_t next = (uint32_t)layers->group_count;
        uint32_t found = mw_map_add(layers->group_keys, &key, sizeof(key), next);
        if (found == next)
            (void)MW_MEM_PUSH(layers->groups, layers->group_count);
        layers->groups[found].lines++;
        layers->groups[found].shared += layers->lines[i].shared;
    }
}

static bool is_layer(const struct mw_merge_layers *layers, struct key group)
{
    uint32_t found = group.name ? mw_map_find(layers->group_keys, &group, sizeof(group)) : MW_MAP_NONE;

    return found != MW_MAP_NONE && layers->groups[found].shared &&
           layers->groups[found].shared * 2 >= layers->groups[found].lines;
}

/* "comm.c:34" or "comm_sum". */
static const char *layer_name(const struct mw_model_place *layer, char *function, size_t size)
{
    if (layer->line || !layer->function[0])
        return layer->label;
    mw_short_name(function, size, layer->function);
    return function;
}

/* The frame where a name of the layer is known: in a stripped library, the exported function. */
static const struct mw_model_place *layer_of(const struct mw_model_site *site, const struct mw_model_place *caller)
{
    for (uint32_t i = 0; i < site->depth && site->frames[i] != caller; i++)
        if (site->frames[i]->line || site->frames[i]->function[0])
            return site->frames[i];
    return site->frames[0];
}

static const struct mw_model_place *make_via(struct mw_merge_layers *layers, const struct mw_model_place *caller,
                                             const struct mw_model_site *site)
{
    char function[1024];
    const char *via = mw_model_string(layers->model, layer_name(layer_of(site, caller), function, sizeof(function)));
    const struct {
        struct mw_merge_place place;
        const char *via;
    } key = {mw_merge_place(layers->model, caller), via};
    uint32_t next = (uint32_t)layers->via_count;
    uint32_t found = mw_map_add(layers->via_keys, &key, sizeof(key), next);
    struct mw_model_place *place;

    if (found != next)
        return layers->vias[found];
    place = mw_mem_alloc(1, sizeof(*place));
    *place = *caller;
    place->label = mw_model_format(layers->model, "%s (via %s)", caller->label, via);
    *MW_MEM_PUSH(layers->model->places, layers->model->place_count) = place;
    return *MW_MEM_PUSH(layers->vias, layers->via_count) = place;
}

/* A helper in a Python extension module is shown as the method that calls it. */
static const struct mw_model_place *method_of(const struct mw_model_site *site)
{
    const char *module = site->frames[0]->module;

    if (site->frames[0]->line || site->frames[0]->function[0] || !is_python(site->frames[0]))
        return NULL;
    for (uint32_t i = 1; i < site->depth && site->frames[i]->module == module; i++)
        if (site->frames[i]->function[0])
            return site->frames[i];
    return NULL;
}

/* For a call without a line: the first frame that has one. A call from Python has a name instead. */
static const struct mw_model_place *first_line(const struct mw_model_site *site)
{
    if (site->frames[0]->line || is_python(site->frames[0]))
        return NULL;
    for (uint32_t i = 1; i < site->depth; i++)
        if (site->frames[i]->line && is_informative(site->frames[i]))
            return site->frames[i];
    return NULL;
}

/* For a call from a function of a stripped file, which has no name: the first frame that has one. */
static const struct mw_model_place *first_name(const struct mw_model_site *site)
{
    if (site->frames[0]->line || site->frames[0]->function[0] || is_python(site->frames[0]))
        return NULL;
    for (uint32_t i = 1; i < site->depth; i++)
        if (site->frames[i]->function[0] && is_informative(site->frames[i]))
            return site->frames[i];
    return NULL;
}

static const struct mw_model_place *informative_place(struct mw_merge_layers *layers, const struct mw_model_rank *rank,
                                                      const struct mw_model_site *site)
{
    const struct mw_model_place *known = first_line(site);

    if (known)
        return make_via(layers, known, site);
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct key group = group_of(rank, site->frames[0], kind);
        const struct mw_model_place *caller = is_layer(layers, group) ? caller_of(rank, site, group, kind) : NULL;
        if (caller)
            return make_via(layers, caller, site);
    }
    known = first_name(site);
    return known ? make_via(layers, known, site) : method_of(site);
}

/* Only phases named after the surrounding calls: "start → MPI_Init" stays, although a call ends it. */
static void rename_phases(struct mw_model *model, struct mw_model_rank *rank)
{
    for (uint32_t i = 0; i < rank->phase_count; i++) {
        struct mw_model_phase *phase = &rank->phases[i];
        if (!mw_model_is_of_calls(phase->kind) || (phase->from_site == MW_MODEL_NONE && phase->to_site == MW_MODEL_NONE))
            continue;
        mw_merge_take_name(model, rank, phase);
    }
}

void mw_merge_layers_place(struct mw_merge_layers *layers, struct mw_model_rank *rank)
{
    bool changed = false;

    for (uint32_t i = 0; i < rank->site_count; i++) {
        struct mw_model_site *site = &rank->sites[i];
        const struct mw_model_place *place = site->depth ? informative_place(layers, rank, site) : NULL;
        if (!place)
            continue;
        site->place = place;
        site->label = mw_model_format(layers->model, "%s %s", site->call, place->label);
        changed = true;
    }
    if (changed)
        rename_phases(layers->model, rank);
}

void mw_merge_layers_examine(struct mw_merge_layers *layers, const struct mw_model_rank *rank)
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

    *layers = (struct mw_merge_layers){
        .model = model, .line_keys = mw_map_create(), .group_keys = mw_map_create(), .via_keys = mw_map_create()};
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
