/* SPDX-License-Identifier: MIT */
/* Growth inside MPI calls: a bound of MPI's memory, and never a difference that other memory may have caused. */
#include "collector/model/in_mpi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define MIB (1ull << 20)

static struct mw_model_site sites[8];
static struct mw_model_rank rank;

static int set_up(void **state)
{
    (void)state;
    memset(sites, 0, sizeof(sites));
    rank = (struct mw_model_rank){.sites = sites, .threads = MW_THREADS_NONE};
    return 0;
}

static struct mw_model_site *add(const char *call, int64_t mib, uint64_t received)
{
    struct mw_model_site *site = &sites[rank.site_count++];

    *site = (struct mw_model_site){.call = call, .calls = 1, .measured = 1, .growth = mib * (int64_t)MIB, .received = received};
    return site;
}

static void assert_held(uint64_t mib)
{
    assert_int_equal(rank.held_mpi.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(rank.held_mpi.bytes, mib * MIB);
}

static void assert_unknown(void)
{
    assert_int_equal(rank.held_mpi.kind, MW_MODEL_UNKNOWN);
    assert_int_equal(rank.held_mpi.bytes, 0);
}

static void sessions(void **state)
{
    (void)state;
    add("MPI_Session_init", 9, 0);
    add("MPI_Session_finalize", -8, 0);
    mw_in_mpi_set(&rank);
    assert_held(9);
    assert_int_equal(rank.in_mpi.finalize, 8 * MIB);
    assert_string_equal(mw_in_mpi_names(&rank, 1).begin, "MPI_Session_init");
    add("MPI_Session_init", 7, 0); /* a second one, elsewhere: the first may have freed its memory */
    mw_in_mpi_set(&rank);
    assert_unknown();
    assert_int_equal(rank.in_mpi.init, 16 * MIB);
    add("MPI_Init", 1, 0);
    assert_string_equal(mw_in_mpi_names(&rank, 1).end, "MPI_Finalize and MPI_Session_finalize");
    assert_string_equal(mw_in_mpi_names(NULL, 0).begin, "MPI_Init");
}

/* A table of the program that is first touched in MPI_Bcast. */
static void a_received_table(void **state)
{
    (void)state;
    add("MPI_Init_thread", 17, 0);
    add("MPI_Bcast", 301, 300 * MIB);
    add("MPI_Finalize", -9, 0);
    mw_in_mpi_set(&rank);
    assert_held(17);
    assert_int_equal(rank.in_mpi.init, 17 * MIB);
    assert_int_equal(rank.in_mpi.later, 301 * MIB);
    assert_int_equal(rank.in_mpi.received, 300 * MIB);
    assert_int_equal(rank.in_mpi.finalize, 9 * MIB);
    assert_int_equal(rank.in_mpi.fell, 0);
}

/* Windows that the program fills are freed repeatedly: more is freed inside calls than ever grew there. */
static void freed_windows(void **state)
{
    (void)state;
    add("MPI_Init", 8, 0);
    add("MPI_Win_allocate", 2, 0);
    add("MPI_Win_free", -640, 0);
    mw_in_mpi_set(&rank);
    assert_held(8);
    assert_int_equal(rank.in_mpi.later, 2 * MIB);
    assert_int_equal(rank.in_mpi.fell, 640 * MIB);
}

/* MPI_Finalize frees more than ever grew in calls: it was allocated in calls that are not wrapped. */
static void more_given_back(void **state)
{
    (void)state;
    add("MPI_Init", 11, 0);
    add("MPI_Barrier", 1, 0);
    add("MPI_Finalize", -400, 0);
    mw_in_mpi_set(&rank);
    assert_held(11);
    assert_int_equal(rank.in_mpi.finalize, 400 * MIB);
}

static void other_threads(void **state)
{
    (void)state;
    add("MPI_Init", 90, 0);
    add("MPI_Allreduce", 5, 8);
    rank.threads = MW_THREADS_INIT;
    mw_in_mpi_set(&rank);
    assert_unknown();
    assert_int_equal(rank.in_mpi.init, 90 * MIB); /* it did grow then */
    rank.threads = MW_THREADS_UNKNOWN;
    mw_in_mpi_set(&rank);
    assert_unknown();
    rank.threads = MW_THREADS_LATER;
    mw_in_mpi_set(&rank);
    assert_held(90);
}

/* A rank that is still in MPI_Init, or whose MPI_Init was not measured. */
static void no_end_of_init(void **state)
{
    (void)state;
    mw_in_mpi_set(&rank);
    assert_unknown();
    add("MPI_Init", 0, 0)->measured = 0;
    mw_in_mpi_set(&rank);
    assert_unknown();
}

static void init_that_fell(void **state)
{
    (void)state;
    add("MPI_Init", -3, 0);
    mw_in_mpi_set(&rank);
    assert_held(0);
    assert_int_equal(mw_in_mpi_init(&rank), -3 * (int64_t)MIB);
}

/* Numbers from outside may be arbitrary. */
static void ends_of_the_range(void **state)
{
    (void)state;
    add("MPI_Init", 1, 0)->growth = INT64_MAX;
    add("MPI_Allgather", 0, UINT64_MAX)->growth = INT64_MIN;
    add("MPI_Gather", 0, UINT64_MAX)->growth = INT64_MIN;
    add("MPI_Finalize", 0, 0)->growth = INT64_MIN;
    mw_in_mpi_set(&rank);
    assert_int_equal(rank.held_mpi.bytes, INT64_MAX);
    assert_int_equal(rank.in_mpi.received, UINT64_MAX);
    assert_int_equal(rank.in_mpi.fell, UINT64_MAX);
    assert_int_equal(rank.in_mpi.finalize, 1ull << 63);
}

/* Ranks with unknown values are left out, and are counted. */
static void over_ranks(void **state)
{
    struct mw_model_rank ranks[4] = {
        {.held_mpi = {5, MW_MODEL_AT_LEAST}, .in_mpi.later = 7, .threads = MW_THREADS_NONE, .calls = 9, .measured = 9},
        {.in_mpi.init = 1000, .threads = MW_THREADS_INIT, .calls = 9, .measured = 8},
        {.held_mpi = {6, MW_MODEL_AT_LEAST}, .in_mpi.later = 20, .threads = MW_THREADS_LATER},
        {.threads = MW_THREADS_UNKNOWN}};
    struct mw_model model = {.ranks = ranks, .rank_count = 4};
    struct mw_in_mpi_job job = mw_in_mpi_sum(&model);

    (void)state;
    assert_int_equal(job.held.bytes, 11);
    assert_int_equal(job.held.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(job.known, 2);
    assert_int_equal(job.worst, 2);
    assert_int_equal(job.sum.later, 27);
    assert_int_equal(job.init_threads, 1);
    assert_int_equal(job.later_threads, 1);
    assert_int_equal(job.unmeasured, 1);
    model.rank_count = 0;
    job = mw_in_mpi_sum(&model);
    assert_int_equal(job.held.kind, MW_MODEL_UNKNOWN);
    assert_int_equal(job.worst, MW_MODEL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sessions, set_up),       cmocka_unit_test_setup(a_received_table, set_up),
        cmocka_unit_test_setup(freed_windows, set_up),  cmocka_unit_test_setup(more_given_back, set_up),
        cmocka_unit_test_setup(other_threads, set_up),  cmocka_unit_test_setup(no_end_of_init, set_up),
        cmocka_unit_test_setup(init_that_fell, set_up), cmocka_unit_test_setup(ends_of_the_range, set_up),
        cmocka_unit_test_setup(over_ranks, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
