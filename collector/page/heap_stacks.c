/* SPDX-License-Identifier: MIT */
#include "collector/page/heap_stacks.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/page/table.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 48 /* of a stack, inlined ones too: the innermost */

/* The key of a stack in the map. All bytes are set, and only those of `depth` frames are used: it is hashed. */
struct entry {
    const char *owner, *library, *call;
    uint32_t cut, depth;
    uint32_t frames[FRAMES_MAX]; /* rows of the table of frames, outermost first */
};

struct mw_page_heap_stacks {
    struct mw_map *frame_keys, *stack_keys;
    const struct mw_model_place **frames;
    struct entry *stacks;
    size_t frame_count, stack_count;
};

struct mw_page_heap_stacks *mw_page_heap_stacks_create(void)
{
    struct mw_page_heap_stacks *stacks = mw_mem_alloc(1, sizeof(*stacks));

    stacks->frame_keys = mw_map_create();
    stacks->stack_keys = mw_map_create();
    return stacks;
}

void mw_page_heap_stacks_destroy(struct mw_page_heap_stacks *stacks)
{
    mw_map_destroy(stacks->frame_keys);
    mw_map_destroy(stacks->stack_keys);
    free(stacks->frames);
    free(stacks->stacks);
    free(stacks);
}

struct mw_page_heap_stack mw_page_heap_stack_of(const struct mw_model_rank *rank, const struct mw_heap_part *part)
{
    const struct mw_model_site *call = mw_heap_parts_call(rank, part->site);
    bool has_stack = part->site->owner == MW_HEAP_PROGRAM;

    return (struct mw_page_heap_stack){.frames = has_stack ? part->frames : NULL,
                                       .depth = has_stack ? part->depth : 0,
                                       .cut = has_stack && part->site->cut,
                                       .owner = part->owner,
                                       .library = part->site->library,
                                       .call = call ? call->label : ""};
}

static uint32_t add_frame(struct mw_page_heap_stacks *stacks, const struct mw_model_place *place)
{
    uint32_t next = (uint32_t)stacks->frame_count;
    uint32_t found = mw_map_add(stacks->frame_keys, &place, sizeof(place), next); /* the model stores a place once */

    if (found == next)
        *MW_MEM_PUSH(stacks->frames, stacks->frame_count) = place;
    return found;
}

uint32_t mw_page_heap_stacks_add(struct mw_page_heap_stacks *stacks, const struct mw_page_heap_stack *stack)
{
    uint32_t depth = stack->depth < FRAMES_MAX ? stack->depth : FRAMES_MAX;
    uint32_t next = (uint32_t)stacks->stack_count, found;
    struct entry entry;

    memset(&entry, 0, sizeof(entry));
    entry.owner = stack->owner;
    entry.library = stack->library;
    entry.call = stack->call;
    entry.cut = stack->cut || depth < stack->depth;
    entry.depth = depth;
    for (uint32_t i = 0; i < depth; i++)
        entry.frames[i] = add_frame(stacks, stack->frames[depth - 1 - i]);
    found = mw_map_add(stacks->stack_keys, &entry, sizeof(entry), next);
    if (found == next)
        *MW_MEM_PUSH(stacks->stacks, stacks->stack_count) = entry;
    return found;
}

/* Names for the groupings of the page: by line, function and library. */
static void put_frame(struct mw_page_table *table, const struct mw_model_place *place)
{
    const char *slash = strrchr(place->module, '/'), *function = place->function[0] ? place->function : place->label;
    char line[1200];

    if (place->line && strcmp(place->label, function) != 0)
        snprintf(line, sizeof(line), "%s %s", function, place->label);
    else
        snprintf(line, sizeof(line), "%s", place->label);
    mw_page_table_row(table);
    mw_page_table_text(table, "line", line);
    mw_page_table_text(table, "function", function);
    mw_page_table_text(table, "library", slash ? slash + 1 : place->module);
}

static void put_stack(struct mw_page_table *table, const struct entry *stack)
{
    FILE *out;

    mw_page_table_row(table);
    mw_page_table_text(table, "owner", stack->owner);
    mw_page_table_text(table, "library", stack->library);
    mw_page_table_text(table, "call", stack->call);
    mw_page_table_flag(table, "cut", stack->cut);
    out = mw_page_table_cell(table, "frames", "rows");
    putc('[', out);
    for (uint32_t i = 0; i < stack->depth; i++)
        fprintf(out, "%s%u", i ? "," : "", stack->frames[i]);
    putc(']', out);
}

void mw_page_heap_stacks_write(FILE *out, const struct mw_page_heap_stacks *stacks)
{
    struct mw_page_table table = mw_page_table_begin(out, "heap_frames");

    for (size_t i = 0; i < stacks->frame_count; i++)
        put_frame(&table, stacks->frames[i]);
    mw_page_table_end(&table);
    table = mw_page_table_begin(out, "heap_stacks");
    for (size_t i = 0; i < stacks->stack_count; i++)
        put_stack(&table, &stacks->stacks[i]);
    mw_page_table_end(&table);
}
