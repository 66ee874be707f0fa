/* SPDX-License-Identifier: MIT */
#include "pmpi/observe.h"

#include "pmpi/governor.h"
#include "pmpi/meter.h"
#include "pmpi/rank.h"
#include "pmpi/timeline.h"

#define MAX_WINDOWS 64

static struct mw_window *windows[MAX_WINDOWS];
static int window_count;
static uint64_t last_ns;  /* of the last observation */
static uint64_t last_rss; /* then */
static bool skipped;      /* boundaries passed since then */

void mw_observe_start(uint64_t now)
{
    window_count = 0;
    last_ns = now;
    last_rss = 0;
    skipped = false;
}

void mw_observe_skipped(void)
{
    skipped = true;
}

void mw_observe_open(struct mw_window *window, bool measured)
{
    *window = (struct mw_window){.peak = measured ? last_rss : 0, .exact = measured};
    if (window_count < MAX_WINDOWS)
        windows[window_count++] = window;
}

void mw_observe_close(struct mw_window *window)
{
    /* the last opened is the first closed, nearly always */
    for (int i = window_count - 1; i >= 0; i--)
        if (windows[i] == window) {
            windows[i] = windows[--window_count];
            return;
        }
}

static void tell_windows(uint64_t peak)
{
    for (int i = 0; i < window_count; i++) {
        struct mw_window *w = windows[i];
        uint64_t *known = w->exact ? &w->peak : &w->coarse_peak;
        if (*known < peak)
            *known = peak;
        w->exact = true;
    }
}

/* The stretch held several calls and phases: each may be the one. Their call sites are watched closely from now on,
 * so that the next time it is placed exactly. */
static void tell_shared(uint64_t peak, uint64_t rss)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t phases = mw_journal_used(journal, MW_SECTION_PHASE);
    uint32_t sites = mw_journal_used(journal, MW_SECTION_SITE);
    uint64_t base = rss > last_rss ? rss : last_rss;

    for (uint32_t i = 0; i < phases; i++)
        if (journal->phases[i].last_ns > last_ns && journal->phases[i].coarse_peak < peak)
            journal->phases[i].coarse_peak = peak;
    if (peak < base + MW_OBSERVE_SPIKE_MIN)
        return;
    for (uint32_t i = 0; i < sites; i++) {
        struct mw_site *site = &journal->sites[i];
        if (site->last_ns <= last_ns)
            continue;
        mw_governor_watch(i);
        if (site->coarse_spike < peak - base)
            site->coarse_spike = peak - base;
    }
}

static void note_state(uint64_t now, uint32_t site, const struct mw_meter_reading *reading)
{
    struct mw_state *state = mw_rank.journal.state;

    if (last_rss && site)
        state->grown_mpi += (int64_t)(reading->rss - last_rss);
    else if (last_rss)
        state->grown_program += (int64_t)(reading->rss - last_rss);
    state->rss = reading->rss;
    state->rss_ns = now;
    if (reading->peak > state->peak) {
        state->peak = reading->peak;
        state->peak_ns = now;
        state->peak_site = site;
        state->peak_phase = state->phase;
    }
}

uint64_t mw_observe(uint64_t now, uint32_t site)
{
    struct mw_meter_reading reading = {last_rss, last_rss};

    if (!mw_meter_read(&reading))
        return last_rss;
    tell_windows(reading.peak);
    if (skipped)
        tell_shared(reading.peak, reading.rss);
    note_state(now, skipped ? 0 : site, &reading);
    mw_timeline_add(last_ns, now, reading.peak, reading.rss);
    if (reading.peak > reading.rss)
        mw_meter_reset();
    last_ns = now;
    last_rss = reading.rss;
    skipped = false;
    return reading.rss;
}
