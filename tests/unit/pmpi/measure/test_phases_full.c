/* SPDX-License-Identifier: MIT */
/* More phases than entries: which of them keep theirs. */
#include "pmpi/measure/phase_table.h"
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"
#include "tests/unit/pmpi/measure/made_phases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void fill_the_table(void)
{
    char name[32];

    for (int i = 0; i < 2 * MW_RECORD_PHASES; i++) {
        made_begin((snprintf(name, sizeof(name), "task %d", i), name));
        made_end(NULL);
    }
    assert_true(mw_rank.journal.cost->lost_phases > 0);
}

static void a_heavy_visit_keeps_an_entry(void **state)
{
    const struct mw_phase *phase;
    uint64_t lost;

    (void)state;
    fill_the_table();
    lost = mw_rank.journal.cost->lost_phases;
    made_begin("heavy");
    assert_string_equal(made_open_phase()->name, "heavy");
    made_meter_peak(5000 * MIB);
    made_end("heavy");
    phase = &mw_rank.journal.phases[mw_rank.journal.state->peak_phase - 1];
    assert_string_equal(phase->name, "heavy");
    assert_false(mw_phase_table_is_reusable((uint32_t)(phase - mw_rank.journal.phases)));
    assert_int_equal(phase->visits, 1);
    assert_int_equal(phase->peak, 5000 * MIB);
    assert_int_equal(mw_rank.journal.cost->lost_phases, lost); /* the interval inside was lost, too */
    made_begin("heavy");
    assert_ptr_equal(made_open_phase(), phase);
}

/* Each open phase has its name, and no other gets its entry while it is open. */
static void open_phases_keep_their_names(void **state)
{
    char name[48];

    (void)state;
    fill_the_table();
    for (int turn = 0; turn < 50; turn++) {
        const struct mw_phase *opened[MW_PHASES_NESTED];
        for (int i = 0; i < MW_PHASES_NESTED; i++) {
            made_begin((snprintf(name, sizeof(name), "turn %d level %d", turn, i), name));
            opened[i] = made_open_phase();
        }
        for (int i = MW_PHASES_NESTED - 1; i >= 0; i--) {
            snprintf(name, sizeof(name), "turn %d level %d", turn, i);
            assert_ptr_equal(made_open_phase(), opened[i]);
            assert_string_equal(opened[i]->name, name);
            made_end(name);
        }
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_heavy_visit_keeps_an_entry),
        TEST(open_phases_keep_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
