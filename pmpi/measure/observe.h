/* SPDX-License-Identifier: MIT */
/* Looks at the kernel's mark, and tells everyone whose stretch of time it covers.
 *
 * The mark is one for the whole process, and reading it means resetting it. So each reading is handed to all windows
 * that are open at that moment (a call in flight, a phase), and none loses a peak because another one looked.
 * Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_OBSERVE_H
#define MW_PMPI_MEASURE_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

/* A stretch of time that wants to know its peak. Owned by the caller, on the list between open and close. */
struct mw_window {
    uint64_t peak;        /* bytes: highest RSS inside the window for certain */
    uint64_t coarse_peak; /* bytes: highest RSS of a stretch that began before the window did */
    bool exact;           /* it was opened (or last observed) at an observation */
};

/* A rise that is worth remembering; below this the kernel's counters and the allocator's noise dominate. */
#define MW_OBSERVE_SPIKE_MIN (256u * 1024)

/* Threads that are inside measured calls at a time; a further one's call is not measured. */
#define MW_OBSERVE_CALLS 64

/* Phases that the program names, within each other, and requests that are known at a time: each has a window, all of which
 * have room, or a peak that is reported as exact would be too low. */
#define MW_OBSERVE_PHASES 16
#define MW_OBSERVE_REQUESTS 1024

/* Starts afresh: nothing open, `now` the time of the first observation to come. */
void mw_observe_start(uint64_t now);

/* Reads the mark and RSS at time `now`, tells all windows, the timeline and the rank's state, resets the mark where
 * there is something to reset. `site`: the call + 1 that the stretch since the last observation lay in, 0 when it lay
 * in the program. Returns RSS in bytes. */
uint64_t mw_observe(uint64_t now, uint32_t site);

/* The same at the end of a call that was so short that it cannot have given back much: when the mark stands where it
 * stood RSS is taken to be what it was; if it fell, the next observation tells. */
uint64_t mw_observe_short(uint64_t now, uint32_t site);

/* Where RLIMIT_AS or RLIMIT_DATA limits this process: reads what counts against them into the rank's state. Every
 * observation does it; to be called where none is made. */
void mw_observe_space(void);

/* Says that a boundary passed without an observation: the next stretch is shared by several calls and phases. */
extern bool mw_observe_has_skipped;
static inline void mw_observe_skipped(void)
{
    mw_observe_has_skipped = true;
}

/* `measured`: an observation was made just now. */
void mw_observe_open(struct mw_window *window, bool measured);
void mw_observe_close(struct mw_window *window);

/* Makes the list of windows sound where it was left half-written. */
void mw_observe_repair(void);

#endif
