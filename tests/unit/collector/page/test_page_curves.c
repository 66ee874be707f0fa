/* SPDX-License-Identifier: MIT */
/* The curves of a page: the highest value of each slice is kept, however many ranks share the space. */
#include "collector/page/curves.h"

#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

#define MIB (1ULL << 20)
#define SECOND 1000000000ULL
#define TICKS 512
#define BEGIN (100 * SECOND) /* of the job, on the clock */

/* One rank of `ranks` is known: 512 slices of 100 ms from one second on, all of 64 MiB but one. */
struct job {
    struct mw_model model;
    struct mw_tick ticks[TICKS];
    struct mw_model_process process;
};

static void setup(struct job *job, size_t ranks)
{
    memset(job, 0, sizeof(*job));
    for (size_t i = 0; i < TICKS; i++)
        job->ticks[i].peak = 64 * MIB;
    job->model.job.begin_ns = BEGIN;
    job->model.job.end_ns = BEGIN + 60 * SECOND;
    job->model.ranks = calloc(ranks, sizeof(*job->model.ranks));
    assert_non_null(job->model.ranks);
    job->model.rank_count = ranks;
    for (size_t i = 0; i < ranks; i++)
        job->model.ranks[i].process = MW_MODEL_NONE;
    job->model.ranks[0].created_ns = BEGIN + SECOND;
    job->model.ranks[0].known_ns = BEGIN + SECOND + TICKS * SECOND / 10;
    job->model.ranks[0].tick_ns = SECOND / 10;
    job->model.ranks[0].ticks = job->ticks;
    job->model.ranks[0].tick_count = TICKS;
}

/* A rank's values, in bytes; NULL: nothing is known. The caller frees. */
static uint64_t *read_rank(const struct mw_page_curves *curves, const struct mw_model *model, size_t rank)
{
    char *text = NULL;
    size_t size = 0, length;
    FILE *out = open_memstream(&text, &size);
    unsigned char *bytes = calloc(curves->count, 2);
    uint64_t *values = calloc(curves->count, sizeof(*values));

    assert_true(out && bytes && values);
    mw_page_curves_write_rank(out, curves, model, &model->ranks[rank]);
    fclose(out);
    if (!strcmp(text, "null")) {
        free(values);
        values = NULL;
    } else {
        assert_int_equal(text[0], '"');
        assert_int_equal(sodium_base642bin(bytes, 2 * (size_t)curves->count, text + 1, size - 2, NULL, &length, NULL,
                                           sodium_base64_VARIANT_ORIGINAL),
                         0);
        assert_int_equal(length, 2 * (size_t)curves->count);
        for (uint32_t i = 0; i < curves->count; i++)
            values[i] = (bytes[2 * i] | (uint64_t)bytes[2 * i + 1] << 8) * curves->unit;
    }
    free(bytes);
    free(text);
    return values;
}

static void test_peak_stays(void **state)
{
    static const size_t ranks[] = {1, 1000, 5000, 100000};
    static struct job job;
    uint32_t before = UINT32_MAX;

    (void)state;
    for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++) {
        setup(&job, ranks[i]);
        job.ticks[200].peak = 3000 * MIB + 1; /* at 21 s */
        struct mw_page_curves curves = mw_page_curves_of(&job.model);
        uint64_t *values = read_rank(&curves, &job.model, 0);
        assert_non_null(values);
        assert_true(curves.count <= before && curves.count >= 50);
        assert_true(curves.count * ranks[i] <= 5000000);
        assert_int_equal(curves.span_ns, 60 * SECOND);
        uint32_t at = (uint32_t)(21 * SECOND / curves.step_ns);
        assert_uint_in_range(values[at], 3000 * MIB + 1, 3000 * MIB + curves.unit);
        for (uint32_t k = 0; k < curves.count; k++)
            if (k > at + curves.count / 500 + 1 || k + 1 < at)
                assert_true(values[k] == 0 || (values[k] >= 64 * MIB && values[k] < 64 * MIB + curves.unit));
        assert_int_equal(values[0], curves.step_ns > SECOND ? values[1] : 0); /* MPI_Init is after a second */
        before = curves.count;
        free(values);
        free(job.model.ranks);
    }
}

