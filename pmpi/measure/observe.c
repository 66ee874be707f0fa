/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/observe.h"

#include "pmpi/measure/governor.h"
#include "pmpi/measure/meter.h"
#include "pmpi/measure/timeline.h"
#include "pmpi/rank/heap_link.h"
#include "pmpi/rank/rank.h"

/* Calls in progress, the program's phases, the phase between calls, and started requests. */
#define MAX_WINDOWS (MW_OBSERVE_CALLS + MW_OBSERVE_PHASES + 2 + MW_OBSERVE_REQUESTS)

/* A program rarely changes its limits. */
#define SPACE_ONE_IN 16
#define HEAP_RISE (1u << 20) /* of the mark */

static struct mw_window *windows[MAX_WINDOWS];
static int window_count;
static uint64_t passed_on; /* the highest mark that the heap library got */
static uint64_t last_ns;   /* time of the last observation */
static uint64_t last_rss;  /* RSS at that time */
static uint64_t last_mark; /* the mark after it */
static bool mark_was_kept; /* the mark was not reset then: if it is read again, the peak may be from before */
bool mw_observe_has_skipped;

void mw_observe_start(uint64_t now)
{
    window_count = 0;
    last_ns = now;
    last_rss = last_mark = passed_on = 0;
    mw_observe_has_skipped = mark_was_kept = false;
}

void mw_observe_open(struct mw_window *window, bool measured)
{
    *window = (struct mw_window){.peak = measured ? last_rss : 0, .exact = measured};
    if (window_count < MAX_WINDOWS)
        windows[window_count++] = window;
}

void mw_observe_close(struct mw_window *window)
{
    int count = window_count;

    /* the last window opened is nearly always the first closed */
    for (int i = count - 1; i >= 0; i--)
        if (windows[i] == window) {
            windows[i] = windows[count - 1];
            window_count = count - 1;
            return;
        }
}

static bool is_among_first(const struct mw_window *window, int count)
{
    for (int i = 0; i < count; i++)
        if (windows[i] == window)
            return true;
    return false;
}

/* An entry may be in the list twice, or not be written yet. */
void mw_observe_repair(void)
{
    int kept = 0;

    for (int i = 0; i < window_count; i++)
        if (windows[i] && !is_among_first(windows[i], kept))
            windows[kept++] = windows[i];
    window_count = kept;
}

/* `certain`: an RSS that was reached in this interval. Less than `peak` if the mark may be an old one, which is only
 * an upper bound. */
static void update_windows(uint64_t peak, uint64_t certain)
{
    for (int i = 0; i < window_count; i++) {
        struct mw_window *w = windows[i];
        if (w->exact && w->peak < certain)
            w->peak = certain;
        if ((!w->exact || certain < peak) && w->coarse_peak < peak)
            w->coarse_peak = peak;
        w->exact = true;
    }
}

/* The interval contains several calls and phases, and the peak may be in any of them. Their call sites are watched
 * from now on, so that the next peak is placed exactly. */
static void update_shared(uint64_t peak, uint64_t rss)
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

    if (last_rss && mw_observe_has_skipped)
        state->grown_shared += (int64_t)(reading->rss - last_rss);
    else if (last_rss && site)
        state->grown_mpi += (int64_t)(reading->rss - last_rss);
    else if (last_rss)
        state->grown_program += (int64_t)(reading->rss - last_rss);
    state->rss = reading->rss;
    state->rss_ns = now;
    if (reading->peak > state->peak) {
        state->peak = reading->peak;
        state->peak_ns = now;
        state->peak_shared = mw_observe_has_skipped;
        state->peak_site = mw_observe_has_skipped ? 0 : site;
        state->peak_phase = mw_observe_has_skipped ? 0 : state->phase;
    }
}

void mw_observe_space(void)
{
    static unsigned turn;
    struct mw_state *state = mw_rank.journal.state;
    struct mw_meter_space space;

    if (turn++ % SPACE_ONE_IN == 0)
        mw_meter_find_space();
    if (!mw_meter_read_space(&space))
        return;
    state->address_limit = space.address_limit;
    state->data_limit = space.data_limit;
    state->address_peak = space.address_peak;
    if (state->data_max < space.data)
        state->data_max = space.data;
}

/* A mark that is not reset will be read by the heap library itself, but only when the program allocates again: it may be
 * killed before that. */
static void pass_on_mark(const struct mw_meter_reading *reading)
{
    if (reading->peak <= reading->rss && reading->peak < passed_on + HEAP_RISE)
        return;
    if (reading->peak > passed_on)
        passed_on = reading->peak;
    mw_heap_link_mark(reading->peak);
}

static uint64_t take(uint64_t now, uint32_t site, const struct mw_meter_reading *reading)
{
    uint64_t certain = reading->peak;

    if (mark_was_kept && reading->peak <= last_mark) /* with per-CPU counters an unchanged mark may be read slightly
                                                        lower */
        certain = reading->rss > last_rss ? reading->rss : last_rss;
    update_windows(reading->peak, certain);
    if (mw_observe_has_skipped)
        update_shared(reading->peak, reading->rss);
    note_state(now, site, reading);
    mw_observe_space();
    mw_timeline_add(last_ns, now, reading->peak, reading->rss);
    pass_on_mark(reading);
    mark_was_kept = reading->peak > reading->rss && !mw_meter_reset();
    if (mark_was_kept)
        mw_rank.journal.cost->flags |= MW_COST_NO_RESET;
    last_mark = mark_was_kept ? reading->peak : reading->rss;
    last_ns = now;
    last_rss = reading->rss;
    mw_observe_has_skipped = false;
    return reading->rss;
}

/* Nothing could be read. */
static uint64_t take_nothing(void)
{
    mw_rank.journal.cost->flags |= MW_COST_BLIND;
    return last_rss;
}

uint64_t mw_observe(uint64_t now, uint32_t site)
{
    struct mw_meter_reading reading;

    return mw_meter_read(&reading) ? take(now, site, &reading) : take_nothing();
}

uint64_t mw_observe_kept_mark(void)
{
    return mark_was_kept ? last_mark : 0;
}

uint64_t mw_observe_short(uint64_t now, uint32_t site)
{
    struct mw_meter_reading reading;
    uint64_t mark;

    if (mw_observe_has_skipped || !mw_meter_read_mark(&mark))
        return mw_observe(now, site);
    if (mark > last_mark)
        return mw_meter_read_rss(mark, &reading) ? take(now, site, &reading) : take_nothing();
    mw_observe_space(); /* address space grows without a change of RSS */
    mw_timeline_add(last_ns, now, last_rss, last_rss);
    mw_rank.journal.state->rss_ns = last_ns = now;
    return last_rss;
}
