/* SPDX-License-Identifier: MIT */
/* Totals of the job: times, sampled sums, limits, the cost of memwatch. */
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/limits.h"
#include "collector/model/in_mpi.h"
#include "collector/model/rank_rss.h"

#include <stdlib.h>
#include <string.h>

/* Without a launcher, the job lasts from the first to the last timestamp in any record. */
static void find_times(struct mw_model *model)
{
    struct mw_model_job *job = &model->job;

    for (size_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        if (i == 0 || rank->begin_ns < job->begin_ns)
            job->begin_ns = rank->begin_ns;
        if (rank->known_ns > job->end_ns)
            job->end_ns = rank->known_ns;
    }
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (process->first_ns && (job->begin_ns == 0 || process->first_ns < job->begin_ns))
            job->begin_ns = process->first_ns;
        if (process->last_ns > job->end_ns)
            job->end_ns = process->last_ns;
    }
    if (model->rank_count) {
        job->command = model->ranks[0].command;
        job->pid = model->ranks[0].ppid;
    }
}

/* The sum over time, as sampled on one host. */
static void take_slices(struct mw_model *model, const struct mw_view *view)
{
    model->slice_ns = view->slice_ns;
    model->slice_count = view->slice_count;
    model->slices = mw_mem_alloc(view->slice_count, sizeof(*model->slices));
    if (view->slice_count)
        memcpy(model->slices, view->slices, view->slice_count * sizeof(*model->slices));
}

static void take_sampled(struct mw_model *model, const struct mw_view *view)
{
    model->job = (struct mw_model_job){
        .sampled = true,
        .runs = !view->command_end_ns,
        .inside_rank = (int32_t)view->inside_rank - 1,
        .inside_size = view->inside_size,
        .command = mw_model_string(model, view->command),
        .pid = view->pid,
        .exit_status = view->exit_status,
        .exit_signal = view->exit_signal,
        .command_end_ns = view->command_end_ns,
        .signal_count = view->signal_count,
        .samples = view->samples,
        .interval_ns = view->interval_ns,
        .begin_ns = view->begin_ns,
        .end_ns = view->end_ns ? view->end_ns : view->last_ns,
        .begin_wall_ns = view->begin_wall_ns,
        .library = model->job.library,
    };
    if (model->job.end_ns < view->begin_ns)
        model->job.end_ns = view->begin_ns;
    memcpy(model->job.signals, view->signals, sizeof(model->job.signals));
    model->job.over = view->over;
}

static void take_peak(struct mw_model_peak *peak, const struct mw_view *view)
{
    peak->seen = (struct mw_model_bytes){view->rss_sum_max, view->rss_sum_max ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN};
    peak->seen_ns = view->rss_sum_max_ns;
    peak->seen_processes = view->rss_sum_max_processes;
    peak->pss = (struct mw_model_bytes){view->pss_sum_max, view->pss_sum_max ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN};
    peak->pss_ns = view->pss_sum_max_ns;
    peak->pss_rss = view->pss_rss_sum;
    peak->pss_sweeps = view->pss_sweeps;
    peak->shared = (struct mw_model_bytes){view->shared_max, view->pss_sweeps ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN};
    peak->shared_ns = view->shared_ns;
    peak->shared_rss = view->shared_rss;
    peak->shared_shmem = view->shared_shmem;
}

/* The samples of several hosts have different timestamps. An interval of this length usually contains one or two samples of
 * each host; in it, all hosts together had at least the sum of the smallest values. */
static uint64_t common_slice(const struct mw_merge *merge)
{
    uint64_t length = 0;

    for (size_t i = 0; i < merge->view_count; i++) {
        const struct mw_view *view = &merge->views[i];
        uint64_t gap = mw_view_gap_mean(view) > view->interval_ns ? mw_view_gap_mean(view) : view->interval_ns;
        uint64_t least = gap > view->slice_ns ? gap : view->slice_ns;
        if (length < least)
            length = least;
    }
    return 2 * length;
}

/* Adds the values of one host, per interval of `slice_ns`, to the slices of the job. */
static void add_slices(struct mw_model *model, const struct mw_view *view, uint32_t host)
{
    struct mw_view_slice *own = mw_mem_alloc(model->slice_count, sizeof(*own));

    for (size_t i = 0; i < view->slice_count; i++) {
        const struct mw_view_slice *from = &view->slices[i];
        uint64_t at = mw_model_time_of(model, host, mw_model_sum(view->begin_ns, i * view->slice_ns));
        uint64_t cell = at < model->job.begin_ns ? 0 : (at - model->job.begin_ns) / model->slice_ns;
        if (!from->samples || cell >= model->slice_count)
            continue;
        if (!own[cell].samples || from->rss_min < own[cell].rss_min)
            own[cell].rss_min = from->rss_min;
        if (own[cell].processes < from->processes)
            own[cell].processes = from->processes;
        own[cell].samples += from->samples;
    }
    for (size_t i = 0; i < model->slice_count; i++) {
        model->slices[i].rss_max = model->slices[i].rss_min = mw_model_sum(model->slices[i].rss_min, own[i].rss_min);
        model->slices[i].processes += own[i].processes;
        model->slices[i].samples += own[i].samples;
    }
    free(own);
}

