/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/across.h"

#include "collector/base/clock.h"
#include "collector/base/token.h"
#include "collector/journal/segment.h"
#include "pmpi/finalize/across_parts.h"
#include "pmpi/finalize/agree.h"
#include "pmpi/finalize/names.h"
#include "pmpi/finalize/tcp.h"
#include "pmpi/rank/agent.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For the journals of this host; short of what rank 0 waits at least. */
#define MISSING_NS (500 * MW_NS_PER_MS)
#define ASK_FIRST_US 1000 /* pause before asking the launcher again; doubled each time */
#define ASK_LAST_US 64000
#define AGAIN_US 5000 /* pause before connecting again */
/* From the connection to the end: rank 0 may wait for others, and for their records. */
#define LONGEST_S (MW_ACROSS_UNSAFE_S + MW_ACROSS_TRANSFERS_S + 5)

static bool is_ready(const struct mw_record_head *head)
{
    uint32_t decision = mw_peers_decision(head);

    return decision == MW_STAGE_READY || decision == MW_STAGE_COMMITTED;
}

void mw_across_look(struct mw_across_here *here)
{
    here->ready_count = 0;
    for (int i = 0; i < here->peers.count; i++)
        if (is_ready(here->peers.heads[i]) && mw_peers_ident(here->peers.heads[i])->rank >= 0)
            here->ready[here->ready_count++] = here->peers.heads[i];
}

uint64_t mw_across_pack(const struct mw_record_head *head, void *buffer)
{
    struct mw_journal journal = {.head = (struct mw_record_head *)(uintptr_t)head};

    return mw_journal_pack(&journal, buffer, mw_journal_length());
}

void mw_across_note(const struct mw_across_end *end)
{
    struct mw_state *state = mw_rank.journal.state;

    state->clock_shift_ns = end->shift_ns;
    state->clock_error_ns = end->error_ns;
    state->clock_known = end->known;
    memcpy(state->gathered_host, end->host, sizeof(state->gathered_host));
}

void mw_across_remove(const struct mw_across_here *here)
{
    char name[MW_JOURNAL_NAME_SIZE];

    for (int i = 0; i < here->ready_count; i++) {
        mw_rank_journal_name(name, mw_peers_ident(here->ready[i]));
        mw_segment_remove(mw_rank.dirfd, name);
    }
    mw_agent_remove_files(mw_rank.dirfd);
    mw_token_leave(mw_rank.dirfd, mw_rank.dir);
}

/* The journal of the rank that speaks for this host; NULL when there is none. */
static const struct mw_record_head *first_of(const struct mw_peers *peers)
{
    const struct mw_record_head *first = NULL;

    for (int i = 0; i < peers->count; i++) {
        int rank = mw_peers_ident(peers->heads[i])->rank;
        if (rank >= 0 && (!first || rank < mw_peers_ident(first)->rank))
            first = peers->heads[i];
    }
    return first;
}

/* The others of a host do not go ahead into the real MPI_Finalize. MPICH over UCX and TCP hangs there when a connection
 * was made last thing by a rank that others no longer answer; ranks that stay, and let MPI work, answer. */
static void wait_for_speaker(const struct mw_record_head *speaker)
{
    uint64_t deadline = mw_clock_now() + (LONGEST_S + MW_ACROSS_UNSAFE_S) * MW_NS_PER_SEC;

    for (unsigned turn = 0; mw_peers_decision(speaker) <= MW_STAGE_READY && mw_clock_now() < deadline; turn++) {
        if (turn % 1024 == 1023 && mw_peers_is_gone(speaker))
            return;
        mw_peers_pause(500);
    }
}

/* ---- the side of a host that is not rank 0's ---- */

/* What rank 0 has published; empty when it does not come in time. */
static void look_up_root(const struct mw_across_here *here, const char *service, char *value, size_t size)
{
    for (long pause = ASK_FIRST_US; !mw_names_lookup(service, value, size);
         pause = pause < ASK_LAST_US ? 2 * pause : pause) {
        value[0] = '\0';
        if (mw_clock_now() >= here->deadline)
            return;
        mw_peers_pause(pause);
    }
}

/* Connects to rank 0's port. `token` gets its secret. */
static int reach_root(const char *value, char token[MW_ACROSS_TOKEN + 1])
{
    char addresses[512];
    unsigned port = 0;

    if (sscanf(value, "%32[0-9a-f]+%u+%511s", token, &port, addresses) != 3 || port > UINT16_MAX)
        return -1;
    return mw_tcp_connect(addresses, (uint16_t)port, mw_clock_now() + 5 * MW_NS_PER_SEC);
}

