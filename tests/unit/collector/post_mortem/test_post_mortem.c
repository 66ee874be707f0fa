/* SPDX-License-Identifier: MIT */
/* The rules of the post-mortem, on synthetic ends: which rank is named, and above all which is not. */
#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/post_mortem/post_mortem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS MW_NS_PER_MS
#define MIB (1ull << 20)
#define BEGIN (1000 * MS) /* of the job; the times below are ms after it */

enum { NOBODY = -1, OUTSIDE = -2 };

/* ---- a job ---- */

enum kind { WELL, SIGNAL, STATUS, EXITED, ABORTED, UNSEEN, UNWATCHED, LOST, DUMPED, KINDS };

struct end {
    enum kind kind; /* EXITED: by exit(), at `order`; UNSEEN: unknown how; UNWATCHED: unknown how and when */
    int number;     /* signal, status or code */
    int ms;         /* when the end was noticed, or last known */
    int order;      /* when it closed its files; 0 not seen */
    int alive;      /* last seen not to be ending */
    int host;
};

static struct mw_model *make_job(const char *launcher)
{
    struct mw_model *model = mw_model_create();
    struct mw_model_process *process;

    for (int h = 0; h < 3; h++) {
        struct mw_model_host *host = MW_MEM_PUSH(model->hosts, model->host_count);
        host->name = mw_model_format(model, "node%d", h);
        host->why = mw_model_string(model, "");
        host->is_launcher = h == 0;
        host->clock_error_ns = h == 1 ? 2 * MS : 0; /* for the third host only the wall clock is known */
        host->shift_ns = h == 2 ? 77 : 0;
    }
    model->job.begin_ns = BEGIN;
    model->job.pid = 4000;
    process = MW_MEM_PUSH(model->processes, model->process_count);
    *process = (struct mw_model_process){.role = MW_MODEL_LAUNCHER,
                                         .rank = MW_MODEL_NONE,
                                         .pid = 4000,
                                         .start_ticks = 1,
                                         .name = mw_model_string(model, launcher),
                                         .launch_rank = -1,
                                         .cgroup = MW_MODEL_NONE,
                                         .first_ns = BEGIN,
                                         .samples = 3};
    return model;
}

static uint64_t at(int ms)
{
    return ms ? BEGIN + (uint64_t)ms * MS : 0;
}

static struct mw_model_process *add_process(struct mw_model *model, int pid, int ppid, int launch_rank, const struct end *end)
{
    struct mw_model_process *process = MW_MEM_PUSH(model->processes, model->process_count);
    static const int statuses[KINDS] = {[STATUS] = 8, [EXITED] = 8, [ABORTED] = 8};

    *process = (struct mw_model_process){.role = MW_MODEL_OTHER,
                                         .rank = MW_MODEL_NONE,
                                         .host = (uint32_t)end->host,
                                         .pid = pid,
                                         .ppid = ppid,
                                         .start_ticks = (uint64_t)pid,
                                         .samples = 5,
                                         .name = mw_model_string(model, "app"),
                                         .launch_rank = launch_rank,
                                         .first_ns = at(1),
                                         .last_ns = at(end->ms > 100 ? end->ms - 100 : 1),
                                         .end_ns = at(end->ms),
                                         .leave_ns = end->kind == EXITED ? 0 : at(end->order),
                                         .alive_ns = at(end->alive),
                                         .cgroup = MW_MODEL_NONE,
                                         .rss_last = 10 * MIB,
                                         .end = MW_VIEW_STATUS};
    process->wait_status = end->number << statuses[end->kind];
    if (end->kind == DUMPED)
        process->wait_status |= 0x80;
    if (end->kind == UNSEEN)
        process->end = MW_VIEW_ENDED;
    return process;
}

