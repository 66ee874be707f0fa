/* SPDX-License-Identifier: MIT */
/* Determines which end was the first. The rules, in this order:
 *
 * 1. Times. An end that another one certainly precedes was not the first. The others are the candidates. A process that was
 *    still running (seen by the sampler, or by the launcher before it sent a signal) ended later than that. A time is as exact
 *    as its source: the kernel's order of closing files, the call of MPI_Abort or exit() in a
 *    journal, a notice (which a launcher's clean-up may overtake by MW_POST_MORTEM_TOGETHER_NS), the last sample.
 *    Times of two hosts are compared within the error of their clocks.
 * 2. Causes. Of several candidates one whose cause cannot be a launcher's clean-up was the first: a fault, MPI_Abort, an
 *    exit status, the OOM killer, a signal that this launcher does not send.
 * 3. The launcher's report: the exit status of Open MPI's mpirun is that of the process that it saw fail first. It sees
 *    those on its own host sooner than others: a failure there that came later than one on another host may be its effect
 *    (ranks of Open MPI 6 end with status 14 when they hear of a killed one).
 *
 * If several candidates remain, or if all got the same signal at once (as when a job is ended from outside), the first one
 * is not known. Whether a rank waited in a call or computed is not evidence. */
#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/base/starters.h"
#include "collector/post_mortem/post_mortem.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Error of hosts whose clocks were compared only by wall clock. */
#define WALL_ERROR_NS MW_NS_PER_SEC

/* ---- launchers ---- */

static enum mw_post_mortem_launcher launcher_of(const char *name)
{
    static const enum mw_post_mortem_launcher launchers[] = {[MW_STARTER_NONE] = MW_POST_MORTEM_UNKNOWN,
                                                             [MW_STARTER_ANY] = MW_POST_MORTEM_UNKNOWN,
                                                             [MW_STARTER_OPENMPI] = MW_POST_MORTEM_PRRTE,
                                                             [MW_STARTER_HYDRA] = MW_POST_MORTEM_HYDRA,
                                                             [MW_STARTER_SLURM] = MW_POST_MORTEM_SLURM};

    return launchers[mw_starters_family(name)];
}

enum mw_post_mortem_launcher mw_post_mortem_launcher(const struct mw_model *model)
{
    enum mw_post_mortem_launcher found = MW_POST_MORTEM_UNKNOWN;

    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role == MW_MODEL_LAUNCHER) {
            enum mw_post_mortem_launcher one = launcher_of(model->processes[i].name);
            if (found != MW_POST_MORTEM_UNKNOWN && one != MW_POST_MORTEM_UNKNOWN && one != found)
                return MW_POST_MORTEM_UNKNOWN; /* a script that uses two */
            if (one != MW_POST_MORTEM_UNKNOWN)
                found = one;
        }
    return found;
}

/* Observed with mpiexec.hydra of MPICH 4.0, orted of Open MPI 4.1, slurmstepd 22.05. Unknown launchers may send any signal
 * that ends a job. */
bool mw_post_mortem_launcher_sends(enum mw_post_mortem_launcher launcher, int signo)
{
    switch (launcher) {
    case MW_POST_MORTEM_HYDRA: return signo == SIGKILL;
    case MW_POST_MORTEM_PRRTE:
    case MW_POST_MORTEM_SLURM: return signo == SIGKILL || signo == SIGTERM;
    case MW_POST_MORTEM_UNKNOWN: break;
    }
    return signo == SIGKILL || signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT;
}

/* ---- times ---- */

static uint64_t clock_error(const struct mw_model *model, const struct mw_model_death *a, const struct mw_model_death *b)
{
    uint32_t x = mw_model_death_host(model, a), y = mw_model_death_host(model, b);
    uint64_t sum = 0;

    if (x == y)
        return 0;
    for (int i = 0; i < 2; i++) {
        const struct mw_model_host *host = &model->hosts[i ? y : x];
        if (host->clock_error_ns)
            sum += host->clock_error_ns;
        else if (host->shift_ns || !host->is_launcher)
            sum += WALL_ERROR_NS;
    }
    return sum;
}

/* The latest time at which it began to end. */
static uint64_t latest(const struct mw_model_death *death)
{
    return !death->exact ? UINT64_MAX : death->order_ns && death->order_ns < death->ns ? death->order_ns : death->ns;
}

/* The earliest time at which it began to end. Times of MPI_Abort and exit() in journals are exact. */
static uint64_t earliest(const struct mw_model_death *death)
{
    uint64_t seen = latest(death);
    uint64_t before = seen > MW_POST_MORTEM_TOGETHER_NS ? seen - MW_POST_MORTEM_TOGETHER_NS : 0;

    return !death->exact || death->dumped || death->after_ns > before ? death->after_ns : before;
}

/* Whether a certainly began to end before b. */
static bool precedes(const struct mw_model *model, const struct mw_model_death *a, const struct mw_model_death *b)
{
    uint64_t at = latest(a);

    if (a->order_ns && b->order_ns && !b->dumped && mw_model_death_host(model, a) == mw_model_death_host(model, b))
        return a->order_ns < b->order_ns;
    return at != UINT64_MAX && mw_model_sum(at, clock_error(model, a, b)) < earliest(b);
}

