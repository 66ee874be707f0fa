/* SPDX-License-Identifier: MIT */
/* What each site held when the memory of the process was highest, in O(1) for each event.
 *
 * A snapshot is taken lazily: freezing it counts its epoch up, and an amount saves its value when it changes for the first
 * time afterwards. There are two pairs of snapshots, for the whole run and for the phase that is going on. In each pair one
 * is the candidate: the moment since the kernel's mark was last read at which the sites held most. When the mark turns out
 * to have risen, the candidate is adopted: both change places.
 *
 * malloc() keeps freed memory, so on a plateau the mark creeps upwards while the program frees and allocates. A rise is
 * therefore adopted only if it is large, or if the sites held at least as much as at the adopted moment. */
#ifndef MW_PMPI_HEAP_SNAPSHOTS_H
#define MW_PMPI_HEAP_SNAPSHOTS_H

#include "collector/journal/heap_record.h"

#include <stdbool.h>
#include <stdint.h>

/* A pair of snapshots. Not in the journal, but for a copy of `best`. */
struct mw_heap_pair {
    uint32_t first;      /* the moment that is the lower of the two */
    uint32_t best;       /* the moment of the peak: `first` or the next one */
    uint64_t adopted;    /* the mark for which it was adopted; 0: none yet */
    uint64_t floor;      /* marks up to here are from before this pair began */
    uint64_t best_total; /* what all sites held then */
};

#define MW_HEAP_RUN 0
#define MW_HEAP_PHASE 1

struct mw_heap_snapshots {
    struct mw_heap_snapshot *moments; /* of MW_HEAP_MOMENTS, in the journal */
    struct mw_heap_pair pairs[2];
    uint64_t total; /* sum over all sites, now */
    uint64_t slack; /* the smallest rise of the mark that counts, apart from 1/64 of it */
};

void mw_heap_snapshots_start(struct mw_heap_snapshots *snapshots, struct mw_heap_snapshot *moments);

static inline void mw_heap_snapshots_freeze(struct mw_heap_snapshot *moment)
{
    if (moment->live) {
        moment->live = 0;
        moment->epoch++;
    }
}

static inline uint32_t mw_heap_snapshots_candidate(const struct mw_heap_pair *pair)
{
    return 2 * pair->first + 1 - pair->best;
}

/* Before an event in which the total falls. */
static inline void mw_heap_snapshots_before_fall(struct mw_heap_snapshots *snapshots)
{
    for (int p = 0; p < 2; p++)
        mw_heap_snapshots_freeze(&snapshots->moments[mw_heap_snapshots_candidate(&snapshots->pairs[p])]);
}

/* Before an amount changes. `blocks`: its number of blocks, and where it is kept at each moment; may be NULL. */
static inline void mw_heap_snapshots_save(const struct mw_heap_snapshots *snapshots, struct mw_heap_amount *amount,
                                          const uint32_t *blocks, uint32_t *at_blocks)
{
#pragma GCC unroll 4
    for (int m = 0; m < MW_HEAP_MOMENTS; m++)
        if (__builtin_expect(amount->epoch[m] != snapshots->moments[m].epoch, 0) && !snapshots->moments[m].live) {
            amount->at[m] = amount->held;
            if (blocks)
                at_blocks[m] = *blocks;
            amount->epoch[m] = snapshots->moments[m].epoch;
        }
}

/* After an event, with the total in `snapshots`. */
static inline void mw_heap_snapshots_after(struct mw_heap_snapshots *snapshots, uint64_t now_ns)
{
    for (int p = 0; p < 2; p++) {
        struct mw_heap_snapshot *candidate = &snapshots->moments[mw_heap_snapshots_candidate(&snapshots->pairs[p])];
        if (snapshots->total >= candidate->total) {
            candidate->total = snapshots->total;
            candidate->ns = now_ns;
            candidate->live = 1;
        }
    }
}

/* Whether the sites hold most just now since the mark was last read: the candidates need not be adopted yet. */
static inline bool mw_heap_snapshots_is_rising(const struct mw_heap_snapshots *snapshots)
{
    return snapshots->moments[mw_heap_snapshots_candidate(&snapshots->pairs[MW_HEAP_RUN])].live &&
           snapshots->moments[mw_heap_snapshots_candidate(&snapshots->pairs[MW_HEAP_PHASE])].live;
}

/* Whether a pair would adopt its candidate for this mark by its size alone. */
bool mw_heap_snapshots_is_rise(const struct mw_heap_snapshots *snapshots, int pair, uint64_t mark);

/* Whether what is there now may be adopted later, if the sites hold up to `uncounted` bytes more than is known. `mark`: the
 * last one that was read. False only if it would need a rise of the mark by a quarter of what counts, from memory that is
 * in no site, before the mark is read next. */
bool mw_heap_snapshots_may_be_peak(const struct mw_heap_snapshots *snapshots, uint64_t uncounted, uint64_t mark);

/* The kernel's mark was read: before a small block counts, but after a large one or a mapping, whose pages may be resident when
 * it is known. Returns whether the run's candidate was adopted. */
bool mw_heap_snapshots_mark(struct mw_heap_snapshots *snapshots, uint64_t mark, uint64_t now_ns);

/* A phase begins: what is there now is its peak so far. `rss`: memory now; `mark`: the kernel's mark, if it was not reset. */
void mw_heap_snapshots_begin_phase(struct mw_heap_snapshots *snapshots, uint64_t rss, uint64_t mark, uint64_t now_ns);

/* The value of an amount at a moment. */
static inline uint64_t mw_heap_snapshots_value(const struct mw_heap_snapshots *snapshots, const struct mw_heap_amount *amount,
                                               uint32_t moment)
{
    const struct mw_heap_snapshot *at = &snapshots->moments[moment];

    return !at->live && amount->epoch[moment] == at->epoch ? amount->at[moment] : amount->held;
}

#endif
