/* SPDX-License-Identifier: MIT */
#include "collector/symbols/symbols.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/base/short_name.h"
#include "collector/base/text.h"
#include "collector/symbols/pymethods.h"
#include "collector/symbols/symbolizer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_WIDTH 120 /* columns of a function's name in a label */

struct mw_symbols {
    struct mw_symbolizer *symbolizer;
    struct mw_symbolizer_module *modules; /* 0 is "none" */
    size_t module_count;
    struct mw_map *module_map;
    struct mw_symbols_place **places;
    size_t place_count;
    struct mw_map *place_map;
};

struct mw_symbols *mw_symbols_create(void)
{
    struct mw_symbols *symbols = mw_mem_alloc(1, sizeof(*symbols));

    symbols->symbolizer = mw_symbolizer_create();
    symbols->module_map = mw_map_create();
    symbols->place_map = mw_map_create();
    (void)MW_MEM_PUSH(symbols->modules, symbols->module_count);
    return symbols;
}

static void destroy_place(struct mw_symbols_place *place)
{
    free((char *)(uintptr_t)place->label);
    free((char *)(uintptr_t)place->function);
    free((char *)(uintptr_t)place->file);
    free((char *)(uintptr_t)place->path);
    free((char *)(uintptr_t)place->module);
    free(place);
}

void mw_symbols_destroy(struct mw_symbols *symbols)
{
    if (!symbols)
        return;
    mw_symbolizer_destroy(symbols->symbolizer);
    for (size_t i = 0; i < symbols->place_count; i++)
        destroy_place(symbols->places[i]);
    free(symbols->modules);
    free(symbols->places);
    mw_map_destroy(symbols->module_map);
    mw_map_destroy(symbols->place_map);
    free(symbols);
}

uint32_t mw_symbols_module(struct mw_symbols *symbols, const struct mw_module *module)
{
    struct mw_module key = {0};
    uint32_t id = (uint32_t)symbols->module_count;

    if (!module)
        return 0;
    snprintf(key.path, sizeof(key.path), "%s", module->path);
    key.build_id_length = module->build_id_length;
    memcpy(key.build_id, module->build_id, module->build_id_length);
    if (mw_map_add(symbols->module_map, &key, sizeof(key), id) == id)
        *MW_MEM_PUSH(symbols->modules, symbols->module_count) = (struct mw_symbolizer_module){.key = key,
                                                                                              .detail = MW_SYMBOL_LINES};
    return mw_map_find(symbols->module_map, &key, sizeof(key));
}

const struct mw_module *mw_symbols_module_at(const struct mw_symbols *symbols, size_t index)
{
    return index + 1 < symbols->module_count ? &symbols->modules[index + 1].key : NULL;
}

