/* SPDX-License-Identifier: MIT */
#include "launcher/sample/sampled.h"

#include <stdlib.h>

struct mw_sampled *mw_sampled_of(const struct mw_sampled_table *table, uint32_t id)
{
    static struct mw_sampled none;

    if (id < table->room)
        return &table->items[id];
    none = (struct mw_sampled){.entry = SIZE_MAX};
    return &none;
}

struct mw_view_process *mw_sampled_entry(const struct mw_sampled_table *table, uint32_t id, const struct mw_view *view)
{
    size_t entry = mw_sampled_of(table, id)->entry;

    return entry == SIZE_MAX ? NULL : &view->processes[entry];
}

void mw_sampled_grow(struct mw_sampled_table *table, uint32_t count)
{
    size_t room = 2 * (size_t)count;
    struct mw_sampled *items;

    if (count <= table->room)
        return;
    items = realloc(table->items, room * sizeof(*items));
    if (!items)
        return;
    for (size_t i = table->room; i < room; i++)
        items[i] = (struct mw_sampled){.entry = SIZE_MAX};
    table->items = items;
    table->room = room;
}

void mw_sampled_fini(struct mw_sampled_table *table)
{
    free(table->items);
}
