/* SPDX-License-Identifier: MIT */
/* A run with several jobs: each job becomes a separate model, made by the same steps as that of a run. The run keeps what
 * concerns all jobs. */
#include "collector/jobs/jobs.h"

#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/limits.h"
#include "collector/post_mortem/post_mortem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The indices of the run's worlds, ranks and processes in their jobs. */
struct split {
    struct mw_model *run;
    struct mw_jobs jobs;
    uint32_t *worlds, *ranks, *processes;
};

/* ---- moving ---- */

static void copy_hosts(struct mw_model *job)
{
    const struct mw_model *run = job->run;

    job->host_count = run->host_count;
    job->hosts = mw_mem_alloc(run->host_count, sizeof(*job->hosts));
    for (size_t i = 0; i < run->host_count; i++) {
        struct mw_model_host *host = &job->hosts[i];
        *host = run->hosts[i];
        host->ranks = 0;
        host->together = host->victims = 0;
        host->upper = host->seen = host->pss = (struct mw_model_bytes){0, MW_MODEL_UNKNOWN};
        host->seen_ns = 0;
        host->nodes = NULL;
        host->node_count = 0;
        host->charges = mw_mem_alloc(host->charge_count, sizeof(*host->charges));
        if (host->charge_count)
            memcpy(host->charges, run->hosts[i].charges, host->charge_count * sizeof(*host->charges));
        host->cgroups = mw_mem_alloc(host->cgroup_count, sizeof(*host->cgroups));
        if (host->cgroup_count)
            memcpy(host->cgroups, run->hosts[i].cgroups, host->cgroup_count * sizeof(*host->cgroups));
    }
}

static void move_worlds(struct split *split)
{
    struct mw_model *run = split->run;

    for (size_t i = 0; i < run->world_count; i++) {
        struct mw_model *job = &run->jobs[split->jobs.of_world[i]];
        split->worlds[i] = (uint32_t)job->world_count;
        *MW_MEM_PUSH(job->worlds, job->world_count) = run->worlds[i];
    }
}

/* The order is kept: by world, then by rank. */
static void move_ranks(struct split *split)
{
    struct mw_model *run = split->run;

    for (size_t i = 0; i < run->rank_count; i++) {
        struct mw_model_rank *rank = &run->ranks[i];
        struct mw_model *job = &run->jobs[split->jobs.of_world[rank->world]];
        split->ranks[i] = (uint32_t)job->rank_count;
        job->hosts[rank->host].ranks++;
        rank->world = split->worlds[rank->world];
        *MW_MEM_PUSH(job->ranks, job->rank_count) = *rank;
    }
}

static void move_processes(struct split *split)
{
    struct mw_model *run = split->run;
    size_t kept = 0;

    for (size_t i = 0; i < run->process_count; i++) {
        uint32_t number = split->jobs.of_process[i];
        struct mw_model *to = number == MW_MODEL_NONE ? NULL : &run->jobs[number];
        struct mw_model_process *process = &run->processes[i];
        if (process->rank != MW_MODEL_NONE)
            process->rank = split->ranks[process->rank];
        split->processes[i] = to ? (uint32_t)to->process_count : (uint32_t)kept;
        if (to)
            *MW_MEM_PUSH(to->processes, to->process_count) = *process;
        else
            run->processes[kept++] = *process;
    }
    run->process_count = kept;
    for (size_t i = 0; i < run->job_count; i++)
        for (size_t k = 0; k < run->jobs[i].rank_count; k++) {
            uint32_t *process = &run->jobs[i].ranks[k].process;
            *process = *process == MW_MODEL_NONE ? MW_MODEL_NONE : split->processes[*process];
        }
}

/* Clears the sums over all ranks, and the ranks themselves, which now belong to the jobs. */
static void clear_run(struct mw_model *run)
{
    free(run->worlds);
    free(run->ranks);
    run->worlds = NULL;
    run->ranks = NULL;
    run->world_count = run->rank_count = 0;
    run->rank_peak = (struct mw_model_spread){0};
    run->mpi_growth = (struct mw_model_spread_change){0};
    run->cost.share_worst = 0;
    run->job.library = mw_model_string(run, "");
}

/* ---- state of a job ---- */

static bool ended_early(const struct mw_model *job)
{
    for (size_t i = 0; i < job->rank_count; i++)
        if (job->ranks[i].stage < MW_STAGE_FINALIZED)
            return true;
    return false;
}

