/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/snapshots.h"

#define SLACK (1u << 20)

/* A new window: what is there now is its highest total so far. */
static void begin_window(struct mw_heap_snapshots *snapshots, struct mw_heap_snapshot *candidate, uint64_t now_ns)
{
    candidate->total = snapshots->total;
    candidate->ns = now_ns;
    candidate->live = 1;
}

void mw_heap_snapshots_start(struct mw_heap_snapshots *snapshots, struct mw_heap_snapshot *moments)
{
    *snapshots = (struct mw_heap_snapshots){
        .moments = moments,
        .slack = SLACK,
        .pairs = {{.first = MW_HEAP_AT_PEAK, .best = MW_HEAP_AT_PEAK},
                  {.first = MW_HEAP_PHASE_PEAK, .best = MW_HEAP_PHASE_PEAK}},
    };
    for (int p = 0; p < 2; p++)
        begin_window(snapshots, &moments[mw_heap_snapshots_candidate(&snapshots->pairs[p])], 0);
}

/* The rise of the mark that counts. */
static uint64_t slack_of(const struct mw_heap_snapshots *snapshots, const struct mw_heap_pair *pair)
{
    return snapshots->slack + pair->adopted / 64;
}

bool mw_heap_snapshots_is_rise(const struct mw_heap_snapshots *snapshots, int number, uint64_t mark)
{
    const struct mw_heap_pair *pair = &snapshots->pairs[number];

    return mark > pair->floor && (!pair->adopted || mark > pair->adopted + slack_of(snapshots, pair));
}

bool mw_heap_snapshots_may_be_peak(const struct mw_heap_snapshots *snapshots, uint64_t uncounted, uint64_t mark)
{
    for (int p = 0; p < 2; p++) {
        const struct mw_heap_pair *pair = &snapshots->pairs[p];
        uint64_t quarter = slack_of(snapshots, pair) / 4;
        if (!pair->adopted || snapshots->total >= pair->best_total ||
            snapshots->total + uncounted > pair->best_total + quarter || mark > pair->adopted + 2 * quarter)
            return true;
    }
    return false;
}

static void adopt(struct mw_heap_snapshots *snapshots, struct mw_heap_pair *pair, uint64_t mark)
{
    uint32_t candidate = mw_heap_snapshots_candidate(pair);

    pair->adopted = mark;
    pair->best_total = snapshots->moments[candidate].total;
    pair->best = candidate;
    mw_heap_snapshots_freeze(&snapshots->moments[candidate]);
}

static bool mark_pair(struct mw_heap_snapshots *snapshots, int number, uint64_t mark, uint64_t now_ns)
{
    struct mw_heap_pair *pair = &snapshots->pairs[number];
    uint32_t candidate = mw_heap_snapshots_candidate(pair);
    bool rises = mark > pair->floor && mark > pair->adopted;
    bool adopts = rises && (mw_heap_snapshots_is_rise(snapshots, number, mark) ||
                            snapshots->moments[candidate].total >= pair->best_total);

    if (adopts)
        adopt(snapshots, pair, mark);
    begin_window(snapshots, &snapshots->moments[mw_heap_snapshots_candidate(pair)], now_ns);
    return adopts;
}

bool mw_heap_snapshots_mark(struct mw_heap_snapshots *snapshots, uint64_t mark, uint64_t now_ns)
{
    mark_pair(snapshots, MW_HEAP_PHASE, mark, now_ns);
    return mark_pair(snapshots, MW_HEAP_RUN, mark, now_ns);
}

void mw_heap_snapshots_begin_phase(struct mw_heap_snapshots *snapshots, uint64_t rss, uint64_t mark, uint64_t now_ns)
{
    struct mw_heap_pair *pair = &snapshots->pairs[MW_HEAP_PHASE];
    struct mw_heap_snapshot *candidate = &snapshots->moments[mw_heap_snapshots_candidate(pair)];

    begin_window(snapshots, candidate, now_ns);
    adopt(snapshots, pair, rss);
    pair->floor = mark;
    begin_window(snapshots, &snapshots->moments[mw_heap_snapshots_candidate(pair)], now_ns);
}