static char *clean_copy(const char *text)
{
    char *copy = mw_mem_copy(text ? text : "");

    mw_text_clean(copy);
    return copy;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* "mesh::Field::sum+0x1f" */
static void put_function(char *text, size_t size, const char *function, uint64_t into)
{
    char name[1024];

    mw_short_name(name, sizeof(name), function);
    mw_short_name_fit(text, size - 20, name, LABEL_WIDTH);
    if (into)
        snprintf(text + strlen(text), 20, "+0x%llx", (unsigned long long)into);
}

static char *make_label(const struct mw_symbols_place *place, uint64_t into)
{
    char text[400];

    if (place->line)
        snprintf(text, sizeof(text), "%.360s:%u", place->file, (unsigned)place->line);
    else if (place->function[0])
        put_function(text, sizeof(text), place->function, into);
    else if (place->module[0])
        snprintf(text, sizeof(text), "%.360s+0x%llx", base_name(place->module), (unsigned long long)place->offset);
    else
        snprintf(text, sizeof(text), "0x%llx", (unsigned long long)place->offset);
    return clean_copy(text);
}

/* "mpi4py.MPI.Bcast" for a Python extension module without lines. NULL: it has a line, or another name. */
static char *make_python_label(const struct mw_symbols_place *place, bool method)
{
    char extension[MW_PYMETHODS_NAME], text[400];

    if (place->line || (place->function[0] && !method) || !mw_pymethods_module(place->module, extension))
        return NULL;
    if (method)
        snprintf(text, sizeof(text), "%s.%.180s", extension, place->function);
    else
        snprintf(text, sizeof(text), "%s+0x%llx", extension, (unsigned long long)place->offset);
    return clean_copy(text);
}

static struct mw_symbols_place *add_place(struct mw_symbols *symbols, uint64_t offset)
{
    struct mw_symbols_place *place = mw_mem_alloc(1, sizeof(*place));

    place->id = (uint32_t)symbols->place_count;
    place->offset = offset;
    return *MW_MEM_PUSH(symbols->places, symbols->place_count) = place;
}

static void set_place(struct mw_symbols_place *place, const struct mw_symbol_frame *frame, const char *module)
{
    char *label;

    place->function = clean_copy(frame->function);
    place->path = clean_copy(frame->line ? frame->path : NULL);
    place->line = place->path[0] ? frame->line : 0;
    place->file = clean_copy(base_name(place->path));
    place->module = clean_copy(module);
    label = make_python_label(place, frame->method);
    place->label = label ? label : make_label(place, frame->into);
}

static void look_up(struct mw_symbols *symbols, struct mw_symbols_place *place, struct mw_symbolizer_module *module)
{
    static struct mw_symbol_frame frames[MW_SYMBOL_FRAMES];
    unsigned count = 1;

    frames[0] = (struct mw_symbol_frame){.line = 0};
    if (module)
        count = mw_symbolizer_find(symbols->symbolizer, module, place->offset, frames);
    for (unsigned i = 0; i < count; i++) {
        set_place(place, &frames[i], module ? module->key.path : NULL);
        if (i + 1 < count) {
            struct mw_symbols_place *outer = add_place(symbols, place->offset);
            place->outer = outer;
            place = outer;
        }
    }
}

const struct mw_symbols_place *mw_symbols_find(struct mw_symbols *symbols, uint32_t module, uint64_t offset)
{
    const uint64_t key[2] = {module, offset};
    uint32_t id = mw_map_add(symbols->place_map, key, sizeof(key), (uint32_t)symbols->place_count);
    struct mw_symbols_place *place;

    if (id < symbols->place_count)
        return symbols->places[id];
    place = add_place(symbols, offset);
    look_up(symbols, place, module && module < symbols->module_count ? &symbols->modules[module] : NULL);
    return place;
}

/* "gather.<locals>.<listcomp>" becomes "gather.listcomp": brackets are not part of an identifier elsewhere. */
static char *copy_python_name(const char *name)
{
    static const char locals[] = "<locals>.";
    char *copy = clean_copy(name), *to = copy;

    for (const char *from = copy; *from; from++) {
        if (!strncmp(from, locals, sizeof(locals) - 1))
            from += sizeof(locals) - 2;
        else if (*from != '<' && *from != '>')
            *to++ = *from;
    }
    *to = '\0';
    return copy;
}

const struct mw_symbols_place *mw_symbols_python(struct mw_symbols *symbols, const struct mw_function *function, uint32_t line)
{
    struct {
        struct mw_function function;
        uint32_t line, reserved;
    } key = {.line = line};
    uint32_t id;
    struct mw_symbols_place *place;

    if (function)
        key.function = *function;
    id = mw_map_add(symbols->place_map, &key, sizeof(key), (uint32_t)symbols->place_count);
    if (id < symbols->place_count)
        return symbols->places[id];
    place = add_place(symbols, 0);
    place->line = function ? line : 0;
    place->function = copy_python_name(function ? function->name : NULL);
    place->path = clean_copy(function ? function->file : NULL);
    place->file = clean_copy(base_name(place->path));
    place->module = clean_copy(NULL);
    place->label = function ? make_label(place, 0) : clean_copy("(other Python functions)");
    return place;
}

const struct mw_symbols_place *mw_symbols_call(struct mw_symbols *symbols, const char *name)
{
    struct {
        char kind[8], name[64];
    } key = {"call", ""}; /* differs in size from the other keys */
    uint32_t id;
    struct mw_symbols_place *place;

    snprintf(key.name, sizeof(key.name), "%s", name);
    id = mw_map_add(symbols->place_map, &key, sizeof(key), (uint32_t)symbols->place_count);
    if (id < symbols->place_count)
        return symbols->places[id];
    place = add_place(symbols, 0);
    place->function = clean_copy(key.name);
    place->label = clean_copy(key.name);
    place->path = clean_copy(NULL);
    place->file = clean_copy(NULL);
    place->module = clean_copy(NULL);
    return place;
}

const char *mw_symbols_problem(const struct mw_symbols *symbols)
{
    return mw_symbolizer_problem(symbols->symbolizer);
}
