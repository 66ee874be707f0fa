/* SPDX-License-Identifier: MIT */
/* The sampled sum over time: whatever the length of a run, no peak and no sample is lost. */
#include "launcher/sample/slices.h"

#include "collector/view/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN 1000

static struct mw_view_slice slices[MW_VIEW_FILE_SLICES];
static struct mw_view view;

static int set_up(void **state)
{
    (void)state;
    memset(slices, 0, sizeof(slices));
    view = (struct mw_view){.begin_ns = BEGIN, .slices = slices};
    mw_slices_begin(&view);
    return 0;
}

static uint64_t sample_count(void)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < view.slice_count; i++)
        count += slices[i].samples;
    return count;
}

static const struct mw_view_slice *slice_at(uint64_t ns)
{
    return &slices[ns / view.slice_ns];
}

static void one_slice_has_its_extremes(void **state)
{
    (void)state;
    mw_slices_add(&view, BEGIN, 500, 3);
    mw_slices_add(&view, BEGIN + 1, 200, 2);
    mw_slices_add(&view, BEGIN + 2, 900, 4);
    assert_int_equal(view.slice_count, 1);
    assert_int_equal(slices[0].samples, 3);
    assert_int_equal(slices[0].rss_min, 200);
    assert_int_equal(slices[0].rss_max, 900);
    assert_int_equal(slices[0].processes, 4);
    assert_int_equal(view.rss_sum_max, 900);
    assert_int_equal(view.rss_sum_max_ns, BEGIN + 2);
    assert_int_equal(view.rss_sum_max_processes, 4);
}

/* Samples at growing distances, each with a peak of its own: after every one, all before it are still there. */
static void a_long_run_loses_nothing(void **state)
{
    uint64_t first = view.slice_ns, at = 0, largest = 0;
    uint32_t count = 0;

    (void)state;
    for (uint64_t step = first / 3; at < 64 * MW_VIEW_FILE_SLICES * first; at += step, step += step / 50) {
        uint64_t sum = 1000 + (uint64_t)(rand() % 100000);
        largest = sum > largest ? sum : largest;
        mw_slices_add(&view, BEGIN + at, sum, ++count);
        assert_true(slice_at(at)->rss_max >= sum && slice_at(at)->rss_min <= sum);
        assert_true(view.slice_count <= MW_VIEW_FILE_SLICES);
        assert_int_equal(sample_count(), count);
        assert_int_equal(view.rss_sum_max, largest);
    }
    assert_true(view.slice_ns >= 64 * first);
}

/* An empty half does not become a minimum of 0. */
static void a_gap_is_not_a_minimum(void **state)
{
    uint64_t first = view.slice_ns;

    (void)state;
    mw_slices_add(&view, BEGIN + first, 700, 1);
    mw_slices_add(&view, BEGIN + MW_VIEW_FILE_SLICES * first, 800, 1);
    assert_int_equal(view.slice_ns, 2 * first);
    assert_int_equal(slices[0].samples, 1);
    assert_int_equal(slices[0].rss_min, 700);
    assert_int_equal(slices[0].rss_max, 700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_slice_has_its_extremes, set_up),
        cmocka_unit_test_setup(a_long_run_loses_nothing, set_up),
        cmocka_unit_test_setup(a_gap_is_not_a_minimum, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
