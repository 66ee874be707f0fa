/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/governor.h"

#include "pmpi/base/clear.h"
#include "pmpi/measure/estimate.h"
#include "pmpi/measure/meter.h"
#include "pmpi/rank/rank.h"

#include <string.h>

/* Initial budget, so that short runs are measured completely. */
#define CREDIT_NS 20000000ULL
/* The first calls of every site are always measured, so that a rare call is never missed. */
#define FIRST_CALLS 4
#define FIRST_VISITS 16
#define WATCHED_CALLS 16 /* doubled each time, for rare spikes */
#define WATCHED_CALLS_MAX 4096

struct mw_governor mw_governor;

static uint64_t start_ns;
static uint64_t budget; /* millionths */
static uint64_t spent_ns;
static bool stopped;
/* Cost of one boundary, by the kernel queries made. */
static struct mw_estimate call_cost[MW_METER_QUERIES], phase_cost[MW_METER_QUERIES];
static uint16_t watch_length[MW_RECORD_SITES];

/* Initial estimate of the cost of a boundary. */
#define INITIAL_NS 5000
/* A boundary takes up to this many times the typical time without a preemption. */
#define OUTLIER_FACTOR 8

/* Updates the time from which the budget allows two more boundaries. */
static void update_affordable(uint64_t typical_ns)
{
    uint64_t wanted = spent_ns + 2 * typical_ns;

    if (stopped)
        mw_governor.affordable_ns = UINT64_MAX;
    else if (wanted <= CREDIT_NS)
        mw_governor.affordable_ns = 0;
    else
        mw_governor.affordable_ns = budget ? start_ns + (wanted - CREDIT_NS) / budget * 1000000 : UINT64_MAX;
}

void mw_governor_start(uint64_t now, uint32_t budget_ppm, bool exact)
{
    start_ns = now;
    budget = budget_ppm;
    mw_governor.first_calls = exact ? UINT64_MAX : FIRST_CALLS;
    spent_ns = 0;
    for (unsigned queries = 0; queries < MW_METER_QUERIES; queries++)
        call_cost[queries].typical_ns = phase_cost[queries].typical_ns = INITIAL_NS;
    update_affordable(INITIAL_NS);
}

bool mw_governor_allows_phase(uint64_t now, uint64_t visits)
{
    return !stopped && (mw_governor.first_calls == UINT64_MAX || visits < FIRST_VISITS || now >= mw_governor.affordable_ns);
}

static void charge(struct mw_estimate *estimate, uint64_t ns)
{
    if (stopped)
        return;
    spent_ns += mw_estimate_charge(estimate, ns, OUTLIER_FACTOR);
    mw_rank.journal.cost->measure_ns = spent_ns;
    update_affordable(estimate->typical_ns);
}

void mw_governor_spent(uint64_t ns, unsigned queries)
{
    charge(&call_cost[queries % MW_METER_QUERIES], ns);
}

void mw_governor_spent_on_phase(uint64_t ns, unsigned queries)
{
    charge(&phase_cost[queries % MW_METER_QUERIES], ns);
}

void mw_governor_stop(void)
{
    stopped = true;
    mw_governor.first_calls = 0;
    mw_clear(mw_governor.watched, sizeof(mw_governor.watched));
    update_affordable(INITIAL_NS);
}

void mw_governor_watch_for(uint32_t site, uint16_t calls)
{
    if (!stopped)
        mw_governor.watched[site] = calls;
}

void mw_governor_watch(uint32_t site)
{
    if (stopped)
        return;
    if (!watch_length[site])
        watch_length[site] = WATCHED_CALLS;
    else if (watch_length[site] < WATCHED_CALLS_MAX)
        watch_length[site] = (uint16_t)(2 * watch_length[site]);
    mw_governor.watched[site] = watch_length[site];
}
