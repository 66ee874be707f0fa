/* SPDX-License-Identifier: MIT */
/* The process trees of a run, from the parents that samplers, exit records and ranks name. */
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/base/starters.h"
#include "collector/jobs/jobs.h"

#include <stdlib.h>

/* ---- nodes ---- */

static struct mw_jobs_node *add_node(struct mw_jobs_tree *tree, const struct mw_jobs_node *node)
{
    struct mw_jobs_node *added = MW_MEM_PUSH(tree->nodes, tree->count);

    *added = *node;
    added->parent = MW_MODEL_NONE;
    return added;
}

static void add_process(struct mw_jobs_tree *tree, const struct mw_model *model, uint32_t index)
{
    const struct mw_model_process *process = &model->processes[index];
    bool is_starter = process->role == MW_MODEL_LAUNCHER;

    tree->of_process[index] = MW_MODEL_NONE;
    if (process->count != 1) /* counted together with others: not in a tree */
        return;
    tree->of_process[index] = (uint32_t)tree->count;
    add_node(tree, &(struct mw_jobs_node){.host = process->host,
                                          .pid_ns = process->pid_ns,
                                          .pid = process->pid,
                                          .ppid = process->ppid,
                                          .start_ticks = process->start_ticks,
                                          .first_ns = process->first_ns,
                                          .last_ns = process->end_ns > process->last_ns ? process->end_ns : process->last_ns,
                                          .process = index,
                                          .rank = MW_MODEL_NONE,
                                          .is_starter = is_starter,
                                          .is_daemon = is_starter && mw_starters_is_daemon(process->name)});
}

/* Its process may not have been sampled. */
static void add_rank(struct mw_jobs_tree *tree, const struct mw_model *model, uint32_t index)
{
    const struct mw_model_rank *rank = &model->ranks[index];
    uint32_t seen = rank->process == MW_MODEL_NONE ? MW_MODEL_NONE : tree->of_process[rank->process];
    struct mw_jobs_node *node = seen != MW_MODEL_NONE ? &tree->nodes[seen]
                                                      : add_node(tree, &(struct mw_jobs_node){.host = rank->host,
                                                                                              .pid_ns = rank->pid_ns,
                                                                                              .pid = rank->pid,
                                                                                              .start_ticks = rank->start_ticks,
                                                                                              .first_ns = rank->created_ns,
                                                                                              .last_ns = rank->known_ns,
                                                                                              .process = MW_MODEL_NONE});

    tree->of_rank[index] = (uint32_t)(node - tree->nodes);
    node->rank = index;
    node->ppid = rank->ppid; /* as it was at MPI_Init */
}

/* ---- parents ---- */

/* Nodes with the same number on the same host: lists, the newest first. */
struct numbers {
    struct mw_map *heads; /* (host, PID namespace, pid): its list */
    uint32_t *newest;     /* by list */
    uint32_t *next;       /* by node */
};

static void list_numbers(struct numbers *numbers, const struct mw_jobs_tree *tree)
{
    *numbers = (struct numbers){mw_map_create(), mw_mem_alloc(tree->count, sizeof(*numbers->newest)),
                                mw_mem_alloc(tree->count, sizeof(*numbers->next))};
    for (uint32_t i = 0; i < tree->count; i++) {
        uint64_t key[3] = {tree->nodes[i].host, tree->nodes[i].pid_ns, (uint64_t)tree->nodes[i].pid};
        uint32_t list = mw_map_add(numbers->heads, key, sizeof(key), i);
        numbers->next[i] = list == i ? MW_MODEL_NONE : numbers->newest[list];
        numbers->newest[list] = i;
    }
}

static uint32_t newest_parent(const struct numbers *numbers, const struct mw_jobs_node *child)
{
    uint64_t key[3] = {child->host, child->pid_ns, (uint64_t)child->ppid};
    uint32_t list = mw_map_find(numbers->heads, key, sizeof(key));

    return list == MW_MAP_NONE ? MW_MODEL_NONE : numbers->newest[list];
}

