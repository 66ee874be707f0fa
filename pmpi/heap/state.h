/* SPDX-License-Identifier: MIT */
/* The state of the heap library, protected by its lock. The files of this folder that share it are one module in several
 * parts: enter.c (lock), heap.c (blocks), mappings.c, given.c, peak.c (the kernel's mark), timeline.c (over time, phases, what is left), attach.c (the journal). */
#ifndef MW_PMPI_HEAP_STATE_H
#define MW_PMPI_HEAP_STATE_H

#include "pmpi/base/lock.h"
#include "pmpi/heap/blocks.h"
#include "pmpi/heap/link.h"
#include "pmpi/heap/ranges.h"
#include "pmpi/heap/sites.h"
#include "pmpi/heap/snapshots.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_heap {
    struct mw_heap_state *state; /* in the journal, or `first_state` until there is one */
    struct mw_heap_snapshots snapshots;
    struct mw_heap_tables tables; /* all NULL until there is a journal */
    struct mw_heap_host host;
    int64_t uncounted;     /* bytes of large blocks that may be resident, but were not when these were last counted */
    uint64_t now_ns;       /* time of the event */
    uint32_t untimed;      /* frees since that */
    uint64_t next_mark_ns; /* not before then is the mark read again */
    uint64_t next_adoption_ns;
    int64_t credit_ns; /* time for counting resident pages that was not used, until credit_since_ns */
    uint64_t credit_since_ns;
    bool has_discarded; /* pages were given back: large blocks that were resident as a whole may be so no more */
    uint64_t next_tick_ns;
    uint64_t last_mark;              /* the highest one that was read since the phase began */
    uint64_t counted_mark;           /* the mark when resident pages were counted last */
    uint64_t others_mark;            /* the mark when files and shared memory were read last */
    uint64_t walk_ns;                /* cost of the walk of the event at hand */
    uint32_t phases[MW_HEAP_PHASES]; /* phases with a name that are going on, outermost first; phase + 1 */
    uint32_t phase_count;
};

extern struct mw_heap mw_heap;

/* The function that enters and leaves the library, for finding out later whether it was left by longjmp(). */
struct mw_heap_place {
    uintptr_t cfa;        /* the end of its frame */
    uintptr_t frame;      /* an address in its frame */
    void *return_address; /* its own */
};

#define MW_HEAP_HERE                                                                                        \
    (&(const struct mw_heap_place){(uintptr_t)__builtin_dwarf_cfa(), (uintptr_t)__builtin_frame_address(0), \
                                   __builtin_return_address(0)})

/* ---- enter.c ---- */

/* Returns false if there is no memory. Recording begins with mw_heap_enter_allow(). */
bool mw_heap_enter_start(void);
void mw_heap_enter_allow(void);

/* Returns false if allocations are not recorded, or this call has interrupted another one of its thread. */
bool mw_heap_enter(const struct mw_heap_place *place);
void mw_heap_leave(void);

/* For free(): reads the clock seldom, which would be a tenth of it. An older time only makes it later that the mark is read. */
bool mw_heap_enter_for_free(const struct mw_heap_place *place);

/* For an allocation: reads the Python frames before it locks, since the loader may allocate thread-local memory of the
 * interpreter. Returns false on a signal handler's alternate stack, too. */
bool mw_heap_enter_and_read(const struct mw_heap_place *place, struct mw_python_stack *python);

/* Walks a stack without the lock, since that may call libc. Returns false if it could not be locked again: the library was
 * left. */
bool mw_heap_walk_unlocked(struct mw_heap_walk *walk, const struct mw_heap_caller *caller, const struct mw_python_stack *python,
                           bool in_mpi, const struct mw_heap_place *place);

/* ---- heap.c ---- */

/* Makes the sums again from the blocks: the owner of the lock was left in the middle of an event. */
void mw_heap_repair(void);

/* The site of a caller. Returns false if the library was left. */
bool mw_heap_find_site(uint16_t *site, const struct mw_heap_caller *caller, const struct mw_python_stack *python,
                       uint16_t flags, const struct mw_heap_place *place);

/* Number of blocks that a block represents. */
int32_t mw_heap_blocks_of(const struct mw_heap_block *block);

/* The number of the last boundary, and the time in ms since recording began. */
uint32_t mw_heap_boundary_now(void);
uint32_t mw_heap_born_now(void);

/* Statistics of a site: a block or mapping came, or was freed (before the next boundary?). */
void mw_heap_note_sample(uint16_t site, uint64_t size, uint64_t weight);
void mw_heap_note_same_call(uint16_t site, uint32_t boundary);

/* ---- amounts ---- */

/* Adds to a site (or MW_HEAP_NO_SITE) and to the sums; before and after all changes of one event: */
void mw_heap_begin_change(bool falls);
void mw_heap_change(uint16_t site, int64_t bytes, int32_t blocks);
void mw_heap_change_sum(enum mw_heap_sum sum, int64_t bytes);
void mw_heap_end_change(void);

/* ---- peak.c ---- */

/* Reads the kernel's mark, if that is due, before the event at hand counts. `may_wait`: nothing falls by this event. */
void mw_heap_look_at_mark(bool may_wait);
uint64_t mw_heap_read_mark(void); /* 0: unknown */
void mw_heap_take_mark(uint64_t mark);

/* Likewise, before a block is freed. Its pages are counted if the present may be the peak. */
void mw_heap_look_before_free(uintptr_t address, struct mw_heap_block *block);

/* Counts the pages of large blocks and mappings that are not known to be resident as a whole. */
void mw_heap_count_partial(void);

/* A large block that is not resident as a whole, as far as is known. */
void mw_heap_add_partial(uintptr_t block);
void mw_heap_count_block(uintptr_t address, struct mw_heap_block *block);

extern const struct mw_heap_ranges_visitor mw_heap_visitor;

/* ---- timeline.c ---- */

void mw_heap_tick(void);
void mw_heap_end_phases(void);
void mw_heap_enter_left(void);

#endif
