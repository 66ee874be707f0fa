/* SPDX-License-Identifier: MIT */
/* Joins worlds and starters to jobs: sets that are merged by evidence, first from the process trees, then from times. */
#include "collector/base/mem.h"
#include "collector/jobs/jobs.h"

#include <stdlib.h>
#include <string.h>

/* Elements of the sets: the worlds, then the nodes of the tree (only starters matter). */
struct search {
    const struct mw_model *model;
    struct mw_jobs_tree tree;
    struct mw_jobs_above *above; /* of each node */
    bool *is_busy;               /* for each node: a starter that has or may have ranks, though none is joined to it */
    uint32_t *set;               /* for each element: its parent in its set; the root represents the set */
    struct about {
        bool has_world, has_first_world; /* not spawned by another world */
        bool in_command;
        uint64_t begin_ns, end_ns;
        uint32_t starter; /* node: mpirun or srun; or none */
        uint32_t job;     /* its number, from 0, or none */
    } * sets;             /* for each set, by its representative */
    size_t count;
};

static uint32_t set_of(const struct search *search, uint32_t element)
{
    while (search->set[element] != element)
        element = search->set[element] = search->set[search->set[element]];
    return element;
}

static uint32_t element_of(const struct search *search, uint32_t node)
{
    return (uint32_t)search->model->world_count + node;
}

static void join(struct search *search, uint32_t a, uint32_t b)
{
    search->set[set_of(search, a)] = set_of(search, b);
}

static void begin(struct search *search, const struct mw_model *model)
{
    *search = (struct search){.model = model};
    mw_jobs_tree_make(&search->tree, model);
    search->count = model->world_count + search->tree.count;
    search->above = mw_mem_alloc(search->tree.count, sizeof(*search->above));
    search->is_busy = mw_mem_alloc(search->tree.count, sizeof(*search->is_busy));
    search->set = mw_mem_alloc(search->count, sizeof(*search->set));
    search->sets = mw_mem_alloc(search->count, sizeof(*search->sets));
    for (uint32_t i = 0; i < search->count; i++)
        search->set[i] = i;
    for (uint32_t i = 0; i < search->tree.count; i++)
        search->above[i] = mw_jobs_tree_above(&search->tree, model, i);
}

static void end(struct search *search)
{
    mw_jobs_tree_free(&search->tree);
    free(search->above);
    free(search->is_busy);
    free(search->set);
    free(search->sets);
}

static bool is_same_process(const struct mw_jobs_node *a, const struct mw_jobs_node *b)
{
    return a->pid == b->pid && a->start_ticks == b->start_ticks && a->host == b->host;
}

/* mpirun may become another starter by exec (prterun): the next program of its process, which is the next such node. */
static void join_images(struct search *search)
{
    const struct mw_jobs_node *nodes = search->tree.nodes;

    for (uint32_t i = 0; i < search->tree.count; i++)
        for (uint32_t k = i + 1; k < search->tree.count && nodes[i].is_starter; k++)
            if (nodes[k].is_starter && is_same_process(&nodes[i], &nodes[k])) {
                join(search, element_of(search, i), element_of(search, k));
                break;
            }
}

static bool has_status(const struct search *search, uint32_t node)
{
    return search->model->processes[search->tree.nodes[node].process].end == MW_VIEW_STATUS;
}

/* The last program of a starter's process that has its status, else the last one. */
static uint32_t last_image(const struct search *search, uint32_t node)
{
    const struct mw_jobs_node *nodes = search->tree.nodes;
    uint32_t last = node;

    for (uint32_t i = 0; i < search->tree.count; i++) {
        if (!nodes[i].is_starter || !is_same_process(&nodes[i], &nodes[node]))
            continue;
        if (has_status(search, i) != has_status(search, last) ? has_status(search, i)
                                                              : nodes[i].first_ns >= nodes[last].first_ns)
            last = i;
    }
    return last;
}

/* What started a rank started its world; what a rank spawned belongs to that rank's job. */
static void join_by_tree(struct search *search)
{
    const struct mw_model *model = search->model;

    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_jobs_above *above = &search->above[search->tree.of_rank[i]];
        if (above->starter != MW_MODEL_NONE)
            join(search, element_of(search, above->starter), model->ranks[i].world);
        if (above->rank != MW_MODEL_NONE && model->ranks[i].spawned)
            join(search, model->ranks[above->rank].world, model->ranks[i].world);
    }
}

