/* SPDX-License-Identifier: MIT */
/* Programs that one process executed one after another, and samples above a rank's own peak. */
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Samples after a killed rank's last boundary count, as a lower bound. */
static void test_sampled_higher(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 2);
    synthetic_view(&view, 2);
    view.processes[2].hwm_seen = 200 * MIB;
    view.processes[3].hwm_seen = 41 * MIB + 4096; /* within the reading error */
    model = merged_run(&dir, &view);
    assert_int_equal(model->ranks[0].peak.bytes, 200 * MIB);
    assert_int_equal(model->ranks[0].peak.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(model->ranks[1].peak.bytes, 41 * MIB + 4096);
    assert_int_equal(model->ranks[1].peak.kind, MW_MODEL_EXACT);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* sh, then exec app: the first image is a separate process, the second is the rank. */
static void test_images(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    view.processes[view.process_count] = view.processes[2];
    view.processes[view.process_count].image = 1;
    view.processes[view.process_count].first_ns = SYNTHETIC_BEGIN + 50 * MS;
    strcpy(view.processes[view.process_count].exe, "/home/user/app");
    strcpy(view.processes[view.process_count].command, "./app");
    view.process_count++;
    strcpy(view.processes[2].exe, "/bin/sh");
    model = merged_run(&dir, &view);
    assert_int_equal(model->process_count, 4);
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_string_equal(model->processes[2].name, "sh");
    assert_int_equal(model->processes[3].role, MW_MODEL_RANK);
    assert_int_equal(model->ranks[0].process, 3);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* A program that executes itself before MPI_Init, which the sampler notices only afterwards. */
static void test_image_seen_late(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    view.processes[view.process_count] = view.processes[2];
    view.processes[view.process_count].image = 1;
    view.processes[view.process_count].first_ns = SYNTHETIC_BEGIN + 300 * MS;
    view.process_count++;
    view.processes[2].last_ns = view.processes[2].first_ns; /* before the journal was created */
    model = merged_run(&dir, &view);
    assert_int_equal(model->ranks[0].process, 3);
    mw_model_destroy(model);

    view.processes[2].last_ns = SYNTHETIC_BEGIN + 250 * MS; /* after it: the first one called MPI_Init */
    model = merged_run(&dir, &view);
    assert_int_equal(model->ranks[0].process, 2);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* A rank whose program was never sampled does not include an earlier program of the same process. */
static void test_image_unseen(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    strcpy(view.processes[2].exe, "/usr/bin/cargo");
    view.processes[2].rss_max = 900 * MIB;
    model = merged_run(&dir, &view);
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_int_equal(model->ranks[0].process, MW_MODEL_NONE);
    assert_true(model->ranks[0].peak.bytes < 900 * MIB);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* A program that executes itself: memory of the earlier image exceeds the rank's mark before its last boundary. */
static void test_image_of_one_name(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    uint64_t own;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    own = view.processes[2].rss_max;
    view.processes[view.process_count] = view.processes[2];
    view.processes[view.process_count].image = 1;
    view.processes[view.process_count].first_ns = SYNTHETIC_BEGIN + 300 * MS; /* after MPI_Init was entered */
    view.process_count++;
    view.processes[2].rss_max = 700 * MIB;
    view.processes[2].rss_max_ns = view.processes[2].rss_max_until_ns = SYNTHETIC_BEGIN + 90 * MS;
    model = merged_run(&dir, &view);
    assert_int_equal(model->ranks[0].process, 3);
    assert_true(model->ranks[0].peak.bytes < 700 * MIB);
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_int_equal(model->processes[2].peak.bytes, 700 * MIB);
    mw_model_destroy(model);

    /* the second program was never sampled: the samples are not the rank's */
    view.process_count--;
    model = merged_run(&dir, &view);
    assert_int_equal(model->ranks[0].process, MW_MODEL_NONE);
    mw_model_destroy(model);

    /* but memory after the last boundary is the rank's */
    view.processes[2].rss_max_ns = view.processes[2].rss_max_until_ns = SYNTHETIC_BEGIN + 5000 * MS;
    model = merged_run(&dir, &view);
    assert_int_equal(model->ranks[0].process, 2);
    assert_int_equal(model->ranks[0].peak.bytes, 700 * MIB);
    mw_model_destroy(model);

    /* as may be memory that a sampler read that was stopped while the boundary passed */
    view.processes[2].rss_max_ns = SYNTHETIC_BEGIN + 90 * MS;
    model = merged_run(&dir, &view);
    assert_int_equal(model->ranks[0].process, 2);
    assert_int_equal(model->ranks[0].peak.bytes, 700 * MIB);
    mw_model_destroy(model);
    assert_true(own < 700 * MIB);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sampled_higher),    cmocka_unit_test(test_images),
        cmocka_unit_test(test_image_seen_late),   cmocka_unit_test(test_image_unseen),
        cmocka_unit_test(test_image_of_one_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
