/* SPDX-License-Identifier: MIT */
/* The launcher's state of the connection to an agent on another host: the file "peer-<host>" of the run directory, which is
 * exactly this struct in the launcher's byte order. It is rewritten by one pwrite when the state changes, and each second
 * while data arrive. It remains after the launcher has ended, so that a later report can still say what was lost, and when. */
#ifndef MW_COLLECTOR_JOURNAL_PEER_H
#define MW_COLLECTOR_JOURNAL_PEER_H

#include "collector/base/magic.h"

#include <stdint.h>

#define MW_PEER_MAGIC "MWPEER\0\1" /* 8 bytes, the last is the version */

enum mw_peer_state {
    MW_PEER_CONNECTED = 1, /* sending, or the launcher itself was killed */
    MW_PEER_DONE,          /* has sent everything; `why` is empty if all of it could be written */
    MW_PEER_LOST           /* `why` has the reason; the host's files are as of heard_ns */
};

struct mw_peer {
    char magic[8] MW_MAGIC;
    uint32_t state;     /* enum mw_peer_state */
    uint32_t agent_pid; /* there */
    char host[64];
    char address[64];      /* its address */
    uint64_t connected_ns; /* the launcher's CLOCK_MONOTONIC */
    uint64_t heard_ns;     /* last message received, likewise */
    uint64_t bytes;        /* of files, received over this connection */
    char why[128];
};

#endif
