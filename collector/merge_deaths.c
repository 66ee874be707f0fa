/* SPDX-License-Identifier: MIT */
/* The post-mortem: who died, of what, in which order, and who was waiting then.
 *
 * A sampler that watched a process knows when it ended and its status; a rank's journal knows what it was doing. Each
 * rule is over such evidence, and a rank is named as the first one only where it leaves no other (merge_deaths_first.c):
 * "not known" is an answer. */
#include "collector/alive.h"
#include "collector/merge_deaths_parts.h"
#include "collector/merge_parts.h"

static bool lives(const void *context, const char *host, int32_t pid, uint64_t start_ticks)
{
    return mw_alive_check(context, host, pid, start_ticks);
}

/* Has the job ended, and is memwatch still with it? */
static void find_end(struct mw_merge *merge, const struct mw_alive *here)
{
    struct mw_model_job *job = &merge->model->job;
    const struct mw_view *view = merge->launcher;
    bool launcher_lives;

    if (!view || view->command_end_ns)
        return;
    launcher_lives = mw_alive_check(here, view->host, view->sampler_pid, view->sampler_ticks);
    job->launcher_died = !launcher_lives && mw_alive_is_here(here, view->host);
    job->runs = launcher_lives;
    for (uint64_t i = 0; i < view->process_count && !job->runs; i++)
        job->runs = view->processes[i].end == MW_VIEW_LIVES &&
                    mw_alive_check(here, view->host, view->processes[i].pid, view->processes[i].start_ticks);
}

void mw_merge_deaths(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct mw_alive here;

    mw_alive_open(&here);
    find_end(merge, &here);
    mw_merge_deaths_ends(model, lives, &here);
    mw_alive_close(&here);
    mw_merge_deaths_oom(model);
    if (merge->launcher)
        mw_merge_deaths_outside(model);
    if (model->death_count) {
        mw_merge_deaths_first(model);
        mw_merge_deaths_waiting(model);
    }
    mw_merge_deaths_text(model);
}
