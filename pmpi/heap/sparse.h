/* SPDX-License-Identifier: MIT */
/* Resident bytes of a range of which only a small part is resident, such as a reservation of 1 TiB: in time that depends on
 * what is resident, not on the range. Callers hold the heap's lock, and are between mw_syscalls_begin() and
 * mw_syscalls_end(). Both return false if the kernel does not say it. */
#ifndef MW_PMPI_HEAP_SPARSE_H
#define MW_PMPI_HEAP_SPARSE_H

#include <stdbool.h>
#include <stdint.h>

/* By PAGEMAP_SCAN (Linux 6.7): 3 µs for each MiB that is resident in the range. Exact. */
bool mw_heap_sparse_scan(uintptr_t start, uintptr_t end, uint64_t *resident);

/* By /proc/self/smaps: 18 µs for each MiB that is resident in the process. Of a mapping that is only partly in the range (the
 * kernel joins neighbours) all counts, up to the size of the part: an upper bound. */
bool mw_heap_sparse_read_smaps(uintptr_t start, uintptr_t end, uint64_t *resident);

#endif