static void add_rank(struct mw_model *model, int number, const struct end *end)
{
    bool seen = end->kind != UNWATCHED && end->kind != LOST;
    struct mw_model_process *process = seen ? add_process(model, 5000 + number, 4000, number, end) : NULL;
    struct mw_model_rank *rank = MW_MEM_PUSH(model->ranks, model->rank_count);

    *rank = (struct mw_model_rank){.rank = number,
                                   .size = 4,
                                   .pid = 5000 + number,
                                   .start_ticks = 5000u + (unsigned)number,
                                   .host = (uint32_t)end->host,
                                   .process = MW_MODEL_NONE,
                                   .known_ns = at(50),
                                   .since_ns = at(50),
                                   .stage = end->kind == WELL ? MW_STAGE_EXITED : MW_STAGE_RUNNING,
                                   .in_site = MW_MODEL_NONE,
                                   .last_site = MW_MODEL_NONE,
                                   .phase = MW_MODEL_NONE};
    if (seen) {
        process->role = MW_MODEL_RANK;
        process->rank = (uint32_t)number;
        rank->process = (uint32_t)model->process_count - 1;
    }
    if (end->kind == ABORTED) {
        rank->stage = MW_STAGE_ABORTED;
        rank->abort_code = end->number;
        rank->abort_ns = at(end->order);
    }
    if (end->kind == EXITED) {
        rank->exited = true;
        rank->exited_ns = at(end->order);
    }
    if (end->kind == UNWATCHED || end->kind == LOST)
        rank->known_ns = at(end->ms);
    if (end->kind == LOST) {
        model->hosts[end->host].peer = MW_MODEL_PEER_LOST;
        model->hosts[end->host].heard_ns = at(end->ms);
    }
}

static bool nobody_lives(const void *context, const char *host, int32_t pid, uint64_t start_ticks)
{
    (void)context, (void)host, (void)pid, (void)start_ticks;
    return false;
}

static void conclude(struct mw_model *model)
{
    mw_post_mortem_ends(model, nobody_lives, NULL);
    mw_post_mortem_oom(model);
    mw_post_mortem_outside(model);
    if (model->death_count)
        mw_post_mortem_first(model);
    mw_post_mortem_text(model);
}

static int first_of(const struct mw_model *model)
{
    const struct mw_model_death *death = model->deaths;

    if (!model->death_count || model->first_count > 1)
        return NOBODY;
    if (!model->first_count)
        return OUTSIDE;
    return death->rank == MW_MODEL_NONE ? death->launch_rank : model->ranks[death->rank].rank;
}

static void expect_first(const struct mw_model *model, int first, const char *what)
{
    if (first_of(model) != first)
        fail_msg("%s: named is %d, not %d (%s%s)", what, first_of(model), first,
                 model->death_count ? model->deaths[0].text : "no deaths", model->ended_by);
}

/* ---- times and causes ---- */

struct situation {
    const char *what;
    const char *launcher;
    int first; /* rank, or NOBODY */
    int exit_status;
    struct end ends[5]; /* of ranks 0, 1, ...; the first with ms 0 ends the list */
};

