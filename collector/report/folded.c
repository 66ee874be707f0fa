/* SPDX-License-Identifier: MIT */
#include "collector/report/folded.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/model/rank_name.h"
#include "collector/report/heap_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct stack {
    char *text;
    uint64_t bytes;
};

struct folded {
    struct stack *stacks;
    size_t count;
    struct mw_map *keys;
    char root[128]; /* of the current rank: "rank 3", "job 2;rank 3" */
};

struct text {
    char *bytes;
    size_t length;
};

static void put(struct text *text, const char *more)
{
    for (; *more; more++)
        *MW_MEM_PUSH(text->bytes, text->length) = *more;
}

/* The format has no escapes: ';' separates frames. */
static void put_name(struct text *text, const char *name)
{
    put(text, ";");
    for (; *name; name++)
        *MW_MEM_PUSH(text->bytes, text->length) = *name == ';' ? ':' : *name;
}

/* Outermost first, then the line. */
static void put_site(struct text *text, const struct mw_heap_part *part)
{
    const char *last = "";

    if (part->site->cut)
        put_name(text, "[more frames]");
    for (uint32_t i = part->depth; i-- > 0;) {
        last = part->frames[i]->function[0] ? part->frames[i]->function : part->frames[i]->label;
        put_name(text, last);
    }
    if (strcmp(last, part->site->label) != 0)
        put_name(text, part->site->label);
}

static void add_stack(struct folded *folded, char *text, uint64_t bytes)
{
    uint32_t index = mw_map_add(folded->keys, text, strlen(text), (uint32_t)folded->count);

    if (index == folded->count)
        *MW_MEM_PUSH(folded->stacks, folded->count) = (struct stack){text, bytes};
    else {
        folded->stacks[index].bytes = mw_model_sum(folded->stacks[index].bytes, bytes);
        free(text);
    }
}

/* There are no negative amounts in this format. */
static void add_part(struct folded *folded, const struct mw_heap_part *part)
{
    struct text text = {NULL, 0};
    char name[100];

    if (part->bytes <= 0)
        return;
    put(&text, folded->root);
    snprintf(name, sizeof(name), "[%s]", part->name);
    if (part->site)
        put_site(&text, part);
    else
        put_name(&text, name);
    *MW_MEM_PUSH(text.bytes, text.length) = '\0';
    add_stack(folded, text.bytes, (uint64_t)part->bytes);
}

static void add_rank(struct folded *folded, const struct mw_model *job, uint32_t index)
{
    struct mw_heap_parts parts = mw_heap_parts(&job->ranks[index].heap);
    const struct mw_rank_name name = mw_rank_name(job, index);

    if (job->number)
        snprintf(folded->root, sizeof(folded->root), "job %u;%s", job->number, name.text);
    else
        snprintf(folded->root, sizeof(folded->root), "%s", name.text);
    for (size_t i = 0; i < parts.count; i++)
        add_part(folded, &parts.items[i]);
    mw_heap_parts_free(&parts);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct stack *)a)->text, ((const struct stack *)b)->text);
}

int mw_report_folded_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct folded folded = {.keys = mw_map_create()};

    (void)style;
    for (size_t i = 0; i < mw_model_parts(model); i++) {
        const struct mw_model *job = mw_model_part(model, i);
        for (uint32_t r = 0; r < job->rank_count; r++)
            add_rank(&folded, job, r);
    }
    if (folded.count)
        qsort(folded.stacks, folded.count, sizeof(*folded.stacks), compare);
    for (size_t i = 0; i < folded.count; i++) {
        fprintf(out, "%s %" PRIu64 "\n", folded.stacks[i].text, folded.stacks[i].bytes);
        free(folded.stacks[i].text);
    }
    free(folded.stacks);
    mw_map_destroy(folded.keys);
    return ferror(out) ? -1 : 0;
}