/* Signals and limits of memwatch ended the job if they came while it ran. The cause of death of its ranks may have been read
 * later. */
static void take_signals(struct mw_model *model)
{
    const struct mw_model_job *run = &model->run->job;
    struct mw_model_job *job = &model->job;
    uint64_t last = ended_early(model) ? mw_post_mortem_read_by(model, job->end_ns) : job->end_ns;

    for (uint32_t i = 0; i < run->signal_count; i++)
        if (run->signals[i].ns >= job->begin_ns && run->signals[i].ns <= last)
            job->signals[job->signal_count++] = run->signals[i];
    if (run->over.ns >= job->begin_ns && run->over.ns <= job->end_ns)
        job->over = run->over;
}

static void take_status(struct mw_model_job *job, const struct mw_model_process *process)
{
    int status = process->wait_status;

    job->status_unknown = process->end != MW_VIEW_STATUS;
    if (job->status_unknown)
        return;
    job->exit_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    job->exit_status = job->exit_signal ? 128 + job->exit_signal : WEXITSTATUS(status);
}

/* The process whose end is the end of the job: the starter, or the only rank. */
static const struct mw_model_process *main_process(const struct mw_model *job, const struct mw_model_process *starter)
{
    if (starter)
        return starter;
    if (job->rank_count != 1 || job->ranks[0].process == MW_MODEL_NONE)
        return NULL;
    return &job->processes[job->ranks[0].process];
}

static uint64_t end_of(const struct mw_model_process *process)
{
    return process->end_ns > process->last_ns ? process->end_ns : process->last_ns;
}

static uint64_t last_known(const struct mw_model *job)
{
    uint64_t last = 0;

    for (size_t i = 0; i < job->rank_count; i++)
        if (job->ranks[i].known_ns > last)
            last = job->ranks[i].known_ns;
    for (size_t i = 0; i < job->process_count; i++)
        if (end_of(&job->processes[i]) > last)
            last = end_of(&job->processes[i]);
    return last;
}

/* Whether its end was seen, or the end of all its processes. A process with an exit record has ended, even if no sample saw
 * it. */
static bool has_ended(const struct mw_model *job, const struct mw_model_process *process)
{
    bool any = false;

    if (process)
        return process->end != MW_VIEW_LIVES || !process->samples;
    for (size_t i = 0; i < job->process_count; i++) {
        if (job->processes[i].end == MW_VIEW_LIVES && job->processes[i].samples)
            return false;
        any = true;
    }
    return any;
}

static void take_end(struct mw_model *model, const struct mw_model_process *process)
{
    const struct mw_model_job *run = &model->run->job;
    struct mw_model_job *job = &model->job;
    bool ended = has_ended(model, process) || (!run->runs && !run->launcher_died);

    job->runs = !ended && run->runs;
    job->launcher_died = !ended && run->launcher_died;
    job->command_end_ns = !ended ? 0 : process ? end_of(process) : job->end_ns;
    job->status_unknown = ended;
    if (process && ended)
        take_status(job, process);
}

static void take_job(struct mw_model *model, const struct mw_model_process *starter, uint64_t begin_ns)
{
    const struct mw_model_job *run = &model->run->job;
    const struct mw_model_process *process = main_process(model, starter);
    struct mw_model_job *job = &model->job;
    uint64_t last = last_known(model);

    job->sampled = run->sampled;
    job->samples = run->samples;
    job->interval_ns = run->interval_ns;
    job->gap_mean_ns = run->gap_mean_ns;
    job->gap_max_ns = run->gap_max_ns;
    job->begin_ns = begin_ns;
    if (run->begin_wall_ns)
        job->begin_wall_ns = mw_model_sum(run->begin_wall_ns, mw_model_elapsed(model->run, begin_ns));
    job->end_ns = last > begin_ns ? last : begin_ns;
    job->command = starter ? starter->command : model->rank_count ? model->ranks[0].command : job->command;
    job->pid = process ? process->pid : model->rank_count ? model->ranks[0].ppid : 0;
    take_end(model, process);
    take_signals(model);
}

/* ---- the OOM killer ---- */

/* The counter of a control group covers the entire run. Processes that ended soon after a kill show which job it hit. */
static bool had_kill(const struct mw_model *job, uint32_t host, uint32_t group)
{
    for (size_t i = 0; i < job->process_count; i++) {
        const struct mw_model_process *process = &job->processes[i];
        if (process->host == host && process->cgroup == group && process->oom_ns &&
            process->end_ns <= mw_model_sum(process->oom_ns, MW_POST_MORTEM_DYING_NS))
            return true;
    }
    return false;
}

