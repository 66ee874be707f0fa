/* SPDX-License-Identifier: MIT */
#include "collector/merge/worlds.h"

#include "collector/base/mem.h"
#include "collector/jobs/jobs.h"

#include <stdlib.h>
#include <string.h>

/* Maximum difference assumed between the clocks of two hosts that were not compared. */
#define CLOCK_DIFFERENCE_NS 1000000000ull

/* Part of a world: the ranks joined so far. */
struct part {
    uint32_t world; /* index in the model, which it keeps when others are joined to it */
    int32_t size;
    bool spawned, is_open; /* may be joined: ranks are missing, and no id covers the complete world */
    const char *library;
    uint64_t in_ns, out_ns; /* the last of its ranks entered MPI_Init, the first one left it */
    uint64_t error_ns;      /* of these times */
    uint32_t node;          /* the lowest common ancestor of its joined ranks in the tree, or one of them; or none */
    uint32_t depth;         /* of that node */
    bool in_command;        /* the run's command is an ancestor of all of its ranks */
    uint32_t *ranks;        /* indices */
    size_t count;
};

struct joining {
    struct mw_model *model;
    const struct mw_view *launcher; /* NULL: no launcher */
    struct mw_jobs_tree tree;
    struct part *parts; /* by world */
    size_t count;       /* of `parts`; worlds that were joined to others are dropped from the model */
};

/* ---- properties of a rank ---- */

/* When the rank was in MPI_Init. Without a recorded call: the lifetime of the rank. */
static void note_init(struct part *part, const struct mw_model_rank *rank)
{
    uint64_t in_ns = rank->created_ns, out_ns = rank->known_ns;

    for (uint32_t i = 0; i < rank->site_count; i++)
        if (!strncmp(rank->sites[i].call, "MPI_Init", 8) && rank->sites[i].measured) {
            out_ns = mw_model_sum(rank->sites[i].first_ns, rank->sites[i].time_ns);
            break;
        }
    if (!part->count || in_ns > part->in_ns)
        part->in_ns = in_ns;
    if (!part->count || out_ns < part->out_ns)
        part->out_ns = out_ns;
}

static void add_rank(struct joining *joining, uint32_t index)
{
    const struct mw_model_rank *rank = &joining->model->ranks[index];
    const struct mw_model_host *host = &joining->model->hosts[rank->host];
    struct part *part = &joining->parts[rank->world];

    note_init(part, rank);
    if (!part->count)
        *part = (struct part){.world = rank->world,
                              .size = rank->size,
                              .spawned = rank->spawned,
                              .library = rank->library,
                              .is_open = true,
                              .in_ns = part->in_ns,
                              .out_ns = part->out_ns};
    part->is_open &= rank->reach != MW_WORLD_WHOLE && rank->rank >= 0 && rank->size > 1 && rank->size == part->size;
    if (rank->host && host->clock_error_ns == 0)
        part->error_ns = CLOCK_DIFFERENCE_NS;
    else if (host->clock_error_ns > part->error_ns)
        part->error_ns = host->clock_error_ns;
    *MW_MEM_PUSH(part->ranks, part->count) = index;
}

static bool is_complete(const struct part *part)
{
    return part->count >= (size_t)part->size;
}

/* ---- the position in the tree ---- */

static uint32_t depth_of(const struct joining *joining, uint32_t node)
{
    uint32_t depth = 0;

    for (; node != MW_MODEL_NONE && depth < MW_JOBS_TREE_DEPTH; node = joining->tree.nodes[node].parent)
        depth++;
    return depth;
}

static void move_up(const struct joining *joining, struct part *part, uint32_t depth)
{
    while (part->node != MW_MODEL_NONE && part->depth > depth) {
        part->node = joining->tree.nodes[part->node].parent;
        part->depth--;
    }
}