static void test_unknown(void **state)
{
    static struct job job;

    (void)state;
    setup(&job, 2);
    memset(job.ticks + 100, 0, 50 * sizeof(job.ticks[0])); /* from 11 s to 16 s */
    struct mw_page_curves curves = mw_page_curves_of(&job.model);
    uint64_t *values = read_rank(&curves, &job.model, 0);
    assert_non_null(values);
    assert_true(values[10 * SECOND / curves.step_ns] > 0);
    assert_int_equal(values[12 * SECOND / curves.step_ns], 0);
    assert_true(values[17 * SECOND / curves.step_ns] > 0);
    assert_null(read_rank(&curves, &job.model, 1));
    free(values);
    free(job.model.ranks);
}

/* A rank that dies is still sampled after its last measurement; earlier samples are not above its marks. */
static void test_last_seconds(void **state)
{
    static struct job job;

    (void)state;
    setup(&job, 1);
    job.model.processes = &job.process;
    job.model.process_count = 1;
    job.model.ranks[0].process = 0;
    job.model.ranks[0].tick_count = 100; /* until 11 s */
    job.model.ranks[0].known_ns = BEGIN + 11 * SECOND;
    job.process = (struct mw_model_process){
        .role = MW_MODEL_RANK, .rss_max = 500 * MIB, .last_ns = BEGIN + 40 * SECOND, .recent_count = 3};
    job.process.recent[0] = (struct mw_view_rss){.ns = BEGIN + 5 * SECOND, .rss = 200 * MIB};
    job.process.recent[1] = (struct mw_view_rss){.ns = BEGIN + 20 * SECOND, .rss = 300 * MIB};
    job.process.recent[2] = (struct mw_view_rss){.ns = BEGIN + 30 * SECOND, .rss = 500 * MIB};
    struct mw_page_curves curves = mw_page_curves_of(&job.model);
    uint64_t *values = read_rank(&curves, &job.model, 0);
    assert_non_null(values);
    assert_uint_in_range(values[6 * SECOND / curves.step_ns], 64 * MIB, 64 * MIB + curves.unit);
    assert_int_equal(values[15 * SECOND / curves.step_ns], 0);
    assert_uint_in_range(values[25 * SECOND / curves.step_ns], 300 * MIB, 300 * MIB + curves.unit);
    assert_uint_in_range(values[35 * SECOND / curves.step_ns], 500 * MIB, 500 * MIB + curves.unit);
    assert_int_equal(values[50 * SECOND / curves.step_ns], 0);
    free(values);
    free(job.model.ranks);
}

/* An array of numbers and nulls (0). The caller frees it. */
static uint64_t *read_values(void (*write)(FILE *, const struct mw_page_curves *, const struct mw_model *),
                             const struct mw_page_curves *curves, const struct mw_model *model)
{
    uint64_t *values = calloc(curves->count, sizeof(*values));
    char *text = NULL, *at;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_true(out && values);
    write(out, curves, model);
    fclose(out);
    at = text + 1;
    for (uint32_t i = 0; i < curves->count; i++) {
        values[i] = strncmp(at, "null", 4) ? strtoull(at, NULL, 10) : 0;
        at += strcspn(at, ",]") + 1;
    }
    assert_int_equal(*at, 0);
    free(text);
    return values;
}

#define CELLS 1024
#define SPAN (60 * SECOND)

/* The memory of all processes of this job at a time: a ramp, a spike of 40 ms, nothing. */
static uint64_t memory_at(uint64_t ns)
{
    uint64_t ms = ns / 1000000;

    return ms >= 30010 && ms < 30050 ? 900 * MIB : ms < 50000 ? (1 + ms / 7) << 16 : 3 * MIB;
}

