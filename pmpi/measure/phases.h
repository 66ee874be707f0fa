/* SPDX-License-Identifier: MIT */
/* Phases: the intervals between two calls, identified by their call sites, so that a loop is one phase with a count;
 * and phases that the program names. Only calls of the main thread are boundaries of phases. Callers hold the rank's
 * lock.
 *
 * `measured`: the boundary was observed, and `rss` is the RSS observed (bytes; unused otherwise). */
#ifndef MW_PMPI_MEASURE_PHASES_H
#define MW_PMPI_MEASURE_PHASES_H

#include "collector/journal/record.h"
#include "pmpi/measure/observe.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/timestamp.h"

#include <stdbool.h>
#include <stdint.h>

/* Opens the phase before the first call. `process_start_ns`: start time of the process, CLOCK_MONOTONIC. */
void mw_phases_start(uint64_t process_start_ns);

/* An open interval: between two calls, or a phase of the program. */
struct mw_interval {
    struct mw_window window;
    struct mw_timestamp begin;
    uint64_t entry_rss;
    int64_t grown_mpi; /* growth of RSS in measured calls inside, bytes */
    uint32_t kind;     /* enum mw_phase_kind */
    uint32_t from;     /* site + 1 */
    uint32_t phase;    /* a phase of the program: its index */
    bool measured;     /* its begin was observed */
    bool open;
};

/* State that every call uses. */
struct mw_phases {
    struct mw_interval between;           /* its window stays on the list while closed: removing it would take longer than most
                                   calls */
    uint32_t innermost;                   /* innermost phase of the program: index + 1, or 0 */
    uint16_t recent[MW_RECORD_SITES + 1]; /* by site + 1: the phase + 1 that ended there last */
    /* a phase of the program, or the process, begins or ends: ends a run of calls that is one phase (exchanges.h); NULL: none */
    void (*finish_run)(const struct mw_timestamp *now, bool measured, uint64_t rss);
};

extern struct mw_phases mw_phases;

/* Index of the phase of an interval that ends at `to`; added if it is new. `rss`: RSS at the end, bytes (0: not
 * measured). Sets *recent to the index + 1 if the phase has a separate entry. */
uint32_t mw_phases_find(const struct mw_interval *interval, uint16_t *recent, uint32_t to, uint64_t rss);

/* Closes an interval outside of the program's phases whose last call, or the first one after it, is `to`. *recent: the phase + 1
 * that ended there last. Decides whether the rank's peak was in it. */
void mw_phases_close_interval(struct mw_interval *interval, uint16_t *recent, uint32_t to, const struct mw_timestamp *end,
                              bool measured, uint64_t rss);

/* RSS grew by so many bytes inside a call: for the intervals that are open around it. */
void mw_phases_grown(int64_t grown);

/* Adds the measurements of an interval to its phase. */
void mw_phases_note(const struct mw_interval *interval, struct mw_phase *phase, const struct mw_timestamp *now, bool measured,
                    uint64_t rss);

static inline void mw_phases_open(struct mw_interval *interval, const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    interval->window = (struct mw_window){.peak = measured ? rss : 0, .exact = measured};
    interval->begin = *now;
    interval->entry_rss = rss;
    interval->grown_mpi = 0;
    interval->measured = measured;
    interval->open = true;
}

static inline void mw_phases_close(struct mw_interval *interval, struct mw_phase *phase, const struct mw_timestamp *now,
                                   bool measured, uint64_t rss)
{
    interval->open = false;
    phase->visits++;
    phase->time_ns += mw_timestamp_since(now, &interval->begin);
    phase->last_ns = now->ns;
    if (measured || interval->measured || interval->window.peak || interval->window.coarse_peak)
        mw_phases_note(interval, phase, now, measured, rss);
}

static inline void mw_phases_open_between(uint32_t kind, uint32_t from, const struct mw_timestamp *now, bool measured,
                                          uint64_t rss)
{
    mw_phases.between.kind = kind;
    mw_phases.between.from = from;
    mw_phases_open(&mw_phases.between, now, measured, rss);
}

/* The phase of an interval: usually the one that ended at this site last. */
static inline struct mw_phase *mw_phases_of(const struct mw_interval *interval, uint16_t *recent, uint32_t to, uint64_t rss)
{
    struct mw_phase *phase = mw_rank.journal.phases;

    if (*recent)
        phase += *recent - 1;
    if (!*recent || phase->kind != interval->kind || phase->parent != mw_phases.innermost ||
        phase->from_site != interval->from || phase->to_site != to)
        phase = &mw_rank.journal.phases[mw_phases_find(interval, recent, to, rss)];
    return phase;
}

/* Closes the open interval between calls. Returns the index of its phase. */
static inline uint32_t mw_phases_close_between(uint32_t to, const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    struct mw_interval *between = &mw_phases.between;
    struct mw_phase *phase = mw_phases_of(between, &mw_phases.recent[to], to, rss);

    mw_phases_close(between, phase, now, measured, rss);
    return (uint32_t)(phase - mw_rank.journal.phases);
}

/* A collective of `site` is entered: the interval before it ends. It is left: the next one begins. `grown`: growth of RSS
 * in the call, bytes. Calls of any kind: pmpi/measure/exchanges.h. */
void mw_phases_enter_measured_call(uint32_t site, const struct mw_timestamp *now, uint64_t rss);
void mw_phases_leave_measured_call(uint32_t site, const struct mw_timestamp *now, uint64_t rss, int64_t grown);

static inline void mw_phases_enter_counted_call(uint32_t site, const struct mw_timestamp *now)
{
    if (mw_phases.between.open)
        mw_phases_close_between(site + 1, now, false, 0);
}

static inline void mw_phases_leave_counted_call(uint32_t site, const struct mw_timestamp *now)
{
    mw_phases_open_between(MW_PHASE_BETWEEN, site + 1, now, false, 0);
}

/* Phases of the program. They nest up to MW_PHASES_NESTED; deeper ones are counted but not recorded. */
#define MW_PHASES_NESTED MW_OBSERVE_PHASES
void mw_phases_begin(const char *name, const struct mw_timestamp *now);

/* Ends the innermost phase; with a name, the innermost one of that name and all inside it. Unknown names do nothing. */
void mw_phases_end(const char *name, const struct mw_timestamp *now);

/* Ends all phases of the program. */
void mw_phases_end_all(const struct mw_timestamp *now);

/* MPI_Finalize has returned: opens the interval that ends with the process; mw_phases_exit() closes it. */
void mw_phases_after_finalize(const struct mw_timestamp *now, bool measured, uint64_t rss);
void mw_phases_exit(const struct mw_timestamp *now, uint64_t rss);

#endif
