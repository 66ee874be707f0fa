/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/across.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/base/text.h"
#include "pmpi/base/log.h"
#include "pmpi/finalize/across_parts.h"
#include "pmpi/finalize/across_port.h"
#include "pmpi/finalize/names.h"
#include "pmpi/finalize/tcp.h"
#include "pmpi/rank/rank.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_NS (5 * MW_NS_PER_SEC) /* for hosts that were asked to begin to answer */

struct root {
    struct mw_across_here *here;
    struct mw_across_port port;
    int file;
    uint64_t written;
    int stored; /* records in the file */
    char *buffer;
};

/* Until all ranks are here or announced, or the time is over. */
static void await(struct root *root)
{
    struct mw_across_port *port = &root->port;

    for (;;) {
        struct pollfd entry = {port->listener, POLLIN, 0};
        mw_across_look(root->here);
        mw_across_port_turn(port);
        if (root->here->ready_count + port->announced_count >= port->size || mw_clock_now() >= root->here->deadline)
            break;
        if (port->stranger_count)
            mw_peers_pause(1000);
        else
            mw_tcp_wait_turn(&entry, 1);
    }
    mw_across_port_end(port);
}

/* ---- what they bring ---- */

static int send_ping(struct mw_across_peer *peer, uint64_t deadline)
{
    peer->ping = mw_clock_now();
    return mw_tcp_send(peer->fd, &peer->ping, sizeof(peer->ping), deadline);
}

/* The shortest of some round trips bounds the error: the answer was given somewhere within it. The first ping is sent. */
static int measure_clock(struct mw_across_peer *peer, uint64_t deadline)
{
    for (int i = 0; i < MW_ACROSS_PINGS; i++) {
        uint64_t there, after;
        if ((i > 0 && send_ping(peer, deadline)) || mw_tcp_receive(peer->fd, &there, sizeof(there), deadline))
            return -1;
        after = mw_clock_now();
        if (i == 0 || (after - peer->ping) / 2 < peer->end.error_ns) {
            peer->end.error_ns = (after - peer->ping) / 2;
            peer->end.shift_ns = (int64_t)(peer->ping + (after - peer->ping) / 2 - there);
        }
    }
    peer->end.known = 1;
    return 0;
}

/* Appends the record in the buffer. */
static int store(struct root *root, uint64_t length, const struct mw_across_end *end)
{
    const struct mw_record_head *head = (const void *)root->buffer;
    uint64_t offset = length < sizeof(*head) ? UINT64_MAX : head->sections[MW_SECTION_STATE].offset;
    struct mw_state *state;

    if (offset % 8 || offset > length || length - offset < sizeof(*state))
        return -1;
    state = (void *)(root->buffer + offset);
    state->clock_shift_ns = end->shift_ns;
    state->clock_error_ns = end->error_ns;
    state->clock_known = end->known;
    if (!mw_io_may_grow(root->written + length) || mw_io_pwrite(root->file, root->buffer, length, (off_t)root->written))
        return -1;
    root->written += length;
    root->stored++;
    return 0;
}

static int receive_records(struct root *root, struct mw_across_peer *peer, uint64_t deadline)
{
    for (uint32_t i = 0; i < peer->hello.count; i++) {
        uint64_t length;
        if (mw_tcp_receive(peer->fd, &length, sizeof(length), deadline) || length > mw_journal_length() ||
            mw_tcp_receive(peer->fd, root->buffer, length, deadline) || store(root, length, &peer->end))
            return -1;
    }
    return 0;
}

/* Ours is the clock that the others' are compared with. */
static const struct mw_across_end reference = {.known = 1};

static void store_own(struct root *root)
{
    for (int i = 0; i < root->here->ready_count; i++)
        store(root, mw_across_pack(root->here->ready[i], root->buffer), &reference);
}

/* ---- all of it ---- */

/* Asks those whose records would get lost; when rank 0's own would, all: the whole record is to be in one place. Few
 * bytes to a new connection: they are sent at once, or never. */
static bool ask(struct root *root)
{
    bool any = !root->here->safe;

    for (int i = 0; i < root->port.peer_count; i++) {
        struct mw_across_peer *peer = &root->port.peers[i];
        struct mw_across_verdict verdict = {.wanted = !root->here->safe || !peer->hello.safe};
        int failed = mw_tcp_send(peer->fd, &verdict, sizeof(verdict), 0) || (verdict.wanted && send_ping(peer, 0));
        peer->wanted = verdict.wanted && !failed;
        any = any || peer->wanted;
    }
    return any;
}