/* If the kill may have hit several jobs, or a process of no job, the group is shared with processes of other jobs. */
static void share_kills(struct mw_model *run, uint32_t host, uint32_t group)
{
    size_t jobs = had_kill(run, host, group);

    for (size_t i = 0; i < run->job_count; i++)
        jobs += had_kill(&run->jobs[i], host, group);
    for (size_t i = 0; i < run->job_count; i++) {
        struct mw_model_cgroup *copy = &run->jobs[i].hosts[host].cgroups[group];
        copy->shared |= jobs > 1;
        copy->kills = had_kill(&run->jobs[i], host, group) ? copy->kills : 0;
    }
}

static void for_each_group(struct mw_model *run, void (*act)(struct mw_model *, uint32_t, uint32_t))
{
    for (uint32_t host = 0; host < run->host_count; host++)
        for (uint32_t group = 0; group < run->hosts[host].cgroup_count; group++)
            act(run, host, group);
}

/* Adds the victims of the jobs to the run's count: the other kills hit no rank. */
static void add_victims(struct mw_model *run, uint32_t host, uint32_t group)
{
    for (size_t i = 0; i < run->job_count; i++)
        run->hosts[host].cgroups[group].victims += run->jobs[i].hosts[host].cgroups[group].victims;
}

/* ---- the jobs ---- */

static void make_jobs(struct split *split)
{
    struct mw_model *run = split->run;

    run->job_count = split->jobs.count;
    run->jobs = mw_mem_alloc(run->job_count, sizeof(*run->jobs));
    for (size_t i = 0; i < run->job_count; i++) {
        mw_model_init_job(&run->jobs[i], run, (uint32_t)i + 1);
        copy_hosts(&run->jobs[i]);
    }
    move_worlds(split);
    move_ranks(split);
    move_processes(split);
}

/* The process of a starter, from its index in the run. */
static const struct mw_model_process *starter_of(const struct split *split, size_t number)
{
    uint32_t starter = split->jobs.jobs[number].starter;

    if (starter == MW_MODEL_NONE || split->jobs.of_process[starter] != number) /* it executed another starter later */
        return NULL;
    return &split->run->jobs[number].processes[split->processes[starter]];
}

/* Runs the steps of a run, for one job. */
static void complete_job(struct mw_merge *merge, struct mw_model *job)
{
    struct mw_model *run = merge->model;

    merge->model = job;
    merge->is_part = true;
    mw_merge_job_ranks(job);
    mw_limits_find_least(job);
    mw_merge_details(merge);
    mw_merge_deaths(merge);
    mw_merge_details_dead_heaps(merge);
    mw_merge_unrecorded(job);
    mw_merge_left_running(job);
    mw_merge_notes(merge);
    merge->model = run;
    merge->is_part = false;
}

/* Whether every process in the sampled sums is also in the list of processes. */
static bool is_complete(const struct mw_merge *merge)
{
    return merge->view_count == 1 && !merge->views[0].processes_lost && !merge->views[0].processes_replaced;
}

static void split_run(struct mw_merge *merge, struct split *split)
{
    struct mw_model *run = merge->model;

    split->worlds = mw_mem_alloc(run->world_count, sizeof(*split->worlds));
    split->ranks = mw_mem_alloc(run->rank_count, sizeof(*split->ranks));
    split->processes = mw_mem_alloc(run->process_count, sizeof(*split->processes));
    mw_merge_deaths_run(merge);
    mw_merge_details_bounds(merge);
    make_jobs(split);
    clear_run(run);
    mw_limits_find_least(run);
    for (size_t i = 0; i < run->job_count; i++)
        take_job(&run->jobs[i], starter_of(split, i), split->jobs.jobs[i].begin_ns);
    for_each_group(run, share_kills);
    for (size_t i = 0; i < run->job_count; i++)
        complete_job(merge, &run->jobs[i]);
    for_each_group(run, add_victims);
    mw_jobs_seen(run, is_complete(merge));
    free(split->worlds);
    free(split->ranks);
    free(split->processes);
}

bool mw_merge_jobs(struct mw_merge *merge)
{
    struct split split = {.run = merge->model};

    mw_jobs_find(&split.jobs, merge->model);
    if (split.jobs.count > 1)
        split_run(merge, &split);
    mw_jobs_free(&split.jobs);
    return merge->model->job_count > 0;
}
