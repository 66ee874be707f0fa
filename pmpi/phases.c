/* SPDX-License-Identifier: MIT */
#include "pmpi/phases.h"

#include "collector/record.h"
#include "pmpi/governor.h"
#include "pmpi/moment.h"
#include "pmpi/observe.h"
#include "pmpi/rank.h"

#include <string.h>

struct mw_phases mw_phases;

static struct mw_stretch user[MW_PHASES_NESTED];
static int user_depth; /* may exceed MW_PHASES_NESTED: deeper ones are not recorded */

/* Phase index + 1 by key; open addressing. Twice the room of the table, so there is always an empty slot. */
#define SLOTS (2 * MW_RECORD_PHASES)
static uint16_t slots[SLOTS];

static int recorded_depth(void)
{
    return user_depth < MW_PHASES_NESTED ? user_depth : MW_PHASES_NESTED;
}

static void set_depth(int depth)
{
    user_depth = depth;
    mw_phases.innermost = recorded_depth() ? user[recorded_depth() - 1].phase + 1 : 0;
}

static unsigned hash_key(const struct mw_phase *key)
{
    uint64_t hash = ((uint64_t)key->kind << 48 ^ (uint64_t)key->parent << 32 ^ (uint64_t)key->from_site << 16 ^
                     key->to_site) *
                    0x9E3779B97F4A7C15ULL;

    for (const char *c = key->name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3ULL;
    return (unsigned)(hash >> 40) % SLOTS;
}

static bool same_key(const struct mw_phase *a, const struct mw_phase *b)
{
    return a->kind == b->kind && a->parent == b->parent && a->from_site == b->from_site &&
           a->to_site == b->to_site && !strcmp(a->name, b->name);
}

/* Index of the phase with this key; the last entry stands for all that came when the table was full. */
static uint32_t find_phase(const struct mw_phase *key)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t used = mw_journal_used(journal, MW_SECTION_PHASE);
    unsigned slot = hash_key(key);

    for (; slots[slot]; slot = (slot + 1) % SLOTS)
        if (same_key(&journal->phases[slots[slot] - 1], key))
            return slots[slot] - 1u;
    if (used >= MW_RECORD_PHASES - 1) {
        journal->cost->lost_phases++;
        if (used == MW_RECORD_PHASES - 1) {
            journal->phases[used] = (struct mw_phase){.kind = MW_PHASE_BETWEEN, .name = "(other phases)"};
            mw_journal_publish(journal, MW_SECTION_PHASE, used);
        }
        return MW_RECORD_PHASES - 1;
    }
    journal->phases[used] = *key;
    slots[slot] = (uint16_t)(used + 1);
    mw_journal_publish(journal, MW_SECTION_PHASE, used);
    return used;
}

/* Keeps the end of a visit that was measured, evenly spread over all of them: when there is no more room every second one
 * goes. It tells later whether the phase leaves ever more memory behind. */
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
        phase->visit_stride *= 2; /* this one is due in the new stride, too: it follows an even number of kept ones */
    }
    phase->kept[phase->visit_count] =
        (struct mw_visit){(uint32_t)phase->visits, kib < UINT32_MAX ? (uint32_t)kib : UINT32_MAX};
    phase->visit_count++;
}

void mw_phases_note(const struct mw_stretch *stretch, struct mw_phase *phase, const struct mw_moment *now, bool measured,
                    uint64_t rss)
{
    if (stretch->measured && !phase->entry_rss)
        phase->entry_rss = stretch->entry_rss;
    if (measured)
        phase->exit_rss = rss;
    if (measured && stretch->measured) {
        phase->measured++;
        phase->growth += (int64_t)(rss - stretch->entry_rss);
        phase->growth_mpi += stretch->grown_mpi;
        keep_visit(phase, rss);
    }
    if (phase->coarse_peak < stretch->window.coarse_peak)
        phase->coarse_peak = stretch->window.coarse_peak;
    if (phase->peak < stretch->window.peak) {
        phase->peak = stretch->window.peak;
        phase->peak_ns = now->ns;
        phase->peak_visit = phase->visits;
    }
}

void mw_phases_find(uint32_t to)
{
    const struct mw_stretch *between = &mw_phases.between;
    struct mw_phase key = {
        .kind = between->kind, .parent = mw_phases.innermost, .from_site = between->from, .to_site = to};
    uint32_t index = find_phase(&key);
    struct mw_phase *phase = &mw_rank.journal.phases[index];

    if (!phase->first_ns)
        phase->first_ns = between->begin.ns;
    mw_phases.recent[to] = (uint16_t)(index + 1);
}