static bool is_preceded(const struct mw_model *model, size_t index)
{
    for (size_t i = 0; i < model->death_count; i++)
        if (i != index && precedes(model, &model->deaths[i], &model->deaths[index]))
            return true;
    return false;
}

/* Moves the entry at `from` before the one at `to`. */
static void move_up(struct mw_model_death *deaths, size_t from, size_t to)
{
    struct mw_model_death one = deaths[from];

    memmove(deaths + to + 1, deaths + to, (from - to) * sizeof(*deaths));
    deaths[to] = one;
}

/* ---- causes ---- */

enum weight {
    NOTHING_KNOWN, /* unknown */
    CLEANUP,       /* possibly the launcher's clean-up */
    OTHER_SIGNAL,  /* a signal that this launcher does not send */
    OWN_END,       /* MPI_Abort, exit() */
    FAULT          /* a fault of the program, or the OOM killer */
};

static bool is_fault(int signo)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGXCPU, SIGXFSZ};

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (faults[i] == signo)
            return true;
    return false;
}

static enum weight weigh(enum mw_post_mortem_launcher launcher, const struct mw_model_death *death)
{
    switch (death->cause) {
    case MW_MODEL_CAUSE_OOM: return FAULT;
    case MW_MODEL_CAUSE_ABORT: return OWN_END;
    case MW_MODEL_CAUSE_EXIT:
    case MW_MODEL_CAUSE_STATUS: /* the status of a shell, or of a SIGTERM handler */
        if (death->number > 128 && is_fault(death->number - 128))
            return FAULT;
        return death->number > 128 && mw_post_mortem_launcher_sends(launcher, death->number - 128) ? CLEANUP : OWN_END;
    case MW_MODEL_CAUSE_SIGNAL:
        if (is_fault(death->number))
            return FAULT;
        return mw_post_mortem_launcher_sends(launcher, death->number) ? CLEANUP : OTHER_SIGNAL;
    case MW_MODEL_CAUSE_HOST:
    case MW_MODEL_CAUSE_UNKNOWN: break;
    }
    return NOTHING_KNOWN;
}

bool mw_post_mortem_may_be_cleanup(enum mw_post_mortem_launcher launcher, const struct mw_model_death *death)
{
    return weigh(launcher, death) <= CLEANUP;
}

static bool is_same_cause(const struct mw_model_death *a, const struct mw_model_death *b)
{
    return a->cause == b->cause && a->number == b->number;
}

/* ---- the rules ---- */

/* Rule 1: moves the candidates to the start, in order, and returns their number. */
static size_t find_candidates(struct mw_model *model)
{
    size_t count = 0;
    bool *out = mw_mem_alloc(model->death_count, sizeof(*out));

    for (size_t i = 0; i < model->death_count; i++)
        out[i] = is_preceded(model, i);
    for (size_t i = 0; i < model->death_count; i++)
        if (!out[i])
            move_up(model->deaths, i, count++);
    free(out);
    return count ? count : model->death_count;
}

/* A rank that was not sampled may have ended long before, and be the reason why another one called exit() or MPI_Abort. */
static bool has_earlier_cause(const struct mw_model *model, size_t count, enum weight weight)
{
    for (size_t i = 0; i < count && weight < FAULT; i++)
        if (!model->deaths[i].exact)
            return true;
    return false;
}

/* Whether its launcher ended it, which it does only after something else has failed. */
static bool is_launchers(const struct mw_model *model, const struct mw_model_death *death)
{
    const struct mw_model_process *process = death->process == MW_MODEL_NONE ? NULL : &model->processes[death->process];

    return process && process->sent_signal && death->cause == MW_MODEL_CAUSE_SIGNAL && death->number == process->sent_signal;
}

/* A status without exit handlers (_exit) has only the time of its end: an earlier end may be its reason, unless that was the
 * launcher's doing. */
static bool is_late(const struct mw_model *model, size_t count, size_t index)
{
    const struct mw_model_death *one = &model->deaths[index];

    if (one->cause != MW_MODEL_CAUSE_EXIT || one->after_ns == one->ns)
        return false;
    for (size_t i = 0; i < count; i++)
        if (i != index && latest(&model->deaths[i]) < latest(one) && !is_launchers(model, &model->deaths[i]))
            return true;
    return false;
}

/* Rule 2: the only candidate with the strongest cause, or SIZE_MAX. */
static size_t find_by_cause(const struct mw_model *model, enum mw_post_mortem_launcher launcher, size_t count)
{
    enum weight most = NOTHING_KNOWN;
    size_t found = SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        enum weight weight = weigh(launcher, &model->deaths[i]);
        if (weight == most)
            found = SIZE_MAX;
        if (weight > most) {
            most = weight;
            found = i;
        }
    }
    if (most <= CLEANUP || found == SIZE_MAX || has_earlier_cause(model, count, most) ||
        (most == OWN_END && is_late(model, count, found)))
        return SIZE_MAX;
    return found;
}

