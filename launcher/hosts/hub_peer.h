/* SPDX-License-Identifier: MIT */
/* One connection to the hub: its wire, who is at the other end, and what it has told. */
#ifndef MW_LAUNCHER_HOSTS_HUB_PEER_H
#define MW_LAUNCHER_HOSTS_HUB_PEER_H

#include "collector/journal/peer.h"
#include "launcher/hosts/hub_files.h"
#include "launcher/hosts/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_hub_peer {
    struct mw_wire wire;
    struct mw_peer peer;   /* state 0 until HELLO */
    uint64_t since_ns;     /* of the connection */
    uint64_t written_ns;   /* peer.heard_ns that the file tells */
    bool end_sent;
    bool gone;             /* closed; to be freed */
    bool wants_write;      /* epoll watches for it */
};

/* Takes over the socket `fd`. Returns NULL without memory. */
struct mw_hub_peer *mw_hub_peer_create(int fd, const unsigned char *secret);

/* Reads and carries out what has come, a bounded piece of it. Returns 0, or -1 with a line in err when the connection
 * is to be closed: it broke, broke the rules, or said goodbye (peer.state is MW_PEER_DONE then). `hello` is asked
 * when the agent has told its name, and refuses it by returning -1 with a line in err. */
int mw_hub_peer_serve(struct mw_hub_peer *peer, struct mw_hub_files *files,
                      int (*hello)(void *context, struct mw_hub_peer *peer, struct mw_err *err), void *context,
                      struct mw_err *err);

/* Queues one small message. Returns 0, or -1 with a line in err: the other side does not read. */
int mw_hub_peer_send(struct mw_hub_peer *peer, const struct mw_wire_message *message, struct mw_err *err);

/* Has said who it is. */
bool mw_hub_peer_is_known(const struct mw_hub_peer *peer);

/* Writes "peer-<host>". A failure has no consequences: there is no other place to tell of it. */
void mw_hub_peer_note(struct mw_hub_peer *peer, int run_dirfd);

/* Closes the connection. An agent that has not sent all is lost, because of `why`. */
void mw_hub_peer_close(struct mw_hub_peer *peer, const char *why, int run_dirfd);

/* Frees a closed one. */
void mw_hub_peer_destroy(struct mw_hub_peer *peer);

#endif
