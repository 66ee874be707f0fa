/* SPDX-License-Identifier: MIT */
/* Collects what is known of each irregular end. For a rank: its samples and its journal. For a process that a launcher
 * started as a rank but that never called MPI_Init: its samples, and the rank number in its environment. Without a sampler,
 * the journal alone shows that a rank never left MPI_Finalize. */
#include "collector/model/rank_rss.h"
#include "collector/post_mortem/post_mortem.h"

#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/journal/seen.h"

#include <stdlib.h>
#include <sys/wait.h>

static void add(struct mw_model *model, const struct mw_model_death *death)
{
    *MW_MEM_PUSH(model->deaths, model->death_count) = *death;
}

/* ---- from samples of a process ---- */

/* The cause in a status of wait(2). */
static void take_status(struct mw_model_death *death, int status)
{
    death->dumped = WIFSIGNALED(status) && WCOREDUMP(status);
    if (WIFSIGNALED(status)) {
        death->cause = MW_MODEL_CAUSE_SIGNAL;
        death->number = WTERMSIG(status);
    } else {
        death->cause = death->finalized ? MW_MODEL_CAUSE_STATUS : MW_MODEL_CAUSE_EXIT;
        death->number = WEXITSTATUS(status);
    }
}

/* While it dumps core a process still exists, but the fatal signal was earlier. */
static void take_alive(struct mw_model_death *death, uint64_t ns, uint64_t end_ns)
{
    if (!death->dumped && death->after_ns < ns && ns < end_ns)
        death->after_ns = ns;
}

static void take_end(struct mw_model_death *death, const struct mw_model_process *seen)
{
    death->ns = seen->end_ns;
    death->exact = true;
    death->order_ns = seen->leave_ns;
    death->cgroup = seen->cgroup;
    if (seen->end == MW_VIEW_STATUS)
        take_status(death, seen->wait_status);
    take_alive(death, seen->last_ns, seen->end_ns);
    take_alive(death, seen->alive_ns, seen->end_ns);
}

/* ---- ranks ---- */

static bool is_finalized(const struct mw_model_rank *rank)
{
    return rank->stage == MW_STAGE_FINALIZED || rank->stage == MW_STAGE_EXITED;
}

/* The last known RSS. */
static void take_rss(struct mw_model_death *death, struct mw_rank_rss last)
{
    death->rss = (struct mw_model_bytes){last.bytes, last.bytes ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN};
    death->rss_ns = last.ns;
}

/* The call of MPI_Abort ended the rank, whatever followed. */
static void take_abort(struct mw_model_death *death, const struct mw_model_rank *rank)
{
    death->cause = MW_MODEL_CAUSE_ABORT;
    death->number = rank->abort_code;
    death->ns = death->after_ns = rank->abort_ns ? rank->abort_ns : rank->since_ns;
    death->exact = true;
    death->order_ns = 0;
}

/* exit() is called some time before the end: ends of other ranks in between are not the cause. */
static void take_exit(struct mw_model_death *death, const struct mw_model_rank *rank)
{
    bool by_exit = death->cause == MW_MODEL_CAUSE_EXIT || death->cause == MW_MODEL_CAUSE_STATUS;

    if (death->cause == MW_MODEL_CAUSE_UNKNOWN && rank->exited && !death->finalized)
        death->cause = MW_MODEL_CAUSE_EXIT;
    else if (!by_exit)
        return;
    if (rank->exited_ns && (!death->exact || rank->exited_ns <= death->ns)) {
        death->ns = death->after_ns = rank->exited_ns;
        death->exact = true;
        death->order_ns = 0;
    }
}

/* Describes the end of a rank if it was irregular; else returns false. */
static bool find_end(const struct mw_model *model, uint32_t index, mw_post_mortem_lives *lives, const void *context,
                     struct mw_model_death *death)
{
    const struct mw_model_rank *rank = &model->ranks[index];
    const struct mw_model_process *seen = rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
    const struct mw_model_host *host = &model->hosts[rank->host];
    bool ended = seen && seen->end != MW_VIEW_LIVES;

    *death = (struct mw_model_death){.rank = index,
                                     .process = rank->process,
                                     .launch_rank = -1,
                                     .cgroup = MW_MODEL_NONE,
                                     .number = -1,
                                     .finalized = is_finalized(rank),
                                     .ns = rank->known_ns,
                                     .after_ns = rank->known_ns,
                                     .waiting = rank->in_site != MW_MODEL_NONE};
    take_rss(death, mw_rank_rss_last(model, rank));
    if (rank->rank < 0 && seen)
        death->launch_rank = seen->launch_rank;
    if (ended)
        take_end(death, seen);
    if (rank->stage == MW_STAGE_ABORTED) {
        take_abort(death, rank);
        return true;
    }
    if (rank->gathered || (death->finalized && (!ended || death->cause == MW_MODEL_CAUSE_UNKNOWN)))
        return false;
    take_exit(death, rank);
    if (death->finalized)
        return death->cause == MW_MODEL_CAUSE_SIGNAL || death->number != 0;
    if (ended)
        return true;
    if (host->peer == MW_MODEL_PEER_LOST) {
        if (death->cause == MW_MODEL_CAUSE_UNKNOWN)
            death->cause = MW_MODEL_CAUSE_HOST;
        if (!death->exact && death->ns < host->heard_ns)
            death->ns = host->heard_ns;
        return true;
    }
    return !model->job.runs && !lives(context, host->name, rank->pid, rank->start_ticks);
}

/* ---- processes that never became ranks ---- */

