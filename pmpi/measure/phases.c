/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/phases.h"

#include "collector/journal/record.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/phase_table.h"
#include "pmpi/rank/heap_link.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/timestamp.h"

#include <string.h>

struct mw_phases mw_phases;

static struct mw_interval user[MW_PHASES_NESTED];
static uint32_t parents[MW_PHASES_NESTED]; /* by depth: parent of the phases inside: the phase's index, or that of
                                              its shared entry */
static char names[MW_PHASES_NESTED][sizeof(((struct mw_phase *)0)->name)];
static int user_depth; /* may exceed MW_PHASES_NESTED; deeper phases are not recorded */

static int recorded_depth(void)
{
    return user_depth < MW_PHASES_NESTED ? user_depth : MW_PHASES_NESTED;
}

/* From now on the heap's lines belong to these phases. `rss`: 0 if the boundary was not measured. */
static void pass_to_heap(uint64_t rss)
{
    uint32_t phases[MW_PHASES_NESTED];

    for (int i = 0; i < recorded_depth(); i++)
        phases[i] = user[i].phase + 1;
    mw_heap_link_phase(phases, (uint32_t)recorded_depth(), rss, mw_observe_kept_mark());
}

static void set_depth(int depth)
{
    user_depth = depth;
    mw_phases.innermost = recorded_depth() ? parents[recorded_depth() - 1] + 1 : 0;
    mw_rank.journal.state->phase = recorded_depth() ? user[recorded_depth() - 1].phase + 1 : 0;
}

/* Keeps RSS at the end of measured visits, evenly spread over all visits: when the array is full every second one is
 * dropped. Shows later whether the phase leaves more and more memory behind. */
static void keep_visit(struct mw_phase *phase, uint64_t rss)
{
    uint64_t kib = rss >> 10;

    if (!phase->visit_stride)
        phase->visit_stride = 1;
    if (((phase->measured - 1) & (phase->visit_stride - 1)) || phase->visits >= UINT32_MAX)
        return;
    if (phase->visit_count == MW_RECORD_VISITS) {
        for (uint32_t i = 0; i < MW_RECORD_VISITS / 2; i++)
            phase->kept[i] = phase->kept[2 * i];
        phase->visit_count = MW_RECORD_VISITS / 2;
        phase->visit_stride *= 2; /* this visit is due in the new stride, too: it follows an even number of kept ones */
    }
    phase->kept[phase->visit_count] = (struct mw_visit){(uint32_t)phase->visits, kib < UINT32_MAX ? (uint32_t)kib : UINT32_MAX};
    phase->visit_count++;
}

void mw_phases_note(const struct mw_interval *interval, struct mw_phase *phase, const struct mw_timestamp *now, bool measured,
                    uint64_t rss)
{
    if (interval->measured && !phase->entry_rss)
        phase->entry_rss = interval->entry_rss;
    if (measured)
        phase->exit_rss = rss;
    if (measured && interval->measured) {
        phase->measured++;
        phase->growth += (int64_t)(rss - interval->entry_rss);
        phase->growth_mpi += interval->grown_mpi;
        keep_visit(phase, rss);
    }
    if (phase->coarse_peak < interval->window.coarse_peak)
        phase->coarse_peak = interval->window.coarse_peak;
    if (phase->peak < interval->window.peak) {
        phase->peak = interval->window.peak;
        phase->peak_ns = now->ns;
        phase->peak_visit = phase->visits;
    }
}

/* The memory on which the phase's quota is decided, in bytes. */
static uint64_t bytes_of(const struct mw_interval *interval, uint64_t rss)
{
    uint64_t highest = interval->window.peak > rss ? interval->window.peak : rss;

    return interval->measured && highest > interval->entry_rss ? highest - interval->entry_rss : 0;
}

/* Whether the rank's highest peak so far was observed in this interval, and no call or phase of the program has it. */
static bool has_peak(const struct mw_interval *interval)
{
    const struct mw_state *state = mw_rank.journal.state;

    return state->peak_ns >= interval->begin.ns && !state->peak_phase && !state->peak_site && !state->peak_shared;
}

