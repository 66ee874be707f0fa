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
#define ASK_LAST_NS (250 * MW_NS_PER_MS) /* maximum interval between two lookups at the MPI launcher */
/* Maximum time for the decision of rank 0 after `open`. It takes longer only if rank 0, and with it the job, has died. */
#define DECISION_S (MW_AGREE_READY_S + MW_AGREE_UNSAFE_S + 60)

#define VALUE_SIZE 256 /* MPICH's MPI_MAX_PORT_NAME */
#define SAFE 's'       /* first character of a host's value, or 'u'; the ranks of the host follow */
#define GO "go"

struct meeting {
    struct mw_peers peers;              /* of this host */
    const struct mw_record_head *first; /* the lowest rank of them */
    bool safe;                          /* the records of this host need not be gathered */
    const char *word;                   /* the name that this rank has published for its host; NULL: none */
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

static bool ask(const char *what, int rank, char value[VALUE_SIZE])
{
    char name[64];

    name_of(name, what, rank);
    return mw_names_lookup(name, value, VALUE_SIZE);
}

static bool say(const char *what, int rank, const char *value)
{
    char name[64];

    name_of(name, what, rank);
    return mw_names_publish(name, value);
}

static void unsay(const char *what, int rank, const char *value)
{
    char name[64];

    name_of(name, what, rank);
    mw_names_unpublish(name, value);
}

static bool is_vetoed(int host)
{
    char value[VALUE_SIZE];

    return ask("veto", host, value);
}

static void veto(int host)
{
    if (!is_vetoed(host))
        say("veto", host, "1");
}

/* Waits before the next lookup; the interval grows with the time since `begin`. MPI makes progress meanwhile. */
static void pause_since(uint64_t begin)
{
    uint64_t now = mw_clock_now(), length = (now - begin) / 8;
    uint64_t end = now + (length < ASK_LAST_NS ? length : ASK_LAST_NS);

    do
        mw_peers_pause(PAUSE_US);
    while (mw_clock_now() < end);
}

/* Waits for a name of the host whose first rank is `host`; for `present`, soon-<rank> is equivalent. Returns false if that
 * host has vetoed, or at the time `until`. */
static bool hear(const char *what, int host, uint64_t until, char value[VALUE_SIZE])
{
    uint64_t begin = mw_clock_now();
    bool is_present = !strcmp(what, "present");

    while (!ask(what, host, value) && !(is_present && ask("soon", host, value))) {
        if (mw_clock_now() >= until || is_vetoed(host))
            return false;
        pause_since(begin);
    }
    return true;
}

/* ---- this host ---- */

static bool write_value(struct meeting *m)
{
    int *ranks = calloc((size_t)m->peers.count, sizeof(*ranks));
    bool written = false;

    m->value[0] = m->safe ? SAFE : 'u';
    for (int i = 0; ranks && i < m->peers.count; i++)
        ranks[i] = rank_of(m->peers.heads[i]);
    if (ranks)
        written = mw_rank_list_write(ranks, m->peers.count, m->value + 1, sizeof(m->value) - 1);
    free(ranks);
    return written;
}

/* Finds the ranks of this host. Returns false if a rank has no journal. A host may have been listed twice: then there are
 * more ranks than were started together. */
static bool find_peers(struct meeting *m)
{
    m->peers = mw_peers_wait(mw_peers_started_here(), mw_rank.journal.ident->size, MISSING_NS);
    for (int i = 0; i < m->peers.count; i++) {
        if (rank_of(m->peers.heads[i]) < 0)
            return false;
        if (!m->first || rank_of(m->peers.heads[i]) < rank_of(m->first))
            m->first = m->peers.heads[i];
    }
    return m->first && m->peers.count >= mw_peers_started_here() && write_value(m);
}

/* The name by which this rank announces its host: `present` for the first rank, `soon` for the next one, which may reach
 * MPI_Finalize earlier. NULL: other ranks announce it. Each name has one writer: mpirun of Open MPI may lose names that two
 * ranks publish. */
static const char *word_of(const struct meeting *m)
{
    int own = mw_rank.journal.ident->rank, lower = 0;

    for (int i = 0; i < m->peers.count; i++)
        lower += rank_of(m->peers.heads[i]) < own;
    return lower == 0 ? "present" : lower == 1 ? "soon" : NULL;
}

static bool wait_for_peers(const struct meeting *m, uint64_t until)
{
    uint64_t begin = mw_clock_now();
    int result;

    while (!(result = mw_agree_look(&m->peers)) && mw_clock_now() < until && !is_vetoed(0))
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
static bool hear_decision(void)
{
    uint64_t begin = mw_clock_now(), until = in_seconds(DECISION_S);
    char value[VALUE_SIZE];

    while (!ask("decision", 0, value)) {
        if (mw_clock_now() >= until)
            return false;
        pause_since(begin);
    }
    return !strcmp(value, GO);
}

/* ---- rank 0 ---- */

static int mark_own(const struct meeting *m, bool *marked)
{
    return mw_rank_list_mark(m->value + 1, marked, mw_rank.journal.ident->size);
}

/* Waits for `what` of all other hosts. The lowest rank that belongs to no host known so far is the first rank of its host. */
static bool hear_all(const struct meeting *m, const char *what, uint64_t until, struct mw_agree_hosts *hosts, bool *all_safe)
{
    int size = mw_rank.journal.ident->size, more;
    bool *marked = calloc((size_t)size, sizeof(*marked));
    char value[VALUE_SIZE];
    int known = marked ? mark_own(m, marked) : -1;

    hosts->count = 0;
    for (int rank = 0; known >= 0 && rank < size; rank++) {
        if (marked[rank])
            continue;
        more = hear(what, rank, until, value) ? mw_rank_list_mark(value + 1, marked, size) : -1;
        known = more < 0 || !marked[rank] ? -1 : known + more;
        *all_safe = *all_safe && value[0] == SAFE;
        hosts->firsts[hosts->count++] = rank;
    }
    free(marked);
    return known == size;
}

static bool decide(struct meeting *m, struct mw_agree_hosts *hosts, uint64_t present_by)
{
    uint64_t ready_by = in_seconds(MW_AGREE_READY_S);
    bool all_safe = m->safe;

    hosts->firsts = calloc((size_t)mw_rank.journal.ident->size, sizeof(*hosts->firsts));
    return hosts->firsts && hear_all(m, "present", present_by, hosts, &all_safe) && !all_safe && wait_for_peers(m, ready_by) &&
           hear_all(m, "ready", ready_by, hosts, &all_safe);
}

static bool lead(struct meeting *m, struct mw_agree_hosts *hosts, uint64_t present_by)
{
    char value[VALUE_SIZE];
    bool go;

    say("open", 0, "1");
    go = decide(m, hosts, present_by);
    if (!say("decision", 0, go ? GO : "no") && !ask("decision", 0, value))
        return false; /* the others cannot look it up either */
    return go && hear_decision();
}

/* ---- the first rank of another host ---- */

static bool follow_root(const struct meeting *m, uint64_t present_by)
{
    uint64_t ready_by = in_seconds(MW_AGREE_READY_S);
    char value[VALUE_SIZE];
    bool go;

    if (!hear("present", 0, present_by, value) || !wait_for_peers(m, ready_by) || !hear("open", 0, ready_by, value))
        return false;
    say("ready", rank_of(m->first), m->value);
    go = hear_decision();
    unsay("ready", rank_of(m->first), m->value);
    return go;
}

/* ---- the agreement ---- */

/* The first rank vetoes for its host. Among the others the lowest READY rank does, since the first one may be in a sandbox,
 * or dead. */
static bool is_to_veto(const struct meeting *m, bool is_first)
{
    if (is_first)
        return true;
    for (int i = 0; i < m->peers.count; i++)
        if (m->peers.heads[i] != m->first && rank_of(m->peers.heads[i]) < mw_rank.journal.ident->rank &&
            mw_peers_decision(m->peers.heads[i]) == MW_STAGE_READY)
            return false;
    return true;
}

/* Says nothing if an agent is about to connect: it transfers the records. */
static void say_where(void)
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

static bool meet(struct meeting *m, struct mw_agree_hosts *hosts)
{
    uint64_t present_by = in_seconds(m->safe ? MW_AGREE_SAFE_S : MW_AGREE_UNSAFE_S);
    bool complete = find_peers(m);

    hosts->is_first = m->first && rank_of(m->first) == mw_rank.journal.ident->rank;
    if (!complete || !is_possible())
        return false; /* this rank was never READY */
    mw_agree_ready();
    m->word = word_of(m);
    if (m->word)
        say(m->word, rank_of(m->first), m->value);
    if (!hosts->is_first)
        return follow_first(m->first);
    return mw_rank.journal.ident->rank == 0 ? lead(m, hosts, present_by) : follow_root(m, present_by);
}

/* Declines, so that no rank waits for this host. */
static void refuse(const struct meeting *m, bool is_first)
{
    mw_agree_not();
    if (m->first && is_possible() && is_to_veto(m, is_first))
        veto(rank_of(m->first));
    if (is_first)
        say_where();
}

bool mw_agree_hosts(struct mw_agree_hosts *hosts)
{
    struct meeting m = {.safe = !mw_rank.gathers && mw_agent_reaches_launcher(mw_rank.dirfd)};
    bool go = mw_rank.dirfd >= 0 && meet(&m, hosts);

    if (go)
        mw_agree_commit();
    else
        refuse(&m, hosts->is_first);
    if (m.word)
        unsay(m.word, rank_of(m.first), m.value);
    mw_peers_unmap(&m.peers);
    return go;
}
