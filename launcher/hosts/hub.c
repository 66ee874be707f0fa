/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/hub.h"

#include "collector/base/clock.h"
#include "collector/base/hostname.h"
#include "launcher/hosts/hub_peer.h"
#include "launcher/hosts/listen.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PEERS 4096
#define UNKNOWN 16                          /* connections that are not authenticated yet */
#define UNKNOWN_NS (5 * MW_NS_PER_SEC)      /* their timeout */
#define UNKNOWN_FAIR_NS (50 * MW_NS_PER_MS) /* minimum time before a connection is closed to make room for a waiting one */
#define ACCEPTS_PER_SEC 1024
#define SILENT_NS (10 * MW_NS_PER_SEC)
#define EVENTS 16 /* per call of mw_hub_serve() */
#define TICK_NS (250 * MW_NS_PER_MS)
#define LATE_TICKS 8

struct mw_hub {
    int epoll_fd, timer_fd;
    struct mw_listen listen;
    unsigned char secret[MW_WIRE_SECRET];
    struct mw_hub_files files;
    struct mw_hub_peer **peers;
    size_t count;
    bool ended;          /* the command has ended */
    bool paused;         /* not listening */
    uint64_t accepts_ns; /* start of the second that `accepts` counts */
    unsigned accepts;
    uint64_t heard_ns;
};

/* ---- epoll ---- */

static int watch(struct mw_hub *hub, int how, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    return epoll_ctl(hub->epoll_fd, how, fd, &event);
}

/* Runs the timer while a timeout or a pause is pending. */
static void set_timer(struct mw_hub *hub, bool on)
{
    long ns = hub->paused ? (long)UNKNOWN_FAIR_NS : (long)TICK_NS;
    struct itimerspec when = {.it_interval = {0, on ? ns : 0}, .it_value = {0, on ? ns : 0}};

    timerfd_settime(hub->timer_fd, 0, &when, NULL);
}

static void pause_listening(struct mw_hub *hub, bool pause)
{
    if (hub->paused == pause)
        return;
    hub->paused = pause;
    for (size_t i = 0; i < hub->listen.count; i++)
        watch(hub, EPOLL_CTL_MOD, hub->listen.fd[i], pause ? 0 : EPOLLIN, &hub->listen.fd[i]);
    set_timer(hub, hub->count || pause);
}

/* ---- open and close ---- */

static int open_all(struct mw_hub *hub, struct mw_err *err)
{
    if (mw_listen_open(&hub->listen, getenv("MEMWATCH_ADDRESS"), err) < 0)
        return -1;
    hub->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    hub->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (hub->epoll_fd < 0 || hub->timer_fd < 0 || watch(hub, EPOLL_CTL_ADD, hub->timer_fd, EPOLLIN, &hub->timer_fd))
        return mw_err_set(err, "cannot wait for agents: %s", strerror(errno));
    for (size_t i = 0; i < hub->listen.count; i++)
        if (watch(hub, EPOLL_CTL_ADD, hub->listen.fd[i], EPOLLIN, &hub->listen.fd[i]))
            return mw_err_set(err, "cannot wait for agents: %s", strerror(errno));
    return 0;
}

int mw_hub_open(struct mw_hub **hub, int run_dirfd, struct mw_err *err)
{
    struct mw_hub *new = calloc(1, sizeof(*new));
    char host[MW_HOSTNAME_SIZE];
    int failed;

    *hub = NULL;
    if (!new)
        return mw_err_set(err, "out of memory");
    new->epoll_fd = new->timer_fd = -1;
    mw_hostname_local(host);
    mw_hub_files_init(&new->files, run_dirfd, host);
    new->peers = calloc(PEERS, sizeof(*new->peers));
    failed = !new->peers || sodium_init() < 0 ? mw_err_set(err, "no memory or no random numbers") : open_all(new, err);
    if (failed || !new->listen.count) {
        mw_hub_close(new);
        return failed;
    }
    randombytes_buf(new->secret, sizeof(new->secret));
    *hub = new;
    return 0;
}

static void forget_environment(void)
{
    char *secret = getenv("MEMWATCH_SECRET");

    if (secret)
        sodium_memzero(secret, strlen(secret));
    unsetenv("MEMWATCH_SECRET");
}

