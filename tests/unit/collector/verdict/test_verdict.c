/* SPDX-License-Identifier: MIT */
/* The verdict on synthetic models: each finding where it is, none just below its conditions. Real programs are in verdict.sh. */
#include "collector/base/mem.h"
#include "collector/verdict/catalogue.h"
#include "collector/verdict/verdict.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ull << 20)

/* A healthy job of two hosts' ranks with a peak of 100 MiB each, of which nothing else is known. */
static struct mw_model *job(uint32_t ranks)
{
    struct mw_model *model = mw_model_create();

    model->job.begin_ns = 1;
    model->job.command = model->job.library = model->ended_by = model->first_why = "";
    model->peak.seen = (struct mw_model_bytes){ranks * 90 * MIB, MW_MODEL_AT_LEAST};
    model->peak.upper = (struct mw_model_bytes){ranks * 101 * MIB, MW_MODEL_AT_MOST};
    model->peak.sum_of_peaks = ranks * 101 * MIB;
    model->headroom.host = model->headroom.charge = model->headroom.rank = model->headroom.process = MW_MODEL_NONE;
    model->ranks = mw_mem_alloc(ranks, sizeof(*model->ranks));
    model->processes = mw_mem_alloc(ranks, sizeof(*model->processes));
    model->worlds = mw_mem_alloc(1, sizeof(*model->worlds));
    model->hosts = mw_mem_alloc(1, sizeof(*model->hosts));
    model->hosts[0].name = "node1";
    model->world_count = model->host_count = 1;
    model->process_count = model->rank_count = ranks;
    for (uint32_t i = 0; i < ranks; i++) {
        model->processes[i] = (struct mw_model_process){
            .count = 1, .rank = i, .name = "app", .launch_rank = -1, .cgroup = MW_MODEL_NONE};
        model->ranks[i] = (struct mw_model_rank){.rank = (int32_t)i,
                                                 .size = (int32_t)ranks,
                                                 .process = i,
                                                 .peak = {100 * MIB, MW_MODEL_EXACT},
                                                 .peak_phase = MW_MODEL_NONE,
                                                 .peak_site = MW_MODEL_NONE,
                                                 .in_site = MW_MODEL_NONE,
                                                 .last_site = MW_MODEL_NONE,
                                                 .phase = MW_MODEL_NONE,
                                                 .has_details = true};
        mw_model_spread_add(&model->rank_peak, i, 100 * MIB, i);
    }
    return model;
}

/* The sentence of a finding; NULL: it is not in the verdict. */
static const char *found(const struct mw_model *model, const char *finding)
{
    for (size_t i = 0; i < model->verdict_count; i++)
        if (model->verdict[i].part != MW_VERDICT_NEXT && !strcmp(model->verdict[i].finding, finding))
            return model->verdict[i].text;
    return NULL;
}

static const char *of_part(const struct mw_model *model, enum mw_verdict_part part)
{
    for (size_t i = 0; i < model->verdict_count; i++)
        if (model->verdict[i].part == part)
            return model->verdict[i].text;
    return NULL;
}

/* Whether the model has just this finding (NULL: none). Frees it. */
static bool has_only(struct mw_model *model, const char *finding)
{
    bool right = true, there = !finding;

    mw_verdict_make(model);
    for (size_t i = 0; i < model->verdict_count; i++) {
        bool same = finding && !strcmp(model->verdict[i].finding, finding);
        right &= same || !model->verdict[i].finding[0];
        there |= same;
        if (!same && model->verdict[i].finding[0])
            print_error("%s: %s\n", model->verdict[i].finding, model->verdict[i].text);
    }
    mw_model_destroy(model);
    return right && there;
}

static void test_healthy(void **state)
{
    struct mw_model *model = job(4);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(of_part(model, MW_VERDICT_WHAT),
                        "4 ranks and all other processes together needed ≥ 360.0 MiB and ≤ 404.0 MiB");
    assert_string_equal(of_part(model, MW_VERDICT_WHO),
                        "rank 0 needed the most, = 100.0 MiB; the median of the others is = 100.0 MiB");
    assert_null(of_part(model, MW_VERDICT_NEXT));
    assert_true(has_only(model, NULL));
    assert_true(has_only(job(1), NULL));
    assert_true(has_only(mw_model_create(), NULL));
}

static struct mw_model *unequal(uint32_t rank, uint64_t peak)
{
    struct mw_model *model = job(4);

    model->ranks[rank].peak.bytes = peak;
    mw_model_spread_add(&model->rank_peak, 4, peak, rank);
    return model;
}

