/* SPDX-License-Identifier: MIT */
/* What a page says of the heaps: the parts of a rank add up to its peak, each stack is written once, and the size is bounded. */
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/collector/page/made_page.h"
#include "tests/unit/synthetic.h"

#include <jansson.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

#define RANKS_MAX 64

/* ---- the tables ---- */

static const json_t *cell(const json_t *data, const char *table, size_t row, const char *name)
{
    const json_t *value = json_object_get(data, table), *columns = json_object_get(value, "columns");

    for (size_t i = 0; i < json_array_size(columns); i++)
        if (!strcmp(json_string_value(json_object_get(json_array_get(columns, i), "name")), name))
            return json_array_get(json_array_get(json_object_get(value, "rows"), row), i);
    fail_msg("%s has no column %s", table, name);
    return NULL;
}

static int64_t number(const json_t *data, const char *table, size_t row, const char *name)
{
    const json_t *value = cell(data, table, row, name);

    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *text(const json_t *data, const char *table, size_t row, const char *name)
{
    const json_t *value = cell(data, table, row, name);

    assert_true(json_is_string(value));
    return json_string_value(value);
}

/* Of the rows of a rank. */
static int64_t sum_of(const json_t *data, const char *table, int64_t rank)
{
    int64_t sum = 0;

    for (size_t i = 0; i < made_page_rows(data, table); i++)
        if (number(data, table, i, "rank") == rank)
            sum += number(data, table, i, "bytes");
    return sum;
}

static void check_sums(const json_t *data, const struct mw_model *model)
{
    for (size_t i = 0; i < made_page_rows(data, "heap_ranks"); i++) {
        const struct mw_model_heap *heap = &model->ranks[number(data, "heap_ranks", i, "rank")].heap;
        assert_int_equal(number(data, "heap_ranks", i, "mark"), heap->mark);
        assert_int_equal(number(data, "heap_ranks", i, "error"), heap->error);
        assert_int_equal(sum_of(data, "heap_sites", (int64_t)i) + sum_of(data, "heap_rows", (int64_t)i), heap->mark);
    }
}

static void test_sums(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, 4, true);
    json_t *data = made_page_data(model);

    (void)state;
    assert_int_equal(made_page_rows(data, "heap_ranks"), 4);
    assert_int_equal(number(data, "heap_ranks", 0, "rank"), model->rank_peak.worst); /* the fullest first */
    check_sums(data, model);
    for (size_t i = 1; i < 4; i++)
        assert_true(number(data, "heap_ranks", i, "mark") <= number(data, "heap_ranks", i - 1, "mark"));
    json_decref(data);
    model->ranks[1].heap.rows[MW_HEAP_ROW_KEPT] += 5000 + model->ranks[1].heap.rows[MW_HEAP_ROW_OTHER];
    model->ranks[1].heap.rows[MW_HEAP_ROW_OTHER] = -5000;
    data = made_page_data(model);
    check_sums(data, model);
    json_decref(data);
    mw_model_destroy(model);
}

/* ---- stacks ---- */

static size_t stacks_of(const json_t *data, const char *owner)
{
    size_t count = 0;

    for (size_t i = 0; i < made_page_rows(data, "heap_stacks"); i++)
        count += !strcmp(text(data, "heap_stacks", i, "owner"), owner);
    return count;
}

/* The frames of the first site of rank 0, which all ranks have: from the outside to the inside. */
static void check_frames(const json_t *data, const struct mw_model_heap_site *site)
{
    size_t found = 0;

    for (size_t i = 0; i < made_page_rows(data, "heap_stacks"); i++) {
        const json_t *frames = cell(data, "heap_stacks", i, "frames");
        bool same = json_array_size(frames) == site->depth;
        for (uint32_t k = 0; same && k < site->depth; k++) {
            size_t frame = (size_t)json_integer_value(json_array_get(frames, k));
            assert_true(frame < made_page_rows(data, "heap_frames"));
            same = !strcmp(text(data, "heap_frames", frame, "line"), site->frames[site->depth - 1 - k]->label);
        }
        found += same;
    }
    assert_int_equal(found, 1);
}

static void test_stacks(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, 4, true);
    json_t *data = made_page_data(model);
    bool cut = false;
    int unknown = 0;

    (void)state;
    assert_int_equal(made_page_rows(data, "heap_sites"), 4 * 7 + 1); /* rank 2 has one more */
    assert_int_equal(stacks_of(data, "program"), 6); /* each once, however many ranks have it; one is of no known stack */
    assert_int_equal(stacks_of(data, "mpi"), 2);
    check_frames(data, &model->ranks[2].heap.sites[0]);
    for (size_t i = 0; i < made_page_rows(data, "heap_stacks"); i++) {
        bool mpi = !strcmp(text(data, "heap_stacks", i, "owner"), "mpi");
        bool known = json_array_size(cell(data, "heap_stacks", i, "frames")) > 0;
        assert_false(mpi && known);
        unknown += !mpi && !known;
        assert_true(mpi == (text(data, "heap_stacks", i, "library")[0] != '\0'));
        assert_true(!mpi || text(data, "heap_stacks", i, "call")[0]);
        cut |= json_is_true(cell(data, "heap_stacks", i, "cut"));
    }
    assert_true(cut);
    assert_int_equal(unknown, 1);
    for (size_t i = 0; i < made_page_rows(data, "heap_frames"); i++)
        assert_true(text(data, "heap_frames", i, "function")[0] && !strchr(text(data, "heap_frames", i, "library"), '/'));
    json_decref(data);
    mw_model_destroy(model);
}

