/* SPDX-License-Identifier: MIT */
#include "collector/base/mem.h"
#include "collector/merge/parts.h"

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
