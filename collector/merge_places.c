/* SPDX-License-Identifier: MIT */
#include "collector/mem.h"
#include "collector/merge_parts.h"

static const struct mw_model_place *make_place(struct mw_model *model, const struct mw_symbols_place *from)
{
    struct mw_model_place *place = mw_mem_alloc(1, sizeof(*place));

    *place = (struct mw_model_place){
        .line = from->line,
        .offset = from->offset,
        .label = mw_model_string(model, from->label),
        .function = mw_model_string(model, from->function),
        .file = mw_model_string(model, from->file),
        .path = mw_model_string(model, from->path),
        .module = mw_model_string(model, from->module),
    };
    return *MW_MEM_PUSH(model->places, model->place_count) = place;
}

const struct mw_model_place *mw_merge_places_find(struct mw_merge *merge, uint32_t module, uint64_t offset)
{
    const struct mw_symbols_place *found = mw_symbols_find(merge->symbols, module, offset);

    while (merge->place_count <= found->id)
        *MW_MEM_PUSH(merge->places, merge->place_count) = NULL;
    if (!merge->places[found->id])
        merge->places[found->id] = make_place(merge->model, found);
    return merge->places[found->id];
}
