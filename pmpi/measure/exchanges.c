/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/exchanges.h"

#include "collector/journal/record.h"
#include "pmpi/base/clear.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"

enum state {
    NONE,
    RUN,  /* blocking calls so far */
    OPEN, /* something was begun that no call has completed */
    DONE  /* completed */
};

/* After a call in RUN and DONE the phase "between" is open: if the exchange goes on, that was a part of it. Until then, the
 * exchange's end is that of its last call. Its window stays on the list, as that of mw_phases.between. */
static struct {
    struct mw_interval interval;
    enum state state;
    uint32_t last; /* site + 1 */
    struct mw_timestamp end;
    struct mw_window window; /* at the end */
    uint64_t rss;
    int64_t grown_mpi;
    bool measured;   /* the end was observed */
    uint32_t number; /* of exchanges */
} now_open;

static uint32_t seen_in[MW_RECORD_SITES];    /* by site: number of the last exchange with a call of it */
static uint16_t recent[MW_RECORD_SITES + 1]; /* by last site: the phase + 1 of the exchange that ended there last */
static bool only_collectives;
bool mw_exchanges_is_open; /* state is not NONE */

void mw_exchanges_start(void)
{
    mw_clear(seen_in, sizeof(seen_in));
    mw_clear(recent, sizeof(recent));
    now_open.state = NONE;
    mw_exchanges_is_open = false;
    now_open.number = 0;
    mw_observe_open(&now_open.interval.window, false);
    mw_phases.finish_run = mw_exchanges_finish;
}

void mw_exchanges_by_collectives(bool only)
{
    only_collectives = only;
}

/* Whether anything was observed since it began. */
static inline bool has_readings(const struct mw_interval *interval)
{
    return interval->window.exact || interval->window.peak || interval->window.coarse_peak || interval->grown_mpi;
}

static inline void mark_end(const struct mw_timestamp *end, bool measured, uint64_t rss)
{
    now_open.end = *end;
    now_open.measured = measured;
    now_open.rss = rss;
    now_open.grown_mpi = now_open.interval.grown_mpi;
    now_open.window = now_open.interval.window;
}

/* The end was not observed: a peak that was read later may have been before it. */
static void add_later_peak(void)
{
    const struct mw_window *later = &now_open.interval.window;
    uint64_t peak = later->peak > later->coarse_peak ? later->peak : later->coarse_peak;

    if (!now_open.measured && now_open.window.peak < peak && now_open.window.coarse_peak < peak)
        now_open.window.coarse_peak = peak;
}

void mw_exchanges_finish(const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    if (now_open.state == NONE)
        return;
    if (now_open.state == OPEN)
        mark_end(now, measured, rss);
    now_open.state = NONE;
    mw_exchanges_is_open = false;
    if (!has_readings(&now_open.interval)) { /* only counted: the usual case */
        struct mw_phase *phase = mw_phases_of(&now_open.interval, &recent[now_open.last], now_open.last, 0);
        mw_phases_close(&now_open.interval, phase, &now_open.end, false, 0);
        return;
    }
    add_later_peak();
    now_open.interval.window = now_open.window;
    now_open.interval.grown_mpi = now_open.grown_mpi;
    mw_phases_close_interval(&now_open.interval, &recent[now_open.last], now_open.last, &now_open.end, now_open.measured,
                             now_open.rss);
}

static inline bool continues(unsigned step, uint32_t site)
{
    bool again = seen_in[site] == now_open.number;

    switch (now_open.state) {
    case NONE: return false;
    case OPEN: return true;
    case DONE: return step == MW_STEP_END;
    case RUN: break;
    }
    if (step == MW_STEP_PROBE)
        return !again || now_open.last == site + 1;
    return step != MW_STEP_BOTH || !again;
}

static inline void begin(uint32_t site, const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    now_open.interval.kind = MW_PHASE_EXCHANGE;
    now_open.interval.from = site + 1;
    now_open.number++;
    mw_phases_open(&now_open.interval, now, measured, rss);
}

static inline enum state state_after(unsigned step)
{
    if (step == MW_STEP_BEGIN)
        return OPEN;
    if (step == MW_STEP_END)
        return DONE;
    return now_open.state == NONE ? RUN : now_open.state;
}

static void cut(uint32_t site, const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    mw_exchanges_finish(now, measured, rss);
    if (measured)
        mw_phases_enter_measured_call(site, now, rss);
    else
        mw_phases_enter_counted_call(site, now);
}

static unsigned effective(unsigned step)
{
    return only_collectives && step != MW_STEP_COLLECTIVE ? MW_STEP_INSIDE : step;
}

void mw_exchanges_enter(unsigned step, uint32_t site, const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    step = effective(step);
    if (step == MW_STEP_INSIDE)
        return;
    if (step < MW_STEP_INSIDE || !continues(step, site))
        cut(site, now, measured, rss);
    if (step < MW_STEP_INSIDE)
        return;
    if (now_open.state == NONE)
        begin(site, now, measured, rss);
    mw_phases.between.open = false;
    now_open.state = state_after(step);
    mw_exchanges_is_open = true;
    now_open.last = site + 1;
    seen_in[site] = now_open.number;
}

void mw_exchanges_leave(unsigned step, uint32_t site, const struct mw_timestamp *now, bool measured, uint64_t rss,
                        int64_t grown)
{
    step = effective(step);
    if (grown) {
        now_open.interval.grown_mpi += grown;
        mw_phases_grown(grown);
    }
    if (step == MW_STEP_INSIDE)
        return;
    if (step > MW_STEP_INSIDE && now_open.state == OPEN)
        return;
    if (step > MW_STEP_INSIDE)
        mark_end(now, measured, rss);
    mw_phases_open_between(MW_PHASE_BETWEEN, site + 1, now, measured, rss);
}
