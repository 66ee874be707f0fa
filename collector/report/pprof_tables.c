/* SPDX-License-Identifier: MIT */
#include "collector/report/pprof_tables.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* The modules of all ranks are put into one address space: each begins at a multiple of this. */
#define MODULE_ROOM (UINT64_C(1) << 40)

/* Fields, by https://github.com/google/pprof/blob/main/proto/profile.proto */
enum { PROFILE_MAPPING = 3, PROFILE_LOCATION = 4, PROFILE_FUNCTION = 5, PROFILE_STRING = 6 };
enum { MAPPING_ID = 1, MAPPING_START = 2, MAPPING_LIMIT = 3, MAPPING_FILE = 5, MAPPING_BUILD_ID = 6, MAPPING_HAS = 7 };
enum { LOCATION_ID = 1, LOCATION_MAPPING = 2, LOCATION_ADDRESS = 3, LOCATION_LINE = 4 };
enum { LINE_FUNCTION = 1, LINE_NUMBER = 2 };
enum { FUNCTION_ID = 1, FUNCTION_NAME = 2, FUNCTION_SYSTEM_NAME = 3, FUNCTION_FILE = 4 };

struct mapping {
    const char *path;
    uint64_t size; /* as far as there are addresses */
};

struct mw_pprof_tables {
    const struct mw_model *model;
    struct mw_map *string_keys, *function_keys, *place_keys, *name_keys, *mapping_keys;
    uint32_t string_count, function_count, location_count;
    struct mw_protobuf strings, functions, locations; /* fields of the profile */
    struct mapping *mappings;
    size_t mapping_count;
};

struct mw_pprof_tables *mw_pprof_tables_create(const struct mw_model *model)
{
    struct mw_pprof_tables *tables = mw_mem_alloc(1, sizeof(*tables));

    tables->model = model;
    tables->string_keys = mw_map_create();
    tables->function_keys = mw_map_create();
    tables->place_keys = mw_map_create();
    tables->name_keys = mw_map_create();
    tables->mapping_keys = mw_map_create();
    mw_pprof_string(tables, ""); /* has to be the first */
    return tables;
}

void mw_pprof_tables_destroy(struct mw_pprof_tables *tables)
{
    mw_map_destroy(tables->string_keys);
    mw_map_destroy(tables->function_keys);
    mw_map_destroy(tables->place_keys);
    mw_map_destroy(tables->name_keys);
    mw_map_destroy(tables->mapping_keys);
    mw_protobuf_free(&tables->strings);
    mw_protobuf_free(&tables->functions);
    mw_protobuf_free(&tables->locations);
    free(tables->mappings);
    free(tables);
}

uint64_t mw_pprof_string(struct mw_pprof_tables *tables, const char *text)
{
    uint32_t index = mw_map_add(tables->string_keys, text, strlen(text), tables->string_count);

    if (index == tables->string_count) {
        mw_protobuf_text(&tables->strings, PROFILE_STRING, text);
        tables->string_count++;
    }
    return index;
}

static uint64_t find_function(struct mw_pprof_tables *tables, const char *name, const char *file)
{
    const uint64_t key[2] = {mw_pprof_string(tables, name[0] ? name : "?"), mw_pprof_string(tables, file)};
    uint32_t id = mw_map_add(tables->function_keys, key, sizeof(key), tables->function_count + 1);
    struct mw_protobuf function = {0};

    if (id <= tables->function_count)
        return id;
    tables->function_count = id;
    mw_protobuf_number(&function, FUNCTION_ID, id);
    mw_protobuf_number(&function, FUNCTION_NAME, key[0]);
    mw_protobuf_number(&function, FUNCTION_SYSTEM_NAME, key[0]);
    mw_protobuf_number(&function, FUNCTION_FILE, key[1]);
    mw_protobuf_message(&tables->functions, PROFILE_FUNCTION, &function);
    mw_protobuf_free(&function);
    return id;
}

/* Id of the module's mapping, which then includes the offset; 0 without a module. */
static uint64_t find_mapping(struct mw_pprof_tables *tables, const char *module, uint64_t offset)
{
    uint32_t index;

    if (!module[0])
        return 0;
    index = mw_map_add(tables->mapping_keys, module, strlen(module), (uint32_t)tables->mapping_count);
    if (index == tables->mapping_count)
        *MW_MEM_PUSH(tables->mappings, tables->mapping_count) = (struct mapping){module, 0};
    if (tables->mappings[index].size <= offset)
        tables->mappings[index].size = offset + 1;
    return (uint64_t)index + 1;
}

