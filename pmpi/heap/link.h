/* SPDX-License-Identifier: MIT */
/* What the shim and the heap library (libmemwatch-heap.so) know of each other: one struct of functions, which the heap
 * library exports and the shim finds by name at MPI_Init. The heap library exports malloc(), so it must not be linked
 * into the shim's archive. Both libraries may be loaded without the other one. */
#ifndef MW_PMPI_HEAP_LINK_H
#define MW_PMPI_HEAP_LINK_H

#include "collector/journal/heap_record.h"
#include "collector/journal/record.h"

#include <stdint.h>

#define MW_HEAP_LINK_VERSION 3u
#define MW_HEAP_LINK_NAME "memwatch_heap_link"

/* The tables of the heap in a journal. Each `used` is the counter of its section. */
struct mw_heap_tables {
    struct mw_heap_state *state;
    struct mw_heap_site *sites; /* MW_HEAP_SITES entries */
    uint32_t *sites_used;
    struct mw_module *modules; /* MW_HEAP_MODULES entries */
    uint32_t *modules_used;
    struct mw_heap_phase *phases; /* MW_HEAP_PHASES entries */
    uint32_t *phases_used;
    struct mw_heap_tick *ticks; /* MW_HEAP_TICKS entries */
    uint32_t *ticks_used;
    struct mw_heap_left *left; /* MW_HEAP_LEFT entries */
    uint32_t *left_used;
    struct mw_function *functions; /* MW_RECORD_FUNCTIONS entries */
    uint32_t *functions_used;
};

/* What the shim offers. */
struct mw_heap_host {
    /* The MPI call that the calling thread is in: site + 1, or 0. Takes no lock; may be called from malloc(). */
    uint32_t (*mpi_site)(void);
    const uint64_t *boundaries; /* raised at each boundary of any thread */
};

struct mw_heap_link {
    uint32_t version; /* MW_HEAP_LINK_VERSION; the rest is valid only if it is the same */
    uint32_t bytes;   /* sizeof(struct mw_heap_link) */

    /* Moves the tables into the journal, which must stay mapped, and starts recording if that has not begun at load.
     * Fills in `why`. Both arguments are copied. */
    void (*attach)(const struct mw_heap_tables *tables, const struct mw_heap_host *host);

    /* The kernel's mark was read, and may be reset next. Bytes. */
    void (*mark)(uint64_t mark);

    /* From now on these phases with a name are going on, outermost first (phase + 1). `rss`: memory now, if the mark was read (else 0); `mark`: the kernel's mark, or 0 if it was reset. Bytes. */
    void (*phase)(const uint32_t *phases, uint32_t count, uint64_t rss, uint64_t mark);

    /* MPI gave the program this memory, which it has asked for: it is the program's, although MPI allocated it. */
    void (*given)(const void *address, uint64_t size);

    /* In MPI_Finalize: enters what is still allocated (struct mw_heap_left), and the sizes that are only read seldom. */
    void (*finish)(void);

    /* No more system calls: the process enters a sandbox. Returns when none is going on. */
    void (*stop)(void);
};

/* Exported by the heap library. */
extern const struct mw_heap_link memwatch_heap_link;

#endif