/* A script started by mpirun may start other starters: then these have the ranks. */
static void note_inner(struct search *search, uint32_t node)
{
    for (uint32_t at = search->tree.nodes[node].parent, depth = 0; at != MW_MODEL_NONE && depth < MW_JOBS_TREE_DEPTH;
         at = search->tree.nodes[at].parent, depth++) {
        uint32_t outer = search->above[at].starter;
        if (outer != MW_MODEL_NONE && outer != search->above[node].starter)
            search->is_busy[outer] = true;
    }
}

/* Commands that only query a starter (--help, --version) start nothing. */
static bool is_query(const struct mw_model_process *process)
{
    static const char *const options[] = {"--version", "-V", "--help", "-h", "-info", "-version"};
    size_t first = strcspn(process->command, " ");

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (process->command[first] == ' ' && !strcmp(process->command + first + 1, options[i]))
            return true;
    return false;
}

/* Whether this node is mpirun or srun, and not the helper of another one. */
static bool is_first_starter(const struct search *search, uint32_t node)
{
    const struct mw_jobs_node *one = &search->tree.nodes[node];

    return one->is_starter && !one->is_daemon && search->above[node].starter == node && one->process != MW_MODEL_NONE &&
           !is_query(&search->model->processes[one->process]);
}

static void note_time(struct about *about, uint64_t begin_ns, uint64_t end_ns)
{
    if (!about->begin_ns || begin_ns < about->begin_ns)
        about->begin_ns = begin_ns;
    if (end_ns > about->end_ns)
        about->end_ns = end_ns;
}

static void describe_starters(struct search *search)
{
    for (uint32_t i = 0; i < search->tree.count; i++) {
        const struct mw_jobs_node *node = &search->tree.nodes[i];
        struct about *about = &search->sets[set_of(search, element_of(search, i))];
        if (!is_first_starter(search, i))
            continue;
        if (about->starter == MW_MODEL_NONE || node->first_ns < search->tree.nodes[about->starter].first_ns)
            about->starter = i;
        note_time(about, node->first_ns, node->last_ns);
    }
}

static void describe_worlds(struct search *search)
{
    const struct mw_model *model = search->model;

    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        struct about *about = &search->sets[set_of(search, rank->world)];
        about->has_world = true;
        about->has_first_world |= !rank->spawned;
        about->in_command |= search->above[search->tree.of_rank[i]].in_command;
        note_time(about, rank->begin_ns, rank->known_ns);
    }
}

static void describe(struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        search->sets[i] = (struct about){.starter = MW_MODEL_NONE, .job = MW_MODEL_NONE};
    describe_worlds(search);
    describe_starters(search);
}

/* A starter without ranks that was running when the world began. */
static bool may_have_started(const struct search *search, uint32_t node, uint32_t world)
{
    const struct mw_jobs_node *one = &search->tree.nodes[node];
    uint64_t ns = search->model->worlds[world].first_ns;

    return is_first_starter(search, node) && !search->sets[set_of(search, element_of(search, node))].has_world &&
           one->first_ns <= ns && ns <= one->last_ns;
}

/* With several candidates it is not known which one it was: then none of them is reported as having started nothing. */
static void join_starter(struct search *search, uint32_t world)
{
    uint32_t found = MW_MODEL_NONE;
    size_t candidates = 0;

    for (uint32_t i = 0; i < search->tree.count; i++)
        if (may_have_started(search, i, world)) {
            found = i;
            candidates++;
        }
    for (uint32_t i = 0; i < search->tree.count && candidates > 1; i++)
        search->is_busy[i] |= may_have_started(search, i, world);
    if (candidates == 1) {
        join(search, element_of(search, found), world);
        describe(search);
    }
}

/* Ranks on other hosts, and those of Slurm, are not descendants of their starter. */
static void join_starters(struct search *search)
{
    for (uint32_t world = 0; world < search->model->world_count; world++) {
        const struct about *about = &search->sets[set_of(search, world)];
        if (about->starter == MW_MODEL_NONE && !about->in_command && about->has_first_world)
            join_starter(search, world);
    }
}

