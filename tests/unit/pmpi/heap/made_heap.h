/* SPDX-License-Identifier: MIT */
/* Events of the heap at made-up addresses, and what they leave. Which pages are resident is said here; programs are linked with
 * $(made_heap_ldflags). */
#ifndef MW_TESTS_UNIT_PMPI_HEAP_MADE_HEAP_H
#define MW_TESTS_UNIT_PMPI_HEAP_MADE_HEAP_H

#include "pmpi/heap/heap.h"
#include "tests/unit/pmpi/heap/made_tables.h"

#define MIB ((uint64_t)1 << 20)

extern uint32_t made_resident_percent; /* of each block */
extern uint64_t made_boundaries;       /* that the shim has seen */

/* For each test: nothing is there, and sites are known only by their stacks. The mark is only what the tests say. */
int made_start(void **state);

/* Where pages are counted, too. */
void made_take_mark(uint64_t mark);

/* Blocks and mappings. All blocks that one function enters from one place are one site. */
void made_enter(uintptr_t address, size_t size, int64_t interval);
void made_enter_other(uintptr_t address, size_t size, int64_t interval);
void made_map(uintptr_t address, size_t size);
bool made_release(uintptr_t address); /* of a block; whether it was entered */

/* The site of a block that was entered. */
const struct mw_heap_site *made_site_of(uintptr_t address);

/* Where one function has allocated all there was. */
struct mw_heap_site *made_only_site(void);

/* What all sites hold; fails unless the sums in the journal are the same. */
uint64_t made_sum_of_sites(void);
void made_sums_agree(void);

#endif