static void take_records(struct root *root, struct mw_across_peer *peer, uint64_t last)
{
    uint64_t limit = mw_clock_now() + MW_ACROSS_HOST_S * MW_NS_PER_SEC;

    limit = limit < last ? limit : last;
    peer->end.stored = !measure_clock(peer, limit) && !receive_records(root, peer, limit);
}

/* Who answers first is served first: a host that has come to a halt keeps no other waiting. */
static void take_all_records(struct root *root, struct pollfd *entries, uint64_t last)
{
    uint64_t until = mw_clock_now() + ANSWER_NS;
    int left = 0;

    for (int i = 0; i < root->port.peer_count; i++) {
        entries[i] = (struct pollfd){root->port.peers[i].wanted ? root->port.peers[i].fd : -1, POLLIN, 0};
        left += root->port.peers[i].wanted;
    }
    while (left > 0 && mw_clock_now() < until) {
        mw_tcp_wait_turn(entries, (size_t)root->port.peer_count);
        for (int i = 0; i < root->port.peer_count; i++) {
            uint64_t begin = mw_clock_now();
            if (entries[i].fd < 0 || !entries[i].revents)
                continue;
            take_records(root, &root->port.peers[i], last);
            entries[i].fd = -1;
            left--;
            until += mw_clock_now() - begin; /* the others could not be heard */
        }
    }
}

static void collect(struct root *root)
{
    uint64_t last = mw_clock_now() + MW_ACROSS_TRANSFERS_S * MW_NS_PER_SEC;
    struct pollfd *entries = calloc((size_t)root->port.size, sizeof(*entries));

    mw_across_note(&reference);
    if (!root->here->safe)
        store_own(root);
    if (entries)
        take_all_records(root, entries, last);
    free(entries);
}

/* Tells everybody how it went, once the file is in its place. */
static void conclude(struct root *root, bool in_place)
{
    for (int i = 0; i < root->port.peer_count; i++) {
        struct mw_across_peer *peer = &root->port.peers[i];
        if (!peer->wanted)
            continue;
        peer->end.stored = peer->end.stored && in_place;
        if (in_place && !root->here->safe)
            memcpy(peer->end.host, mw_rank.host, sizeof(peer->end.host));
        mw_tcp_send(peer->fd, &peer->end, sizeof(peer->end), 0);
    }
}

static bool gather(struct root *root, const char *name)
{
    char partial[96];
    bool in_place;

    snprintf(partial, sizeof(partial), "%s" MW_FILE_GATHERED_PART, name);
    root->buffer = malloc(mw_journal_length());
    root->file = openat(mw_rank.dirfd, partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (!root->buffer || root->file < 0)
        return false;
    collect(root);
    in_place = root->stored > 0 && !renameat(mw_rank.dirfd, partial, mw_rank.dirfd, name);
    if (!in_place)
        unlinkat(mw_rank.dirfd, partial, 0);
    conclude(root, in_place);
    return in_place;
}

void mw_across_say_where(const char *name)
{
    char path[sizeof(mw_rank.dir) + 100], quoted[2 * sizeof(path)];

    snprintf(path, sizeof(path), "%s/%s", mw_rank.dir, name);
    mw_text_quote(quoted, sizeof(quoted), path);
    mw_log("memwatch: the whole record lies on host %s: memwatch report %s prints it there\n", mw_rank.host, quoted);
}

/* The record stays here, and nobody brings it to the launcher. */
static void say_where(const struct root *root, const char *name)
{
    char quoted[2 * sizeof(mw_rank.dir)];

    if (mw_rank.standalone)
        return;
    mw_text_quote(quoted, sizeof(quoted), mw_rank.dir);
    if (root->stored == root->port.size)
        mw_across_say_where(name);
    else
        mw_log("memwatch: the record of %d of %d ranks lies on host %s: memwatch report %s prints it there\n",
               root->stored, root->port.size, mw_rank.host, quoted);
}

static void release(struct root *root)
{
    mw_across_port_close(&root->port);
    if (root->file >= 0)
        close(root->file);
    free(root->buffer);
}

bool mw_across_root(struct mw_across_here *here, const char *service, const char *name)
{
    struct root root = {.here = here, .file = -1};
    bool whole = false;

    if (mw_across_port_open(&root.port, mw_rank.journal.ident->size) && mw_names_publish(service, root.port.value)) {
        await(&root);
        mw_names_unpublish(service, root.port.value);
        if (ask(&root) && gather(&root, name) && !here->safe) {
            whole = root.stored == root.port.size;
            say_where(&root, name);
            if (whole)
                mw_across_remove(here);
        }
    }
    release(&root);
    return whole;
}
