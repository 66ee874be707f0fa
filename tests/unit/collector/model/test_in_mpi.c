/* SPDX-License-Identifier: MIT */
/* MPI's own memory is what it allocated, by the heap; growth inside MPI calls is never taken for it. */
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

/* The heap of the rank: what MPI had allocated at its peak. */
static void allocate(int64_t mib, uint64_t error)
{
    rank.peak = (struct mw_model_bytes){500 * MIB, MW_MODEL_EXACT};
    rank.heap = (struct mw_model_heap){.why = MW_HEAP_RECORDING, .mark = 500 * MIB, .sampled = 1000};
    rank.heap.rows[MW_HEAP_ROW_MPI] = mib * (int64_t)MIB;
    rank.held_mpi_error = error;
    mw_in_mpi_set(&rank);
}

static void assert_held(uint64_t mib, enum mw_model_kind kind)
{
    assert_int_equal(rank.held_mpi.kind, kind);
    assert_int_equal(rank.held_mpi.bytes, mib * MIB);
}

static void assert_unknown(void)
{
    assert_held(0, MW_MODEL_UNKNOWN);
}

static void sessions(void **state)
{
    (void)state;
    add("MPI_Session_init", 9, 0);
    add("MPI_Session_finalize", -8, 0);
    mw_in_mpi_set(&rank);
    assert_unknown(); /* without a heap */
    assert_int_equal(rank.in_mpi.init, 9 * MIB);
    assert_int_equal(rank.in_mpi.finalize, 8 * MIB);
    assert_string_equal(mw_in_mpi_names(&rank, 1).begin, "MPI_Session_init");
    add("MPI_Session_init", 7, 0);
    mw_in_mpi_set(&rank);
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
    allocate(2, 1000);
    assert_held(2, MW_MODEL_ESTIMATE);
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
    allocate(3, 0);
    assert_held(3, MW_MODEL_EXACT);
    assert_int_equal(rank.in_mpi.init, 8 * MIB);
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
    allocate(389, 1000); /* more than MPI_Init took: it is of calls that are not wrapped */
    assert_held(389, MW_MODEL_ESTIMATE);
    assert_int_equal(rank.in_mpi.finalize, 400 * MIB);
}

/* What other threads of the program do beside MPI_Init is not in MPI's own memory. */
static void other_threads(void **state)
{
    (void)state;
    add("MPI_Init", 90, 0);
    add("MPI_Allreduce", 5, 8);
    rank.threads = MW_THREADS_INIT;
    allocate(4, 1000);
    assert_held(4, MW_MODEL_ESTIMATE);
    assert_int_equal(rank.in_mpi.init, 90 * MIB); /* it did grow then */
}

static void kinds(void **state)
{
    (void)state;
    allocate(4, 0);
    assert_held(4, MW_MODEL_EXACT);
    rank.heap.why = MW_HEAP_LATE; /* what it allocated before is not known */
    mw_in_mpi_set(&rank);
    assert_held(4, MW_MODEL_AT_LEAST);
    allocate(4, 5);
    rank.heap.lost = 11; /* of 1000 */
    mw_in_mpi_set(&rank);
    assert_held(4, MW_MODEL_AT_LEAST);
    rank.heap.lost = 10;
    mw_in_mpi_set(&rank);
    assert_held(4, MW_MODEL_ESTIMATE);
}

static void unknown(void **state)
{
    (void)state;
    allocate(0, 0); /* MPI may be a part of the program's file */
    assert_unknown();
    allocate(-1, 0);
    assert_unknown();
    allocate(4, 0);
    rank.peak.bytes = 600 * MIB; /* the heap is of an earlier moment */
    mw_in_mpi_set(&rank);
    assert_unknown();
    allocate(4, 0);
    rank.heap.mark = 0;
    mw_in_mpi_set(&rank);
    assert_unknown();
}

static void init_that_fell(void **state)
{
    (void)state;
    add("MPI_Init", -3, 0);
    mw_in_mpi_set(&rank);
    assert_int_equal(rank.in_mpi.init, 0);
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
    allocate(1, UINT64_MAX);
    rank.heap.rows[MW_HEAP_ROW_MPI] = INT64_MAX;
    mw_in_mpi_set(&rank);
    assert_int_equal(rank.held_mpi.bytes, INT64_MAX);
    assert_int_equal(rank.in_mpi.init, INT64_MAX);
    assert_int_equal(rank.in_mpi.received, UINT64_MAX);
    assert_int_equal(rank.in_mpi.fell, UINT64_MAX);
    assert_int_equal(rank.in_mpi.finalize, 1ull << 63);
}

/* Ranks with unknown values are left out, and are counted. */
static void over_ranks(void **state)
{
    struct mw_model_rank ranks[4] = {
        {.held_mpi = {5, MW_MODEL_EXACT},
         .held_mpi_error = 3,
         .in_mpi.later = 7,
         .threads = MW_THREADS_NONE,
         .calls = 9,
         .measured = 9},
        {.in_mpi.init = 1000, .threads = MW_THREADS_INIT, .calls = 9, .measured = 8},
        {.held_mpi = {6, MW_MODEL_ESTIMATE}, .held_mpi_error = 4, .in_mpi.later = 20, .threads = MW_THREADS_LATER},
        {.threads = MW_THREADS_UNKNOWN}};
    struct mw_model model = {.ranks = ranks, .rank_count = 4};
    struct mw_in_mpi_job job = mw_in_mpi_sum(&model);

    (void)state;
    assert_int_equal(job.held.bytes, 11);
    assert_int_equal(job.held.kind, MW_MODEL_ESTIMATE);
    assert_int_equal(job.held_error, 5);
    assert_int_equal(job.known, 2);
    assert_int_equal(job.worst, 2);
    assert_int_equal(job.sum.later, 27);
    assert_int_equal(job.init_threads, 1);
    assert_int_equal(job.later_threads, 1);
    assert_int_equal(job.unmeasured, 1);
    ranks[0].held_mpi.kind = MW_MODEL_AT_LEAST; /* the weakest kind is that of the sum, in any order */
    assert_int_equal(mw_in_mpi_sum(&model).held.kind, MW_MODEL_AT_LEAST);
    ranks[0].held_mpi.kind = MW_MODEL_ESTIMATE;
    ranks[2].held_mpi.kind = MW_MODEL_AT_LEAST;
    assert_int_equal(mw_in_mpi_sum(&model).held.kind, MW_MODEL_AT_LEAST);
    ranks[2].held_mpi.kind = MW_MODEL_EXACT;
    assert_int_equal(mw_in_mpi_sum(&model).held.kind, MW_MODEL_ESTIMATE);
    ranks[0].held_mpi.kind = MW_MODEL_EXACT;
    assert_int_equal(mw_in_mpi_sum(&model).held.kind, MW_MODEL_EXACT);
    model.rank_count = 0;
    job = mw_in_mpi_sum(&model);
    assert_int_equal(job.held.kind, MW_MODEL_UNKNOWN);
    assert_int_equal(job.worst, MW_MODEL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sessions, set_up),          cmocka_unit_test_setup(a_received_table, set_up),
        cmocka_unit_test_setup(freed_windows, set_up),     cmocka_unit_test_setup(more_given_back, set_up),
        cmocka_unit_test_setup(other_threads, set_up),     cmocka_unit_test_setup(kinds, set_up),
        cmocka_unit_test_setup(unknown, set_up),           cmocka_unit_test_setup(init_that_fell, set_up),
        cmocka_unit_test_setup(ends_of_the_range, set_up), cmocka_unit_test_setup(over_ranks, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