/* ---- bounds ---- */

/* A site below a thousandth of the peak is only in a sum. */
static void test_small(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, 4, true);
    struct mw_model_heap *heap = &model->ranks[2].heap;
    json_t *data;
    size_t remainders = 0;

    (void)state;
    for (uint32_t i = 0; i < heap->site_count; i++)
        if (heap->sites[i].owner == MW_HEAP_PROGRAM && heap->sites[i].at_peak < 8 * MIB)
            heap->sites[i].at_peak = heap->mark / 1000 - 1;
    data = made_page_data(model);
    check_sums(data, model);
    for (size_t i = 0; i < made_page_rows(data, "heap_sites"); i++) {
        size_t rank = (size_t)number(data, "heap_sites", i, "rank");
        assert_true(number(data, "heap_sites", i, "bytes") >= number(data, "heap_ranks", rank, "mark") / 1000);
    }
    for (size_t i = 0; i < made_page_rows(data, "heap_rows"); i++)
        remainders += !!strstr(text(data, "heap_rows", i, "name"), "less than 0.1 %");
    assert_int_equal(remainders, 1);
    json_decref(data);
    mw_model_destroy(model);
}

static bool has_rank(const json_t *data, int64_t rank)
{
    for (size_t i = 0; i < made_page_rows(data, "heap_ranks"); i++)
        if (number(data, "heap_ranks", i, "rank") == rank)
            return true;
    return false;
}

/* Of more ranks the fullest ones, and the one that died first. */
static void test_many_ranks(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS_MAX + 6, true);
    struct mw_model_death death = {.rank = 5, .process = MW_MODEL_NONE, .cgroup = UINT32_MAX, .exact = true, .text = "killed"};
    json_t *data;

    (void)state;
    for (size_t i = 0; i < model->rank_count; i++)
        model->ranks[i].heap.has_details = true;
    model->ranks[5].heap.mark = 1;
    data = made_page_data(model);
    assert_int_equal(made_page_rows(data, "heap_ranks"), RANKS_MAX);
    assert_int_equal(number(data, "heap_ranks", 0, "rank"), model->rank_peak.worst);
    assert_false(has_rank(data, 5));
    json_decref(data);
    death.ns = model->job.end_ns;
    model->deaths = &death;
    model->death_count = model->first_count = 1;
    data = made_page_data(model);
    assert_int_equal(made_page_rows(data, "heap_ranks"), RANKS_MAX);
    assert_true(has_rank(data, 5));
    assert_int_equal(number(data, "heap_ranks", 0, "rank"), model->rank_peak.worst);
    json_decref(data);
    model->deaths = NULL;
    model->death_count = model->first_count = 0;
    mw_model_destroy(model);
}

/* ---- over time ---- */

/* The series of 16-bit values of a row of "heap_series", in bytes. */
static void decode(const json_t *data, size_t row, uint64_t *values, size_t count)
{
    const char *packed = text(data, "heap_series", row, "values");
    unsigned char bytes[64];
    size_t length;
    uint64_t unit = (uint64_t)json_integer_value(json_object_get(data, "heap_unit"));

    assert_int_equal(
        sodium_base642bin(bytes, sizeof(bytes), packed, strlen(packed), NULL, &length, NULL, sodium_base64_VARIANT_ORIGINAL),
        0);
    assert_int_equal(length, 2 * count);
    for (size_t i = 0; i < count; i++)
        values[i] = (bytes[2 * i] | (uint64_t)bytes[2 * i + 1] << 8) * unit;
}

static uint64_t held_at_peak(const struct mw_model_heap *heap)
{
    uint64_t sum = heap->more_bytes;

    for (uint32_t i = 0; i < heap->site_count; i++)
        sum += heap->sites[i].at_peak;
    return sum;
}