/* A spawned world on another host, without a parent in a tree: assigned to the latest job that was still running. */
static void join_spawned(struct search *search)
{
    const struct mw_model *model = search->model;

    for (uint32_t world = 0; world < model->world_count; world++) {
        uint64_t ns = model->worlds[world].first_ns;
        uint32_t best = MW_MODEL_NONE;
        if (search->sets[set_of(search, world)].has_first_world)
            continue;
        for (uint32_t other = 0; other < model->world_count; other++) {
            const struct about *about = &search->sets[set_of(search, other)];
            if (about->has_first_world && about->begin_ns <= ns && about->end_ns >= ns &&
                (best == MW_MODEL_NONE || about->begin_ns > search->sets[set_of(search, best)].begin_ns))
                best = other;
        }
        if (best != MW_MODEL_NONE) {
            join(search, world, best);
            describe(search);
        }
    }
}

static int compare_jobs(const void *a, const void *b)
{
    const struct mw_jobs_job *x = a, *y = b;

    if (x->begin_ns != y->begin_ns)
        return x->begin_ns < y->begin_ns ? -1 : 1;
    return (x->set > y->set) - (x->set < y->set);
}

/* A set is a job if it has ranks, or is a starter that was to start some. */
static bool is_job(const struct search *search, const struct about *about)
{
    return about->has_world || (about->starter != MW_MODEL_NONE && !search->is_busy[about->starter]);
}

static uint32_t process_of(const struct search *search, const struct about *about)
{
    return about->starter == MW_MODEL_NONE ? MW_MODEL_NONE : search->tree.nodes[last_image(search, about->starter)].process;
}

static void number_jobs(struct mw_jobs *jobs, struct search *search)
{
    for (uint32_t i = 0; i < search->tree.count; i++)
        if (is_first_starter(search, i))
            note_inner(search, i);
    for (uint32_t i = 0; i < search->count; i++) {
        const struct about *about = &search->sets[i];
        if (set_of(search, i) == i && is_job(search, about))
            *MW_MEM_PUSH(jobs->jobs, jobs->count) = (struct mw_jobs_job){
                .starter = process_of(search, about), .begin_ns = about->begin_ns, .set = i};
    }
    if (jobs->count)
        qsort(jobs->jobs, jobs->count, sizeof(*jobs->jobs), compare_jobs);
    for (uint32_t i = 0; i < jobs->count; i++)
        search->sets[jobs->jobs[i].set].job = i;
}

/* The job of a process: that of its starter, or of the rank that started it. */
static uint32_t job_of_node(const struct search *search, uint32_t node)
{
    const struct mw_jobs_above *above = &search->above[node];
    uint32_t rank = search->tree.nodes[node].rank;

    if (rank == MW_MODEL_NONE && above->starter != MW_MODEL_NONE)
        return search->sets[set_of(search, element_of(search, above->starter))].job;
    if (rank == MW_MODEL_NONE)
        rank = above->rank;
    return rank == MW_MODEL_NONE ? MW_MODEL_NONE : search->sets[set_of(search, search->model->ranks[rank].world)].job;
}

void mw_jobs_find(struct mw_jobs *jobs, const struct mw_model *model)
{
    struct search search;

    *jobs = (struct mw_jobs){.of_world = mw_mem_alloc(model->world_count, sizeof(*jobs->of_world)),
                             .of_process = mw_mem_alloc(model->process_count, sizeof(*jobs->of_process))};
    begin(&search, model);
    join_images(&search);
    join_by_tree(&search);
    describe(&search);
    join_starters(&search);
    join_spawned(&search);
    number_jobs(jobs, &search);
    for (uint32_t i = 0; i < model->world_count; i++)
        jobs->of_world[i] = search.sets[set_of(&search, i)].job;
    for (uint32_t i = 0; i < model->process_count; i++) {
        uint32_t node = search.tree.of_process[i];
        jobs->of_process[i] = node == MW_MODEL_NONE ? MW_MODEL_NONE : job_of_node(&search, node);
    }
    end(&search);
}

void mw_jobs_free(struct mw_jobs *jobs)
{
    free(jobs->jobs);
    free(jobs->of_world);
    free(jobs->of_process);
}