/* clang-format off */
static const struct situation situations[] = {
    {"one only", "hydra_pmi_proxy", 1, 139, {{WELL, 0, 900, 0, 0, 0}, {SIGNAL, SIGSEGV, 300, 0, 0, 0}}},
    {"far apart in time: the first by time, whatever its signal", "orted", 2, 143,
     {{SIGNAL, SIGTERM, 1900, 0, 0, 0}, {SIGNAL, SIGTERM, 1910, 0, 0, 0}, {SIGNAL, SIGTERM, 900, 0, 0, 0}, {SIGNAL, SIGTERM, 1920, 0, 0, 0}}},
    {"far apart: a later fault is not the cause", "orted", 1, 0,
     {{SIGNAL, SIGSEGV, 900, 0, 0, 0}, {SIGNAL, SIGKILL, 400, 0, 0, 0}}},
    {"far apart: a later MPI_Abort is not the cause", "orted", 1, 0, {{ABORTED, 7, 905, 900, 0, 0}, {SIGNAL, SIGKILL, 400, 0, 0, 0}}},
    {"far apart: a SIGTERM handler's exit status", "orted", 2, 0,
     {{EXITED, 1, 1910, 1900, 0, 0}, {EXITED, 1, 1905, 1901, 0, 0}, {SIGNAL, SIGTERM, 890, 0, 0, 0}}},
    {"Hydra: the signal that it does not send, seen first", "hydra_pmi_proxy", 2, 15,
     {{SIGNAL, SIGKILL, 733, 0, 0, 0}, {SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGTERM, 729, 0, 0, 0}, {SIGNAL, SIGKILL, 735, 0, 0, 0}}},
    {"Hydra: the signal that it does not send, seen later", "hydra_pmi_proxy", 2, 2,
     {{SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 733, 0, 0, 0}, {SIGNAL, SIGINT, 734, 0, 0, 0}, {SIGNAL, SIGKILL, 735, 0, 0, 0}}},
    {"Hydra: SIGHUP", "mpiexec.hydra", 0, 1, {{SIGNAL, SIGHUP, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 731, 0, 0, 0}}},
    {"Hydra: SIGKILL for all, no order: not known", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 729, 0, 0, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}}},
    {"Hydra: SIGKILL for all, and the order of closing files", "hydra_pmi_proxy", 2, 9,
     {{SIGNAL, SIGKILL, 731, 730, 0, 0}, {SIGNAL, SIGKILL, 729, 728, 0, 0}, {SIGNAL, SIGKILL, 734, 727, 0, 0}}},
    {"Hydra: the others were seen alive after it", "hydra_pmi_proxy", 1, 9,
     {{SIGNAL, SIGKILL, 740, 0, 735, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}, {SIGNAL, SIGKILL, 741, 0, 736, 0}}},
    {"Hydra: one of the others was not", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 740, 0, 0, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}, {SIGNAL, SIGKILL, 741, 0, 736, 0}}},
    {"Hydra: the order of some only", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 740, 739, 0, 0}, {SIGNAL, SIGKILL, 741, 0, 0, 0}, {SIGNAL, SIGKILL, 742, 741, 0, 0}}},
    {"Hydra: a fault seen after what it caused", "hydra_pmi_proxy", 3, 11,
     {{SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 729, 0, 0, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}, {SIGNAL, SIGFPE, 745, 0, 0, 0}}},
    {"Hydra: all by SIGTERM at once: from outside", "hydra_pmi_proxy", NOBODY, 15,
     {{SIGNAL, SIGTERM, 731, 730, 0, 0}, {SIGNAL, SIGTERM, 729, 728, 0, 0}, {SIGNAL, SIGTERM, 734, 733, 0, 0}}},
    {"Open MPI: all by SIGTERM at once: from outside", "orted", NOBODY, 143,
     {{SIGNAL, SIGTERM, 731, 730, 0, 0}, {SIGNAL, SIGTERM, 729, 728, 0, 0}, {SIGNAL, SIGTERM, 734, 733, 0, 0}}},
    {"Open MPI: all by SIGKILL at once", "orted", NOBODY, 137,
     {{SIGNAL, SIGKILL, 731, 730, 0, 0}, {SIGNAL, SIGKILL, 732, 731, 0, 0}}},
    {"Slurm: all by SIGTERM at once (scancel)", "slurmstepd", NOBODY, 143,
     {{SIGNAL, SIGTERM, 500, 499, 0, 0}, {SIGNAL, SIGTERM, 501, 500, 0, 0}}},
    {"Slurm: all by SIGKILL 2 ms apart", "srun", NOBODY, 137, {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {SIGNAL, SIGKILL, 502, 0, 0, 0}}},
    {"Slurm: a fault beside", "srun", 1, 139, {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {SIGNAL, SIGBUS, 530, 0, 0, 0}}},
    {"Slurm: killed, the others terminated", "srun", 1, 137,
     {{SIGNAL, SIGTERM, 503, 0, 0, 0}, {SIGNAL, SIGKILL, 500, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}, {SIGNAL, SIGTERM, 502, 0, 0, 0}}},
    {"unknown launcher: INT and TERM", "x", NOBODY, 1, {{SIGNAL, SIGINT, 500, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}}},
    {"unknown launcher: one odd signal among many", "x", 2, 1,
     {{SIGNAL, SIGTERM, 505, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}, {SIGNAL, SIGINT, 502, 0, 0, 0}, {SIGNAL, SIGTERM, 503, 0, 0, 0}}},
    {"unknown launcher: a straggler is killed later than the others are terminated", "x", NOBODY, 1,
     {{SIGNAL, SIGTERM, 505, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}, {SIGNAL, SIGTERM, 502, 0, 0, 0}, {SIGNAL, SIGKILL, 3000, 0, 0, 0}}},
    {"MPI_Abort, seen at its call", "hydra_pmi_proxy", 1, 3, {{SIGNAL, SIGKILL, 500, 499, 0, 0}, {ABORTED, 3, 502, 480, 0, 0}}},
    {"two MPI_Aborts: the earlier call", "orted", 0, 3, {{ABORTED, 3, 502, 480, 0, 0}, {ABORTED, 4, 501, 481, 0, 0}}},
    {"MPI_Abort for a rank that was killed before", "orted", 0, 1,
     {{SIGNAL, SIGKILL, 470, 469, 0, 0}, {ABORTED, 1, 502, 480, 0, 0}}},
    {"exit(), whose handlers ran before the others ended", "hydra_pmi_proxy", 1, 3,
     {{SIGNAL, SIGKILL, 500, 498, 0, 0}, {EXITED, 3, 503, 495, 0, 0}}},
    {"exit() after another one had been killed", "hydra_pmi_proxy", 0, 3,
     {{SIGNAL, SIGKILL, 490, 489, 0, 0}, {EXITED, 1, 503, 495, 0, 0}}},
    {"_exit, seen before all others", "hydra_pmi_proxy", 1, 3, {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {STATUS, 3, 499, 0, 0, 0}}},
    {"_exit, seen after one that was killed: either may be the reason", "hydra_pmi_proxy", NOBODY, 3,
     {{SIGNAL, SIGKILL, 498, 0, 0, 0}, {STATUS, 1, 499, 0, 0, 0}}},
    {"all end with the same status (a bad input file)", "orted", NOBODY, 1,
     {{EXITED, 1, 503, 500, 0, 0}, {STATUS, 1, 502, 0, 0, 0}, {STATUS, 1, 501, 0, 0, 0}}},
    {"the status of a shell whose program had SIGSEGV", "hydra_pmi_proxy", 1, 139,
     {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {STATUS, 139, 502, 0, 0, 0}}},
    {"the status of a SIGTERM handler (143) beside a fault", "orted", 1, 139,
     {{STATUS, 143, 495, 0, 0, 0}, {SIGNAL, SIGILL, 500, 0, 0, 0}, {STATUS, 143, 494, 0, 0, 0}}},
    {"how the earlier one ended is not known", "hydra_pmi_proxy", NOBODY, 9, {{UNSEEN, 0, 498, 0, 0, 0}, {SIGNAL, SIGKILL, 499, 0, 0, 0}}},
    {"how the earlier one ended is not known, the other is a fault", "hydra_pmi_proxy", 1, 11,
     {{UNSEEN, 0, 498, 0, 0, 0}, {SIGNAL, SIGSEGV, 499, 0, 0, 0}}},
    {"how it ended is not known, but that it was first", "orted", 0, 1, {{UNSEEN, 0, 398, 0, 0, 0}, {SIGNAL, SIGTERM, 1499, 0, 0, 0}}},
    {"two faults at once", "orted", NOBODY, 1, {{SIGNAL, SIGSEGV, 498, 0, 0, 0}, {SIGNAL, SIGFPE, 499, 0, 0, 0}}},
    {"two faults at once, in order", "orted", 1, 1, {{SIGNAL, SIGSEGV, 498, 497, 0, 0}, {SIGNAL, SIGFPE, 499, 496, 0, 0}}},
    {"two faults, one wrote a core: when it was hit is not known", "orted", NOBODY, 1,
     {{SIGNAL, SIGSEGV, 498, 497, 0, 0}, {DUMPED, SIGSEGV, 900, 899, 0, 0}}},
    {"a core takes its time: the fault is still the cause", "x", 1, 1, {{SIGNAL, SIGKILL, 898, 0, 0, 0}, {DUMPED, SIGSEGV, 900, 0, 0, 0}}},
    {"another host's clock: 2 ms of 1.5 ms are not enough", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 500, 499, 0, 0}, {SIGNAL, SIGKILL, 501, 500, 0, 1}}},
    {"another host's clock: 400 ms are", "hydra_pmi_proxy", 0, 9,
     {{SIGNAL, SIGKILL, 500, 499, 0, 0}, {SIGNAL, SIGKILL, 900, 899, 0, 1}}},
    {"a host's wall clock: 400 ms are not", "orted", NOBODY, 0,
     {{SIGNAL, SIGTERM, 500, 499, 0, 0}, {SIGNAL, SIGTERM, 900, 899, 0, 2}}},
    {"a host's wall clock: a fault is", "orted", 1, 0, {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {SIGNAL, SIGABRT, 900, 0, 0, 2}}},
    {"nobody watches the other host: it may have been there", "orted", NOBODY, 0,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {UNWATCHED, 0, 200, 0, 0, 1}}},
    {"nobody watches the other host: exit() may be for it", "orted", NOBODY, 0,
     {{EXITED, 1, 502, 500, 0, 0}, {UNWATCHED, 0, 200, 0, 0, 1}}},
    {"nobody watches the other host: a fault here is one", "orted", 0, 0,
     {{SIGNAL, SIGSEGV, 500, 0, 0, 0}, {UNWATCHED, 0, 200, 0, 0, 1}}},
    {"nobody watches the other host, whose rank was heard of later", "orted", 0, 0,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {UNWATCHED, 0, 800, 0, 0, 1}}},
    {"a lost host", "hydra_pmi_proxy", NOBODY, 9, {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}}},
    {"a lost host: mpirun's status shows the signal, and one rank is left for it", "orted", 1, 139,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}, {SIGNAL, SIGTERM, 501, 0, 0, 0}}},
    {"a lost host: two ranks are left for it", "orted", NOBODY, 139,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}, {LOST, 0, 300, 0, 0, 1}}},
    {"a lost host: mpirun's status is accounted for", "orted", 0, 139,
     {{SIGNAL, SIGSEGV, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}}},
    {"mpirun's status: the first that it saw", "orted", 1, 137,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {SIGNAL, SIGKILL, 501, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}}},
    {"all ended well", "orted", NOBODY, 0, {{WELL, 0, 500, 0, 0, 0}, {WELL, 0, 501, 0, 0, 0}}},
    {"after MPI_Finalize", "hydra_pmi_proxy", 0, 0, {{SIGNAL, SIGABRT, 500, 0, 0, 0}, {WELL, 0, 501, 0, 0, 0}}},
};
/* clang-format on */

