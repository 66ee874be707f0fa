/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/measure/made_windows.h"

#include "pmpi/measure/governor.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/timeline.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_rank mw_rank;
struct made_added made_added;
unsigned made_watched[MW_RECORD_SITES];

void mw_timeline_add(uint64_t from_ns, uint64_t to_ns, uint64_t peak, uint64_t rss)
{
    made_added.from = from_ns;
    made_added.to = to_ns;
    made_added.peak = peak;
    made_added.rss = rss;
    made_added.count++;
}

void mw_governor_watch(uint32_t site)
{
    made_watched[site]++;
}

int made_set_up(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    memset(made_watched, 0, sizeof(made_watched));
    memset(&made_added, 0, sizeof(made_added));
    made_meter_start(100 * MIB);
    mw_observe_start(1000);
    return 0;
}

int made_tear_down(void **state)
{
    free(*state);
    return 0;
}

const struct mw_state *made_state(void)
{
    return mw_rank.journal.state;
}
