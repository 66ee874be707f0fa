/* SPDX-License-Identifier: MIT */
/* The post-mortem: which processes died, of what, in which order, and which ranks were waiting then.
 *
 * A sampler that watched a process knows its end and its status; a rank's journal knows what the rank was doing. Each rule
 * uses such evidence. A rank is reported as the first one only where the evidence excludes all others (post_mortem/first.c);
 * otherwise the answer is "not known". */
#include "collector/journal/alive.h"
#include "collector/merge/parts.h"
#include "collector/post_mortem/post_mortem.h"

struct seen_from {
    struct mw_alive here;
    bool job_ended;
};

/* A process may be alive if nobody saw the job end and pids of that host cannot be checked here. Without a token, none is. */
static bool may_be_alive(const void *context, const char *host, int32_t pid, uint64_t start_ticks)
{
    const struct seen_from *from = context;

    if (from->here.token_fd >= 0 && !from->job_ended && !mw_alive_is_here(&from->here, host))
        return true;
    return mw_alive_check(&from->here, host, pid, start_ticks);
}

/* Whether the job has ended, and whether memwatch is still running with it. */
static void find_end(struct mw_merge *merge, const struct mw_alive *here)
{
    struct mw_model_job *job = &merge->model->job;
    const struct mw_view *view = merge->launcher;
    enum mw_alive_state launcher;

    if (!view || view->command_end_ns)
        return;
    launcher = mw_alive_launcher(here, view->host, view->sampler_pid, view->sampler_ticks);
    job->launcher_died = launcher == MW_ALIVE_GONE;
    job->runs = launcher == MW_ALIVE_LIVES;
    for (uint64_t i = 0; i < view->process_count && !job->runs; i++)
        job->runs = view->processes[i].end == MW_VIEW_LIVES &&
                    mw_alive_check(here, view->host, view->processes[i].pid, view->processes[i].start_ticks);
}

void mw_merge_deaths_run(struct mw_merge *merge)
{
    struct mw_alive here;

    mw_alive_open(&here, merge->gathered_only ? -1 : merge->dirfd);
    find_end(merge, &here);
    mw_alive_close(&here);
}

/* When the first process died: the latest time among those that may have been the first. */
static uint64_t first_death(const struct mw_model *model)
{
    uint64_t died = 0;

    for (uint32_t i = 0; i < (model->first_count ? model->first_count : 1); i++)
        died = model->deaths[i].ns > died ? model->deaths[i].ns : died;
    return died;
}

void mw_merge_deaths(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct seen_from from = {.job_ended = model->job.command_end_ns != 0};

    mw_alive_open(&from.here, merge->gathered_only ? -1 : merge->dirfd);
    if (!merge->is_part)
        find_end(merge, &from.here);
    mw_post_mortem_ends(model, may_be_alive, &from);
    mw_alive_close(&from.here);
    mw_post_mortem_oom(model);
    if (merge->launcher && !model->job_count) /* in a run with several jobs, each job reports what ended it */
        mw_post_mortem_outside(model);
    if (model->death_count) {
        mw_post_mortem_first(model);
        mw_post_mortem_waiting(model);
        mw_merge_details_rss_at(merge, first_death(model));
    }
    mw_post_mortem_text(model);
}