static void test_situations(void **state)
{
    (void)state;
    assert_true(sizeof(situations) / sizeof(situations[0]) >= 40);
    for (size_t i = 0; i < sizeof(situations) / sizeof(situations[0]); i++) {
        const struct situation *one = &situations[i];
        struct mw_model *model = make_job(one->launcher);
        model->job.exit_status = one->exit_status;
        for (int r = 0; r < 5 && one->ends[r].ms; r++)
            add_rank(model, r, &one->ends[r]);
        conclude(model);
        expect_first(model, one->first, one->what);
        if (one->first == NOBODY && model->death_count)
            assert_true(model->first_why[0]);
        mw_model_destroy(model);
    }
}

/* Whether a rank waited in a call or not changes no conclusion. */
static void test_waiting_is_no_evidence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(situations) / sizeof(situations[0]); i++)
        for (int waits = 0; waits < 3; waits++) {
            const struct situation *one = &situations[i];
            struct mw_model *model = make_job(one->launcher);
            model->job.exit_status = one->exit_status;
            for (int r = 0; r < 5 && one->ends[r].ms; r++) {
                add_rank(model, r, &one->ends[r]);
                model->ranks[r].in_site = r == waits ? MW_MODEL_NONE : 0;
            }
            conclude(model);
            expect_first(model, one->first, one->what);
            mw_model_destroy(model);
        }
}

