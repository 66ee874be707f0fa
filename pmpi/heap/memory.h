/* SPDX-License-Identifier: MIT */
/* Memory of the heap library, and which pages of the process are resident. By bare system calls: the functions of libc may
 * be wrapped. */
#ifndef MW_PMPI_HEAP_MEMORY_H
#define MW_PMPI_HEAP_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory that is paid for page by page, when it is first used. NULL: there is none. */
void *mw_heap_memory_reserve(size_t size);

/* Bytes of [start, start + size) that are resident: by mincore(), 0.5 µs for each MiB; of a range that is many times as
 * large as the memory of the process by sparse.h, in less. Pages at both ends count as far as
 * they are inside. Parts that are not mapped count 0. If system calls may not be made any more: `size`. Callers hold the
 * heap's lock. */
uint64_t mw_heap_memory_resident(uintptr_t start, size_t size);

/* Pages that mw_heap_memory_resident() has looked at so far, or could have in the time that sparse.h took. */
extern uint64_t mw_heap_memory_pages;

/* Bytes of a page. */
extern size_t mw_heap_page_bytes;

#endif
