/* SPDX-License-Identifier: MIT */
/* One connection of the hub: its wire, the agent's identity, and its state. */
#ifndef MW_LAUNCHER_HOSTS_HUB_PEER_H
#define MW_LAUNCHER_HOSTS_HUB_PEER_H

#include "collector/journal/peer.h"
#include "launcher/hosts/hub_files.h"
#include "launcher/hosts/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_hub_peer {
    struct mw_wire wire;
    struct mw_peer peer; /* state 0 until HELLO */
    uint64_t since_ns;   /* when it connected */
    uint64_t written_ns; /* value of peer.heard_ns in the status file */
    bool end_sent;
    bool gone;        /* closed; to be freed */
    bool wants_write; /* epoll waits until it is writable */
};

/* Takes ownership of the socket `fd`. Returns NULL if out of memory. */
struct mw_hub_peer *mw_hub_peer_create(int fd, const unsigned char *secret);

/* Reads and executes a bounded number of messages. Returns 0, or -1 with a line in err when the connection is to be
 * closed: it failed, violated the protocol, or said goodbye (peer.state is MW_PEER_DONE then). `hello` is called when
 * the agent has identified itself, and rejects it by returning -1 with a line in err. */
int mw_hub_peer_serve(struct mw_hub_peer *peer, struct mw_hub_files *files,
                      int (*hello)(void *context, struct mw_hub_peer *peer, struct mw_err *err), void *context,
                      struct mw_err *err);

/* Queues a small message. Returns 0, or -1 with a line in err if the queue is full because the peer does not read. */
int mw_hub_peer_send(struct mw_hub_peer *peer, const struct mw_wire_message *message, struct mw_err *err);

/* The peer has identified itself. */
bool mw_hub_peer_is_known(const struct mw_hub_peer *peer);

/* Writes "peer-<host>". Errors are ignored: there is nowhere to report them. */
void mw_hub_peer_note(struct mw_hub_peer *peer, int run_dirfd);

/* Closes the connection. An agent that has not sent everything is noted as lost, with the reason `why`. */
void mw_hub_peer_close(struct mw_hub_peer *peer, const char *why, int run_dirfd);

/* Frees a closed one. */
void mw_hub_peer_destroy(struct mw_hub_peer *peer);

#endif