static void test_one_needs_more(void **state)
{
    struct mw_model *model = unequal(2, 250 * MIB);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(found(model, "imbalance"),
                        "rank 2 needed = 250.0 MiB, 2.5 times the median of the other 3 (= 100.0 MiB)");
    assert_true(has_only(model, "imbalance"));
    assert_true(has_only(unequal(0, 250 * MIB), "heavy_rank_0"));
    assert_true(has_only(unequal(2, 149 * MIB), NULL)); /* less than half more */
    model = unequal(1, 250 * MIB);
    model->ranks[1].peak.kind = MW_MODEL_AT_MOST; /* perhaps it had less */
    assert_true(has_only(model, NULL));
    model = unequal(1, 250 * MIB);
    model->ranks[3].peak.kind = MW_MODEL_AT_LEAST; /* perhaps the others had more */
    mw_verdict_make(model);
    assert_string_equal(found(model, "imbalance"),
                        "rank 1 needed = 250.0 MiB, 2.5 times the median of the other 3 (≥ 100.0 MiB, as "
                        "far as they were measured)");
    mw_model_destroy(model);
}

/* Little memory is never worth a sentence. */
static void test_small(void **state)
{
    struct mw_model *model = job(2);

    (void)state;
    model->ranks[0].peak.bytes = 14 * MIB;
    model->ranks[1].peak.bytes = 5 * MIB;
    model->rank_peak.worst = 0;
    assert_true(has_only(model, NULL));
}

static void test_peaks_at_different_times(void **state)
{
    struct mw_model *model = job(4);

    (void)state;
    model->peak.upper.bytes = 300 * MIB;
    mw_verdict_make(model);
    assert_string_equal(of_part(model, MW_VERDICT_NEXT), "ask for 300.0 MiB, not for the sum of all peaks");
    model->peak.upper_open_ranks = 1; /* the bound does not cover all */
    assert_true(has_only(model, NULL));
    model = job(4);
    model->peak.upper.bytes = 300 * MIB;
    assert_true(has_only(model, "peaks_at_different_times"));
    model = job(4);
    model->peak.upper.bytes = 350 * MIB;
    assert_true(has_only(model, NULL));
}

/* ---- a rank with phases and calls ---- */

static struct mw_model_site *with_call(struct mw_model_rank *rank)
{
    rank->sites = mw_mem_alloc(1, sizeof(*rank->sites));
    rank->sites[0] = (struct mw_model_site){
        .call = "MPI_Alltoall", .label = "MPI_Alltoall fft.c:12", .calls = 3, .measured = 3};
    rank->site_count = 1;
    rank->peak_site = 0;
    return &rank->sites[0];
}

static struct mw_model *spiked(uint64_t entry, uint64_t left)
{
    struct mw_model *model = job(2);
    struct mw_model_rank *rank = &model->ranks[0];
    struct mw_model_site *site = with_call(rank);

    site->spike = rank->peak.bytes - entry;
    site->spike_entry_rss = entry;
    rank->spikes = mw_mem_alloc(1, sizeof(*rank->spikes));
    rank->spikes[0] = (struct mw_model_spike){.phase = MW_MODEL_NONE,
                                              .entry_rss = entry,
                                              .peak_rss = rank->peak.bytes,
                                              .exit_rss = left,
                                              .entry_ns = 1000,
                                              .exit_ns = 3001000};
    rank->spike_count = 1;
    return model;
}

static void test_spike(void **state)
{
    struct mw_model *model = spiked(40 * MIB, 44 * MIB);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(found(model, "spike"),
                        "56.0 MiB of the peak of rank 0 came and went in MPI_Alltoall fft.c:12, for at most 3.00 ms");
    assert_true(has_only(model, "spike"));
    assert_true(has_only(spiked(40 * MIB, 80 * MIB), NULL)); /* most of it stayed */
    assert_true(has_only(spiked(40 * MIB, 0), NULL));        /* it did not return */
    model = spiked(40 * MIB, 44 * MIB);
    model->ranks[0].spikes[0].peak_rss = 1ull << 62; /* damaged: more than the peak */
    assert_true(has_only(model, NULL));
    model = spiked(40 * MIB, 44 * MIB);
    model->ranks[0].init_rss = 90 * MIB; /* it has had as much without it */
    assert_true(has_only(model, NULL));
}

