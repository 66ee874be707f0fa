/* SPDX-License-Identifier: MIT */
#include "collector/journal/heap_amounts.h"

const struct mw_heap_snapshot *mw_heap_amounts_peak(const struct mw_heap_state *state)
{
    return &state->snapshots[state->best];
}

bool mw_heap_amounts_is_now(const struct mw_heap_state *state, const struct mw_heap_amount *amount)
{
    const struct mw_heap_snapshot *peak = mw_heap_amounts_peak(state);

    return peak->live || amount->epoch[state->best] != peak->epoch;
}

uint64_t mw_heap_amounts_at_peak(const struct mw_heap_state *state, const struct mw_heap_amount *amount)
{
    if (!state->adopted)
        return 0;
    return mw_heap_amounts_is_now(state, amount) ? amount->held : amount->at[state->best];
}

double mw_heap_amounts_variance(const struct mw_heap_site *site)
{
    double kib = 1024.0;

    return site->allocated ? (double)site->variance_kib * kib * kib / (double)site->allocated : 0;
}
