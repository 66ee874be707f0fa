/* SPDX-License-Identifier: MIT */
/* The connection to the heap library, if it is loaded (pmpi/heap/link.h). Without it these functions do nothing. */
#ifndef MW_PMPI_RANK_HEAP_LINK_H
#define MW_PMPI_RANK_HEAP_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Finds the heap library and gives it the journal's tables. `wanted`: the user did not switch it off; `mpi_site`: see struct
 * mw_heap_host. */
void mw_heap_link_connect(bool wanted, uint32_t (*mpi_site)(void));

/* Its functions: see struct mw_heap_link. */
void mw_heap_link_mark(uint64_t mark);
void mw_heap_link_phase(const uint32_t *phases, uint32_t count, uint64_t rss, uint64_t mark);
void mw_heap_link_given(const void *address, uint64_t size);
void mw_heap_link_finish(void);
void mw_heap_link_stop(void);

#endif