/* Whether the run's command is its ancestor. The launcher's host is the first. */
static bool is_in_command(const struct joining *joining, uint32_t node)
{
    for (uint32_t depth = 0; joining->launcher && node != MW_MODEL_NONE && depth < MW_JOBS_TREE_DEPTH; depth++) {
        const struct mw_jobs_node *here = &joining->tree.nodes[node];
        if (here->pid == joining->launcher->pid && here->host == 0)
            return true;
        node = here->parent;
    }
    return false;
}

/* The lowest common ancestor of all ranks of the part. */
static void find_position(const struct joining *joining, struct part *part)
{
    part->in_command = true;
    for (size_t i = 0; i < part->count; i++) {
        uint32_t node = joining->tree.of_rank[part->ranks[i]];
        struct part other = {.node = node, .depth = depth_of(joining, node)};
        if (!i) {
            part->node = node;
            part->depth = other.depth;
        }
        move_up(joining, &other, part->depth);
        move_up(joining, part, other.depth);
        while (part->node != other.node && part->depth) {
            move_up(joining, part, part->depth - 1);
            move_up(joining, &other, part->depth);
        }
        part->in_command &= is_in_command(joining, node);
    }
}

/* ---- joining ---- */

static int compare_kinds(const struct part *x, const struct part *y)
{
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    if (x->spawned != y->spawned)
        return x->spawned ? 1 : -1;
    return x->library == y->library ? 0 : strcmp(x->library, y->library); /* equal strings are stored once */
}

/* Parts that may form one world are adjacent, in the order of entering MPI_Init. */
static int compare(const void *a, const void *b)
{
    const struct part *x = *(struct part *const *)a, *y = *(struct part *const *)b;
    int kinds = compare_kinds(x, y);

    if (kinds)
        return kinds;
    if (x->in_ns != y->in_ns)
        return x->in_ns < y->in_ns ? -1 : 1;
    return (x->world > y->world) - (x->world < y->world);
}

static int compare_in_tree(const void *a, const void *b)
{
    const struct part *x = *(struct part *const *)a, *y = *(struct part *const *)b;

    return x->node != y->node ? (x->node < y->node ? -1 : 1) : compare(a, b);
}

/* The number of consecutive parts that may form one world: they were in MPI_Init at the same time. */
static size_t count_simultaneous(struct part *const *parts, size_t count, bool in_tree)
{
    uint64_t out_ns = parts[0]->out_ns, error_ns = parts[0]->error_ns;
    size_t n = 1;

    for (; n < count && !compare_kinds(parts[0], parts[n]) && (!in_tree || parts[0]->node == parts[n]->node); n++) {
        error_ns = parts[n]->error_ns > error_ns ? parts[n]->error_ns : error_ns;
        if (parts[n]->in_ns > mw_model_sum(out_ns, error_ns))
            break;
        out_ns = parts[n]->out_ns < out_ns ? parts[n]->out_ns : out_ns;
    }
    return n;
}

/* Whether no two ranks of the parts have the same number. */
static bool are_disjoint(const struct joining *joining, struct part *const *parts, size_t count)
{
    struct mw_map *numbers = mw_map_create();
    uint32_t next = 0;
    bool disjoint = true;

    for (size_t i = 0; i < count && disjoint; i++)
        for (size_t k = 0; k < parts[i]->count && disjoint; k++, next++) {
            const int32_t *number = &joining->model->ranks[parts[i]->ranks[k]].rank;
            disjoint = mw_map_add(numbers, number, sizeof(*number), next) == next;
        }
    mw_map_destroy(numbers);
    return disjoint;
}

static size_t count_ranks(struct part *const *parts, size_t count)
{
    size_t ranks = 0;

    for (size_t i = 0; i < count; i++)
        ranks += parts[i]->count;
    return ranks;
}

static void join(const struct joining *joining, struct part *to, struct part *from)
{
    for (size_t i = 0; i < from->count; i++) {
        joining->model->ranks[from->ranks[i]].world = to->world;
        *MW_MEM_PUSH(to->ranks, to->count) = from->ranks[i];
    }
    from->is_open = false;
}

