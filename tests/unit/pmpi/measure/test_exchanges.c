/* SPDX-License-Identifier: MIT */
/* How runs of messages become phases. A call is a letter, its site is that letter's number. */
#include "pmpi/measure/exchanges.h"

#include "tests/unit/pmpi/measure/made_phases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Letters of the calls by their step; every other one is a collective. */
#define BEGINS "isp"     /* MPI_Irecv, MPI_Isend */
#define BLOCKING "abcdr" /* MPI_Sendrecv */
#define PROBES "q"
#define ENDS "wx" /* MPI_Waitall */
#define INSIDE "z"
#define OTHER "o"

static unsigned step_of(char letter)
{
    return strchr(BEGINS, letter)     ? MW_STEP_BEGIN
           : strchr(BLOCKING, letter) ? MW_STEP_BOTH
           : strchr(PROBES, letter)   ? MW_STEP_PROBE
           : strchr(ENDS, letter)     ? MW_STEP_END
           : strchr(INSIDE, letter)   ? MW_STEP_INSIDE
           : strchr(OTHER, letter)    ? MW_STEP_OTHER
                                      : MW_STEP_COLLECTIVE;
}

static void enter(char letter)
{
    struct mw_timestamp now = made_later();

    mw_exchanges_enter(step_of(letter), (uint32_t)letter, &now, true, mw_observe(now.ns, 0));
}

static void leave(char letter, int64_t grown)
{
    struct mw_timestamp now = made_later();

    mw_exchanges_leave(step_of(letter), (uint32_t)letter, &now, true, mw_observe(now.ns, (uint32_t)letter + 1), grown);
}

static void calls(const char *letters)
{
    for (; *letters; letters++) {
        enter(*letters);
        leave(*letters, 0);
    }
}

static void rounds(int n, const char *letters)
{
    for (int i = 0; i < n; i++)
        calls(letters);
}

static const struct mw_phase *of(uint32_t kind, char from, char to)
{
    return made_find(kind, 0, (uint32_t)from + 1, (uint32_t)to + 1, "");
}

static uint64_t visits(uint32_t kind, char from, char to)
{
    const struct mw_phase *phase = of(kind, from, to);

    return phase ? phase->visits : 0;
}

#define EXCHANGE(from, to) visits(MW_PHASE_EXCHANGE, from, to)
#define BETWEEN(from, to) visits(MW_PHASE_BETWEEN, from, to)

static void a_halo_is_one_exchange(void **state)
{
    (void)state;
    calls("A");
    rounds(10, "iiiissssw");
    calls("A");
    assert_int_equal(EXCHANGE('i', 'w'), 10);
    assert_int_equal(BETWEEN('w', 'i'), 9);
    assert_int_equal(BETWEEN('A', 'i'), 1);
    assert_int_equal(BETWEEN('w', 'A'), 1);
    assert_int_equal(made_used(), 5); /* and the start */
}

static void several_completions_are_one_end(void **state)
{
    (void)state;
    rounds(3, "isiswwxx");
    assert_int_equal(EXCHANGE('i', 'x'), 2); /* the third is still open */
    calls("A");
    assert_int_equal(EXCHANGE('i', 'x'), 3);
    assert_int_equal(made_used(), 4);
}

static void blocking_calls_are_one_until_the_next_round(void **state)
{
    (void)state;
    calls("A");
    rounds(5, "abcd");
    calls("A");
    assert_int_equal(EXCHANGE('a', 'd'), 5);
    assert_int_equal(BETWEEN('d', 'a'), 4);
    rounds(3, "a"); /* the same line again: nothing but that */
    calls("A");
    assert_int_equal(EXCHANGE('a', 'a'), 3);
    assert_int_equal(BETWEEN('a', 'a'), 2);
}

static void blocking_calls_in_an_open_exchange_belong_to_it(void **state)
{
    (void)state;
    rounds(4, "iaw");
    calls("A");
    assert_int_equal(EXCHANGE('i', 'w'), 4);
    assert_int_equal(made_used(), 4); /* start, exchange, w-i, w-A */
}

static void polling_is_one_exchange(void **state)
{
    (void)state;
    calls("A");
    rounds(3, "qqqqqqr");
    calls("A");
    assert_int_equal(EXCHANGE('q', 'r'), 3);
    calls("iwwwwww");
    calls("A");
    assert_int_equal(EXCHANGE('i', 'w'), 1);
}

