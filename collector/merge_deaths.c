/* SPDX-License-Identifier: MIT */
/* The post-mortem: who died, of what, in which order, and who was waiting then.
 *
 * A sampler that watched a rank knows when it ended and its status; its journal knows what it was doing. Where nobody
 * watched, the journal alone says that a rank never left MPI_Finalize. */
#include "collector/alive.h"
#include "collector/clock.h"
#include "collector/mem.h"
#include "collector/merge_parts.h"
#include "collector/ranges.h"
#include "collector/units.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Deaths within this time of the first one may be told in another order than that of the kernel's word. */
#define MOMENT_NS (50 * MW_NS_PER_MS)

static bool ends_jobs(int signo)
{
    return signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT;
}

/* ---- who lives ---- */

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

/* ---- one rank ---- */

static bool is_finalized(const struct mw_model_rank *rank)
{
    return rank->stage == MW_STAGE_FINALIZED || rank->stage == MW_STAGE_EXITED;
}

static const struct mw_model_process *process_of(const struct mw_model *model, const struct mw_model_rank *rank)
{
    return rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
}

/* What a status as wait(2) gives it means. */
static void take_status(struct mw_model_death *death, int status)
{
    if (WIFSIGNALED(status)) {
        death->cause = MW_MODEL_CAUSE_SIGNAL;
        death->number = WTERMSIG(status);
    } else {
        death->cause = death->finalized ? MW_MODEL_CAUSE_STATUS : MW_MODEL_CAUSE_EXIT;
        death->number = WEXITSTATUS(status);
    }
}

/* The last RSS that anybody saw. */
static void take_rss(const struct mw_model *model, const struct mw_model_rank *rank, struct mw_model_death *death)
{
    const struct mw_model_process *seen = process_of(model, rank);

    death->rss = (struct mw_model_bytes){rank->rss, rank->rss ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN};
    death->rss_ns = rank->rss_ns;
    if (seen && seen->rss_last && seen->last_ns > rank->rss_ns) {
        death->rss = (struct mw_model_bytes){seen->rss_last, MW_MODEL_AT_LEAST};
        death->rss_ns = seen->last_ns;
    }
}

/* How a rank ended, when that was not regular. Returns false otherwise. */
static bool find_death(const struct mw_model *model, const struct mw_alive *here, uint32_t index,
                       struct mw_model_death *death)
{
    const struct mw_model_rank *rank = &model->ranks[index];
    const struct mw_model_process *seen = process_of(model, rank);
    const struct mw_model_host *host = &model->hosts[rank->host];
    bool ended = seen && seen->end != MW_VIEW_LIVES;

    *death = (struct mw_model_death){
        .rank = index, .cgroup = MW_MODEL_NONE, .number = -1, .finalized = is_finalized(rank), .ns = rank->known_ns,
        .waiting = rank->in_site != MW_MODEL_NONE};
    take_rss(model, rank, death);
    if (ended) {
        death->ns = seen->end_ns;
        death->exact = true;
        if (seen->end == MW_VIEW_STATUS)
            take_status(death, seen->wait_status);
        death->cgroup = seen->cgroup;
    }
    if (rank->stage == MW_STAGE_ABORTED) {
        death->cause = MW_MODEL_CAUSE_ABORT;
        death->number = rank->abort_code;
        death->ns = rank->since_ns;
        death->exact = true;
        return true;
    }
    if (rank->gathered || (death->finalized && (!ended || death->cause == MW_MODEL_CAUSE_UNKNOWN)))
        return false;
    if (death->finalized)
        return death->cause == MW_MODEL_CAUSE_SIGNAL || death->number != 0;
    if (ended) {
        if (death->cause == MW_MODEL_CAUSE_UNKNOWN && rank->exited)
            death->cause = MW_MODEL_CAUSE_EXIT;
        return true;
    }
    if (host->peer == MW_MODEL_PEER_LOST) {
        death->cause = MW_MODEL_CAUSE_HOST;
        death->ns = host->heard_ns;
        return true;
    }
    if (rank->exited)
        death->cause = MW_MODEL_CAUSE_EXIT;
    return !model->job.runs && !mw_alive_check(here, host->name, rank->pid, rank->start_ticks);
}

