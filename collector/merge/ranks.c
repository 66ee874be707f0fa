/* SPDX-License-Identifier: MIT */
/* The ranks of the run: detects duplicates, assigns worlds, sorts. */
#include "collector/base/mem.h"
#include "collector/merge/chains.h"

#include <stdlib.h>
#include <string.h>

static uint32_t find_world(struct mw_merge *merge, uint64_t id)
{
    struct mw_model *model = merge->model;
    uint32_t next = (uint32_t)model->world_count, found = mw_map_add(merge->world_keys, &id, sizeof(id), next);

    if (found == next)
        *MW_MEM_PUSH(model->worlds, model->world_count) = (struct mw_model_world){.id = id};
    return found;
}

/* Whether this process already has a record; if not, it is registered. */
static bool is_known(struct mw_merge *merge, uint32_t host, const struct mw_ident *ident)
{
    struct mw_merge_chains_key key = mw_merge_chains_key(host, ident->pid_ns, ident->pid, ident->start_ticks);
    uint32_t next = (uint32_t)merge->model->rank_count;

    return mw_map_add(merge->rank_keys, &key, sizeof(key), next) != next;
}

uint32_t mw_merge_ranks_number(const struct mw_merge *merge, const struct mw_model_rank *rank)
{
    struct mw_merge_chains_key key = mw_merge_chains_key(rank->host, rank->own_ns, rank->own_pid, rank->start_ticks);

    return mw_map_find(merge->rank_keys, &key, sizeof(key));
}

struct mw_model_rank *mw_merge_ranks_add(struct mw_merge *merge, const struct mw_journal_read *journal, bool gathered,
                                         const char *name)
{
    const struct mw_ident *ident = &journal->ident;
    struct mw_model *model = merge->model;
    struct mw_model_rank *rank;
    uint32_t host = mw_merge_hosts_find(merge, ident->host, ident->wall_ns, ident->mono_ns);

    if (is_known(merge, host, ident)) {
        if (!gathered)
            mw_model_note(model, MW_MODEL_NOTE_LOST, "%s left out: process %d has another journal", name, ident->pid);
        return NULL;
    }
    if (journal->damage[0])
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%s (rank %d) is damaged: %s", name, ident->rank, journal->damage);
    rank = MW_MEM_PUSH(model->ranks, model->rank_count);
    rank->host = host;
    rank->process = MW_MODEL_NONE;
    rank->gathered = gathered;
    mw_merge_take(merge, journal, rank);
    rank->world = find_world(merge, ident->world_id);
    model->hosts[host].ranks++;
    return rank;
}

/* ---- worlds with the same id ---- */

static int compare_occurrences(const void *a, const void *b)
{
    const struct mw_model_rank *x = *(struct mw_model_rank *const *)a, *y = *(struct mw_model_rank *const *)b;

    if (x->world != y->world)
        return x->world < y->world ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->created_ns > y->created_ns) - (x->created_ns < y->created_ns);
}

static void note_rank(struct mw_model_world *world, const struct mw_model_rank *rank)
{
    if (!world->ranks++ || rank->created_ns < world->first_ns)
        world->first_ns = rank->created_ns;
    if (rank->size > world->size)
        world->size = rank->size;
}

/* A world has one rank of each number. If there are several, consecutive worlds got the same id: a program that was started
 * twice in one place, or a port that was reused. The first rank of each number belongs to the first world, and so on. */
static void split_worlds(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct mw_model_rank **order = mw_mem_alloc(model->rank_count, sizeof(*order));
    uint32_t *worlds = mw_mem_alloc(model->rank_count, sizeof(*worlds)), occurrence = 0;

    for (size_t i = 0; i < model->rank_count; i++)
        order[i] = &model->ranks[i];
    if (model->rank_count)
        qsort(order, model->rank_count, sizeof(*order), compare_occurrences);
    for (size_t i = 0; i < model->rank_count; i++) {
        bool repeated = i && order[i]->rank >= 0 && order[i]->rank == order[i - 1]->rank &&
                        order[i]->world == order[i - 1]->world;
        occurrence = repeated ? occurrence + 1 : 0;
        worlds[i] = occurrence ? find_world(merge, model->worlds[order[i]->world].id + occurrence) : order[i]->world;
    }
    for (size_t i = 0; i < model->rank_count; i++) {
        order[i]->world = worlds[i];
        note_rank(&model->worlds[worlds[i]], order[i]);
    }
    free(worlds);
    free(order);
}

/* ---- order ---- */

static int compare_worlds(const void *a, const void *b)
{
    const struct mw_model_world *x = a, *y = b;

    if (x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* By world, then rank; ranks that never got a number last. */
static int compare_ranks(const void *a, const void *b)
{
    const struct mw_model_rank *x = a, *y = b;
    uint32_t p = (uint32_t)x->rank, q = (uint32_t)y->rank; /* -1 becomes the largest */

    if (x->world != y->world)
        return x->world < y->world ? -1 : 1;
    if (p != q)
        return p < q ? -1 : 1;
    if (x->host != y->host)
        return x->host < y->host ? -1 : 1;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static void order(struct mw_model *model)
{
    struct mw_map *positions = mw_map_create();
    uint64_t *ids = mw_mem_alloc(model->world_count, sizeof(*ids));

    for (size_t i = 0; i < model->world_count; i++)
        ids[i] = model->worlds[i].id;
    if (model->world_count)
        qsort(model->worlds, model->world_count, sizeof(*model->worlds), compare_worlds);
    for (size_t i = 0; i < model->world_count; i++)
        mw_map_add(positions, &model->worlds[i].id, sizeof(uint64_t), (uint32_t)i);
    for (size_t i = 0; i < model->rank_count; i++)
        model->ranks[i].world = mw_map_find(positions, &ids[model->ranks[i].world], sizeof(uint64_t));
    if (model->rank_count)
        qsort(model->ranks, model->rank_count, sizeof(*model->ranks), compare_ranks);
    free(ids);
    mw_map_destroy(positions);
}

void mw_merge_ranks_order(struct mw_merge *merge)
{
    split_worlds(merge);
    order(merge->model);
}

/* Keeps only worlds that have ranks, and renumbers them. */
static void drop_empty_worlds(struct mw_model *model)
{
    uint32_t *moved = mw_mem_alloc(model->world_count, sizeof(*moved)), kept = 0;

    for (size_t i = 0; i < model->world_count; i++)
        model->worlds[i].ranks = 0;
    for (size_t i = 0; i < model->rank_count; i++)
        note_rank(&model->worlds[model->ranks[i].world], &model->ranks[i]);
    for (size_t i = 0; i < model->world_count; i++) {
        moved[i] = kept;
        if (model->worlds[i].ranks)
            model->worlds[kept++] = model->worlds[i];
    }
    for (size_t i = 0; i < model->rank_count; i++)
        model->ranks[i].world = moved[model->ranks[i].world];
    model->world_count = kept;
    free(moved);
}

void mw_merge_ranks_reorder(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    drop_empty_worlds(model);
    order(model);
    for (uint32_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].process != MW_MODEL_NONE)
            model->processes[model->ranks[i].process].rank = i;
}