/* ---- the OOM killer ---- */

struct oom {
    const char *what;
    bool counts, shared;
    uint64_t kills, host_kills;
    int oom_ms[3]; /* when a kill in the group was last seen before each end; 0: never */
    int order[3];
    int mib[3];
    int first;
    enum mw_model_cause cause; /* of deaths[0] */
    int perhaps;               /* ends that it may have caused */
};

static const struct oom ooms[] = {
    {"the counter rose, one kill for one end", true, false, 1, 1, {0, 499, 0}, {0}, {10, 90, 10}, 1, MW_MODEL_CAUSE_OOM, 0},
    {"only the host's counter rose: another group's",
     true,
     false,
     0,
     3,
     {0},
     {498, 499, 500},
     {10, 90, 10},
     0,
     MW_MODEL_CAUSE_SIGNAL,
     0},
    {"no counter: perhaps", false, false, 0, 2, {0}, {498, 499, 500}, {10, 90, 10}, 0, MW_MODEL_CAUSE_SIGNAL, 3},
    {"no counter, and nothing was killed on the host",
     false,
     false,
     0,
     0,
     {0},
     {498, 499, 500},
     {10, 90, 10},
     0,
     MW_MODEL_CAUSE_SIGNAL,
     0},
    {"others use the group: perhaps", true, true, 1, 1, {0, 499, 0}, {0, 0, 0}, {10, 90, 10}, NOBODY, MW_MODEL_CAUSE_SIGNAL, 1},
    {"the kill was long before",
     true,
     false,
     1,
     1,
     {-9000, -9000, -9000},
     {498, 499, 500},
     {10, 90, 10},
     0,
     MW_MODEL_CAUSE_SIGNAL,
     0},
    {"one kill, three ends: the largest, which was first",
     true,
     false,
     1,
     1,
     {500, 500, 500},
     {499, 498, 500},
     {10, 90, 10},
     1,
     MW_MODEL_CAUSE_OOM,
     0},
    {"one kill, three ends, no order: clearly the largest",
     true,
     false,
     1,
     1,
     {500, 500, 500},
     {0},
     {10, 90, 10},
     1,
     MW_MODEL_CAUSE_OOM,
     0},
    {"one kill, three ends, no order, of one size: perhaps",
     true,
     false,
     1,
     1,
     {500, 500, 500},
     {0},
     {90, 90, 88},
     NOBODY,
     MW_MODEL_CAUSE_SIGNAL,
     3},
    {"one kill, and the first is much smaller than another",
     true,
     false,
     1,
     1,
     {500, 500, 500},
     {498, 499, 500},
     {10, 90, 90},
     0,
     MW_MODEL_CAUSE_SIGNAL,
     3},
    {"as many kills as ends (memory.oom.group)",
     true,
     false,
     3,
     3,
     {500, 500, 500},
     {498, 499, 500},
     {10, 90, 90},
     0,
     MW_MODEL_CAUSE_OOM,
     0},
};

