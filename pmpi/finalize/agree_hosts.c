/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/agree_hosts.h"

#include "collector/base/clock.h"
#include "collector/base/text.h"
#include "pmpi/base/log.h"
#include "pmpi/finalize/agree.h"
#include "pmpi/finalize/names.h"
#include "pmpi/finalize/peers.h"
#include "pmpi/finalize/rank_list.h"
#include "pmpi/rank/agent.h"
#include "pmpi/rank/rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MISSING_NS (500 * MW_NS_PER_MS) /* wait for the journals of this host */
#define PAUSE_US 500
#define LOOKUP_INTERVAL_MAX_NS (250 * MW_NS_PER_MS) /* maximum interval between two lookups at the MPI launcher */
/* Maximum time for the decision of rank 0 after `open`. It takes longer only if rank 0, and with it the job, has died. */
#define DECISION_S (MW_AGREE_READY_S + MW_AGREE_UNSAFE_S + 60)

#define VALUE_SIZE 256 /* MPICH's MPI_MAX_PORT_NAME */
#define SAFE 's'       /* first character of a host's value, or 'u'; the ranks of the host follow */
#define GO "go"

struct agreement {
    struct mw_peers peers;              /* of this host */
    const struct mw_record_head *first; /* the lowest rank of them */
    bool safe;                          /* the records of this host need not be gathered */
    const char *announced;              /* the name that this rank has published for its host; NULL: none */
    char value[VALUE_SIZE];             /* of this host */
};

static int rank_of(const struct mw_record_head *head)
{
    return mw_peers_ident(head)->rank;
}

static uint64_t in_seconds(unsigned seconds)
{
    return mw_clock_now() + seconds * MW_NS_PER_SEC;
}

/* ---- names at the MPI launcher ---- */

static void name_of(char name[64], const char *what, int rank)
{
    snprintf(name, 64, "memwatch-%016llx-%s-%d", (unsigned long long)mw_rank.journal.ident->world_id, what, rank);
}

static bool look_up(const char *what, int rank, char value[VALUE_SIZE])
{
    char name[64];

    name_of(name, what, rank);
    return mw_names_lookup(name, value, VALUE_SIZE);
}

static bool publish(const char *what, int rank, const char *value)
{
    char name[64];

    name_of(name, what, rank);
    return mw_names_publish(name, value);
}

static void unpublish(const char *what, int rank, const char *value)
{
    char name[64];

    name_of(name, what, rank);
    mw_names_unpublish(name, value);
}

static bool is_vetoed(int host)
{
    char value[VALUE_SIZE];

    return look_up("veto", host, value);
}

static void veto(int host)
{
    if (!is_vetoed(host))
        publish("veto", host, "1");
}

/* Waits before the next lookup; the interval grows with the time since `begin`. MPI makes progress meanwhile. */
static void pause_since(uint64_t begin)
{
    uint64_t now = mw_clock_now(), length = (now - begin) / 8;
    uint64_t end = now + (length < LOOKUP_INTERVAL_MAX_NS ? length : LOOKUP_INTERVAL_MAX_NS);

    do
        mw_peers_pause(PAUSE_US);
    while (mw_clock_now() < end);
}

/* Waits for a name of the host whose first rank is `host`; for `present`, soon-<rank> is equivalent. Returns false if that
 * host has vetoed, or at the time `until`. */
static bool wait_for_name(const char *what, int host, uint64_t until, char value[VALUE_SIZE])
{
    uint64_t begin = mw_clock_now();
    bool is_present = !strcmp(what, "present");

    while (!look_up(what, host, value) && !(is_present && look_up("soon", host, value))) {
        if (mw_clock_now() >= until || is_vetoed(host))
            return false;
        pause_since(begin);
    }
    return true;
}

/* ---- this host ---- */

static bool write_value(struct agreement *a)
{
    int *ranks = calloc((size_t)a->peers.count, sizeof(*ranks));
    bool written = false;

    a->value[0] = a->safe ? SAFE : 'u';
    for (int i = 0; ranks && i < a->peers.count; i++)
        ranks[i] = rank_of(a->peers.heads[i]);
    if (ranks)
        written = mw_rank_list_write(ranks, a->peers.count, a->value + 1, sizeof(a->value) - 1);
    free(ranks);
    return written;
}