/* The peak between two calls, with three visits. */
static struct mw_model *spiked_between(uint64_t last_exit, uint64_t last_ns)
{
    struct mw_model *model = job(2);
    struct mw_model_rank *rank = &model->ranks[0];

    rank->phases = mw_mem_alloc(1, sizeof(*rank->phases));
    rank->phases[0] = (struct mw_model_phase){.kind = MW_PHASE_BETWEEN,
                                              .parent = MW_MODEL_NONE,
                                              .from_site = MW_MODEL_NONE,
                                              .to_site = MW_MODEL_NONE,
                                              .name = "MPI_Bcast a.c:1 → MPI_Barrier a.c:2",
                                              .path = "",
                                              .visits = 3,
                                              .measured = 3,
                                              .last_ns = last_ns,
                                              .entry_rss = 30 * MIB,
                                              .exit_rss = 40 * MIB,
                                              .peak = rank->peak,
                                              .peak_exact = rank->peak.bytes,
                                              .visit_count = 3,
                                              .kept = {{.visit = 1, .exit_kib = 30 << 10},
                                                       {.visit = 2, .exit_kib = (uint32_t)(last_exit >> 10)},
                                                       {.visit = 3, .exit_kib = 40 << 10}}};
    rank->phase_count = 1;
    rank->peak_phase = 0;
    rank->peak_ns = 1000;
    return model;
}

static void test_spike_between_calls(void **state)
{
    struct mw_model *model = spiked_between(45 * MIB, 2000);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(found(model, "spike"),
                        "55.0 MiB of the peak of rank 0 came and went in MPI_Bcast a.c:1 → MPI_Barrier a.c:2");
    assert_true(has_only(model, "spike"));
    assert_true(has_only(spiked_between(80 * MIB, 2000), NULL)); /* one visit left most of it */
    assert_true(has_only(spiked_between(45 * MIB, 500), NULL));  /* that visit did not end */
}

static struct mw_model *growing(unsigned visits, uint64_t each)
{
    struct mw_model *model = job(2);
    struct mw_model_rank *rank = &model->ranks[1];
    struct mw_model_phase *phase;

    rank->phases = phase = mw_mem_alloc(1, sizeof(*rank->phases));
    rank->phase_count = 1;
    *phase = (struct mw_model_phase){.kind = MW_PHASE_USER,
                                     .parent = MW_MODEL_NONE,
                                     .from_site = MW_MODEL_NONE,
                                     .to_site = MW_MODEL_NONE,
                                     .name = "step",
                                     .path = "step",
                                     .visits = visits,
                                     .measured = visits,
                                     .growth = (int64_t)(visits * each),
                                     .visit_count = visits};
    for (unsigned i = 0; i < visits; i++)
        phase->kept[i] = (struct mw_visit){.visit = i + 1, .exit_kib = (uint32_t)((20 * MIB + (i + 1) * each) / 1024)};
    model->phases = mw_mem_alloc(1, sizeof(*model->phases));
    model->phases[0] = (struct mw_model_merged_phase){
        .kind = MW_PHASE_USER, .parent = MW_MODEL_NONE, .name = "step", .path = "step"};
    model->phase_count = 1;
    return model;
}

static void test_growth(void **state)
{
    struct mw_model *model = growing(16, 4 * MIB);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(found(model, "growth"), "step leaves 4.0 MiB more behind at each of its 16 visits, in rank 1");
    assert_true(has_only(model, "growth"));
    assert_true(has_only(growing(16, MIB / 2), NULL)); /* 8 MiB in all */
    assert_true(has_only(growing(4, 16 * MIB), NULL)); /* too few visits to know */
}

/* ---- whose ---- */

static void test_mpi_share(void **state)
{
    struct mw_model *model = job(2);

    (void)state;
    model->ranks[1].held_mpi = (struct mw_model_bytes){24 * MIB, MW_MODEL_ESTIMATE};
    assert_true(has_only(model, NULL));
    model = job(2);
    model->ranks[1].held_mpi = (struct mw_model_bytes){26 * MIB, MW_MODEL_ESTIMATE};
    mw_verdict_make(model);
    assert_string_equal(found(model, "mpi_share"), "MPI itself held ~ 26.0 MiB of the peak of rank 1, 26.0 % of it");
    assert_true(has_only(model, "mpi_share"));
}

static struct mw_model *leaving(uint64_t left, uint32_t growing_ranks)
{
    struct mw_model *model = job(2);