uint32_t mw_phases_find(const struct mw_interval *interval, uint16_t *recent, uint32_t to, uint64_t rss)
{
    struct mw_phase key = {.kind = interval->kind, .parent = mw_phases.innermost, .from_site = interval->from, .to_site = to};
    uint32_t index = mw_phase_table_find(&key, bytes_of(interval, rss));

    if (index != MW_PHASE_TABLE_NONE) {
        *recent = (uint16_t)(index + 1);
    } else {
        index = mw_phase_table_share(&key);
        if (has_peak(interval))
            index = mw_phase_table_find_reusable(&key, index);
    }
    if (!mw_rank.journal.phases[index].first_ns)
        mw_rank.journal.phases[index].first_ns = interval->begin.ns;
    return index;
}

void mw_phases_close_interval(struct mw_interval *interval, uint16_t *recent, uint32_t to, const struct mw_timestamp *end,
                              bool measured, uint64_t rss)
{
    bool peak = has_peak(interval) && mw_rank.journal.state->peak_ns <= end->ns;
    struct mw_phase *phase = mw_phases_of(interval, recent, to, rss);

    mw_phases_close(interval, phase, end, measured, rss);
    if (peak)
        mw_rank.journal.state->peak_phase = (uint32_t)(phase - mw_rank.journal.phases) + 1;
}

static void close_between(uint32_t to, const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    if (mw_phases.between.open)
        mw_phases_close_interval(&mw_phases.between, &mw_phases.recent[to], to, now, measured, rss);
}

void mw_phases_start(uint64_t process_start_ns)
{
    struct mw_timestamp start = {process_start_ns, process_start_ns, true};

    set_depth(0);
    mw_phase_table_start();
    mw_observe_open(&mw_phases.between.window, false);
    mw_phases_open_between(MW_PHASE_START, 0, &start, false, 0);
    mw_phases.between.window.exact = true; /* the first reading is the mark since exec, which belongs to this phase */
}

void mw_phases_enter_measured_call(uint32_t site, const struct mw_timestamp *now, uint64_t rss)
{
    close_between(site + 1, now, true, rss);
}

void mw_phases_grown(int64_t grown)
{
    mw_phases.between.grown_mpi += grown;
    for (int i = 0; i < recorded_depth(); i++)
        user[i].grown_mpi += grown;
}

void mw_phases_leave_measured_call(uint32_t site, const struct mw_timestamp *now, uint64_t rss, int64_t grown)
{
    mw_phases_grown(grown);
    mw_phases_open_between(MW_PHASE_BETWEEN, site + 1, now, true, rss);
}

static void finish_run(const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    if (mw_phases.finish_run)
        mw_phases.finish_run(now, measured, rss);
}

/* Ends the interval at a boundary of a user phase. Returns whether an observation was made. */
static bool end_interval(const struct mw_timestamp *now, uint64_t visits, uint64_t *rss)
{
    bool measured = mw_governor_allows_phase(now->ns, visits);

    if (measured)
        *rss = mw_observe(now->ns, 0);
    else
        mw_observe_skipped();
    finish_run(now, measured, *rss);
    close_between(0, now, measured, *rss);
    return measured;
}

/* Visits without a separate entry count as a fraction of one visit when the governor decides. */
#define LOST_PER_VISIT 1024

static uint64_t visits_of(const struct mw_interval *interval)
{
    const struct mw_cost *cost = mw_rank.journal.cost;

    return mw_phase_table_is_reusable(interval->phase) ? cost->lost_phases / LOST_PER_VISIT
                                                       : mw_rank.journal.phases[interval->phase].visits;
}

static void find_user(struct mw_interval *interval, const struct mw_phase *key)
{
    uint32_t *parent = &parents[interval - user];

    interval->phase = *parent = mw_phase_table_find(key, 0);
    if (*parent != MW_PHASE_TABLE_NONE)
        return;
    *parent = mw_phase_table_share(key);
    interval->phase = mw_phase_table_find_reusable(key, *parent);
    mw_phase_table_keep(interval->phase, true);
}