static void put_line(struct mw_protobuf *location, uint64_t function, uint32_t line)
{
    struct mw_protobuf message = {0};

    mw_protobuf_number(&message, LINE_FUNCTION, function);
    mw_protobuf_number(&message, LINE_NUMBER, line);
    mw_protobuf_message(location, LOCATION_LINE, &message);
    mw_protobuf_free(&message);
}

/* The address is inside of the call, as pprof expects it, not behind it. */
static void put_address(struct mw_pprof_tables *tables, struct mw_protobuf *location, const struct mw_model_place *place)
{
    uint64_t offset = place->offset ? place->offset - 1 : 0, mapping;

    if (place->module[0])
        offset %= MODULE_ROOM;
    mapping = find_mapping(tables, place->module, offset);
    mw_protobuf_number(location, LOCATION_MAPPING, mapping);
    mw_protobuf_number(location, LOCATION_ADDRESS, mapping * MODULE_ROOM + offset);
}

uint64_t mw_pprof_location(struct mw_pprof_tables *tables, const struct mw_model_place *place)
{
    uint32_t next = tables->location_count + 1, id = mw_map_add(tables->place_keys, &place, sizeof(place), next);
    struct mw_protobuf location = {0};

    if (id != next)
        return id;
    tables->location_count = id;
    mw_protobuf_number(&location, LOCATION_ID, id);
    put_address(tables, &location, place);
    for (const struct mw_model_place *at = place; at; at = at->outer)
        put_line(&location,
                 find_function(tables, at->function[0] ? at->function : at->label, at->path[0] ? at->path : at->file),
                 at->line);
    mw_protobuf_message(&tables->locations, PROFILE_LOCATION, &location);
    mw_protobuf_free(&location);
    return id;
}

uint64_t mw_pprof_named_location(struct mw_pprof_tables *tables, const char *name)
{
    uint32_t next = tables->location_count + 1, id = mw_map_add(tables->name_keys, name, strlen(name), next);
    struct mw_protobuf location = {0};

    if (id != next)
        return id;
    tables->location_count = id;
    mw_protobuf_number(&location, LOCATION_ID, id);
    put_line(&location, find_function(tables, name, ""), 0);
    mw_protobuf_message(&tables->locations, PROFILE_LOCATION, &location);
    mw_protobuf_free(&location);
    return id;
}

static const char *build_id_of(const struct mw_model *model, const char *path)
{
    for (size_t i = 0; i < model->module_count; i++)
        if (!strcmp(model->modules[i].path, path))
            return model->modules[i].build_id;
    return "";
}

/* Functions, files, lines and inlined frames are there as far as they are known: pprof looks for no more. */
static void put_mapping(struct mw_pprof_tables *tables, struct mw_protobuf *profile, size_t index)
{
    const struct mapping *mapping = &tables->mappings[index];
    uint64_t start = (index + 1) * MODULE_ROOM;
    struct mw_protobuf message = {0};

    mw_protobuf_number(&message, MAPPING_ID, index + 1);
    mw_protobuf_number(&message, MAPPING_START, start);
    mw_protobuf_number(&message, MAPPING_LIMIT, start + mapping->size);
    mw_protobuf_number(&message, MAPPING_FILE, mw_pprof_string(tables, mapping->path));
    mw_protobuf_number(&message, MAPPING_BUILD_ID, mw_pprof_string(tables, build_id_of(tables->model, mapping->path)));
    for (uint32_t i = 0; i < 4; i++)
        mw_protobuf_number(&message, MAPPING_HAS + i, 1);
    mw_protobuf_message(profile, PROFILE_MAPPING, &message);
    mw_protobuf_free(&message);
}

void mw_pprof_tables_put(struct mw_pprof_tables *tables, struct mw_protobuf *profile)
{
    for (size_t i = 0; i < tables->mapping_count; i++)
        put_mapping(tables, profile, i);
    mw_protobuf_append(profile, &tables->locations);
    mw_protobuf_append(profile, &tables->functions);
    mw_protobuf_append(profile, &tables->strings);
}
