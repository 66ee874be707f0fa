/* SPDX-License-Identifier: MIT */
/* Rank 0's port in pmpi/finalize/across: who connects to it, and which ranks they bring. Not for other files.
 *
 * Anybody can connect. All connections are read side by side, never waiting for one: strangers that say nothing, or little
 * at a time, delay nobody. Of those that have not yet shown the secret only so many are kept; in a flood the oldest goes. */
#ifndef MW_PMPI_FINALIZE_ACROSS_PORT_H
#define MW_PMPI_FINALIZE_ACROSS_PORT_H

#include "pmpi/finalize/across_parts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_ACROSS_STRANGERS 64 /* at most, and an eighth of the descriptors that this process may have */

/* A host that has shown the secret. */
struct mw_across_peer {
    int fd; /* non-blocking */
    uint64_t until; /* when its ranks must have come */
    struct mw_across_hello hello;
    size_t received; /* bytes of the ranks that it announces */
    int32_t rank;    /* the one that is being received */
    struct mw_across_end end;
    uint64_t ping; /* when the first one was sent */
    bool wanted;
};

struct mw_across_stranger {
    int fd;
    uint64_t until; /* when it must have said hello */
    size_t received; /* bytes of that */
    struct mw_across_hello hello;
};

struct mw_across_port {
    int size;     /* ranks of the job */
    int listener; /* -1: not open */
    char value[256]; /* to be published: secret+port+addresses */
    struct mw_across_stranger strangers[MW_ACROSS_STRANGERS]; /* the oldest first */
    int stranger_count, stranger_room;
    struct mw_across_peer *peers; /* room for `size` */
    int peer_count;
    bool *announced; /* ranks that peers bring */
    int announced_count;
};

/* Returns false when there is no memory, no socket or no random number. Close it in any case. */
bool mw_across_port_open(struct mw_across_port *port, int size);
void mw_across_port_close(struct mw_across_port *port);

/* Takes new connections, and reads what others have sent. Does not wait. */
void mw_across_port_turn(struct mw_across_port *port);

/* Closes the port to others, and drops peers that have not said all of their ranks. */
void mw_across_port_end(struct mw_across_port *port);

#endif