static void close_between(uint32_t to, const struct mw_moment *now, bool measured, uint64_t rss)
{
    struct mw_state *state = mw_rank.journal.state;
    uint64_t begin_ns = mw_phases.between.begin.ns;

    if (!mw_phases.between.open)
        return;
    mw_phases_close_between(to, now, measured, rss);
    if (state->peak_ns >= begin_ns && !state->peak_phase && !state->peak_site && !state->peak_shared)
        state->peak_phase = mw_phases.recent[to]; /* an observation in it saw the highest peak so far */
}

void mw_phases_start(uint64_t process_start_ns)
{
    struct mw_moment start = {process_start_ns, process_start_ns, true};

    set_depth(0);
    memset(slots, 0, sizeof(slots));
    mw_observe_open(&mw_phases.between.window, false);
    mw_phases_open_between(MW_PHASE_START, 0, &start, false, 0);
    mw_phases.between.window.exact = true; /* the first reading is the mark since exec: all of it belongs here */
}

void mw_phases_enter_measured_call(uint32_t site, const struct mw_moment *now, uint64_t rss)
{
    close_between(site + 1, now, true, rss);
}

void mw_phases_leave_measured_call(uint32_t site, const struct mw_moment *now, uint64_t rss, int64_t grown)
{
    for (int i = 0; i < recorded_depth(); i++)
        user[i].grown_mpi += grown;
    mw_phases_open_between(MW_PHASE_BETWEEN, site + 1, now, true, rss);
}

/* A boundary that the program sets itself. Returns whether it was observed. */
static bool cut(const struct mw_moment *now, uint64_t visits, uint64_t *rss)
{
    bool measured = mw_governor_allows_phase(now->ns, visits);

    if (measured)
        *rss = mw_observe(now->ns, 0);
    else
        mw_observe_skipped();
    close_between(0, now, measured, *rss);
    return measured;
}

void mw_phases_begin(const char *name, const struct mw_moment *now)
{
    struct mw_phase key = {.kind = MW_PHASE_USER, .parent = mw_phases.innermost};
    struct mw_stretch *stretch;
    struct mw_phase *phase;
    uint64_t rss = 0;
    bool measured;

    if (user_depth >= MW_PHASES_NESTED) {
        user_depth++;
        return;
    }
    stretch = &user[user_depth];
    strncpy(key.name, name, sizeof(key.name) - 1);
    stretch->phase = find_phase(&key);
    phase = &mw_rank.journal.phases[stretch->phase];
    measured = cut(now, phase->visits, &rss); /* the stretch that ends here lies outside the new phase */
    mw_observe_open(&stretch->window, measured);
    mw_phases_open(stretch, now, measured, rss);
    if (!phase->first_ns)
        phase->first_ns = now->ns;
    phase->last_ns = now->ns;
    set_depth(user_depth + 1);
    mw_rank.journal.state->phase = mw_phases.innermost;
    mw_phases_open_between(MW_PHASE_BETWEEN, 0, now, measured, rss);
}

static void end_innermost(const struct mw_moment *now)
{
    struct mw_stretch *stretch;
    uint64_t rss = 0;
    bool measured;

    if (user_depth == 0 || user_depth > MW_PHASES_NESTED) {
        user_depth -= user_depth > 0;
        return;
    }
    stretch = &user[user_depth - 1];
    measured = cut(now, mw_rank.journal.phases[stretch->phase].visits, &rss); /* the stretch that ends here lies inside */
    mw_observe_close(&stretch->window);
    mw_phases_close(stretch, &mw_rank.journal.phases[stretch->phase], now, measured, rss);
    set_depth(user_depth - 1);
    mw_rank.journal.state->phase = mw_phases.innermost;
    mw_phases_open_between(MW_PHASE_BETWEEN, 0, now, measured, rss);
}

void mw_phases_end(const char *name, const struct mw_moment *now)
{
    int level = recorded_depth() - 1;

    if (user_depth > MW_PHASES_NESTED || !name) {
        end_innermost(now);
        return;
    }
    while (level >= 0 &&
           strncmp(mw_rank.journal.phases[user[level].phase].name, name, sizeof(((struct mw_phase *)0)->name) - 1))
        level--;
    while (level >= 0 && user_depth > level)
        end_innermost(now);
}

void mw_phases_end_all(const struct mw_moment *now)
{
    while (user_depth)
        end_innermost(now);
}

void mw_phases_after_finalize(const struct mw_moment *now, bool measured, uint64_t rss)
{
    uint32_t from = mw_phases.between.from;

    mw_phases_open_between(MW_PHASE_END, from, now, measured, rss);
}

void mw_phases_exit(const struct mw_moment *now, uint64_t rss)
{
    close_between(0, now, true, rss);
}