void mw_phases_begin(const char *name, const struct mw_timestamp *now)
{
    struct mw_phase key = {.kind = MW_PHASE_USER, .parent = mw_phases.innermost};
    struct mw_interval *interval;
    struct mw_phase *phase;
    uint64_t rss = 0;
    bool measured;

    if (user_depth >= MW_PHASES_NESTED) {
        mw_rank.journal.cost->lost_nested++;
        user_depth++;
        return;
    }
    interval = &user[user_depth];
    strncpy(key.name, name, sizeof(key.name) - 1);
    memcpy(names[user_depth], key.name, sizeof(key.name));
    find_user(interval, &key);
    phase = &mw_rank.journal.phases[interval->phase];
    measured = end_interval(now, visits_of(interval), &rss); /* the interval that ends here is outside the new phase */
    mw_observe_open(&interval->window, measured);
    mw_phases_open(interval, now, measured, rss);
    if (!phase->first_ns)
        phase->first_ns = now->ns;
    phase->last_ns = now->ns;
    set_depth(user_depth + 1);
    pass_to_heap(measured ? rss : 0);
    mw_phases_open_between(MW_PHASE_BETWEEN, 0, now, measured, rss);
}

/* Ends a visit in a reusable entry: if much memory belongs to it, the phase gets a permanent entry. */
static void keep_user(struct mw_interval *interval, uint64_t rss)
{
    struct mw_state *state = mw_rank.journal.state;
    uint64_t bytes = bytes_of(interval, rss);
    uint32_t permanent = MW_PHASE_TABLE_NONE;
    struct mw_phase key;

    if (bytes >= MW_OBSERVE_SPIKE_MIN) {
        const struct mw_phase *named = &mw_rank.journal.phases[interval->phase];
        key = (struct mw_phase){.kind = named->kind, .parent = named->parent};
        memcpy(key.name, named->name, sizeof(key.name));
        permanent = mw_phase_table_find_heavy(&key, bytes);
    }
    mw_phase_table_keep(interval->phase, false);
    if (permanent == MW_PHASE_TABLE_NONE)
        return;
    mw_rank.journal.cost->lost_phases--;
    if (!mw_rank.journal.phases[permanent].first_ns)
        mw_rank.journal.phases[permanent].first_ns = interval->begin.ns;
    if (state->peak_phase == interval->phase + 1)
        state->peak_phase = permanent + 1;
    interval->phase = permanent;
}

static void end_innermost(const struct mw_timestamp *now)
{
    struct mw_interval *interval;
    uint64_t rss = 0;
    bool measured;

    if (user_depth == 0 || user_depth > MW_PHASES_NESTED) {
        user_depth -= user_depth > 0;
        return;
    }
    interval = &user[user_depth - 1];
    measured = end_interval(now, visits_of(interval), &rss); /* the interval that ends here is inside the phase */
    mw_observe_close(&interval->window);
    if (mw_phase_table_is_reusable(interval->phase))
        keep_user(interval, rss);
    mw_phases_close(interval, &mw_rank.journal.phases[interval->phase], now, measured, rss);
    set_depth(user_depth - 1);
    pass_to_heap(measured ? rss : 0);
    mw_phases_open_between(MW_PHASE_BETWEEN, 0, now, measured, rss);
}

void mw_phases_end(const char *name, const struct mw_timestamp *now)
{
    int level = recorded_depth() - 1;

    if (user_depth > MW_PHASES_NESTED || !name) {
        end_innermost(now);
        return;
    }
    while (level >= 0 && strncmp(names[level], name, sizeof(names[level]) - 1))
        level--;
    while (level >= 0 && user_depth > level)
        end_innermost(now);
}

void mw_phases_end_all(const struct mw_timestamp *now)
{
    while (user_depth)
        end_innermost(now);
}

void mw_phases_after_finalize(const struct mw_timestamp *now, bool measured, uint64_t rss)
{
    uint32_t from = mw_phases.between.from;

    mw_phases_open_between(MW_PHASE_END, from, now, measured, rss);
}

void mw_phases_exit(const struct mw_timestamp *now, uint64_t rss)
{
    finish_run(now, true, rss);
    close_between(0, now, true, rss);
}
