/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/across_port.h"

#include "collector/base/clock.h"
#include "pmpi/finalize/tcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#define HELLO_NS MW_NS_PER_SEC /* for who has connected to say who it is */
#define TURN_BYTES 65536       /* of one peer's ranks that one turn reads */

static int room_for_strangers(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur / 8 > MW_ACROSS_STRANGERS)
        return MW_ACROSS_STRANGERS;
    return files.rlim_cur / 8 < 4 ? 4 : (int)(files.rlim_cur / 8);
}

bool mw_across_port_open(struct mw_across_port *port, int size)
{
    unsigned char secret[MW_ACROSS_TOKEN / 2];
    uint16_t number = 0;
    size_t used = 0;

    *port = (struct mw_across_port){.size = size, .listener = -1, .stranger_room = room_for_strangers()};
    port->peers = calloc((size_t)size, sizeof(*port->peers));
    port->announced = calloc((size_t)size, sizeof(*port->announced));
    if (!port->peers || !port->announced || getrandom(secret, sizeof(secret), GRND_NONBLOCK) != sizeof(secret))
        return false;
    port->listener = mw_tcp_listen(&number);
    if (port->listener < 0)
        return false;
    for (size_t i = 0; i < sizeof(secret); i++)
        used += (size_t)snprintf(port->value + used, sizeof(port->value) - used, "%02x", secret[i]);
    used += (size_t)snprintf(port->value + used, sizeof(port->value) - used, "+%u+", number);
    mw_tcp_addresses(port->value + used, sizeof(port->value) - used);
    return true;
}

void mw_across_port_close(struct mw_across_port *port)
{
    mw_across_port_end(port);
    for (int i = 0; i < port->peer_count; i++)
        close(port->peers[i].fd);
    free(port->peers);
    free(port->announced);
}

/* ---- strangers ---- */

static void forget_stranger(struct mw_across_port *port, int i)
{
    port->stranger_count--;
    memmove(&port->strangers[i], &port->strangers[i + 1], (size_t)(port->stranger_count - i) * sizeof(port->strangers[0]));
}

static void drop_stranger(struct mw_across_port *port, int i)
{
    close(port->strangers[i].fd);
    forget_stranger(port, i);
}

/* A quarter of the room at a time: those of the turns before can still speak. */
static void accept_some(struct mw_across_port *port)
{
    for (int i = 0; i < port->stranger_room; i += 4) {
        int fd = mw_tcp_accept(port->listener);
        if (fd < 0)
            return;
        if (port->stranger_count == port->stranger_room)
            drop_stranger(port, 0);
        port->strangers[port->stranger_count++] =
            (struct mw_across_stranger){.fd = fd, .until = mw_clock_now() + HELLO_NS};
    }
}

static bool has_secret(const struct mw_across_port *port, const struct mw_across_hello *hello)
{
    return !memcmp(hello->magic, MW_ACROSS_MAGIC, sizeof(hello->magic)) && hello->version == MW_RECORD_VERSION &&
           hello->endian == MW_RECORD_ENDIAN && !memcmp(hello->token, port->value, sizeof(hello->token)) &&
           hello->count > 0 && hello->count <= (uint32_t)port->size;
}

/* Returns whether it is still there. */
static bool hear_stranger(struct mw_across_port *port, int i, uint64_t now)
{
    struct mw_across_stranger *stranger = &port->strangers[i];
    ssize_t n = mw_tcp_receive_some(stranger->fd, (char *)&stranger->hello + stranger->received,
                                    sizeof(stranger->hello) - stranger->received);

    stranger->received += n > 0 ? (size_t)n : 0;
    if (n < 0 || (stranger->received < sizeof(stranger->hello) && now >= stranger->until)) {
        drop_stranger(port, i);
        return false;
    }
    if (stranger->received < sizeof(stranger->hello))
        return true;
    if (has_secret(port, &stranger->hello) && port->peer_count < port->size) {
        port->peers[port->peer_count++] =
            (struct mw_across_peer){.fd = stranger->fd, .hello = stranger->hello, .until = now + HELLO_NS};
        forget_stranger(port, i);
    } else {
        drop_stranger(port, i);
    }
    return false;
}

/* ---- peers ---- */

static bool is_complete(const struct mw_across_peer *peer)
{
    return peer->received == peer->hello.count * sizeof(peer->rank);
}

static void drop_peer(struct mw_across_port *port, int i)
{
    close(port->peers[i].fd);
    port->peers[i] = port->peers[--port->peer_count];
}

static void announce(struct mw_across_port *port, int32_t rank)
{
    if (rank > 0 && rank < port->size && !port->announced[rank]) {
        port->announced[rank] = true;
        port->announced_count++;
    }
}

/* Returns whether it is still there. */
static bool hear_peer(struct mw_across_port *port, int i, uint64_t now)
{
    struct mw_across_peer *peer = &port->peers[i];
    ssize_t n = 1;

    for (size_t read = 0; n > 0 && read < TURN_BYTES && !is_complete(peer); read += (size_t)n) {
        size_t part = peer->received % sizeof(peer->rank);
        n = mw_tcp_receive_some(peer->fd, (char *)&peer->rank + part, sizeof(peer->rank) - part);
        if (n <= 0)
            break;
        peer->received += (size_t)n;
        if (peer->received % sizeof(peer->rank) == 0)
            announce(port, peer->rank);
    }
    if (n >= 0 && (is_complete(peer) || now < peer->until))
        return true;
    drop_peer(port, i);
    return false;
}

void mw_across_port_turn(struct mw_across_port *port)
{
    uint64_t now = mw_clock_now();

    accept_some(port);
    for (int i = 0; i < port->stranger_count;)
        i += hear_stranger(port, i, now);
    for (int i = 0; i < port->peer_count;)
        i += is_complete(&port->peers[i]) || hear_peer(port, i, now);
}

void mw_across_port_end(struct mw_across_port *port)
{
    if (port->listener >= 0)
        close(port->listener);
    port->listener = -1;
    while (port->stranger_count)
        drop_stranger(port, port->stranger_count - 1);
    for (int i = 0; i < port->peer_count;)
        if (is_complete(&port->peers[i]))
            i++;
        else
            drop_peer(port, i);
}