/* The peak is one of the moments, whatever the ticks have. */
static void test_time(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, 1, true);
    const struct mw_model_heap *heap = &model->ranks[0].heap;
    json_t *data = made_page_data(model);
    const json_t *times = cell(data, "heap_ranks", 0, "ticks");
    uint64_t unit = (uint64_t)json_integer_value(json_object_get(data, "heap_unit")), values[4], sums[4] = {0};
    size_t rows = made_page_rows(data, "heap_series"), tick = 0;

    (void)state;
    assert_int_equal(heap->tick_count, 3);
    assert_int_equal(json_array_size(times), 4);
    assert_true(rows > 2);
    for (size_t row = 0; row < rows; row++) {
        assert_true(json_is_boolean(cell(data, "heap_series", row, "rest")) &&
                    json_is_true(cell(data, "heap_series", row, "rest")) == (row == rows - 1));
        decode(data, row, values, 4);
        for (size_t i = 0; i < 4; i++)
            sums[i] += values[i];
    }
    for (size_t i = 0; i < 4; i++) {
        bool is_peak = json_integer_value(json_array_get(times, i)) == (int64_t)mw_model_elapsed(model, heap->mark_ns);
        uint64_t held = is_peak ? held_at_peak(heap) : (10 + tick) * MIB; /* as in synthetic_fill_heap() */
        assert_uint_in_range(sums[i], held, held + rows * unit);
        if (!is_peak)
            assert_int_equal(json_integer_value(json_array_get(times, i)), mw_model_elapsed(model, heap->ticks[tick++].ns));
    }
    assert_int_equal(tick, 3);
    json_decref(data);
    mw_model_destroy(model);
}

/* ---- at the peaks of phases ---- */

/* The sites of a phase, the rest and what is not allocated add up to its peak; its stacks are those of the rank's peak. */
static void test_phases(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, 4, true);
    json_t *data = made_page_data(model);
    size_t stacks = made_page_rows(data, "heap_stacks"), sites = made_page_rows(data, "heap_phase_sites");

    (void)state;
    assert_int_equal(made_page_rows(data, "heap_phases"), 4 * 2);
    assert_int_equal(sites, 4 * (3 + 5) + 1); /* as in synthetic_fill_heap() */
    for (size_t i = 0; i < 8; i++) {
        int64_t sum = number(data, "heap_phases", i, "rest") + number(data, "heap_phases", i, "outside");
        const struct mw_model_rank
            *rank = &model->ranks[number(data, "heap_ranks", (size_t)number(data, "heap_phases", i, "rank"), "rank")];
        assert_string_equal(text(data, "heap_phases", i, "name"), i % 2 ? "fft" : "data distribution");
        assert_int_equal(number(data, "heap_phases", i, "mark"), rank->heap.phases[i % 2].mark);
        for (size_t k = 0; k < sites; k++)
            if (number(data, "heap_phase_sites", k, "phase") == (int64_t)i)
                sum += number(data, "heap_phase_sites", k, "bytes");
        assert_int_equal(sum, number(data, "heap_phases", i, "mark"));
    }
    for (size_t k = 0; k < sites; k++)
        assert_true(number(data, "heap_phase_sites", k, "stack") < (int64_t)stacks);
    assert_int_equal(stacks_of(data, "program"), 6); /* no more than in test_stacks() */
    json_decref(data);
    mw_model_destroy(model);
}

/* ---- lines of all ranks; none ---- */

static void test_lines(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, 4, true);
    json_t *data = made_page_data(model);

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(data, "heap_known")), 4);
    assert_true(made_page_rows(data, "heap_lines") > 4);
    assert_int_equal(number(data, "heap_lines", 0, "max"), 64 * MIB);
    assert_int_equal(number(data, "heap_lines", 0, "ranks"), 1);
    assert_string_equal(text(data, "heap_lines", 0, "rank"), "2");
    for (size_t i = 0; i < made_page_rows(data, "heap_lines"); i++) {
        assert_true(number(data, "heap_lines", i, "min") <= number(data, "heap_lines", i, "mean"));
        assert_true(number(data, "heap_lines", i, "mean") <= number(data, "heap_lines", i, "max"));
    }
    assert_int_equal(json_array_size(json_object_get(data, "heap_missing")), 0);
    assert_int_equal(json_array_size(json_object_get(data, "heap_alone")), 1);
    json_decref(data);
    mw_model_destroy(model);
}

static void test_missing(void **state)
{
    static const char *const empty[] = {"heap_ranks",  "heap_sites", "heap_rows",   "heap_stacks",     "heap_frames",
                                        "heap_series", "heap_lines", "heap_phases", "heap_phase_sites"};
    struct mw_model *model = merged_job(synthetic_job, 4, true);
    json_t *data = made_page_data(model);
    const json_t *missing = json_object_get(data, "heap_missing");

    (void)state;
    assert_int_equal(json_array_size(missing), 1);
    assert_non_null(
        strstr(json_string_value(json_object_get(json_array_get(missing, 0), "text")), "which lines allocated the memory"));
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        assert_int_equal(made_page_rows(data, empty[i]), 0);
    json_decref(data);
    mw_model_destroy(model);
    model = merged_job(synthetic_job, 0, true); /* nothing is missing where there are no ranks */
    data = made_page_data(model);
    assert_int_equal(json_array_size(json_object_get(data, "heap_missing")), 0);
    json_decref(data);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),       cmocka_unit_test(test_stacks),  cmocka_unit_test(test_small),
        cmocka_unit_test(test_many_ranks), cmocka_unit_test(test_time),    cmocka_unit_test(test_phases),
        cmocka_unit_test(test_lines),      cmocka_unit_test(test_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