static void join_hosts(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct mw_model_peak *peak = &model->peak;

    model->slice_ns = common_slice(merge);
    if (!model->slice_ns)
        return;
    model->slice_count = (model->job.end_ns - model->job.begin_ns) / model->slice_ns + 1;
    if (model->slice_count > MW_VIEW_FILE_SLICES)
        model->slice_count = MW_VIEW_FILE_SLICES;
    model->slices = mw_mem_alloc(model->slice_count, sizeof(*model->slices));
    for (size_t i = 0; i < merge->view_count; i++)
        add_slices(model, &merge->views[i], mw_merge_hosts_find(merge, merge->views[i].host, 0, 0));
    for (size_t i = 0; i < model->slice_count; i++)
        if (peak->seen.bytes < model->slices[i].rss_min) {
            peak->seen = (struct mw_model_bytes){model->slices[i].rss_min, MW_MODEL_AT_LEAST};
            peak->seen_ns = model->job.begin_ns + i * model->slice_ns;
            peak->seen_processes = model->slices[i].processes;
        }
    peak->seen_hosts = (uint32_t)merge->view_count;
}

static void sum_views(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    if (merge->view_count == 1) {
        take_peak(&model->peak, &merge->views[0]);
        take_slices(model, &merge->views[0]);
    } else if (merge->view_count > 1)
        join_hosts(merge);
}

static void add_cost(struct mw_model_cost *cost, const struct mw_model_rank *rank, uint32_t index, double *life_ns,
                     double *measure_ns)
{
    double life = rank->known_ns > rank->created_ns ? (double)(rank->known_ns - rank->created_ns) : 0;

    if (life > 0) {
        double share = (double)rank->measure_ns / life;
        if (share > cost->share_max) {
            cost->share_max = share;
            cost->share_worst = index;
        }
        *life_ns += life;
        *measure_ns += (double)rank->measure_ns;
    }
    if (rank->setup_ns > cost->setup_max_ns)
        cost->setup_max_ns = rank->setup_ns;
    if (rank->shim_bytes > cost->shim_bytes_max)
        cost->shim_bytes_max = rank->shim_bytes;
    if (rank->error_bytes > cost->error_bytes_max)
        cost->error_bytes_max = rank->error_bytes;
    if (rank->checked_bytes > cost->checked_bytes_max)
        cost->checked_bytes_max = rank->checked_bytes;
    cost->checks = mw_model_sum(cost->checks, rank->checks);
    cost->calls = mw_model_sum(cost->calls, rank->calls);
    cost->measured = mw_model_sum(cost->measured, rank->measured);
    cost->no_reset_ranks += rank->cost_flags & MW_COST_NO_RESET ? 1 : 0;
    cost->lost_sites = mw_model_sum(cost->lost_sites, rank->lost_sites);
    cost->lost_phases = mw_model_sum(cost->lost_phases, rank->lost_phases);
    cost->lost_modules = mw_model_sum(cost->lost_modules, rank->lost_modules);
    cost->lost_requests = mw_model_sum(cost->lost_requests, rank->lost_requests);
    cost->lost_objects = mw_model_sum(cost->lost_objects, rank->lost_objects);
    cost->lost_nested = mw_model_sum(cost->lost_nested, rank->lost_nested);
    cost->unrecorded = mw_model_sum(cost->unrecorded, rank->unrecorded);
}

/* A number of bytes as a signed change. */
static int64_t to_change(uint64_t bytes)
{
    return bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
}

static void note_end_rss(const struct mw_model *model, struct mw_model_rank *rank)
{
    struct mw_rank_rss last = mw_rank_rss_last(model, rank);

    rank->end_rss = last.bytes;
    rank->end_rss_ns = last.ns;
}

void mw_merge_job_ranks(struct mw_model *model)
{
    double life_ns = 0, measure_ns = 0;

    mw_merge_hosts_count(model);
    for (uint32_t i = 0; i < model->rank_count; i++) {
        struct mw_model_rank *rank = &model->ranks[i];
        note_end_rss(model, rank);
        rank->held_mpi = mw_in_mpi_held(rank); /* again: samples may have raised the peak */
        mw_model_spread_add(&model->rank_peak, i, rank->peak.bytes, i);
        mw_model_change_add(&model->mpi_growth, i, mw_model_sum_change(rank->grown_mpi, to_change(rank->in_mpi.finalize)), i);
        add_cost(&model->cost, rank, i, &life_ns, &measure_ns);
    }
    model->cost.share_mean = life_ns > 0 ? measure_ns / life_ns : 0;
    if (model->rank_count)
        model->job.library = model->ranks[0].library;
}

/* For several hosts: the longest gap of any host is the one of the job. */
static void find_longest_gap(struct mw_model *model)
{
    struct mw_model_job *job = &model->job;

    for (size_t i = 0; i < model->host_count; i++) {
        const struct mw_model_host *host = &model->hosts[i];
        job->gap_mean_ns = host->gap_mean_ns > job->gap_mean_ns ? host->gap_mean_ns : job->gap_mean_ns;
        job->gap_max_ns = host->gap_max_ns > job->gap_max_ns ? host->gap_max_ns : job->gap_max_ns;
    }
}

void mw_merge_job(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    if (merge->launcher) {
        take_sampled(model, merge->launcher);
        model->cost.launcher_cpu_ns = merge->launcher->launcher_cpu_ns;
        model->cost.launcher_rss_peak = merge->launcher->launcher_rss_peak;
    } else
        find_times(model);
    sum_views(merge);
    for (size_t i = 0; i < merge->view_count; i++)
        mw_merge_hosts_fill(model, mw_merge_hosts_find(merge, merge->views[i].host, 0, 0), &merge->views[i]);
    find_longest_gap(model);
    mw_merge_job_ranks(model);
    mw_limits_find_least(model);
}
