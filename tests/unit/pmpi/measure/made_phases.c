/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/measure/made_phases.h"

#include "pmpi/measure/exchanges.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_rank mw_rank;
uint64_t made_now_ns;

struct mw_timestamp made_later(void)
{
    made_now_ns += MADE_STEP_NS;
    return (struct mw_timestamp){made_now_ns, made_now_ns, true};
}

void made_start(bool exact)
{
    memset(&mw_phases, 0, sizeof(mw_phases));
    mw_rank.journal.state->tick_ns = 1000000;
    made_now_ns = MADE_FIRST_NS;
    made_meter_start(100 * MIB);
    mw_governor_start(made_now_ns, 0, exact);
    mw_observe_start(made_now_ns);
    mw_phases_start(made_now_ns);
    mw_exchanges_start();
}

int made_set_up(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    made_start(true);
    return 0;
}

int made_tear_down(void **state)
{
    free(*state);
    return 0;
}

uint32_t made_used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_PHASE);
}

const struct mw_phase *made_find(uint32_t kind, uint32_t parent, uint32_t from, uint32_t to, const char *name)
{
    const struct mw_phase *found = NULL;

    for (uint32_t i = 0; i < made_used(); i++) {
        const struct mw_phase *p = &mw_rank.journal.phases[i];
        if (p->kind != kind || p->parent != parent || p->from_site != from || p->to_site != to || strcmp(p->name, name))
            continue;
        assert_null(found);
        found = p;
    }
    return found;
}

const struct mw_phase *made_between(uint32_t from, uint32_t to)
{
    return made_find(MW_PHASE_BETWEEN, 0, from, to, "");
}

const struct mw_phase *made_named(const char *name, const struct mw_phase *parent)
{
    return made_find(MW_PHASE_USER, parent ? (uint32_t)(parent - mw_rank.journal.phases) + 1 : 0, 0, 0, name);
}

void made_enter(uint32_t site)
{
    struct mw_timestamp now = made_later();

    mw_phases_enter_measured_call(site, &now, mw_observe(now.ns, 0));
}

void made_leave(uint32_t site, int64_t grown)
{
    struct mw_timestamp now = made_later();

    mw_phases_leave_measured_call(site, &now, mw_observe(now.ns, site + 1), grown);
}

void made_call(uint32_t site)
{
    made_enter(site);
    made_leave(site, 0);
}

void made_begin(const char *name)
{
    struct mw_timestamp now = made_later();

    mw_phases_begin(name, &now);
}

void made_end(const char *name)
{
    struct mw_timestamp now = made_later();

    mw_phases_end(name, &now);
}

void made_end_all(void)
{
    struct mw_timestamp now = made_later();

    mw_phases_end_all(&now);
}

const struct mw_phase *made_open_phase(void)
{
    uint32_t phase = mw_rank.journal.state->phase;

    return phase ? &mw_rank.journal.phases[phase - 1] : NULL;
}