    model->sites = mw_mem_alloc(1, sizeof(*model->sites));
    model->sites[0] = (struct mw_model_merged_site){.call = "MPI_Comm_dup",
                                                    .label = "MPI_Comm_dup a.c:1",
                                                    .object = MW_OBJECT_COMM,
                                                    .left_max = left,
                                                    .left_rank = 1,
                                                    .growing_ranks = growing_ranks};
    model->site_count = 1;
    return model;
}

static void test_objects(void **state)
{
    struct mw_model *model = leaving(1234, 2);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(found(model, "mpi_objects"),
                        "MPI_Comm_dup a.c:1 creates communicators that are not freed: 1,234 in rank 1");
    assert_true(has_only(model, "mpi_objects"));
    assert_true(has_only(leaving(3, 0), NULL));
}

static struct mw_model *sharing(uint64_t shmem)
{
    struct mw_model *model = job(2);

    model->peak.shared = (struct mw_model_bytes){shmem + 20 * MIB, MW_MODEL_AT_LEAST};
    model->peak.shared_rss = 200 * MIB;
    model->peak.shared_shmem = shmem;
    model->peak.pss = (struct mw_model_bytes){130 * MIB, MW_MODEL_AT_LEAST};
    return model;
}

static void test_shared_memory(void **state)
{
    (void)state;
    assert_true(has_only(sharing(66 * MIB), "shared_memory"));
    assert_true(has_only(sharing(40 * MIB), NULL)); /* mostly libraries */
}

static struct mw_model *keeping(int64_t kept)
{
    struct mw_model *model = job(2);

    model->ranks[0].heap.mark = 100 * MIB;
    model->ranks[0].heap.rows[MW_HEAP_ROW_KEPT] = kept;
    return model;
}

static void test_kept_by_malloc(void **state)
{
    (void)state;
    assert_true(has_only(keeping(70 * (int64_t)MIB), "kept_by_malloc"));
    assert_true(has_only(keeping(60 * (int64_t)MIB), NULL));
    assert_true(has_only(keeping(-70 * (int64_t)MIB), NULL));
}

static struct mw_model *reserving(uint64_t data, enum mw_heap_why why)
{
    struct mw_model *model = job(2);

    model->processes[1].data_max = data;
    model->ranks[1].heap.why = why;
    return model;
}

static void test_untouched(void **state)
{
    struct mw_model *model;

    (void)state;
    assert_true(has_only(reserving(400 * MIB, MW_HEAP_ABSENT), "reserved_untouched"));
    assert_true(has_only(reserving(340 * MIB, MW_HEAP_ABSENT), NULL));
    assert_true(has_only(reserving(16ull << 40, MW_HEAP_SANITIZER), NULL));
    model = reserving(400 * MIB, MW_HEAP_ABSENT);
    model->processes[1].swap_max = 100 * MIB; /* it was used, and is swapped out */
    assert_true(has_only(model, NULL));
    model = reserving(400 * MIB, MW_HEAP_ABSENT);
    model->ranks[1].peak.kind = MW_MODEL_AT_LEAST; /* perhaps it has used it */
    assert_true(has_only(model, NULL));
}

static void test_swapped(void **state)
{
    struct mw_model *model = job(2);

    (void)state;
    model->ranks[1].swap_bytes = 30 * MIB;
    assert_true(has_only(model, "swapped"));
    model = job(2);
    model->ranks[1].swap_bytes = MIB;
    assert_true(has_only(model, NULL));
}

/* ---- limits ---- */

/* A control group of `limit`, of which this much is left; and the files in it. */
static struct mw_model *limited(uint64_t limit, uint64_t left, uint64_t shmem, uint64_t dirty)
{
    struct mw_model *model = job(2);
    struct mw_model_charge *charge = mw_mem_alloc(1, sizeof(*charge));

    *charge = (struct mw_model_charge){.kind = MW_LIMIT_CGROUP,
                                       .bytes = limit,
                                       .used = {limit - left, MW_MODEL_AT_LEAST},
                                       .anon = limit - left - shmem - dirty,
                                       .shmem = shmem,
                                       .dirty = dirty,
                                       .path = "/job"};
    model->hosts[0].charges = charge;
    model->hosts[0].charge_count = 1;
    model->headroom = (struct mw_model_headroom){.kind = MW_LIMIT_CGROUP,
                                                 .rank = MW_MODEL_NONE,
                                                 .process = MW_MODEL_NONE,
                                                 .bytes = limit,
                                                 .used = charge->used,
                                                 .left = {left, MW_MODEL_AT_MOST}};
    return model;
}

