/* SPDX-License-Identifier: MIT */
/* Finds what ended the job from outside before any of its ranks failed: memwatch, a signal to memwatch, or the end of the
 * process that had started the ranks. */
#include "collector/base/clock.h"
#include "collector/base/units.h"
#include "collector/model/rank_name.h"
#include "collector/post_mortem/post_mortem.h"

#include <signal.h>

static bool ends_jobs(int signo)
{
    return signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT || signo == SIGXCPU;
}

static bool is_rank(const struct mw_model *model, int32_t pid)
{
    for (size_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].pid == pid && model->hosts[model->ranks[i].host].is_launcher)
            return true;
    return false;
}

static const char *when(struct mw_model *model, uint64_t ns)
{
    return mw_model_format(model, "%s", mw_units_time(mw_model_elapsed(model, ns)).text);
}

/* memwatch ended the job: a sample was over a limit of --kill-over. */
static const char *describe_over(struct mw_model *model)
{
    static const char *const options[] = {"", "--max-total-rss", "--max-rank-rss", "--max-per-proc-rss"};
    const struct mw_view_over *over = &model->job.over;
    const char *who = "the job";

    if (over->pid)
        who = mw_model_format(model, "process %d", over->pid);
    for (size_t i = 0; i < model->rank_count && over->pid; i++)
        if (model->ranks[i].pid == over->pid && model->hosts[model->ranks[i].host].is_launcher)
            who = mw_model_string(model, mw_rank_name(model, (uint32_t)i).text);
    return mw_model_format(model, "memwatch ended it at %s (--kill-over): %s had %s, over %s %s", when(model, over->ns), who,
                           mw_units_bytes(over->bytes).text, options[over->what], mw_units_bytes(over->limit).text);
}

#define PASS_MAX_NS (250 * MW_NS_PER_MS) /* the time between two samples bounds the duration of a pass */
#define SETTLE_NS (20 * MW_NS_PER_MS)    /* to separate signals to memwatch from those to the group */

uint64_t mw_post_mortem_read_by(const struct mw_model *model, uint64_t came_ns)
{
    uint64_t pass = 0;

    for (size_t i = 0; i < model->host_count; i++)
        if (model->hosts[i].is_launcher)
            pass = model->hosts[i].gap_max_ns;
    return mw_model_sum(came_ns, (pass < PASS_MAX_NS ? pass : PASS_MAX_NS) + SETTLE_NS);
}

/* Whether it was before the first death, or may have caused it. */
static bool came_before(const struct mw_model *model, const struct mw_view_signal *sent, uint64_t first)
{
    const struct mw_model_death *death = model->death_count ? &model->deaths[0] : NULL;

    if (sent->ns <= first)
        return true;
    return death && death->cause == MW_MODEL_CAUSE_SIGNAL && death->number == sent->signo &&
           sent->ns <= mw_post_mortem_read_by(model, first);
}

/* The first signal to memwatch before any rank had died. */
static const char *describe_signal(struct mw_model *model, uint64_t first)
{
    for (uint32_t i = 0; i < model->job.signal_count; i++) {
        const struct mw_view_signal *sent = &model->job.signals[i];
        if (ends_jobs(sent->signo) && came_before(model, sent, first))
            return mw_model_format(model, "memwatch was sent %s at %s%s, and the job received it",
                                   mw_post_mortem_signal(model, sent->signo), when(model, sent->ns),
                                   sent->sender ? mw_model_format(model, " by process %d", sent->sender)
                                                : " from the terminal");
    }
    return NULL;
}

/* Whether the end of the launcher may have caused this one: by its clean-up, or since nothing reads the rank's output any
 * more. */
static bool may_follow_launcher(const struct mw_model *model, const struct mw_model_death *death)
{
    return mw_post_mortem_may_be_cleanup(mw_post_mortem_launcher(model), death) ||
           (death->cause == MW_MODEL_CAUSE_SIGNAL && death->number == SIGPIPE);
}

static const struct mw_model_process *parent_of(const struct mw_model *model, const struct mw_model_process *process)
{
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *other = &model->processes[i];
        if (other->host == process->host && other->pid == process->ppid && other->first_ns <= process->first_ns)
            return other;
    }
    return NULL;
}

/* A launcher process (mpirun, a proxy on the host) above the first dead rank that ended before it, of which that rank's end may
 * be a consequence; or NULL. */
static const struct mw_model_process *launcher_before(const struct mw_model *model, uint64_t first)
{
    const struct mw_model_death *death = model->death_count ? &model->deaths[0] : NULL;
    const struct mw_model_process *process;

    if (!death || death->process == MW_MODEL_NONE || !may_follow_launcher(model, death))
        return NULL;
    process = &model->processes[death->process];
    for (int depth = 0; depth < 64 && (process = parent_of(model, process)); depth++)
        if (process->role == MW_MODEL_LAUNCHER && process->end != MW_VIEW_LIVES && process->end_ns <= first)
            return process;
    return NULL;
}

static const char *describe_launcher(struct mw_model *model, uint64_t first)
{
    const struct mw_model_process *process = launcher_before(model, first);

    return process ? mw_model_format(model, "%s (process %d), which had started the ranks, ended at %s, before any rank",
                                     process->name, process->pid, when(model, process->end_ns))
                   : NULL;
}

/* Whether the command was a launcher, and not a script that may have gone on without one. */
static bool is_launcher(const struct mw_model *model)
{
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].pid == model->job.pid && model->hosts[model->processes[i].host].is_launcher)
            return model->processes[i].role == MW_MODEL_LAUNCHER;
    return false;
}

/* A launcher does not die because its ranks do: if their ends may follow from its end, it ended first. A busy host may notice
 * that late, but if its proxy had ended before the ranks, so had the launcher. */
static const char *describe_command(struct mw_model *model, uint64_t first)
{
    const struct mw_model_job *job = &model->job;
    const struct mw_model_process *before = launcher_before(model, first);
    bool may_follow = model->death_count && may_follow_launcher(model, &model->deaths[0]);
    uint64_t end_ns = before && before->pid == job->pid ? before->end_ns : job->command_end_ns;
    const char *order = NULL;

    if (!job->exit_signal || !job->command_end_ns || is_rank(model, job->pid))
        return NULL;
    if (end_ns <= first)
        order = "before any rank had ended";
    else if (may_follow && end_ns < mw_model_sum(first, MW_POST_MORTEM_TOGETHER_NS))
        order = "together with the first rank";
    else if (before && is_launcher(model))
        order = mw_model_format(model, "or earlier: %s", describe_launcher(model, first));
    return order ? mw_model_format(model, "the command itself was killed by %s at %s, %s",
                                   mw_post_mortem_signal(model, job->exit_signal), when(model, end_ns), order)
                 : NULL;
}

void mw_post_mortem_outside(struct mw_model *model)
{
    uint64_t first = model->death_count && model->deaths[0].exact ? model->deaths[0].ns : UINT64_MAX;
    const char *found;

    if (model->job.over.what && model->job.over.what <= MW_VIEW_OVER_PROCESS)
        found = describe_over(model);
    else if (!(found = describe_signal(model, first)) && !(found = describe_command(model, first)))
        found = describe_launcher(model, first);
    if (found)
        model->ended_by = found;
}