static void other_boundaries_end_it(void **state)
{
    (void)state;
    calls("isAwAisow");
    calls("A");
    assert_int_equal(EXCHANGE('i', 's'), 2);
    assert_int_equal(EXCHANGE('w', 'w'), 2);
    assert_int_equal(BETWEEN('A', 'w'), 1);
    assert_int_equal(BETWEEN('o', 'w'), 1);
}

static void a_call_that_begins_nothing_is_not_seen(void **state)
{
    (void)state;
    calls("AzA");
    calls("iszwA");
    assert_int_equal(BETWEEN('A', 'A'), 1);
    assert_int_equal(EXCHANGE('i', 'w'), 1);
    assert_null(of(MW_PHASE_BETWEEN, 'A', 'z'));
}

/* What the program does between the calls is inside, what it does afterwards is not. */
static void memory_inside_and_after(void **state)
{
    const struct mw_phase *exchange, *after;

    (void)state;
    calls("Ais");
    made_meter_peak(500 * MIB);
    made_meter_set(120 * MIB);
    enter('w');
    made_meter_set(121 * MIB);
    leave('w', MIB);
    made_meter_peak(700 * MIB);
    made_meter_set(150 * MIB);
    calls("A");
    exchange = of(MW_PHASE_EXCHANGE, 'i', 'w');
    after = of(MW_PHASE_BETWEEN, 'w', 'A');
    assert_int_equal(exchange->peak, 500 * MIB);
    assert_int_equal(exchange->growth, 21 * (int64_t)MIB);
    assert_int_equal(exchange->growth_mpi, MIB);
    assert_int_equal(exchange->coarse_peak, 0);
    assert_int_equal(after->peak, 700 * MIB);
    assert_int_equal(after->growth, 29 * (int64_t)MIB);
    assert_int_equal(mw_rank.journal.state->peak_phase, after - mw_rank.journal.phases + 1);
}

/* A second MPI_Wait: what was between the two turns out to be inside. */
static void memory_between_two_completions(void **state)
{
    const struct mw_phase *exchange;

    (void)state;
    calls("Aisw");
    made_meter_peak(700 * MIB);
    calls("xA");
    exchange = of(MW_PHASE_EXCHANGE, 'i', 'x');
    assert_int_equal(exchange->peak, 700 * MIB);
    assert_int_equal(mw_rank.journal.state->peak_phase, exchange - mw_rank.journal.phases + 1);
}

static void a_named_phase_ends_it(void **state)
{
    const struct mw_phase *named;

    (void)state;
    calls("is");
    made_begin("solve");
    calls("iswA");
    made_end("solve");
    named = made_named("solve", NULL);
    assert_int_equal(EXCHANGE('i', 's'), 1);
    assert_non_null(made_find(MW_PHASE_EXCHANGE, (uint32_t)(named - mw_rank.journal.phases) + 1, 'i' + 1, 'w' + 1, ""));
}

static void only_collectives_by_option(void **state)
{
    (void)state;
    mw_exchanges_by_collectives(true);
    calls("AiswoaA");
    enter('a');
    made_meter_set(110 * MIB);
    leave('a', 10 * (int64_t)MIB);
    calls("A");
    mw_exchanges_by_collectives(false);
    assert_int_equal(made_used(), 2);
    assert_int_equal(BETWEEN('A', 'A'), 2);
    assert_int_equal(of(MW_PHASE_BETWEEN, 'A', 'A')->growth_mpi, 10 * (int64_t)MIB);
}

#define PHASE_TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PHASE_TEST(a_halo_is_one_exchange),
        PHASE_TEST(several_completions_are_one_end),
        PHASE_TEST(blocking_calls_are_one_until_the_next_round),
        PHASE_TEST(blocking_calls_in_an_open_exchange_belong_to_it),
        PHASE_TEST(polling_is_one_exchange),
        PHASE_TEST(other_boundaries_end_it),
        PHASE_TEST(a_call_that_begins_nothing_is_not_seen),
        PHASE_TEST(memory_inside_and_after),
        PHASE_TEST(memory_between_two_completions),
        PHASE_TEST(a_named_phase_ends_it),
        PHASE_TEST(only_collectives_by_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
