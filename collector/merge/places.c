/* SPDX-License-Identifier: MIT */
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/merge/parts.h"

#include <stdio.h>
#include <string.h>

static const struct mw_model_place *place_of(struct mw_merge *merge, const struct mw_symbols_place *from);

static const struct mw_model_place *make_place(struct mw_merge *merge, const struct mw_symbols_place *from)
{
    struct mw_model *model = merge->model;
    struct mw_model_place *place = mw_mem_alloc(1, sizeof(*place));

    *place = (struct mw_model_place){
        .line = from->line,
        .offset = from->offset,
        .label = mw_model_string(model, from->label),
        .function = mw_model_string(model, from->function),
        .file = mw_model_string(model, from->file),
        .path = mw_model_string(model, from->path),
        .module = mw_model_string(model, from->module),
        .outer = from->outer ? place_of(merge, from->outer) : NULL,
    };
    model = model->run ? model->run : model; /* jobs share the places of their run */
    return *MW_MEM_PUSH(model->places, model->place_count) = place;
}

static const struct mw_model_place *place_of(struct mw_merge *merge, const struct mw_symbols_place *from)
{
    const struct mw_model_place *made;

    while (merge->place_count <= from->id)
        *MW_MEM_PUSH(merge->places, merge->place_count) = NULL;
    if (!merge->places[from->id]) {
        made = make_place(merge, from); /* may move the array: it also makes the outer places */
        merge->places[from->id] = made;
    }
    return merge->places[from->id];
}

struct mw_merge_place mw_merge_place(struct mw_model *model, const struct mw_model_place *place)
{
    const char *slash;

    if (!place)
        return (struct mw_merge_place){.label = NULL};
    if (place->line)
        return (struct mw_merge_place){.label = place->label};
    slash = strrchr(place->module, '/');
    return (struct mw_merge_place){place->label, mw_model_string(model, slash ? slash + 1 : place->module), place->offset};
}

const struct mw_model_place *mw_merge_places_find(struct mw_merge *merge, uint32_t module, uint64_t offset)
{
    return place_of(merge, mw_symbols_find(merge->symbols, module, offset));
}

const struct mw_model_place *mw_merge_places_python(struct mw_merge *merge, const struct mw_function *functions,
                                                    uint64_t offset)
{
    uint64_t function = offset >> 32;

    return place_of(merge, mw_symbols_python(merge->symbols, function == MW_FUNCTION_OTHER ? NULL : &functions[function],
                                             (uint32_t)offset));
}

const struct mw_model_place *mw_merge_places_call(struct mw_merge *merge, const char *name)
{
    return place_of(merge, mw_symbols_call(merge->symbols, name));
}

static const char *build_id_text(struct mw_model *model, const struct mw_module *module)
{
    char text[2 * sizeof(module->build_id) + 1] = "";

    for (uint32_t i = 0; i < module->build_id_length && i < sizeof(module->build_id); i++)
        snprintf(text + 2 * (size_t)i, 3, "%02x", module->build_id[i]);
    return mw_model_string(model, text);
}

void mw_merge_places_modules(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct mw_map *paths = mw_map_create();
    const struct mw_module *module;

    for (size_t i = 0; (module = mw_symbols_module_at(merge->symbols, i)); i++) {
        const char *path = mw_model_string(model, module->path), *build_id = build_id_text(model, module);
        uint32_t index = mw_map_add(paths, path, strlen(path), (uint32_t)model->module_count);
        if (index == model->module_count)
            *MW_MEM_PUSH(model->modules, model->module_count) = (struct mw_model_module){path, build_id};
        else if (strcmp(model->modules[index].build_id, build_id) != 0)
            model->modules[index].build_id = mw_model_string(model, "");
    }
    mw_map_destroy(paths);
}