/* Whether `a` is more likely than `b` to be the parent of the node: the process that started last before the node, and of
 * its programs the last one that ran by then; or one that was sampled late, if it starts ranks. */
static bool is_more_likely(const struct mw_jobs_node *a, const struct mw_jobs_node *b, const struct mw_jobs_node *node,
                           uint64_t late_ns)
{
    bool a_ran = a->first_ns <= node->first_ns, b_ran = b->first_ns <= node->first_ns;

    if (a->start_ticks != b->start_ticks)
        return a->start_ticks > b->start_ticks;
    a_ran |= a->is_starter && !node->is_starter && a->first_ns <= mw_model_sum(node->first_ns, late_ns);
    b_ran |= b->is_starter && !node->is_starter && b->first_ns <= mw_model_sum(node->first_ns, late_ns);
    if (a_ran != b_ran)
        return a_ran;
    return a_ran ? a->first_ns > b->first_ns : a->first_ns < b->first_ns;
}

static void find_parents(struct mw_jobs_tree *tree, uint64_t late_ns)
{
    struct numbers numbers;

    list_numbers(&numbers, tree);
    for (uint32_t i = 0; i < tree->count; i++) {
        struct mw_jobs_node *node = &tree->nodes[i];
        for (uint32_t at = newest_parent(&numbers, node); at != MW_MODEL_NONE; at = numbers.next[at]) {
            const struct mw_jobs_node *one = &tree->nodes[at];
            if (one->pid != node->pid && one->start_ticks <= node->start_ticks &&
                (node->parent == MW_MODEL_NONE || is_more_likely(one, &tree->nodes[node->parent], node, late_ns)))
                node->parent = at;
        }
    }
    mw_map_destroy(numbers.heads);
    free(numbers.newest);
    free(numbers.next);
}

void mw_jobs_tree_make(struct mw_jobs_tree *tree, const struct mw_model *model)
{
    *tree = (struct mw_jobs_tree){.of_process = mw_mem_alloc(model->process_count, sizeof(*tree->of_process)),
                                  .of_rank = mw_mem_alloc(model->rank_count, sizeof(*tree->of_rank))};
    for (uint32_t i = 0; i < model->process_count; i++)
        add_process(tree, model, i);
    for (uint32_t i = 0; i < model->rank_count; i++)
        add_rank(tree, model, i);
    find_parents(tree, 2 * model->job.interval_ns);
}

void mw_jobs_tree_free(struct mw_jobs_tree *tree)
{
    free(tree->nodes);
    free(tree->of_process);
    free(tree->of_rank);
}

/* ---- ancestors ---- */

/* Consecutive starters are one: mpirun and its proxy, srun and its child. A daemon works for the next starter above it,
 * whatever is between (ssh, a script). */
struct mw_jobs_above mw_jobs_tree_above(const struct mw_jobs_tree *tree, const struct mw_model *model, uint32_t node)
{
    struct mw_jobs_above above = {.starter = MW_MODEL_NONE, .rank = MW_MODEL_NONE};
    bool open = true, after_starter = false;

    for (uint32_t at = node, depth = 0; at != MW_MODEL_NONE && depth < MW_JOBS_TREE_DEPTH;
         at = tree->nodes[at].parent, depth++) {
        const struct mw_jobs_node *here = &tree->nodes[at];
        above.in_command |= here->pid == model->job.pid && model->hosts[here->host].is_launcher;
        if (open && here->rank != MW_MODEL_NONE && at != node) {
            above.rank = here->rank;
            open = false;
        }
        if (open && here->is_starter &&
            (above.starter == MW_MODEL_NONE || after_starter || tree->nodes[above.starter].is_daemon))
            above.starter = at;
        after_starter = here->is_starter;
        open = open && (above.starter == MW_MODEL_NONE || after_starter || tree->nodes[above.starter].is_daemon);
    }
    return above;
}