static void fill_bounds(struct mw_model *model, struct mw_model_bound *bounds)
{
    model->bounds = bounds;
    model->bound_count = CELLS;
    model->bound_ns = SPAN / CELLS + 1;
    for (uint64_t i = 0; i < CELLS; i++) {
        bounds[i] = (struct mw_model_bound){0, true};
        for (uint64_t ns = i * model->bound_ns; ns < (i + 1) * model->bound_ns; ns += 1000000)
            bounds[i].bytes = memory_at(ns) > bounds[i].bytes ? memory_at(ns) : bounds[i].bytes;
    }
}

/* Samples of every `gap`, in slices of `length`. */
static void fill_slices(struct mw_model *model, uint64_t gap, uint64_t length)
{
    model->slice_ns = length;
    model->slice_count = SPAN / length + 1;
    model->slices = calloc(model->slice_count, sizeof(*model->slices));
    assert_non_null(model->slices);
    for (uint64_t ns = 0; ns < SPAN; ns += gap) {
        struct mw_view_slice *slice = &model->slices[ns / length];
        slice->samples++;
        slice->rss_max = memory_at(ns) > slice->rss_max ? memory_at(ns) : slice->rss_max;
    }
}

/* Whatever the lengths of slices and sampling intervals, the bound of the same processes is never below the samples. */
static void test_bound(void **state)
{
    static const uint64_t lengths[] = {10000000, 70000000, 640000000, 5000000000};
    static struct mw_model_bound bounds[CELLS];
    static struct job job;

    (void)state;
    for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
        setup(&job, 1);
        fill_bounds(&job.model, bounds);
        fill_slices(&job.model, 17000000, lengths[k]);
        struct mw_page_curves curves = mw_page_curves_of(&job.model);
        uint64_t *seen = read_values(mw_page_curves_write_job, &curves, &job.model);
        uint64_t *bound = read_values(mw_page_curves_write_bound, &curves, &job.model);
        assert_int_equal(seen[30030000000 / curves.step_ns], 900 * MIB); /* the sample at 30,022 ms */
        for (uint32_t i = 0; i < curves.count; i++)
            assert_true(bound[i] >= seen[i] && bound[i] > 0);
        assert_true(bound[10 * SECOND / curves.step_ns] < 200 * MIB); /* and it is tight */
        free(seen);
        free(bound);
        free(job.model.slices);
        free(job.model.ranks);
    }
}

/* A rank continued without measurements: no bound is shown there, in any form. */
static void test_no_bound(void **state)
{
    static struct mw_model_bound bounds[CELLS];
    static struct job job;

    (void)state;
    setup(&job, 1);
    fill_bounds(&job.model, bounds);
    for (size_t i = CELLS / 2; i < CELLS; i++)
        bounds[i].known = false;
    struct mw_page_curves curves = mw_page_curves_of(&job.model);
    uint64_t *bound = read_values(mw_page_curves_write_bound, &curves, &job.model);
    assert_true(bound[20 * SECOND / curves.step_ns] > 0);
    assert_int_equal(bound[40 * SECOND / curves.step_ns], 0);
    assert_int_equal(mw_model_bound_between(&job.model, 20 * SECOND, 40 * SECOND), 0);
    assert_true(mw_model_bound_between(&job.model, 20 * SECOND, 21 * SECOND) > 0);
    job.model.bound_count = 0; /* a record from a version without bounds */
    assert_int_equal(mw_model_bound_between(&job.model, 20 * SECOND, 21 * SECOND), 0);
    free(bound);
    free(job.model.ranks);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peak_stays), cmocka_unit_test(test_unknown),  cmocka_unit_test(test_last_seconds),
        cmocka_unit_test(test_bound),      cmocka_unit_test(test_no_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
