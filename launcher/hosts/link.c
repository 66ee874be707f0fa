/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/link.h"

#include "collector/base/clock.h"
#include "collector/journal/record.h"
#include "launcher/hosts/link_address.h"
#include "launcher/hosts/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRY_NS (5 * MW_NS_PER_SEC)    /* timeout of all attempts together */
#define ADDRESS_NS MW_NS_PER_SEC      /* timeout of one of several addresses, which may be unreachable */
#define ROUND_NS (100 * MW_NS_PER_MS) /* after an attempt of each address; up to twice as long, by chance */
#define SILENT_NS (10 * MW_NS_PER_SEC)
#define PING_NS MW_NS_PER_SEC /* also a sign of life */
#define PING_FIRST_NS (20 * MW_NS_PER_MS)
#define PING_FIRST 8 /* the first pings are sent close together, to find a short round trip */
#define OUT_ROOM (256 << 10)

struct mw_link {
    enum mw_link_state state;
    struct mw_link_address addresses[MW_LINK_ADDRESSES];
    size_t count, at; /* `at`: index of the address in use */
    unsigned char secret[MW_WIRE_SECRET];
    char host[MW_WIRE_HOST];
    struct mw_wire wire; /* fd -1: between two attempts */
    bool connecting;     /* TCP's handshake is in progress */
    uint64_t give_up_ns; /* end of all attempts */
    uint64_t next_ns;    /* next attempt, or timeout of this one */
    uint64_t heard_ns, ping_ns;
    unsigned pings;
    bool clock_known, ended;
    int64_t shift_ns;
    uint64_t error_ns;
    enum mw_link_ack ack;
    struct mw_err why;
};

/* ---- open and close ---- */

int mw_link_open(struct mw_link **link, const char *connect, const char *secret, const char *host, struct mw_err *err)
{
    struct mw_link *new = calloc(1, sizeof(*new));
    size_t length;

    *link = NULL;
    if (!new)
        return mw_err_set(err, "out of memory");
    new->wire.fd = -1;
    snprintf(new->host, sizeof(new->host), "%s", host);
    new->count = mw_link_address_parse(connect, new->addresses);
    if (sodium_init() < 0)
        mw_err_set(err, "no random numbers");
    else if (!new->count)
        mw_err_set(err, "MEMWATCH_CONNECT contains no valid address");
    else if (strlen(secret) != 2 * MW_WIRE_SECRET ||
             sodium_hex2bin(new->secret, sizeof(new->secret), secret, strlen(secret), NULL, &length, NULL) ||
             length != MW_WIRE_SECRET)
        mw_err_set(err, "MEMWATCH_SECRET is malformed");
    else {
        mw_link_retry(new);
        *link = new;
        return 0;
    }
    mw_link_close(new);
    return -1;
}

void mw_link_close(struct mw_link *link)
{
    if (!link)
        return;
    mw_wire_fini(&link->wire);
    sodium_memzero(link, sizeof(*link));
    free(link);
}

void mw_link_retry(struct mw_link *link)
{
    uint64_t now = mw_clock_now();

    mw_wire_fini(&link->wire);
    link->state = MW_LINK_TRYING;
    link->at = 0;
    link->next_ns = now;
    link->give_up_ns = now + TRY_NS;
    link->ack = MW_LINK_ACK_NONE;
}

/* ---- connecting ---- */

/* Next address; after the last one, a pause. */
static void try_failed(struct mw_link *link, const char *why)
{
    uint64_t now = mw_clock_now();

    mw_wire_fini(&link->wire);
    mw_err_set(&link->why, "cannot connect to the launcher at %s: %s", link->addresses[link->at].text, why);
    link->next_ns = now;
    if (++link->at == link->count) {
        link->at = 0;
        link->next_ns = now + ROUND_NS + randombytes_uniform((uint32_t)ROUND_NS);
    }
}