/* Finds the ranks of this host. Returns false if a rank has no journal. A host may have been listed twice: then there are
 * more ranks than were started together. */
static bool find_peers(struct agreement *a)
{
    a->peers = mw_peers_wait(mw_peers_started_here(), mw_rank.journal.ident->size, MISSING_NS);
    for (int i = 0; i < a->peers.count; i++) {
        if (rank_of(a->peers.heads[i]) < 0)
            return false;
        if (!a->first || rank_of(a->peers.heads[i]) < rank_of(a->first))
            a->first = a->peers.heads[i];
    }
    return a->first && a->peers.count >= mw_peers_started_here() && write_value(a);
}

/* The name by which this rank announces its host: `present` for the first rank, `soon` for the next one, which may reach
 * MPI_Finalize earlier. NULL: other ranks announce it. Each name has one writer: mpirun of Open MPI may lose names that two
 * ranks publish. */
static const char *announcement_of(const struct agreement *a)
{
    int own = mw_rank.journal.ident->rank, lower = 0;

    for (int i = 0; i < a->peers.count; i++)
        lower += rank_of(a->peers.heads[i]) < own;
    return lower == 0 ? "present" : lower == 1 ? "soon" : NULL;
}

static bool wait_for_peers(const struct agreement *a, uint64_t until)
{
    uint64_t begin = mw_clock_now();
    int result;

    while (!(result = mw_agree_check(&a->peers)) && mw_clock_now() < until && !is_vetoed(0))
        pause_since(begin);
    return result > 0;
}

/* Waits for the decision of the first rank of this host. That rank has a journal and reaches its end, as MPI_Finalize
 * expects. */
static bool follow_first(const struct mw_record_head *first)
{
    unsigned turn = 0;

    for (; mw_peers_decision(first) <= MW_STAGE_READY; turn++) {
        if (turn % 1024 == 1023 && mw_peers_is_gone(first))
            return false;
        mw_peers_pause(PAUSE_US);
    }
    return mw_peers_decision(first) == MW_STAGE_COMMITTED;
}

/* Waits for rank 0's decision, which is whatever can be looked up: no rank acts on another one. */
static bool wait_for_decision(void)
{
    uint64_t begin = mw_clock_now(), until = in_seconds(DECISION_S);
    char value[VALUE_SIZE];

    while (!look_up("decision", 0, value)) {
        if (mw_clock_now() >= until)
            return false;
        pause_since(begin);
    }
    return !strcmp(value, GO);
}

/* ---- rank 0 ---- */

static int mark_own(const struct agreement *a, bool *marked)
{
    return mw_rank_list_mark(a->value + 1, marked, mw_rank.journal.ident->size);
}

/* Waits for `what` of all other hosts. The lowest rank that belongs to no host known so far is the first rank of its host. */
static bool wait_for_hosts(const struct agreement *a, const char *what, uint64_t until, struct mw_agree_hosts *hosts,
                           bool *all_safe)
{
    int size = mw_rank.journal.ident->size, more;
    bool *marked = calloc((size_t)size, sizeof(*marked));
    char value[VALUE_SIZE];
    int known = marked ? mark_own(a, marked) : -1;

    hosts->count = 0;
    for (int rank = 0; known >= 0 && rank < size; rank++) {
        if (marked[rank])
            continue;
        more = wait_for_name(what, rank, until, value) ? mw_rank_list_mark(value + 1, marked, size) : -1;
        known = more < 0 || !marked[rank] ? -1 : known + more;
        *all_safe = *all_safe && value[0] == SAFE;
        hosts->firsts[hosts->count++] = rank;
    }
    free(marked);
    return known == size;
}

static bool decide(struct agreement *a, struct mw_agree_hosts *hosts, uint64_t present_by)
{
    uint64_t ready_by = in_seconds(MW_AGREE_READY_S);
    bool all_safe = a->safe;

    hosts->firsts = calloc((size_t)mw_rank.journal.ident->size, sizeof(*hosts->firsts));
    return hosts->firsts && wait_for_hosts(a, "present", present_by, hosts, &all_safe) && !all_safe &&
           wait_for_peers(a, ready_by) && wait_for_hosts(a, "ready", ready_by, hosts, &all_safe);
}