static int compare_deaths(const void *a, const void *b)
{
    const struct mw_model_death *x = a, *y = b;

    if (x->exact != y->exact)
        return x->exact ? -1 : 1;
    if (!x->exact && x->waiting != y->waiting) /* who waited for somebody did not die first */
        return y->waiting ? -1 : 1;
    if (x->ns != y->ns)
        return x->ns < y->ns ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* ---- all ---- */

/* The OOM killer kills by SIGKILL, as launchers do: its victims are the first ones, as many as it counted. */
static void find_oom(struct mw_model *model)
{
    for (size_t i = 0; i < model->death_count; i++) {
        struct mw_model_death *death = &model->deaths[i];
        struct mw_model_host *host = &model->hosts[model->ranks[death->rank].host];
        struct mw_model_cgroup *group = death->cgroup < host->cgroup_count ? &host->cgroups[death->cgroup] : NULL;
        bool in_group = group && group->kills;
        uint64_t kills = in_group ? group->kills : host->kills, *victims = in_group ? &group->victims : &host->victims;
        if (!in_group)
            death->cgroup = MW_MODEL_NONE; /* if it was the OOM killer, the whole host was short of memory */
        if (death->cause == MW_MODEL_CAUSE_SIGNAL && death->number == SIGKILL && *victims < kills) {
            death->cause = MW_MODEL_CAUSE_OOM;
            ++*victims;
        }
    }
}

static const char *signal_text(struct mw_model *model, int signo)
{
    const char *name = sigabbrev_np(signo);

    return name ? mw_model_format(model, "SIG%s (%s)", name, strsignal(signo))
                : mw_model_format(model, "signal %d", signo);
}

static const char *describe(struct mw_model *model, const struct mw_model_death *death)
{
    switch (death->cause) {
    case MW_MODEL_CAUSE_SIGNAL:
        return mw_model_format(model, "killed by %s%s", signal_text(model, death->number),
                               death->finalized ? " after MPI_Finalize" : "");
    case MW_MODEL_CAUSE_OOM:
        return "killed by SIGKILL: by the kernel's OOM killer";
    case MW_MODEL_CAUSE_ABORT:
        return mw_model_format(model, "called MPI_Abort(%d)", death->number);
    case MW_MODEL_CAUSE_EXIT:
        return death->number < 0 ? "ended by exit() without MPI_Finalize"
                                 : mw_model_format(model, "ended with status %d, without MPI_Finalize", death->number);
    case MW_MODEL_CAUSE_STATUS:
        return mw_model_format(model, "ended with status %d, after MPI_Finalize", death->number);
    case MW_MODEL_CAUSE_HOST:
        return "its host was lost: whether it lives is not known";
    case MW_MODEL_CAUSE_UNKNOWN:
        break;
    }
    return "ended without MPI_Finalize; nobody saw of what";
}

/* How much a death looks like the cause of the others; less is more. A launcher sees a rank's sockets close before the
 * kernel is done with it, and its SIGKILL may end other ranks a moment earlier. */
static unsigned guiltlessness(const struct mw_model_death *death)
{
    bool by_launcher = death->cause == MW_MODEL_CAUSE_UNKNOWN ||
                       (death->cause == MW_MODEL_CAUSE_SIGNAL && (death->number == SIGKILL || ends_jobs(death->number)));

    if (death->cause == MW_MODEL_CAUSE_ABORT)
        return 0;
    return by_launcher ? 2 + death->waiting : 1;
}

static bool oom_killed_in(const struct mw_model *model, const struct mw_model_death *death)
{
    const struct mw_model_host *host = &model->hosts[model->ranks[death->rank].host];

    return host->kills || (death->cgroup < host->cgroup_count && host->cgroups[death->cgroup].kills);
}

static bool is_guiltier(const struct mw_model *model, const struct mw_model_death *a, const struct mw_model_death *b)
{
    if (a->number == SIGKILL && b->number == SIGKILL && oom_killed_in(model, a) && oom_killed_in(model, b))
        return a->rss.bytes > b->rss.bytes; /* the OOM killer takes the largest */
    return guiltlessness(a) < guiltlessness(b);
}

/* Of those that died within a moment the likeliest cause goes first. */
static void put_cause_first(struct mw_model *model)
{
    struct mw_model_death *deaths = model->deaths, cause;
    size_t best = 0;

    for (size_t i = 1; i < model->death_count && deaths[i].exact && deaths[i].ns <= deaths[0].ns + MOMENT_NS; i++)
        if (is_guiltier(model, &deaths[i], &deaths[best]))
            best = i;
    cause = deaths[best];
    memmove(deaths + 1, deaths, best * sizeof(*deaths));
    deaths[0] = cause;
}

static void find_deaths(struct mw_merge *merge, const struct mw_alive *here)
{
    struct mw_model *model = merge->model;
    struct mw_model_death death;

    for (uint32_t i = 0; i < model->rank_count; i++)
        if (find_death(model, here, i, &death))
            *MW_MEM_PUSH(model->deaths, model->death_count) = death;
    if (model->death_count) {
        qsort(model->deaths, model->death_count, sizeof(*model->deaths), compare_deaths);
        put_cause_first(model);
    }
    find_oom(model);
    for (size_t i = 0; i < model->death_count; i++)
        model->deaths[i].text = mw_model_string(model, describe(model, &model->deaths[i]));
}

/* ---- what ended the job from outside ---- */

/* memwatch's own doing: a sample was over a limit of --kill-over. */
static void tell_over(struct mw_model *model)
{
    static const char *const options[] = {"", "--max-total-rss", "--max-rank-rss", "--max-per-proc-rss"};
    const struct mw_view_over *over = &model->job.over;
    const char *who = "the job";

    if (over->pid)
        who = mw_model_format(model, "process %d", over->pid);
    for (size_t i = 0; i < model->rank_count && over->pid; i++)
        if (model->ranks[i].pid == over->pid && model->hosts[model->ranks[i].host].is_launcher)
            who = mw_model_format(model, "rank %d", model->ranks[i].rank);
    model->ended_by = mw_model_format(model, "memwatch ended it at %s (--kill-over): %s had %s, over %s %s",
                                      mw_units_time(mw_model_elapsed(model, over->ns)).text, who,
                                      mw_units_bytes(over->bytes).text, options[over->what],
                                      mw_units_bytes(over->limit).text);
}

static bool is_rank(const struct mw_model *model, int32_t pid)
{
    for (size_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].pid == pid && model->hosts[model->ranks[i].host].is_launcher)
            return true;
    return false;
}