static void test_oom(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ooms) / sizeof(ooms[0]); i++) {
        const struct oom *one = &ooms[i];
        struct mw_model *model = make_job("hydra_pmi_proxy");
        struct mw_model_host *host = &model->hosts[0];
        int perhaps = 0;
        host->kills = one->host_kills;
        host->cgroups = mw_mem_alloc(1, sizeof(*host->cgroups));
        host->cgroup_count = 1;
        host->cgroups[0] = (struct mw_model_cgroup){
            .name = "/job", .limit_path = "", .kills = one->kills, .counts = one->counts, .shared = one->shared};
        model->job.begin_ns = BEGIN;
        for (int r = 0; r < 3; r++) {
            struct end end = {SIGNAL, SIGKILL, 500 + r, one->order[r], 0, 0};
            struct mw_model_process *process;
            add_rank(model, r, &end);
            process = &model->processes[model->process_count - 1];
            process->cgroup = 0;
            process->end_ns += one->oom_ms[r] < 0 ? (uint64_t)-one->oom_ms[r] * MS : 0;
            process->oom_ns = at(one->oom_ms[r] < 0 ? 1 : one->oom_ms[r]);
            process->rss_last = (uint64_t)one->mib[r] * MIB;
        }
        conclude(model);
        expect_first(model, one->first, one->what);
        for (size_t d = 0; d < model->death_count; d++)
            perhaps += model->deaths[d].perhaps_oom;
        if (model->deaths[0].cause != one->cause || perhaps != one->perhaps)
            fail_msg("%s: cause %d, not %d; %d perhaps", one->what, model->deaths[0].cause, one->cause, perhaps);
        mw_model_destroy(model);
    }
}

/* Another process of the group that ended between the kill and the rank's end may be the counted one. */
static void test_oom_rival(void **state)
{
    struct mw_model *model = make_job("orted");
    struct end killed = {SIGNAL, SIGKILL, 500, 0, 0, 0}, gone = {UNSEEN, 0, 480, 0, 0, 0};
    struct mw_model_host *host = &model->hosts[0];

    (void)state;
    host->cgroups = mw_mem_alloc(1, sizeof(*host->cgroups));
    host->cgroup_count = 1;
    host->cgroups[0] = (struct mw_model_cgroup){.name = "/job", .limit_path = "", .kills = 1, .counts = true};
    add_rank(model, 0, &killed);
    model->processes[1].cgroup = 0;
    model->processes[1].oom_ns = at(479);
    add_process(model, 6000, 5000, -1, &gone)->cgroup = 0;
    conclude(model);
    assert_int_equal(model->deaths[0].cause, MW_MODEL_CAUSE_SIGNAL);
    assert_true(model->deaths[0].perhaps_oom);
    assert_string_equal(model->deaths[0].text, "killed by SIGKILL (Killed), perhaps by the kernel's OOM killer");
    mw_model_destroy(model);
}

/* ---- processes that never called MPI_Init ---- */

static void expect_process(struct mw_model *model, int launch_rank, int pid, const char *text)
{
    conclude(model);
    assert_int_equal(model->death_count, 1);
    assert_int_equal(model->first_count, 1);
    assert_true(model->deaths[0].rank == MW_MODEL_NONE);
    assert_int_equal(model->deaths[0].launch_rank, launch_rank);
    assert_int_equal(model->processes[model->deaths[0].process].pid, pid);
    assert_string_equal(model->deaths[0].text, text);
    mw_model_destroy(model);
}

