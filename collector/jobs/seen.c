/* SPDX-License-Identifier: MIT */
/* What a job had at one time, from samples of the run: the sum of all processes minus the peaks of the other jobs' processes
 * that were running then. */
#include "collector/base/mem.h"
#include "collector/jobs/jobs.h"

#include <stdlib.h>

/* By slice: changes of the upper bound of some processes. */
struct sums {
    const struct mw_model *run;
    int64_t *changes;
};

static size_t slice_at(const struct mw_model *run, uint64_t ns)
{
    uint64_t slice = mw_model_elapsed(run, ns) / run->slice_ns;

    return slice < run->slice_count ? (size_t)slice : run->slice_count - 1;
}

/* Sampled from first_ns to last_ns, which are times of samples. */
static void add(struct sums *sums, const struct mw_model_process *process)
{
    if (!process->samples)
        return;
    sums->changes[slice_at(sums->run, process->first_ns)] += (int64_t)(process->rss_max >> 1);
    sums->changes[slice_at(sums->run, process->last_ns) + 1] -= (int64_t)(process->rss_max >> 1);
}

static void add_all(struct sums *sums, const struct mw_model *model)
{
    for (size_t i = 0; i < model->process_count; i++)
        add(sums, &model->processes[i]);
}

static void take_slice(struct mw_model *job, size_t slice, uint64_t others)
{
    const struct mw_model *run = job->run;
    uint64_t all = run->slices[slice].rss_max;

    if (all <= others || all - others <= job->peak.seen.bytes)
        return;
    job->peak.seen = (struct mw_model_bytes){all - others, MW_MODEL_AT_LEAST};
    job->peak.seen_ns = mw_model_sum(run->job.begin_ns, slice * run->slice_ns);
}

static void see(struct mw_model *run, struct mw_model *job)
{
    struct sums sums = {.run = run, .changes = mw_mem_alloc(run->slice_count + 1, sizeof(*sums.changes))};
    uint64_t others = 0; /* halved, so that untrusted sums stay in range */

    add_all(&sums, run);
    for (size_t i = 0; i < run->job_count; i++)
        if (&run->jobs[i] != job)
            add_all(&sums, &run->jobs[i]);
    for (size_t i = 0; i < run->slice_count; i++) {
        others += (uint64_t)sums.changes[i];
        if (run->slices[i].samples && mw_model_sum(run->job.begin_ns, (i + 1) * run->slice_ns) > job->job.begin_ns &&
            mw_model_sum(run->job.begin_ns, i * run->slice_ns) <= job->job.end_ns)
            take_slice(job, i, mw_model_sum(2 * others, 2));
    }
    free(sums.changes);
}

/* The peak of one process is a lower bound as well. */
static void take_largest(struct mw_model *job)
{
    const struct mw_model_rank *worst = job->rank_count ? &job->ranks[job->rank_peak.worst] : NULL;

    if (!worst || worst->peak.kind == MW_MODEL_UNKNOWN || worst->peak.bytes <= job->peak.seen.bytes)
        return;
    job->peak.seen = (struct mw_model_bytes){worst->peak.bytes, MW_MODEL_AT_LEAST};
    job->peak.seen_ns = worst->peak_ns;
    job->peak.seen_processes = 1;
}

void mw_jobs_seen(struct mw_model *run, bool whole)
{
    for (size_t i = 0; i < run->job_count; i++) {
        if (whole && run->slice_count && run->slice_ns)
            see(run, &run->jobs[i]);
        take_largest(&run->jobs[i]);
    }
}
