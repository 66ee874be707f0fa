/* SPDX-License-Identifier: MIT */
/* The areas from which glibc's malloc() gives out blocks: the heap that brk() extends, and the arenas of threads. What is
 * resident there and belongs to no block was freed, and kept by malloc(). With another malloc() there are no areas.
 * Callers hold the heap's lock, but for mw_heap_areas_start(). */
#ifndef MW_PMPI_HEAP_AREAS_H
#define MW_PMPI_HEAP_AREAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void mw_heap_areas_start(void);

/* Of a block that was just allocated with `size` bytes: whether it lies in an area, which is noted, and how many bytes more
 * it takes. */
bool mw_heap_areas_note(const void *block, size_t size, size_t *headers);

/* Resident bytes of all areas. */
uint64_t mw_heap_areas_resident(void);

#endif