static bool has_next_image(const struct mw_model *model, size_t index)
{
    const struct mw_model_process *one = &model->processes[index];

    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].host == one->host && model->processes[i].pid == one->pid &&
            model->processes[i].start_ticks == one->start_ticks && model->processes[i].image > one->image)
            return true;
    return false;
}

/* The parent of this process, if both have the same number from the launcher; or NULL. */
static const struct mw_model_process *above(const struct mw_model *model, const struct mw_model_process *process)
{
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *other = &model->processes[i];
        if (other->pid == process->ppid && other->host == process->host && other->pid != process->pid &&
            other->launch_rank == process->launch_rank && other->first_ns <= process->first_ns)
            return other;
    }
    return NULL;
}

static bool is_same(const struct mw_model_process *a, const struct mw_model_process *b)
{
    return a->host == b->host && a->pid == b->pid && a->start_ticks == b->start_ticks;
}

static bool is_below(const struct mw_model *model, const struct mw_model_process *process, const struct mw_model_process *top)
{
    for (int depth = 0; process && depth < 64; depth++, process = above(model, process))
        if (is_same(process, top))
            return true;
    return false;
}

static bool ended_badly(const struct mw_model_process *process)
{
    return process->end == MW_VIEW_STATUS && process->wait_status != 0;
}

static bool ended_by_signal(const struct mw_model_process *process)
{
    return process->end == MW_VIEW_STATUS && WIFSIGNALED(process->wait_status);
}

/* The status of a shell for its last command: its status, or 128 plus the signal. */
static bool passes_on_status(const struct mw_model_process *wrapper, const struct mw_model_process *inner)
{
    int status = inner->wait_status;
    int handed_on = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

    return wrapper->end == MW_VIEW_STATUS && WIFEXITED(wrapper->wait_status) &&
           WEXITSTATUS(wrapper->wait_status) == handed_on && inner->end_ns <= wrapper->end_ns;
}

/* If a rank is below the process that the launcher started, its end counts, unless it ended regularly, or the wrapper was
 * killed before it. */
static bool is_reported_by_rank(const struct mw_model *model, const struct mw_model_process *top)
{
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *inner = &model->processes[i];
        if (inner->role != MW_MODEL_RANK || inner->launch_rank != top->launch_rank || !is_below(model, inner, top))
            continue;
        if (ended_by_signal(top) && (inner->end == MW_VIEW_LIVES || top->end_ns < inner->end_ns))
            return false;
        return inner->end != MW_VIEW_STATUS || ended_badly(inner);
    }
    return false;
}

/* The program below a wrapper whose status the wrapper passed on; or the process itself. */
static uint32_t innermost(const struct mw_model *model, uint32_t top)
{
    uint32_t found = top;

    for (uint32_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *inner = &model->processes[i];
        if (inner->role == MW_MODEL_OTHER && ended_badly(inner) && !is_same(inner, &model->processes[top]) &&
            is_below(model, inner, &model->processes[top]) && passes_on_status(&model->processes[top], inner))
            found = i;
    }
    return found;
}

/* The parent of an orphan is memwatch, which is not among the processes: its former parent is not known. */
static bool is_orphan(const struct mw_model *model, const struct mw_model_process *process)
{
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].host == process->host && model->processes[i].pid == process->ppid)
            return false;
    return true;
}

/* Its end was not observed, and the job failed: it may be the reason why the others were ended. */
static bool may_have_failed(const struct mw_model *model, const struct mw_model_process *process)
{
    return process->end == MW_VIEW_ENDED && (model->job.exit_status || model->job.exit_signal);
}

/* Whether it was started as a rank and ended irregularly. A launcher sees only the process that it started: what that starts
 * and outlives does not count (a failing test, `false` in a script). */
static bool is_lost(const struct mw_model *model, uint32_t index)
{
    const struct mw_model_process *process = &model->processes[index];

    if (process->facts & MW_SEEN_WAITED)
        return ended_badly(process);
    return process->launch_rank >= 0 && process->role == MW_MODEL_OTHER &&
           (ended_badly(process) || may_have_failed(model, process)) && !has_next_image(model, index) &&
           !is_orphan(model, process) && !above(model, process) && !is_reported_by_rank(model, process);
}

static struct mw_model_death end_of(const struct mw_model *model, uint32_t top)
{
    uint32_t index = innermost(model, top);
    const struct mw_model_process *process = &model->processes[index];
    struct mw_model_death death = {.rank = MW_MODEL_NONE,
                                   .process = index,
                                   .launch_rank = process->launch_rank,
                                   .cgroup = MW_MODEL_NONE,
                                   .number = -1,
                                   .after_ns = process->facts & MW_SEEN_WAITED ? 0 : process->first_ns};

    take_rss(&death, (struct mw_rank_rss){process->rss_last, process->rss_last ? process->last_ns : 0});
    take_end(&death, process);
    return death;
}

/* ---- all ---- */

static int compare(const void *a, const void *b)
{
    const struct mw_model_death *x = a, *y = b;

    if (x->exact != y->exact)
        return x->exact ? -1 : 1;
    if (x->ns != y->ns)
        return x->ns < y->ns ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->process > y->process) - (x->process < y->process);
}

void mw_post_mortem_ends(struct mw_model *model, mw_post_mortem_lives *lives, const void *context)
{
    struct mw_model_death death;

    for (uint32_t i = 0; i < model->rank_count; i++)
        if (find_end(model, i, lives, context, &death))
            add(model, &death);
    for (uint32_t i = 0; i < model->process_count; i++)
        if (is_lost(model, i)) {
            death = end_of(model, i);
            add(model, &death);
        }
    if (model->death_count)
        qsort(model->deaths, model->death_count, sizeof(*model->deaths), compare);
}
