/* SPDX-License-Identifier: MIT */
/* The part of the rank's RSS that memwatch uses: mw_cost.shim_bytes.
 *
 * Counted are pages in memory: of the journal; of memwatch's libraries, most of which all processes of the host
 * share; and of the unwind tables of the objects on recorded stacks, as far as they came into memory since the rank
 * began. The last is an upper bound: the program's exceptions read these tables as well, and the kernel maps 64 KiB
 * around each page that is read. The zero page, which is not in RSS, is not counted. Read from /proc/self/pagemap.
 * If that fails: the whole journal and the growth of RSS at the start, without unwind tables. */
#ifndef MW_PMPI_MEASURE_OWN_MEMORY_H
#define MW_PMPI_MEASURE_OWN_MEMORY_H

#include <stdint.h>

/* Call it at the rank's begin, after the journal was created. `grown`: bytes by which RSS has grown since memwatch
 * began in the rank. */
void mw_own_memory_start(uint64_t grown);

/* Measures, and keeps the maximum. Callers hold the rank's lock, or nothing else is recorded yet. About 0.1 ms with
 * a hundred objects. */
void mw_own_memory_measure(void);

/* Call it after each walked stack: measures when the number of walks has doubled, so that the value is known for a
 * rank that dies. */
void mw_own_memory_walked(void);

#endif
