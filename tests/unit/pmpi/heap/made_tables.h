/* SPDX-License-Identifier: MIT */
/* What the shim gives to the heap library: tables, which are not those of a journal here. */
#ifndef MW_TESTS_UNIT_PMPI_HEAP_MADE_TABLES_H
#define MW_TESTS_UNIT_PMPI_HEAP_MADE_TABLES_H

#include "pmpi/heap/link.h"

struct made_tables {
    struct mw_heap_state state;
    struct mw_heap_site sites[MW_HEAP_SITES];
    struct mw_function functions[MW_RECORD_FUNCTIONS];
    struct mw_module modules[MW_HEAP_MODULES];
    struct mw_heap_phase phases[MW_HEAP_PHASES];
    struct mw_heap_tick ticks[MW_HEAP_TICKS];
    struct mw_heap_left left[MW_HEAP_LEFT];
    uint32_t sites_used, functions_used, modules_used, phases_used, ticks_used, left_used;
};

extern struct made_tables made;

/* All of them, as attach() takes them. */
struct mw_heap_tables made_tables_all(void);

#endif