/* They form one complete world: nothing else is joined to it. */
static void join_parts(const struct joining *joining, struct part *const *parts, size_t count)
{
    for (size_t i = 1; i < count; i++)
        join(joining, parts[0], parts[i]);
    parts[0]->is_open = false;
}

static void keep_separate(struct part *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        parts[i]->is_open = false;
}

static bool are_in_command(struct part *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!parts[i]->in_command)
            return false;
    return true;
}

static size_t collect(struct joining *joining, uint32_t depth, struct part **parts)
{
    size_t count = 0;

    for (size_t i = 0; i < joining->model->world_count; i++)
        if (joining->parts[i].is_open && joining->parts[i].depth >= depth)
            parts[count++] = &joining->parts[i];
    return count;
}

/* If the parts of several worlds were in MPI_Init at the same time, only the process tree can separate them, and only if it
 * contains all of them. */
static void join_disjoint(struct joining *joining, struct part **parts)
{
    size_t count = collect(joining, 0, parts), n;

    if (count)
        qsort(parts, count, sizeof(struct part *), compare);
    for (size_t i = 0; i < count; i += n) {
        n = count_simultaneous(parts + i, count - i, false);
        if (are_disjoint(joining, parts + i, n))
            join_parts(joining, parts + i, n);
        else if (!are_in_command(parts + i, n))
            keep_separate(parts + i, n);
    }
}

/* Joins complete worlds below one process, the deepest first. */
static void join_at_depth(struct joining *joining, uint32_t depth, struct part **parts)
{
    size_t count = collect(joining, depth, parts), n;

    for (size_t i = 0; i < count; i++)
        move_up(joining, parts[i], depth);
    if (count)
        qsort(parts, count, sizeof(struct part *), compare_in_tree);
    for (size_t i = 0; i < count; i += n) {
        n = count_simultaneous(parts + i, count - i, true);
        if (count_ranks(parts + i, n) == (size_t)parts[i]->size && are_disjoint(joining, parts + i, n))
            join_parts(joining, parts + i, n);
    }
}

static void join_all(struct joining *joining)
{
    struct part **parts = mw_mem_alloc(joining->model->world_count, sizeof(struct part *));
    uint32_t deepest = 0;

    join_disjoint(joining, parts);
    for (size_t i = 0; i < joining->model->world_count; i++)
        if (joining->parts[i].is_open && joining->parts[i].depth > deepest)
            deepest = joining->parts[i].depth;
    for (uint32_t depth = deepest; depth; depth--)
        join_at_depth(joining, depth, parts);
    join_disjoint(joining, parts);
    free(parts);
}

/* ---- the join ---- */

static bool begin(struct joining *joining, const struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    size_t open = 0;

    *joining = (struct joining){.model = model,
                                .launcher = merge->launcher,
                                .count = model->world_count,
                                .parts = mw_mem_alloc(model->world_count, sizeof(*joining->parts))};
    for (uint32_t i = 0; i < model->rank_count; i++)
        add_rank(joining, i);
    for (size_t i = 0; i < model->world_count; i++) {
        joining->parts[i].is_open &= !is_complete(&joining->parts[i]);
        open += joining->parts[i].is_open;
    }
    return open > 1;
}

static void end(struct joining *joining)
{
    for (size_t i = 0; i < joining->count; i++)
        free(joining->parts[i].ranks);
    free(joining->parts);
}

void mw_merge_worlds(struct mw_merge *merge)
{
    struct joining joining;

    if (begin(&joining, merge)) {
        mw_jobs_tree_make(&joining.tree, merge->model);
        for (size_t i = 0; i < merge->model->world_count; i++)
            if (joining.parts[i].is_open)
                find_position(&joining, &joining.parts[i]);
        join_all(&joining);
        mw_jobs_tree_free(&joining.tree);
        mw_merge_ranks_reorder(merge);
    }
    end(&joining);
}
