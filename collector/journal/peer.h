/* SPDX-License-Identifier: MIT */
/* What the launcher knows of the agent of another host: one small file in the run directory, "peer-<host>", of exactly
 * this struct, in the launcher's byte order. Rewritten in one pwrite when the state changes, and each second while
 * something comes. It outlives the launcher: a report of its directory can still say what was lost, and when. */
#ifndef MW_COLLECTOR_JOURNAL_PEER_H
#define MW_COLLECTOR_JOURNAL_PEER_H

#include "collector/base/magic.h"

#include <stdint.h>

#define MW_PEER_MAGIC "MWPEER\0\1" /* 8 bytes, the last is the version */

enum mw_peer_state {
    MW_PEER_CONNECTED = 1, /* sending, or the launcher itself was killed meanwhile */
    MW_PEER_DONE,          /* has sent all; `why` is empty when all of it could be written */
    MW_PEER_LOST           /* `why` tells; the host's files are as old as heard_ns */
};

struct mw_peer {
    char magic[8] MW_MAGIC;
    uint32_t state;        /* enum mw_peer_state */
    uint32_t agent_pid;    /* there */
    char host[64];
    char address[64];      /* where it came from */
    uint64_t connected_ns; /* the launcher's CLOCK_MONOTONIC */
    uint64_t heard_ns;     /* last sign of life, likewise */
    uint64_t bytes;        /* of files, received over this connection */
    char why[128];
};

#endif
