/* SPDX-License-Identifier: MIT */
/* The program's phases: they nest, and a name ends the phase that it began with all that is inside. */
#include "pmpi/measure/governor.h"
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_heap_link.h"
#include "tests/unit/pmpi/measure/made_meter.h"
#include "tests/unit/pmpi/measure/made_phases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void phases_nest(void **state)
{
    const struct mw_phase *outer, *inner;

    (void)state;
    made_call(0);
    made_begin("outer");
    outer = made_open_phase();
    made_meter_set(110 * MIB);
    for (int i = 0; i < 3; i++) {
        made_begin("inner");
        inner = made_open_phase();
        assert_ptr_equal(inner, made_named("inner", outer));
        made_enter(4);
        made_meter_peak((200 + 10 * (uint64_t)i) * MIB);
        made_meter_set((113 + 3 * (uint64_t)i) * MIB);
        made_leave(4, 3 * (int64_t)MIB);
        made_end("inner");
        assert_ptr_equal(made_open_phase(), outer);
    }
    made_end(NULL);
    assert_null(made_open_phase());
    outer = made_named("outer", NULL);
    inner = made_named("inner", outer);
    assert_int_equal(outer->visits, 1);
    assert_int_equal(inner->visits, 3);
    assert_int_equal(outer->growth, 19 * (int64_t)MIB);
    assert_int_equal(outer->growth_mpi, 9 * (int64_t)MIB);
    assert_int_equal(inner->growth, 9 * (int64_t)MIB);
    assert_int_equal(inner->growth_mpi, 9 * (int64_t)MIB);
    assert_int_equal(inner->peak, 220 * MIB);
    assert_int_equal(inner->peak_visit, 3);
    assert_int_equal(outer->peak, 220 * MIB);
    assert_int_equal(outer->time_ns, (3 * 4 + 1) * MADE_STEP_NS);
    assert_int_equal(inner->time_ns, 3 * 3 * MADE_STEP_NS);
    /* the intervals in it are its children */
    assert_int_equal(made_find(MW_PHASE_BETWEEN, (uint32_t)(inner - mw_rank.journal.phases) + 1, 0, 5, "")->visits, 3);
    assert_int_equal(made_find(MW_PHASE_BETWEEN, (uint32_t)(inner - mw_rank.journal.phases) + 1, 5, 0, "")->visits, 3);
    assert_int_equal(made_find(MW_PHASE_BETWEEN, (uint32_t)(outer - mw_rank.journal.phases) + 1, 0, 0, "")->visits, 4);
}

static void the_heap_library_knows_the_phases(void **state)
{
    uint64_t switches;

    (void)state;
    made_start(true);
    made_meter_set(30 * MIB);
    switches = made_heap_link.switches;
    made_begin("outer");
    assert_int_equal(made_heap_link.depth, 1);
    assert_int_equal(made_heap_link.innermost, mw_rank.journal.state->phase);
    assert_int_equal(made_heap_link.rss, 30 * MIB);
    assert_int_equal(made_heap_link.mark, 0); /* it was reset */
    made_begin("inner");
    assert_int_equal(made_heap_link.depth, 2);
    assert_int_equal(made_heap_link.innermost, mw_rank.journal.state->phase);
    made_end(NULL);
    assert_int_equal(made_heap_link.depth, 1);
    made_end(NULL);
    assert_int_equal(made_heap_link.depth, 0);
    assert_int_equal(made_heap_link.switches, switches + 4);
}

static void the_same_name_in_another_phase_is_another_phase(void **state)
{
    (void)state;
    made_begin("io");
    made_end("io");
    made_begin("step");
    made_begin("io");
    made_begin("io");
    made_end("io");
    made_end("io");
    made_end("step");
    assert_int_equal(made_named("io", NULL)->visits, 1);
    assert_int_equal(made_named("io", made_named("step", NULL))->visits, 1);
    assert_int_equal(made_named("io", made_named("io", made_named("step", NULL)))->visits, 1);
}

static void a_name_ends_all_that_is_inside(void **state)
{
    const struct mw_phase *a, *b, *c;

    (void)state;
    made_begin("a");
    a = made_open_phase();
    made_begin("b");
    b = made_open_phase();
    made_begin("c");
    c = made_open_phase();
    made_end("unknown");
    assert_ptr_equal(made_open_phase(), c);
    made_end("b");
    assert_ptr_equal(made_open_phase(), a);
    assert_int_equal(b->visits, 1);
    assert_int_equal(c->visits, 1);
    made_end("b"); /* is over */
    made_end("c");
    assert_ptr_equal(made_open_phase(), a);
    made_end("a");
    assert_null(made_open_phase());
    made_end("a");
    made_end(NULL);
    assert_null(made_open_phase());
    assert_int_equal(a->visits + b->visits + c->visits, 3);
}