static void test_before_init(void **state)
{
    struct end fault = {SIGNAL, SIGBUS, 300, 0, 0, 0}, not_found = {STATUS, 127, 300, 0, 0, 0};
    struct mw_model *model = make_job("orted");

    (void)state;
    add_process(model, 5002, 4000, 2, &fault);
    expect_process(model, 2, 5002, "killed by SIGBUS (Bus error), before MPI_Init");
    model = make_job("orted"); /* the dynamic linker did not find a library */
    add_process(model, 5001, 4000, 1, &not_found);
    expect_process(model, 1, 5001, "ended with status 127, before MPI_Init");
}

/* A process with an unseen end may be the cause, and no other is named; in a job that ended well it is not a death. */
static void test_before_init_unseen(void **state)
{
    struct end unseen = {UNSEEN, 0, 300, 0, 0, 0}, killed = {SIGNAL, SIGTERM, 301, 0, 0, 0};

    (void)state;
    for (int status = 0; status < 2; status++) {
        struct mw_model *model = make_job("orted");
        model->job.exit_status = status;
        add_process(model, 5000, 4000, 0, &unseen);
        if (status)
            add_process(model, 5001, 4000, 1, &killed);
        conclude(model);
        assert_int_equal(model->death_count, status ? 2 : 0);
        expect_first(model, NOBODY, "how it ended was not seen");
        mw_model_destroy(model);
    }
}

/* A script around the program: the program counts; the shell returns its status. */
static void test_wrapper(void **state)
{
    struct end fault = {SIGNAL, SIGSEGV, 300, 0, 0, 0}, handed_on = {STATUS, 139, 310, 0, 0, 0};
    struct end failed = {STATUS, 1, 200, 0, 0, 0}, well = {STATUS, 0, 900, 0, 0, 0}, killed = {SIGNAL, SIGKILL, 250, 0, 0, 0};
    struct mw_model *model = make_job("orted");

    (void)state;
    add_process(model, 5000, 4000, 0, &handed_on);
    add_process(model, 5500, 5000, 0, &failed); /* a test in the script */
    add_process(model, 5501, 5000, 0, &fault);
    expect_process(model, 0, 5501, "killed by SIGSEGV (Segmentation fault), before MPI_Init");

    model = make_job("orted"); /* a helper fails, and the rank continues */
    add_process(model, 5000, 4000, 0, &well);
    add_process(model, 5500, 5000, 0, &failed);
    add_process(model, 5501, 5500, 0, &fault);
    conclude(model);
    assert_int_equal(model->death_count, 0);
    mw_model_destroy(model);

    model = make_job("orted"); /* the wrapper itself is killed, its program continues */
    add_process(model, 5000, 4000, 0, &killed);
    add_process(model, 5500, 5000, 0, &well);
    expect_process(model, 0, 5000, "killed by SIGKILL (Killed), before MPI_Init");
}

/* The same around a rank. */
static void test_wrapped_rank(void **state)
{
    struct end fault = {SIGNAL, SIGSEGV, 300, 0, 0, 0}, handed_on = {STATUS, 139, 310, 0, 0, 0};
    struct end killed = {SIGNAL, SIGTERM, 200, 0, 0, 0}, well = {WELL, 0, 250, 0, 0, 0}, failed = {STATUS, 4, 310, 0, 0, 0};
    struct mw_model *model = make_job("orted");

    (void)state;
    add_rank(model, 0, &fault);
    model->processes[1].ppid = 4999;
    add_process(model, 4999, 4000, 0, &handed_on);
    conclude(model);
    assert_int_equal(model->death_count, 1);
    expect_first(model, 0, "the rank, not its wrapper");
    assert_true(model->deaths[0].rank == 0);
    mw_model_destroy(model);

    model = make_job("orted");
    add_rank(model, 0, &fault);
    model->processes[1].ppid = 4999;
    add_process(model, 4999, 4000, 0, &killed);
    conclude(model);
    assert_int_equal(model->death_count, 2);
    assert_true(model->deaths[0].rank == MW_MODEL_NONE); /* the wrapper was killed first */
    mw_model_destroy(model);

    model = make_job("orted"); /* the rank ends well, then its script does not */
    add_rank(model, 0, &well);
    model->processes[1].ppid = 4999;
    add_process(model, 4999, 4000, 0, &failed);
    expect_process(model, 0, 4999, "ended with status 4, before MPI_Init");
}