static void test_limits(void **state)
{
    struct mw_model *model = limited(1024 * MIB, 100 * MIB, 0, 0);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(of_part(model, MW_VERDICT_FITS),
                        "the limit of control group /job, 1.0 GiB, had at most 100.0 MiB left");
    assert_true(has_only(model, "close_to_limit"));
    model = limited(1024 * MIB, 0, 0, 0);
    mw_verdict_make(model);
    assert_int_equal(model->verdict[model->verdict_count - 2].weight, MW_VERDICT_ALARM);
    mw_model_destroy(model);
    model = limited(1024 * MIB, 200 * MIB, 0, 0);
    mw_verdict_make(model);
    assert_non_null(of_part(model, MW_VERDICT_FITS)); /* what is left is said in any case */
    assert_true(has_only(model, NULL));
    assert_true(has_only(limited(1024 * MIB, 524 * MIB, 200 * MIB, 0), "tmpfs"));
    assert_true(has_only(limited(1024 * MIB, 524 * MIB, 100 * MIB, 0), NULL));
    assert_true(has_only(limited(1024 * MIB, 524 * MIB, 0, 200 * MIB), "page_cache"));
    assert_true(has_only(limited(1024 * MIB, 524 * MIB, 0, 100 * MIB), NULL));
}

static struct mw_model *died(enum mw_model_cause cause)
{
    struct mw_model *model = job(2);

    model->deaths = mw_mem_alloc(1, sizeof(*model->deaths));
    model->deaths[0] = (struct mw_model_death){
        .rank = 1, .process = 1, .launch_rank = -1, .cause = cause, .cgroup = MW_MODEL_NONE, .text = "killed by SIGKILL"};
    model->death_count = model->first_count = 1;
    return model;
}

static void test_deaths(void **state)
{
    struct mw_model *model = died(MW_MODEL_CAUSE_SIGNAL);

    (void)state;
    mw_verdict_make(model);
    assert_string_equal(of_part(model, MW_VERDICT_WHAT), "rank 1: killed by SIGKILL");
    assert_int_equal(model->verdict[0].weight, MW_VERDICT_ALARM);
    model->deaths[0].exact = true;
    model->deaths[0].ns = 1000001;
    mw_verdict_make(model);
    assert_string_equal(of_part(model, MW_VERDICT_WHAT), "rank 1 died at 1.00 ms: killed by SIGKILL");
    assert_true(has_only(model, NULL));
    assert_true(has_only(died(MW_MODEL_CAUSE_OOM), "out_of_memory"));
    model = died(MW_MODEL_CAUSE_SIGNAL);
    model->first_count = 0;
    model->ended_by = "memwatch was sent SIGTERM";
    mw_verdict_make(model);
    assert_string_equal(of_part(model, MW_VERDICT_WHAT), "ended from outside: memwatch was sent SIGTERM");
    mw_model_destroy(model);
}

/* Made again, it replaces the old one; of several jobs, each has its own. */
static void test_again(void **state)
{
    struct mw_model *model = unequal(2, 250 * MIB);
    size_t count;

    (void)state;
    mw_verdict_make(model);
    count = model->verdict_count;
    mw_verdict_make(model);
    assert_int_equal(model->verdict_count, count);
    model->ranks[2].peak.bytes = 100 * MIB;
    assert_true(has_only(model, NULL));
}

/* Findings about more memory come first, and at most two steps follow. */
static void test_order(void **state)
{
    struct mw_model *model = unequal(0, 1000 * MIB);
    size_t next = 0;

    (void)state;
    model->ranks[0].swap_bytes = 30 * MIB;
    model->ranks[1].held_mpi = (struct mw_model_bytes){60 * MIB, MW_MODEL_ESTIMATE};
    model->processes[0].data_max = 4000 * MIB;
    mw_verdict_make(model);
    for (size_t i = 0; i < model->verdict_count; i++)
        next += model->verdict[i].part == MW_VERDICT_NEXT;
    assert_int_equal(next, 2);
    assert_string_equal(model->verdict[model->verdict_count - 2].finding, "reserved_untouched");
    assert_string_equal(model->verdict[model->verdict_count - 1].finding, "heavy_rank_0");
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_healthy),
        cmocka_unit_test(test_one_needs_more),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_peaks_at_different_times),
        cmocka_unit_test(test_spike),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_spike_between_calls),
        cmocka_unit_test(test_mpi_share),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_shared_memory),
        cmocka_unit_test(test_kept_by_malloc),
        cmocka_unit_test(test_untouched),
        cmocka_unit_test(test_swapped),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
