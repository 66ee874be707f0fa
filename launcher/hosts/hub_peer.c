/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/hub_peer.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/journal/record.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS 4       /* per call; each up to the size of one frame */
#define OUT_ROOM 4096 /* replies are small; a peer that does not read them is closed */

static void note_address(struct mw_hub_peer *peer, int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);

    if (getpeername(fd, (struct sockaddr *)&address, &length) ||
        getnameinfo((struct sockaddr *)&address, length, peer->peer.address, sizeof(peer->peer.address), NULL, 0,
                    NI_NUMERICHOST))
        peer->peer.address[0] = '\0';
}

struct mw_hub_peer *mw_hub_peer_create(int fd, const unsigned char *secret)
{
    struct mw_hub_peer *peer = calloc(1, sizeof(*peer));
    int one = 1;

    if (!peer) {
        close(fd);
        return NULL;
    }
    if (mw_wire_init(&peer->wire, fd, MW_WIRE_SERVER, secret, OUT_ROOM, NULL) < 0) {
        free(peer);
        return NULL;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* PONGs measure time */
    memcpy(peer->peer.magic, MW_PEER_MAGIC, sizeof(peer->peer.magic));
    note_address(peer, fd);
    peer->since_ns = peer->peer.connected_ns = peer->peer.heard_ns = mw_clock_now();
    return peer;
}

bool mw_hub_peer_is_known(const struct mw_hub_peer *peer)
{
    return peer->peer.state != 0;
}

int mw_hub_peer_send(struct mw_hub_peer *peer, const struct mw_wire_message *message, struct mw_err *err)
{
    unsigned char bytes[256];
    size_t length = mw_wire_message_write(message, bytes, sizeof(bytes));

    if (!length || mw_wire_put(&peer->wire, bytes, length) < 0)
        return mw_err_set(err, "it does not read its replies");
    return 0;
}

/* ---- the peer's status file ---- */

void mw_hub_peer_note(struct mw_hub_peer *peer, int run_dirfd)
{
    char name[sizeof(MW_FILE_PEER) + sizeof(peer->peer.host)];
    int fd;

    peer->written_ns = peer->peer.heard_ns;
    snprintf(name, sizeof(name), MW_FILE_PEER "%s", peer->peer.host);
    fd = openat(run_dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return;
    if (mw_io_may_grow(sizeof(peer->peer)) && mw_io_pwrite(fd, &peer->peer, sizeof(peer->peer), 0))
        peer->written_ns = 0; /* retried in a second */
    close(fd);
}

/* Keeps the first error, which is the one to report. */
static void note_error(struct mw_hub_peer *peer, const char *why)
{
    if (!peer->peer.why[0])
        snprintf(peer->peer.why, sizeof(peer->peer.why), "%.127s", why);
}

/* ---- messages ---- */

struct serving {
    struct mw_hub_peer *peer;
    struct mw_hub_files *files;
    int (*hello)(void *context, struct mw_hub_peer *peer, struct mw_err *err);
    void *context;
};

static int take_hello(struct serving *s, const struct mw_wire_message *message, struct mw_err *err)
{
    struct mw_peer *peer = &s->peer->peer;

    if (message->wire_version != MW_WIRE_VERSION || message->record_version != MW_RECORD_VERSION)
        return mw_err_set(err, "its memwatch version differs (record version %u, here %u)", message->record_version,
                          MW_RECORD_VERSION);
    if (!strcmp(message->host, s->files->own_host))
        return mw_err_set(err, "it has the launcher's host name, %s", message->host);
    memcpy(peer->host, message->host, sizeof(peer->host));
    peer->agent_pid = message->pid;
    if (s->hello(s->context, s->peer, err) < 0)
        return -1;
    peer->state = MW_PEER_CONNECTED;
    mw_hub_peer_note(s->peer, s->files->dirfd);
    return 0;
}

static int take_file(struct serving *s, const struct mw_wire_message *message, struct mw_err *err)
{
    struct mw_err error;

    s->peer->peer.bytes += message->length;
    s->peer->peer.state = MW_PEER_CONNECTED; /* a message after DONE: another job has started there */
    switch (mw_hub_files_take(s->files, s->peer->peer.host, message, &error)) {
    case MW_HUB_FILES_FORBIDDEN: return mw_err_set(err, "%s", error.text);
    case MW_HUB_FILES_FAILED: note_error(s->peer, error.text); break;
    case MW_HUB_FILES_WRITTEN: break;
    }
    return 0;
}

static int take_done(struct serving *s, struct mw_err *err)
{
    struct mw_wire_message ack = {.kind = MW_WIRE_ACK, .complete = !s->peer->peer.why[0]};

    s->peer->peer.state = MW_PEER_DONE;
    mw_hub_peer_note(s->peer, s->files->dirfd);
    return mw_hub_peer_send(s->peer, &ack, err);
}

static int take_bye(struct serving *s, const struct mw_wire_message *message, struct mw_err *err)
{
    if (s->peer->peer.state != MW_PEER_DONE)
        return mw_err_set(err, "its agent ended: %s", message->why[0] ? message->why : "no reason given");
    return mw_err_set(err, "goodbye");
}

static int take(struct serving *s, const struct mw_wire_message *message, struct mw_err *err)
{
    struct mw_wire_message pong = {.kind = MW_WIRE_PONG, .mono_ns = message->mono_ns, .hub_ns = mw_clock_now()};

    if (mw_hub_peer_is_known(s->peer) == (message->kind == MW_WIRE_HELLO))
        return mw_err_set(err, "HELLO is not its first message");
    switch (message->kind) {
    case MW_WIRE_HELLO: return take_hello(s, message, err);
    case MW_WIRE_FILE:
    case MW_WIRE_SIZE: return take_file(s, message, err);
    case MW_WIRE_PING: return mw_hub_peer_send(s->peer, &pong, err);
    case MW_WIRE_DONE: return take_done(s, err);
    case MW_WIRE_BYE: return take_bye(s, message, err);
    default: return mw_err_set(err, "it sent a message that only a launcher may send");
    }
}

int mw_hub_peer_serve(struct mw_hub_peer *peer, struct mw_hub_files *files,
                      int (*hello)(void *context, struct mw_hub_peer *peer, struct mw_err *err), void *context,
                      struct mw_err *err)
{
    struct serving s = {peer, files, hello, context};
    unsigned char plain[MW_WIRE_MESSAGE_MAX];
    struct mw_wire_message message;
    size_t length;
    int some = 1, next = 0;

    for (int i = 0; i < READS && some > 0; i++) {
        some = mw_wire_read(&peer->wire, err);
        if (some < 0)
            return -1;
        while ((next = mw_wire_next(&peer->wire, plain, &length, err)) > 0) {
            peer->peer.heard_ns = mw_clock_now();
            if (mw_wire_message_parse(&message, plain, length) < 0)
                return mw_err_set(err, "it sent a malformed message");
            if (take(&s, &message, err) < 0)
                return -1;
        }
        if (next < 0)
            return -1;
    }
    return mw_wire_flush(&peer->wire, err);
}

/* ---- close ---- */

void mw_hub_peer_close(struct mw_hub_peer *peer, const char *why, int run_dirfd)
{
    struct mw_wire_message bye = {.kind = MW_WIRE_BYE};

    if (peer->gone)
        return;
    peer->gone = true;
    if (mw_hub_peer_is_known(peer) && peer->peer.state != MW_PEER_DONE) {
        note_error(peer, why);
        peer->peer.state = MW_PEER_LOST;
    }
    if (mw_hub_peer_is_known(peer))
        mw_hub_peer_note(peer, run_dirfd);
    snprintf(bye.why, sizeof(bye.why), "%.127s", why);
    if (mw_wire_is_open(&peer->wire) && !mw_hub_peer_send(peer, &bye, NULL))
        mw_wire_flush(&peer->wire, NULL);
    mw_wire_fini(&peer->wire);
}

void mw_hub_peer_destroy(struct mw_hub_peer *peer)
{
    mw_wire_fini(&peer->wire);
    free(peer);
}
