/* SPDX-License-Identifier: MIT */
/* What the line of --live says of a rank: from its journal as it is, and without memory, since the job runs. */
#include "launcher/run/live.h"

#include "collector/journal/journal.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PID 5003

/* The journal of rank 3 in a call and in a phase, after `change`; what is said of it without memory. */
static const char *describe(void (*change)(struct mw_journal *journal))
{
    static char text[256];
    const struct mw_view_process process = {.pid = PID, .rss_last = 412 * MIB};
    struct synthetic_dir dir;
    struct mw_journal journal;

    synthetic_make(&dir);
    synthetic_journal(&journal, 3, 4);
    synthetic_site(&journal, "MPI_Init", 0, 1);
    journal.state->in_site = synthetic_site(&journal, "MPI_Allreduce", 4, 2);
    journal.state->phase = synthetic_phase(&journal, MW_PHASE_USER, "solve", 0, 1, 2, MIB);
    if (change)
        change(&journal);
    synthetic_write(&journal, &dir);
    no_memory_begin();
    mw_live_describe(text, sizeof(text), dir.fd, "node01", &process);
    no_memory_end();
    synthetic_free(&journal);
    synthetic_remove(&dir);
    return text;
}

static void a_rank_in_a_call(void **state)
{
    (void)state;
    assert_string_equal(describe(NULL), "rank 3 412.0 MiB in MPI_Allreduce, \"solve\"");
}

static void leave_all(struct mw_journal *journal)
{
    journal->state->in_site = journal->state->phase = 0;
}

static void a_rank_outside(void **state)
{
    (void)state;
    assert_string_equal(describe(leave_all), "rank 3 412.0 MiB");
}

static void forget_rank(struct mw_journal *journal)
{
    journal->ident->rank = -1;
}

static void before_mpi_init_has_returned(void **state)
{
    (void)state;
    assert_string_equal(describe(forget_rank), "pid 5003 412.0 MiB");
}

/* Indices that are not in the tables, and names without an end. */
static void point_outside(struct mw_journal *journal)
{
    journal->state->in_site = 3;
    journal->state->phase = UINT32_MAX;
}

static void fill_names(struct mw_journal *journal)
{
    memset(journal->sites[1].call, 'c', sizeof(journal->sites[1].call));
    memset(journal->phases[0].name, 'p', sizeof(journal->phases[0].name));
}

static void a_damaged_journal(void **state)
{
    const char *text = describe(point_outside);

    (void)state;
    assert_string_equal(text, "rank 3 412.0 MiB");
    text = describe(fill_names);
    assert_int_equal(strspn(strchr(text, 'c'), "c"), sizeof(((struct mw_site *)NULL)->call));
    assert_int_equal(strspn(strchr(text, 'p'), "p"), sizeof(((struct mw_phase *)NULL)->name));
}

static void without_a_journal(void **state)
{
    const struct mw_view_process process = {.pid = PID + 1, .rss_last = MIB};
    struct synthetic_dir dir;
    char text[100];

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, "journal-0000000000001234-node01-5004", "no journal", 10);
    mw_live_describe(text, sizeof(text), dir.fd, "node01", &process);
    assert_string_equal(text, "pid 5004 1.0 MiB");
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rank_in_a_call),
        cmocka_unit_test(a_rank_outside),
        cmocka_unit_test(before_mpi_init_has_returned),
        cmocka_unit_test(a_damaged_journal),
        cmocka_unit_test(without_a_journal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
