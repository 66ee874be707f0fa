/* SPDX-License-Identifier: MIT */
/* How much of the rank's RSS is memwatch's own: mw_cost.shim_bytes.
 *
 * Counted are the pages that are in memory: of the journal; of memwatch's libraries, most of which all processes of the
 * host share; and of the unwinder's tables of the objects that recorded stacks go through, as far as they came into memory
 * since the rank began. The last is an upper bound: exceptions of the program's read these tables as well, and the kernel
 * maps 64 KiB around each page that is read. The page of zeros, which is not in RSS, is not counted.
 * All of it is asked of /proc/self/pagemap. Where that cannot be read, it is the whole journal and what RSS grew by at the
 * start; of tables nothing is known then. */
#ifndef MW_PMPI_MEASURE_OWN_MEMORY_H
#define MW_PMPI_MEASURE_OWN_MEMORY_H

#include <stdint.h>

/* At the rank's begin, the journal is there. `grown`: bytes by which RSS has grown since memwatch began in the rank. */
void mw_own_memory_start(uint64_t grown);

/* Looks, and keeps the most that was seen. Callers hold the rank's lock, or nothing else is recorded yet. It takes some
 * 0.1 ms with a hundred objects. */
void mw_own_memory_measure(void);

/* A stack was walked: looks when twice as many were as at the last look, so that it is known of a rank that dies. */
void mw_own_memory_walked(void);

#endif