/* The one of at least three that got a different signal than all others, which got the same one. */
static size_t find_odd_one(const struct mw_model *model, size_t count)
{
    for (size_t i = 0; i < count && model->death_count > 2; i++) {
        const struct mw_model_death *other = &model->deaths[i ? 0 : 1];
        bool odd = model->deaths[i].cause == MW_MODEL_CAUSE_SIGNAL && other->cause == MW_MODEL_CAUSE_SIGNAL &&
                   !is_same_cause(&model->deaths[i], other);
        for (size_t k = 0; k < model->death_count && odd; k++)
            odd = k == i || is_same_cause(&model->deaths[k], other);
        if (odd)
            return i;
    }
    return SIZE_MAX;
}

/* Whether an end on another host was earlier, by what is known of the times. */
static bool is_overtaken(const struct mw_model *model, size_t count, size_t index)
{
    const struct mw_model_death *one = &model->deaths[index];

    for (size_t i = 0; i < count; i++)
        if (mw_model_death_host(model, &model->deaths[i]) != mw_model_death_host(model, one) &&
            latest(&model->deaths[i]) < latest(one))
            return true;
    return false;
}

/* Rule 3. */
static size_t find_by_report(const struct mw_model *model, enum mw_post_mortem_launcher launcher, size_t count)
{
    size_t found = SIZE_MAX;
    int status = model->job.exit_status;

    for (size_t i = 0; i < count && launcher == MW_POST_MORTEM_PRRTE && status && !model->job.exit_signal; i++) {
        const struct mw_model_death *death = &model->deaths[i];
        bool fits = death->cause == MW_MODEL_CAUSE_SIGNAL || death->cause == MW_MODEL_CAUSE_OOM ? status == 128 + death->number
                                                                                                : death->number == status;
        if ((fits && found != SIZE_MAX) || weigh(launcher, death) == NOTHING_KNOWN)
            return SIZE_MAX;
        if (fits)
            found = i;
    }
    return found != SIZE_MAX && is_overtaken(model, count, found) ? SIZE_MAX : found;
}

/* All got the same signal at the same time: nothing shows which was first, unless the launcher sends this signal
 * immediately. */
static bool is_simultaneous(const struct mw_model *model, enum mw_post_mortem_launcher launcher)
{
    const struct mw_model_death *first = &model->deaths[0];

    for (size_t i = 0; i < model->death_count; i++) {
        const struct mw_model_death *death = &model->deaths[i];
        if (!death->exact || death->cause != MW_MODEL_CAUSE_SIGNAL || death->number != first->number ||
            latest(death) > mw_model_sum(latest(first), MW_POST_MORTEM_TOGETHER_NS))
            return false;
    }
    return model->death_count > 1 && !is_fault(first->number) &&
           !(launcher == MW_POST_MORTEM_HYDRA && mw_post_mortem_launcher_sends(launcher, first->number));
}

/* Derives the cause of the first one from the command's exit status, if nothing else explains the status and only one end is
 * unknown. */
static void infer(struct mw_model *model, enum mw_post_mortem_launcher launcher)
{
    int signo = model->job.exit_status - 128;
    struct mw_model_death *unknown = NULL;

    if (launcher != MW_POST_MORTEM_PRRTE || model->job.exit_signal || signo <= 0 || !is_fault(signo))
        return;
    for (size_t i = 0; i < model->death_count; i++) {
        struct mw_model_death *death = &model->deaths[i];
        if (weigh(launcher, death) > CLEANUP || (unknown && weigh(launcher, death) == NOTHING_KNOWN))
            return;
        if (weigh(launcher, death) == NOTHING_KNOWN)
            unknown = death;
    }
    if (!unknown)
        return;
    unknown->cause = MW_MODEL_CAUSE_SIGNAL;
    unknown->number = signo;
    unknown->inferred = true;
}

static const char *why_not(const struct mw_model *model, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!model->deaths[i].exact)
            return "the times of their ends were not observed";
    return "their recorded times and causes do not show it";
}

void mw_post_mortem_first(struct mw_model *model)
{
    enum mw_post_mortem_launcher launcher = mw_post_mortem_launcher(model);
    size_t count, found = SIZE_MAX;

    infer(model, launcher);
    count = find_candidates(model);
    if (count > 1)
        found = find_by_cause(model, launcher, count);
    if (found == SIZE_MAX && count > 1)
        found = find_odd_one(model, count);
    if (found == SIZE_MAX && count > 1)
        found = find_by_report(model, launcher, count);
    if (found != SIZE_MAX) {
        move_up(model->deaths, found, 0);
        count = 1;
    }
    if (count == 1 && found == SIZE_MAX && is_simultaneous(model, launcher))
        count = model->death_count;
    model->first_count = model->ended_by[0] ? 0 : (uint32_t)count;
    if (model->first_count > 1)
        model->first_why = mw_model_string(model, why_not(model, count));
}