void mw_hub_close(struct mw_hub *hub)
{
    if (!hub)
        return;
    mw_listen_close(&hub->listen);
    for (size_t i = 0; i < hub->count; i++) {
        mw_hub_peer_close(hub->peers[i], "the run has ended", hub->files.dirfd);
        mw_hub_peer_destroy(hub->peers[i]);
    }
    if (hub->timer_fd >= 0)
        close(hub->timer_fd);
    if (hub->epoll_fd >= 0)
        close(hub->epoll_fd);
    free(hub->peers);
    sodium_memzero(hub->secret, sizeof(hub->secret));
    free(hub);
    forget_environment();
}

int mw_hub_setenv(const struct mw_hub *hub)
{
    char secret[2 * MW_WIRE_SECRET + 1];
    int failed;

    if (!hub)
        return unsetenv("MEMWATCH_CONNECT") || unsetenv("MEMWATCH_SECRET");
    sodium_bin2hex(secret, sizeof(secret), hub->secret, sizeof(hub->secret));
    failed = setenv("MEMWATCH_CONNECT", hub->listen.addresses, 1) || setenv("MEMWATCH_SECRET", secret, 1);
    sodium_memzero(secret, sizeof(secret));
    return failed;
}

int mw_hub_fd(const struct mw_hub *hub)
{
    return hub ? hub->epoll_fd : -1;
}

/* ---- peers ---- */

static void close_peer(struct mw_hub *hub, struct mw_hub_peer *peer, const char *why)
{
    mw_hub_peer_close(peer, why, hub->files.dirfd);
}

/* Frees closed peers. Only after a batch of events, which may still refer to them. */
static void sweep(struct mw_hub *hub)
{
    size_t kept = 0;

    for (size_t i = 0; i < hub->count; i++) {
        if (hub->peers[i]->gone)
            mw_hub_peer_destroy(hub->peers[i]);
        else
            hub->peers[kept++] = hub->peers[i];
    }
    if (hub->count && !kept && !hub->paused)
        set_timer(hub, false);
    hub->count = kept;
}

/* The oldest unauthenticated peer; the number of these in *count. */
static struct mw_hub_peer *oldest_unknown(const struct mw_hub *hub, size_t *count)
{
    struct mw_hub_peer *oldest = NULL;

    *count = 0;
    for (size_t i = 0; i < hub->count; i++) {
        struct mw_hub_peer *peer = hub->peers[i];
        if (peer->gone || mw_hub_peer_is_known(peer))
            continue;
        ++*count;
        if (!oldest || peer->since_ns < oldest->since_ns)
            oldest = peer;
    }
    return oldest;
}

/* Makes room for one more connection, if necessary by closing the oldest unauthenticated one. If many agents connect at
 * once, they wait in the kernel's queue until earlier ones have had their time. */
static bool has_room(struct mw_hub *hub)
{
    size_t unknown;
    struct mw_hub_peer *oldest = oldest_unknown(hub, &unknown);
    uint64_t now = mw_clock_now();

    if (now - hub->accepts_ns >= MW_NS_PER_SEC) {
        hub->accepts_ns = now;
        hub->accepts = 0;
    }
    if (hub->accepts >= ACCEPTS_PER_SEC || hub->count >= PEERS)
        return false;
    if (unknown < UNKNOWN)
        return true;
    if (now - oldest->since_ns < UNKNOWN_FAIR_NS)
        return false;
    close_peer(hub, oldest, "too many connections are waiting");
    return true;
}

static void accept_one(struct mw_hub *hub, int listen_fd)
{
    struct mw_hub_peer *peer;
    int fd;

    if (!has_room(hub)) {
        pause_listening(hub, true);
        return;
    }
    fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        /* out of descriptors: the connection stays in the queue, and epoll would report it forever */
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            pause_listening(hub, true);
        return;
    }
    hub->accepts++;
    peer = mw_hub_peer_create(fd, hub->secret);
    if (!peer)
        return;
    if (!hub->count)
        set_timer(hub, true);
    hub->peers[hub->count++] = peer;
    if (watch(hub, EPOLL_CTL_ADD, fd, EPOLLIN, peer) || mw_wire_flush(&peer->wire, NULL))
        close_peer(hub, peer, "cannot be polled");
}

/* One agent for each host: a new connection of the same agent replaces its old one. Another agent may follow one that
 * is done or silent, but does not replace an active one. */