static void try_address(struct mw_link *link)
{
    const struct mw_link_address *to = &link->addresses[link->at];
    int one = 1, fd = socket(to->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct mw_err err;

    if (fd < 0) {
        try_failed(link, strerror(errno));
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(fd, (const struct sockaddr *)&to->address, to->length) && errno != EINPROGRESS) {
        one = errno;
        close(fd);
        try_failed(link, strerror(one));
        return;
    }
    if (mw_wire_init(&link->wire, fd, MW_WIRE_CLIENT, link->secret, OUT_ROOM, &err) < 0) {
        try_failed(link, err.text);
        return;
    }
    link->connecting = true;
    link->next_ns = mw_clock_now() + (link->count > 1 ? ADDRESS_NS : TRY_NS);
}

/* Returns false if the connection failed. */
static bool finish_connecting(struct mw_link *link)
{
    struct pollfd wait = {.fd = link->wire.fd, .events = POLLOUT};
    int error = 0;
    socklen_t length = sizeof(error);

    if (poll(&wait, 1, 0) <= 0)
        return true;
    if (!getsockopt(link->wire.fd, SOL_SOCKET, SO_ERROR, &error, &length) && !error) {
        link->connecting = false;
        return true;
    }
    try_failed(link, strerror(error));
    return false;
}

static void become_open(struct mw_link *link)
{
    struct mw_wire_message hello = {.kind = MW_WIRE_HELLO,
                                    .wire_version = MW_WIRE_VERSION,
                                    .record_version = MW_RECORD_VERSION,
                                    .pid = (uint32_t)getpid(),
                                    .wall_ns = mw_clock_wall(),
                                    .mono_ns = mw_clock_now()};

    memcpy(hello.host, link->host, sizeof(hello.host));
    link->state = MW_LINK_OPEN;
    link->why.text[0] = '\0';
    link->heard_ns = mw_clock_now();
    link->ping_ns = 0;
    link->pings = 0;
    mw_link_send(link, &hello); /* an empty queue has room for it */
}

/* ---- messages ---- */

static void take_pong(struct mw_link *link, const struct mw_wire_message *message)
{
    uint64_t now = mw_clock_now(), error;

    if (message->mono_ns > now) /* a timestamp that was never sent */
        return;
    error = (now - message->mono_ns + 1) / 2;
    if (link->clock_known && error >= link->error_ns)
        return;
    link->clock_known = true;
    link->error_ns = error;
    link->shift_ns = (int64_t)(message->hub_ns - (message->mono_ns + (now - message->mono_ns) / 2));
}

/* Returns -1 after BYE or an invalid message. */
static int take(struct mw_link *link, const unsigned char *bytes, size_t length, struct mw_err *err)
{
    struct mw_wire_message message;

    if (mw_wire_message_parse(&message, bytes, length) < 0)
        return mw_err_set(err, "the launcher sent a malformed message");
    switch (message.kind) {
    case MW_WIRE_PONG: take_pong(link, &message); return 0;
    case MW_WIRE_END: link->ended = true; return 0;
    case MW_WIRE_ACK: link->ack = message.complete ? MW_LINK_ACK_COMPLETE : MW_LINK_ACK_INCOMPLETE; return 0;
    case MW_WIRE_BYE: link->state = MW_LINK_FAILED; return mw_err_set(err, "the launcher refused: %s", message.why);
    default: return mw_err_set(err, "the launcher sent a message that only an agent may send");
    }
}

static int receive(struct mw_link *link, struct mw_err *err)
{
    unsigned char plain[MW_WIRE_MESSAGE_MAX];
    size_t length;
    int next, some = mw_wire_read(&link->wire, err);

    while ((next = mw_wire_next(&link->wire, plain, &length, some < 0 ? NULL : err)) > 0) {
        link->heard_ns = mw_clock_now();
        if (take(link, plain, length, err) < 0)
            return -1;
    }
    return some < 0 || next < 0 ? -1 : 0;
}

static void ping(struct mw_link *link, uint64_t now)
{
    struct mw_wire_message ping = {.kind = MW_WIRE_PING, .mono_ns = now};

    if (now < link->ping_ns)
        return;
    link->ping_ns = now + (link->pings < PING_FIRST ? PING_FIRST_NS : PING_NS);
    link->pings += mw_link_send(link, &ping) == 0; /* no room: the queued data is a sign of life as well */
}

/* ---- serving ---- */

static void serve_trying(struct mw_link *link)
{
    uint64_t now = mw_clock_now();
    struct mw_err err;

    if (link->wire.fd >= 0 && link->connecting && !finish_connecting(link))
        return;
    if (link->wire.fd >= 0 && !link->connecting) {
        if (receive(link, &err) < 0 || mw_wire_flush(&link->wire, &err) < 0) {
            try_failed(link, err.text);
            return;
        }
        if (mw_wire_is_open(&link->wire)) {
            become_open(link);
            return;
        }
    }
    if (now >= link->give_up_ns) {
        if (link->wire.fd >= 0)
            try_failed(link, "timed out");
        link->state = MW_LINK_FAILED;
    } else if (now >= link->next_ns) {
        if (link->wire.fd >= 0)
            try_failed(link, "timed out");
        else
            try_address(link);
    }
}

static void serve_open(struct mw_link *link)
{
    uint64_t now = mw_clock_now();
    bool bad = receive(link, &link->why) < 0;

    if (!bad && now > link->heard_ns && now - link->heard_ns > SILENT_NS)
        bad = mw_err_set(&link->why, "nothing received from the launcher for 10 s") < 0;
    if (!bad) {
        ping(link, now);
        bad = mw_wire_flush(&link->wire, &link->why) < 0;
    }
    if (!bad)
        return;
    mw_wire_fini(&link->wire);
    if (link->state == MW_LINK_OPEN)
        link->state = MW_LINK_LOST;
}

enum mw_link_state mw_link_serve(struct mw_link *link)
{
    if (link->state == MW_LINK_TRYING)
        serve_trying(link);
    if (link->state == MW_LINK_OPEN)
        serve_open(link);
    return link->state;
}

/* ---- queries ---- */

int mw_link_fd(const struct mw_link *link)
{
    return link->wire.fd;
}

short mw_link_events(const struct mw_link *link)
{
    if (link->wire.fd >= 0 && link->connecting && link->state == MW_LINK_TRYING)
        return POLLOUT;
    return mw_wire_is_waiting(&link->wire) ? POLLIN | POLLOUT : POLLIN;
}

uint64_t mw_link_due(const struct mw_link *link)
{
    if (link->state == MW_LINK_TRYING)
        return link->next_ns < link->give_up_ns ? link->next_ns : link->give_up_ns;
    if (link->state == MW_LINK_OPEN)
        return link->ping_ns;
    return UINT64_MAX;
}

const char *mw_link_why(const struct mw_link *link)
{
    return link->why.text;
}

size_t mw_link_room(const struct mw_link *link)
{
    size_t room = link->state == MW_LINK_OPEN ? mw_wire_room(&link->wire) : 0;

    return room > MW_WIRE_MESSAGE_MAX - MW_WIRE_DATA ? room - (MW_WIRE_MESSAGE_MAX - MW_WIRE_DATA) : 0;
}

int mw_link_send(struct mw_link *link, const struct mw_wire_message *message)
{
    unsigned char bytes[MW_WIRE_MESSAGE_MAX];
    size_t length = link->state == MW_LINK_OPEN ? mw_wire_message_write(message, bytes, sizeof(bytes)) : 0;

    return length ? mw_wire_put(&link->wire, bytes, length) : -1;
}

bool mw_link_is_sent(const struct mw_link *link)
{
    return !mw_wire_is_waiting(&link->wire);
}

bool mw_link_clock(const struct mw_link *link, int64_t *shift_ns, uint64_t *error_ns)
{
    *shift_ns = link->shift_ns;
    *error_ns = link->error_ns;
    return link->clock_known;
}

bool mw_link_has_ended(const struct mw_link *link)
{
    return link->ended;
}

enum mw_link_ack mw_link_ack(const struct mw_link *link)
{
    return link->ack;
}
