/* SPDX-License-Identifier: MIT */
/* What the memory of this process consists of, apart from blocks. By bare system calls. Callers hold the heap's lock. */
#ifndef MW_PMPI_HEAP_STATUS_H
#define MW_PMPI_HEAP_STATUS_H

#include <stdbool.h>
#include <stdint.h>

/* From /proc/self/status, in bytes. About 10 µs. */
struct mw_heap_status {
    uint64_t anon, file, shmem;
};
bool mw_heap_status_read(struct mw_heap_status *status);

/* Resident bytes of the threads' stacks, and of the variables of the program and its libraries (anonymous pages in or after
 * their writable segments). From /proc/self/maps and the page tables: 0.1 ms or more. */
struct mw_heap_parts {
    uint64_t stacks, data;
};
bool mw_heap_status_parts(struct mw_heap_parts *parts);

#endif
