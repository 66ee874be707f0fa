/* SPDX-License-Identifier: MIT */
/* Reads the kernel's mark, and updates every window that the interval since the last reading belongs to.
 *
 * There is one mark for the whole process, and reading it includes resetting it. Each reading is therefore applied
 * to all open windows (calls in progress, phases), so that none loses a peak because the mark was read for another.
 * Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_OBSERVE_H
#define MW_PMPI_MEASURE_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

/* A time interval whose peak is determined. Owned by the caller; on the list between open and close. */
struct mw_window {
    uint64_t peak;        /* bytes: highest RSS known to be inside the window */
    uint64_t coarse_peak; /* bytes: highest RSS of an interval that began before the window */
    bool exact;           /* it was opened or last updated at an observation */
};

/* The smallest rise that is recorded; below it the error of the kernel's counters and the allocator's noise
 * dominate. */
#define MW_OBSERVE_SPIKE_MIN (256u * 1024)

/* Maximum number of threads inside measured calls at the same time; calls of further threads are not measured. */
#define MW_OBSERVE_CALLS 64

/* Maximum depth of the program's phases, and number of known requests. Each has a window, and all windows fit:
 * without one, a peak reported as exact could be too low. */
#define MW_OBSERVE_PHASES 16
#define MW_OBSERVE_REQUESTS 1024

/* Initializes: no window is open, and the first interval begins at `now`. */
void mw_observe_start(uint64_t now);

/* Reads the mark and RSS at time `now`, updates all windows, the timeline and the rank's state, and resets the mark
 * if it is above RSS. `site`: site + 1 of the call that the interval since the last observation was in; 0: it was
 * outside of calls. Returns RSS in bytes. */
uint64_t mw_observe(uint64_t now, uint32_t site);

/* The same at the end of a call too short to release much memory: if the mark is unchanged, RSS is assumed to be
 * unchanged. If RSS fell, the next observation finds out. */
uint64_t mw_observe_short(uint64_t now, uint32_t site);

/* If RLIMIT_AS or RLIMIT_DATA limits this process: reads the memory that counts against it into the rank's state.
 * Each observation does this; call it where none is made. */
void mw_observe_space(void);

/* Notes that a boundary passed without an observation: the present interval contains several calls and phases. */
extern bool mw_observe_has_skipped;
static inline void mw_observe_skipped(void)
{
    mw_observe_has_skipped = true;
}

/* Opens and closes a window. `measured`: an observation was made at this time. */
void mw_observe_open(struct mw_window *window, bool measured);
void mw_observe_close(struct mw_window *window);

/* Repairs the list of windows after an update was interrupted. */
void mw_observe_repair(void);

/* The kernel's mark after the last observation if it could not be reset; else 0. Bytes. */
uint64_t mw_observe_kept_mark(void);

#endif