static int say_hello(const struct mw_across_here *here, int fd, const char *token, uint64_t deadline)
{
    struct mw_across_hello hello = {.magic = MW_ACROSS_MAGIC, .version = MW_RECORD_VERSION, .endian = MW_RECORD_ENDIAN,
                                    .safe = here->safe, .count = (uint32_t)here->ready_count};

    memcpy(hello.token, token, sizeof(hello.token));
    memcpy(hello.host, mw_rank.host, sizeof(hello.host));
    if (mw_tcp_send(fd, &hello, sizeof(hello), deadline))
        return -1;
    for (int i = 0; i < here->ready_count; i++) {
        int32_t rank = mw_peers_ident(here->ready[i])->rank;
        if (mw_tcp_send(fd, &rank, sizeof(rank), deadline))
            return -1;
    }
    return 0;
}

static int answer_pings(int fd, uint64_t deadline)
{
    uint64_t word;

    for (int i = 0; i < MW_ACROSS_PINGS; i++) {
        if (mw_tcp_receive(fd, &word, sizeof(word), deadline))
            return -1;
        word = mw_clock_now();
        if (mw_tcp_send(fd, &word, sizeof(word), deadline))
            return -1;
    }
    return 0;
}

static int send_records(const struct mw_across_here *here, int fd, uint64_t deadline)
{
    char *packed = malloc(mw_journal_length());
    int status = packed ? 0 : -1;

    for (int i = 0; i < here->ready_count && !status; i++) {
        uint64_t length = mw_across_pack(here->ready[i], packed);
        if (mw_tcp_send(fd, &length, sizeof(length), deadline) || mw_tcp_send(fd, packed, length, deadline))
            status = -1;
    }
    free(packed);
    return status;
}

/* Gets rank 0's verdict. Where many strangers connect as well, it may close the connection before it has heard us: then
 * again. Returns the connection, or -1. */
static int ask_root(const struct mw_across_here *here, const char *service, struct mw_across_verdict *verdict,
                    uint64_t deadline)
{
    char value[512] = "", token[MW_ACROSS_TOKEN + 1] = "";
    int fd;

    look_up_root(here, service, value, sizeof(value));
    while ((fd = reach_root(value, token)) >= 0) {
        if (!say_hello(here, fd, token, deadline) && !mw_tcp_receive(fd, verdict, sizeof(*verdict), deadline))
            return fd;
        close(fd);
        if (mw_clock_now() >= here->deadline)
            break;
        mw_peers_pause(AGAIN_US);
    }
    return -1;
}

static void bring_records(struct mw_across_here *here, const char *service)
{
    uint64_t deadline = mw_clock_now() + LONGEST_S * MW_NS_PER_SEC;
    struct mw_across_verdict verdict = {0};
    struct mw_across_end end;
    int fd = ask_root(here, service, &verdict, deadline);

    if (fd < 0)
        return;
    if (verdict.wanted && !answer_pings(fd, deadline) && !send_records(here, fd, deadline) &&
        !mw_tcp_receive(fd, &end, sizeof(end), deadline)) {
        end.host[sizeof(end.host) - 1] = '\0';
        mw_across_note(&end);
        if (end.stored && !here->safe)
            mw_across_remove(here);
    }
    close(fd);
}

/* What the first rank of a host does for all of it. */
static bool speak(struct mw_across_here *here, const char *name)
{
    char service[32];

    here->ready = calloc((size_t)here->peers.count, sizeof(*here->ready));
    if (!here->ready)
        return false;
    here->safe = mw_agent_reaches_launcher(mw_rank.dirfd);
    here->deadline = mw_clock_now() + (here->safe ? MW_ACROSS_SAFE_S : MW_ACROSS_UNSAFE_S) * MW_NS_PER_SEC;
    snprintf(service, sizeof(service), "memwatch-%016llx", (unsigned long long)mw_rank.journal.ident->world_id);
    if (mw_rank.journal.ident->rank == 0)
        return mw_across_root(here, service, name);
    for (mw_across_look(here); here->ready_count < here->peers.count && mw_clock_now() < here->deadline;
         mw_across_look(here))
        mw_peers_pause(500);
    bring_records(here, service);
    return false;
}

bool mw_across_gather(const char *name)
{
    struct mw_across_here here = {0};
    const struct mw_record_head *speaker;
    bool whole = false;

    if (mw_rank.dirfd < 0 || !mw_names_are_served() || mw_rank.journal.ident->reach != MW_WORLD_WHOLE)
        return false;
    /* a host may have been named twice: then there are more */
    here.peers = mw_peers_wait(mw_peers_started_here(), mw_rank.journal.ident->size, MISSING_NS);
    speaker = first_of(&here.peers);
    if (speaker && mw_peers_ident(speaker)->pid != mw_rank.journal.ident->pid)
        wait_for_speaker(speaker);
    else if (speaker)
        whole = speak(&here, name);
    mw_agree_done();
    free(here.ready);
    mw_peers_unmap(&here.peers);
    return whole;
}