/* No launcher's variables, the launcher itself, an earlier program of a process: none of these is a lost rank. */
static void test_not_ranks(void **state)
{
    struct end failed = {STATUS, 1, 300, 0, 0, 0}, well = {STATUS, 0, 900, 0, 0, 0};
    struct mw_model *model = make_job("orted");

    (void)state;
    add_process(model, 5000, 4000, -1, &failed);
    add_process(model, 5001, 4000, 1, &failed);
    add_process(model, 5001, 4000, 1, &well)->image = 1;
    add_process(model, 5002, 4000, 2, &failed)->role = MW_MODEL_LAUNCHER;
    add_process(model, 5003, 3999, 3, &failed); /* an orphan, now a child of memwatch: a helper of some rank */
    conclude(model);
    assert_int_equal(model->death_count, 0);
    mw_model_destroy(model);
}

/* ---- from outside ---- */

static struct mw_model *make_terminated(int signo, bool launcher_killed)
{
    struct mw_model *model = make_job("orted");

    for (int r = 0; r < 3; r++) {
        struct end end = {SIGNAL, signo, 500 + r, 499 + r, 0, 0};
        add_rank(model, r, &end);
    }
    if (launcher_killed) {
        model->job.exit_signal = SIGKILL;
        model->job.command_end_ns = at(498);
    }
    return model;
}

static void test_outside(void **state)
{
    struct mw_model *model = make_terminated(SIGTERM, true);

    (void)state;
    conclude(model);
    expect_first(model, OUTSIDE, "mpirun was killed before");
    assert_non_null(strstr(model->ended_by, "killed by SIGKILL"));
    mw_model_destroy(model);

    model = make_terminated(SIGTERM, false);
    model->job.signals[0] = (struct mw_view_signal){SIGTERM, 77, at(490)};
    model->job.signal_count = 1;
    conclude(model);
    expect_first(model, OUTSIDE, "memwatch was sent SIGTERM");
    mw_model_destroy(model);

    model = make_terminated(SIGTERM, false);
    model->job.signals[0] = (struct mw_view_signal){SIGTERM, 77, at(700)};
    model->job.signal_count = 1;
    conclude(model);
    expect_first(model, NOBODY, "memwatch was sent SIGTERM after they had ended");
    mw_model_destroy(model);

    model = make_terminated(SIGINT, false);
    model->hosts[0].gap_max_ns = 100 * MS;
    model->job.signals[0] = (struct mw_view_signal){SIGINT, 0, at(590)};
    model->job.signal_count = 1;
    conclude(model);
    expect_first(model, OUTSIDE, "memwatch was sent SIGINT, and read it when they had died of it");
    mw_model_destroy(model);

    model = make_terminated(SIGKILL, false);
    model->hosts[0].gap_max_ns = 100 * MS;
    model->job.signals[0] = (struct mw_view_signal){SIGINT, 0, at(590)};
    model->job.signal_count = 1;
    conclude(model);
    expect_first(model, NOBODY, "of another signal they did not die");
    mw_model_destroy(model);

    model = make_terminated(SIGKILL, false);
    model->processes[0].end = MW_VIEW_ENDED; /* mpirun, under a script */
    model->processes[0].end_ns = at(450);
    conclude(model);
    expect_first(model, OUTSIDE, "what had started them was gone before");
    mw_model_destroy(model);

    model = make_terminated(SIGSEGV, false);
    model->processes[0].end = MW_VIEW_ENDED;
    model->processes[0].end_ns = at(450);
    conclude(model);
    expect_first(model, 0, "a fault is a rank's own");
    mw_model_destroy(model);

    model = make_terminated(SIGKILL, false);
    model->job.over = (struct mw_view_over){MW_VIEW_OVER_TOTAL, 0, MIB, 2 * MIB, at(495)};
    conclude(model);
    expect_first(model, OUTSIDE, "--kill-over");
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_situations),  cmocka_unit_test(test_waiting_is_no_evidence),
        cmocka_unit_test(test_oom),         cmocka_unit_test(test_oom_rival),
        cmocka_unit_test(test_before_init), cmocka_unit_test(test_before_init_unseen),
        cmocka_unit_test(test_wrapper),     cmocka_unit_test(test_wrapped_rank),
        cmocka_unit_test(test_not_ranks),   cmocka_unit_test(test_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