static void of_two_with_one_name_the_inner_one_ends(void **state)
{
    (void)state;
    made_begin("a");
    made_begin("b");
    made_begin("a");
    made_end("a");
    assert_ptr_equal(made_open_phase(), made_named("b", made_named("a", NULL)));
    made_end("a");
    assert_null(made_open_phase());
}

static void end_all_ends_all(void **state)
{
    (void)state;
    made_begin("a");
    made_begin("b");
    for (int i = 0; i < MW_PHASES_NESTED; i++)
        made_begin("deep");
    made_end_all();
    assert_null(made_open_phase());
    assert_int_equal(mw_phases.innermost, 0);
    assert_int_equal(made_named("a", NULL)->visits, 1);
    made_begin("c"); /* at the top again */
    assert_ptr_equal(made_open_phase(), made_named("c", NULL));
}

static void deeper_ones_are_counted_but_not_recorded(void **state)
{
    const struct mw_phase *deepest;
    char name[24];
    uint32_t before;

    (void)state;
    for (int i = 0; i < MW_PHASES_NESTED; i++)
        made_begin((snprintf(name, sizeof(name), "level %d", i), name));
    deepest = made_open_phase();
    assert_string_equal(deepest->name, "level 15");
    before = made_used();
    for (int i = 0; i < 3; i++)
        made_begin("too deep");
    assert_int_equal(mw_rank.journal.cost->lost_nested, 3);
    assert_int_equal(made_used(), before);
    made_meter_peak(500 * MIB);
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(made_open_phase(), deepest);
        made_end("too deep");
    }
    assert_ptr_equal(made_open_phase(), deepest);
    assert_int_equal(deepest->visits, 0); /* still open */
    for (int i = MW_PHASES_NESTED - 1; i >= 0; i--)
        made_end((snprintf(name, sizeof(name), "level %d", i), name));
    assert_null(made_open_phase());
    assert_int_equal(deepest->visits, 1);
    assert_int_equal(deepest->peak, 500 * MIB);
}

static void long_names_are_cut_and_end_all_the_same(void **state)
{
    char name[200];

    (void)state;
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    made_begin(name);
    assert_int_equal(strlen(made_open_phase()->name), sizeof(made_open_phase()->name) - 1);
    made_end(name);
    assert_null(made_open_phase());
    made_begin("");
    assert_non_null(made_open_phase());
    made_end("");
    assert_null(made_open_phase());
}

/* A boundary inside the program is measured while the budget lasts, and the first visits always are. */
static void visits_that_were_not_measured_are_counted(void **state)
{
    const struct mw_phase *phase;

    (void)state;
    made_start(false);
    for (int i = 0; i < 100000 && mw_governor_allows(made_now_ns, 0, 100); i++)
        mw_governor_spent(5000, 0);
    assert_false(mw_governor_allows(made_now_ns, 0, 100));
    for (int i = 0; i < 40; i++) {
        made_begin("step");
        made_meter_peak((200 + (uint64_t)i) * MIB);
        made_end("step");
    }
    phase = made_named("step", NULL);
    assert_int_equal(phase->visits, 40);
    assert_int_equal(phase->measured, 16);
    assert_int_equal(phase->peak, 215 * MIB);
    mw_observe(made_later().ns, 0);
    assert_int_equal(phase->coarse_peak, 239 * MIB);
}

/* However often a phase was visited, there are entries for the windows of others. */
static void ended_phases_are_watched_no_longer(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * (MW_OBSERVE_CALLS + MW_OBSERVE_REQUESTS); i++) {
        made_begin("step");
        made_end("step");
    }
    made_begin("step");
    made_begin("inner");
    made_call(3);
    made_meter_peak(700 * MIB);
    made_call(3);
    made_end_all();
    assert_int_equal(made_named("inner", made_named("step", NULL))->peak, 700 * MIB);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(phases_nest),
        TEST(the_heap_library_knows_the_phases),
        TEST(the_same_name_in_another_phase_is_another_phase),
        TEST(a_name_ends_all_that_is_inside),
        TEST(of_two_with_one_name_the_inner_one_ends),
        TEST(end_all_ends_all),
        TEST(deeper_ones_are_counted_but_not_recorded),
        TEST(long_names_are_cut_and_end_all_the_same),
        TEST(visits_that_were_not_measured_are_counted),
        TEST(ended_phases_are_watched_no_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
