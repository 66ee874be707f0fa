/* SPDX-License-Identifier: MIT */
/* The heap of this process: what happens when a block that is entered is allocated or freed. malloc_calls.c and
 * mapping_calls.c call this for few of the calls; the others never get here. */
#ifndef MW_PMPI_HEAP_HEAP_H
#define MW_PMPI_HEAP_HEAP_H

#include "pmpi/heap/link.h"
#include "pmpi/heap/sites.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts recording, in tables of this library. `interval`: mean bytes between two samples. Returns false if there is no
 * memory for the tables. */
bool mw_heap_start(int64_t interval, enum mw_heap_why why);

/* Whether allocations are recorded: not in forked children. */
bool mw_heap_is_recording(void);

/* `block` was allocated. `interval`: that of the thread when it was chosen. Returns the CPU time in ns that this and its
 * free() take, by a model. */
uint64_t mw_heap_allocated(void *block, size_t size, int64_t interval, const struct mw_heap_caller *caller);

/* `block` will be freed; it may be in the table. With `kept`, what is known of it is stored there for mw_heap_restore(). */
struct mw_heap_block;
bool mw_heap_freeing(const void *block, struct mw_heap_block *kept);

/* It was not freed after all. */
void mw_heap_restore(const void *block, const struct mw_heap_block *kept);

/* [start, start + size) was mapped: private and anonymous memory that may be written. */
void mw_heap_mapped(void *start, size_t size, const struct mw_heap_caller *caller);

/* [start, start + size) will be unmapped, or was replaced by another mapping. */
void mw_heap_unmapping(void *start, size_t size);

/* The program has moved the break upwards by itself, or will move it downwards. */
void mw_heap_grown(uintptr_t before, uintptr_t end, const struct mw_heap_caller *caller);
void mw_heap_shrinking(uintptr_t end, uintptr_t before);

/* Whether [start, start + size) has a part that mw_heap_mapped() was called for. What is known of it is stored in `kept`, for
 * mw_heap_restore_mapping(): it was not unmapped after all. */
struct mw_heap_range;
bool mw_heap_is_mapping(const void *start, size_t size, struct mw_heap_range *kept);
void mw_heap_restore_mapping(void *start, size_t size, const struct mw_heap_range *kept);

/* Pages will be given back to the kernel. */
void mw_heap_discarding(void);

/* The smallest interval that samples have now. A thread with a smaller one should use it. */
int64_t mw_heap_least_interval(void);

/* The malloc() of this library. */
void *mw_heap_own_malloc(size_t size);

/* Mean bytes between two samples at the beginning, of every thread. */
extern int64_t mw_heap_first_interval;

/* ---- for the shim (link.h) ---- */

void mw_heap_attach(const struct mw_heap_tables *tables, const struct mw_heap_host *host);
void mw_heap_mark(uint64_t mark);
void mw_heap_phase(const uint32_t *phases, uint32_t count, uint64_t rss, uint64_t mark);
void mw_heap_given(const void *address, uint64_t size);
void mw_heap_finish(void);
void mw_heap_stop(void);

#endif