static int hello(void *context, struct mw_hub_peer *peer, struct mw_err *err)
{
    struct mw_hub *hub = context;

    for (size_t i = 0; i < hub->count; i++) {
        struct mw_hub_peer *other = hub->peers[i];
        if (other == peer || other->gone || strcmp(other->peer.host, peer->peer.host) != 0)
            continue;
        if (other->peer.agent_pid != peer->peer.agent_pid && other->peer.state == MW_PEER_CONNECTED &&
            mw_clock_now() - other->peer.heard_ns < SILENT_NS / 2)
            return mw_err_set(err, "another host named %s already has an agent", peer->peer.host);
        close_peer(hub, other, "it reconnected");
    }
    return 0;
}

static void send_end(struct mw_hub *hub, struct mw_hub_peer *peer)
{
    static const struct mw_wire_message end = {.kind = MW_WIRE_END};
    struct mw_err err;

    if (peer->gone || peer->end_sent || !mw_hub_peer_is_known(peer))
        return;
    peer->end_sent = true;
    if (mw_hub_peer_send(peer, &end, &err) || mw_wire_flush(&peer->wire, &err))
        close_peer(hub, peer, err.text);
}

static void serve_peer(struct mw_hub *hub, struct mw_hub_peer *peer)
{
    uint64_t bytes = peer->peer.bytes;
    struct mw_err err;
    bool waits;

    if (peer->gone)
        return;
    if (mw_hub_peer_serve(peer, &hub->files, hello, hub, &err) < 0) {
        close_peer(hub, peer, err.text);
        return;
    }
    if (peer->peer.bytes != bytes)
        hub->heard_ns = mw_clock_now();
    if (hub->ended)
        send_end(hub, peer);
    waits = !peer->gone && mw_wire_is_waiting(&peer->wire);
    if (waits != peer->wants_write && !peer->gone) {
        peer->wants_write = waits;
        watch(hub, EPOLL_CTL_MOD, peer->wire.fd, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, peer);
    }
}

static void check_time(struct mw_hub *hub, struct mw_hub_peer *peer, uint64_t now)
{
    bool known = mw_hub_peer_is_known(peer);

    if (!known && now - peer->since_ns > UNKNOWN_NS)
        close_peer(hub, peer, "it did not identify itself in time");
    else if (known && now - peer->peer.heard_ns > SILENT_NS)
        close_peer(hub, peer, "nothing received for 10 s");
    else if (known && peer->peer.heard_ns > peer->written_ns + MW_NS_PER_SEC)
        mw_hub_peer_note(peer, hub->files.dirfd);
}

static void tick(struct mw_hub *hub)
{
    uint64_t now, expired;

    if (read(hub->timer_fd, &expired, sizeof(expired)) < 0)
        return;
    if (expired >
        LATE_TICKS) /* this process was stopped: messages that arrived meanwhile are read before timeouts are applied */
        return;
    now = mw_clock_now();
    for (size_t i = 0; i < hub->count; i++)
        if (!hub->peers[i]->gone)
            check_time(hub, hub->peers[i], now);
    pause_listening(hub, false);
}

void mw_hub_serve(struct mw_hub *hub)
{
    struct epoll_event events[EVENTS];
    int count = hub ? epoll_wait(hub->epoll_fd, events, EVENTS, 0) : 0;

    for (int i = 0; i < count; i++) {
        void *what = events[i].data.ptr;
        if (what == &hub->timer_fd)
            tick(hub);
        else if (what == &hub->listen.fd[0] || what == &hub->listen.fd[1])
            accept_one(hub, *(int *)what);
        else
            serve_peer(hub, what);
    }
    if (count > 0)
        sweep(hub);
}

/* ---- requests of the launcher ---- */

void mw_hub_end(struct mw_hub *hub)
{
    if (!hub)
        return;
    hub->ended = true;
    for (size_t i = 0; i < hub->count; i++)
        send_end(hub, hub->peers[i]);
    sweep(hub);
}

void mw_hub_again(struct mw_hub *hub)
{
    for (size_t i = 0; hub && i < hub->count; i++)
        if (!hub->peers[i]->gone && mw_hub_peer_is_known(hub->peers[i])) {
            mw_wire_fini(&hub->peers[i]->wire); /* without BYE, which would be final */
            close_peer(hub, hub->peers[i], "the run directory was removed");
        }
    if (hub)
        sweep(hub);
}

size_t mw_hub_pending(const struct mw_hub *hub)
{
    size_t pending = 0;

    for (size_t i = 0; hub && i < hub->count; i++)
        pending += !hub->peers[i]->gone && mw_hub_peer_is_known(hub->peers[i]);
    return pending;
}

uint64_t mw_hub_heard(const struct mw_hub *hub)
{
    return hub ? hub->heard_ns : 0;
}