static bool decide_as_rank_0(struct agreement *a, struct mw_agree_hosts *hosts, uint64_t present_by)
{
    char value[VALUE_SIZE];
    bool gathers;

    publish("open", 0, "1");
    gathers = decide(a, hosts, present_by);
    if (!publish("decision", 0, gathers ? GO : "no") && !look_up("decision", 0, value))
        return false; /* the others cannot look it up either */
    return gathers && wait_for_decision();
}

/* ---- the first rank of another host ---- */

static bool follow_rank_0(const struct agreement *a, uint64_t present_by)
{
    uint64_t ready_by = in_seconds(MW_AGREE_READY_S);
    char value[VALUE_SIZE];
    bool gathers;

    if (!wait_for_name("present", 0, present_by, value) || !wait_for_peers(a, ready_by) ||
        !wait_for_name("open", 0, ready_by, value))
        return false;
    publish("ready", rank_of(a->first), a->value);
    gathers = wait_for_decision();
    unpublish("ready", rank_of(a->first), a->value);
    return gathers;
}

/* ---- the agreement ---- */

/* The first rank vetoes for its host. Among the others the lowest READY rank does, since the first one may be in a sandbox,
 * or dead. */
static bool is_to_veto(const struct agreement *a, bool is_first)
{
    if (is_first)
        return true;
    for (int i = 0; i < a->peers.count; i++)
        if (a->peers.heads[i] != a->first && rank_of(a->peers.heads[i]) < mw_rank.journal.ident->rank &&
            mw_peers_decision(a->peers.heads[i]) == MW_STAGE_READY)
            return false;
    return true;
}

/* Logs nothing if an agent is about to connect: it transfers the records. */
static void log_location(void)
{
    char quoted[2 * sizeof(mw_rank.dir)];

    if (mw_agent_reaches_launcher(mw_rank.dirfd) || mw_agent_runs(mw_rank.dirfd) ||
        (mw_rank.standalone && mw_rank.journal.ident->rank == 0))
        return;
    mw_text_quote(quoted, sizeof(quoted), mw_rank.dir);
    mw_log("memwatch: the records of the ranks on host %s stay there: memwatch report %s prints them\n", mw_rank.host, quoted);
}

static bool is_possible(void)
{
    return mw_names_are_served() && mw_rank.journal.ident->reach == MW_WORLD_WHOLE;
}

static bool negotiate(struct agreement *a, struct mw_agree_hosts *hosts)
{
    uint64_t present_by = in_seconds(a->safe ? MW_AGREE_SAFE_S : MW_AGREE_UNSAFE_S);
    bool complete = find_peers(a);

    hosts->is_first = a->first && rank_of(a->first) == mw_rank.journal.ident->rank;
    if (!complete || !is_possible())
        return false; /* this rank was never READY */
    mw_agree_ready();
    a->announced = announcement_of(a);
    if (a->announced)
        publish(a->announced, rank_of(a->first), a->value);
    if (!hosts->is_first)
        return follow_first(a->first);
    return mw_rank.journal.ident->rank == 0 ? decide_as_rank_0(a, hosts, present_by) : follow_rank_0(a, present_by);
}

/* Declines, so that no rank waits for this host. */
static void decline(const struct agreement *a, bool is_first)
{
    mw_agree_decline();
    if (a->first && is_possible() && is_to_veto(a, is_first))
        veto(rank_of(a->first));
    if (is_first)
        log_location();
}

bool mw_agree_hosts(struct mw_agree_hosts *hosts)
{
    struct agreement a = {.safe = !mw_rank.gathers && mw_agent_reaches_launcher(mw_rank.dirfd)};
    bool gathers = mw_rank.dirfd >= 0 && negotiate(&a, hosts);

    if (gathers)
        mw_agree_commit();
    else
        decline(&a, hosts->is_first);
    if (a.announced)
        unpublish(a.announced, rank_of(a.first), a.value);
    mw_peers_unmap(&a.peers);
    return gathers;
}