static void find_outside(struct mw_model *model)
{
    const struct mw_model_job *job = &model->job;
    const char *when = NULL;
    uint64_t first = model->death_count && model->deaths[0].exact ? model->deaths[0].ns : UINT64_MAX;

    if (job->over.what && job->over.what <= MW_VIEW_OVER_PROCESS) {
        tell_over(model);
        return;
    }
    for (uint32_t i = 0; i < job->signal_count; i++) {
        const struct mw_view_signal *sent = &job->signals[i];
        if (!ends_jobs(sent->signo) || sent->ns > first)
            continue;
        model->ended_by = mw_model_format(
            model, "memwatch was sent %s at %s%s, and the job got it", signal_text(model, sent->signo),
            mw_units_time(mw_model_elapsed(model, sent->ns)).text,
            sent->sender ? mw_model_format(model, " by process %d", sent->sender) : " from the terminal");
        return;
    }
    if (!job->exit_signal || !job->command_end_ns || is_rank(model, job->pid))
        return;
    if (job->command_end_ns < first)
        when = "before any rank had ended";
    else if (job->command_end_ns < mw_model_sum(first, MOMENT_NS) && guiltlessness(&model->deaths[0]) > 1)
        /* a launcher does not die of its ranks' deaths, and nothing else killed them */
        when = "at the same moment as the first rank";
    if (when)
        model->ended_by = mw_model_format(model, "the command itself was killed by %s at %s, %s",
                                          signal_text(model, job->exit_signal),
                                          mw_units_time(mw_model_elapsed(model, job->command_end_ns)).text, when);
}

/* ---- who was waiting ---- */

/* The index of the rank's waiting group, which is made when it is new. */
static size_t group_of(struct mw_model *model, const char *label, uint64_t since)
{
    for (size_t i = 0; i < model->waiting_count; i++)
        if (model->waiting[i].label == label) { /* equal strings are kept once */
            if (since < model->waiting[i].since_ns)
                model->waiting[i].since_ns = since;
            return i;
        }
    *MW_MEM_PUSH(model->waiting, model->waiting_count) = (struct mw_model_waiting){.label = label, .since_ns = since};
    return model->waiting_count - 1;
}

static int compare_waiting(const void *a, const void *b)
{
    const struct mw_model_waiting *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->since_ns > y->since_ns) - (x->since_ns < y->since_ns);
}

/* Ranks of the dead one's world that were inside a call when it died, and never left it. */
static void find_waiting(struct mw_model *model)
{
    const struct mw_model_death *first = &model->deaths[0];
    const struct mw_model_rank *dead = &model->ranks[first->rank];
    struct mw_ranges *lists = NULL;
    size_t list_count = 0;

    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        size_t group;
        if (rank->world != dead->world || rank->in_site == MW_MODEL_NONE || is_finalized(rank) ||
            rank->since_ns > first->ns)
            continue;
        group = group_of(model, rank->sites[rank->in_site].label, rank->since_ns);
        if (group == list_count)
            MW_MEM_PUSH(lists, list_count);
        mw_ranges_add(&lists[group], rank->rank, rank->rank);
        model->waiting[group].first_too |= i == first->rank;
    }
    for (size_t i = 0; i < list_count; i++) {
        model->waiting[i].count = lists[i].count;
        model->waiting[i].ranks = mw_model_string(model, mw_ranges_text(&lists[i]));
    }
    if (list_count)
        qsort(model->waiting, model->waiting_count, sizeof(*model->waiting), compare_waiting);
    free(lists);
}

void mw_merge_deaths(struct mw_merge *merge)
{
    struct mw_alive here;

    mw_alive_open(&here);
    find_end(merge, &here);
    find_deaths(merge, &here);
    if (merge->launcher)
        find_outside(merge->model);
    if (merge->model->death_count)
        find_waiting(merge->model);
    mw_alive_close(&here);
}
