/* SPDX-License-Identifier: MIT */
/* A record is the complete model: reports of it equal those of the run. Nothing in it is trusted. */
#include "collector/merge/merge.h"
#include "collector/record/json.h"
#include "collector/report/json.h"
#include "collector/report/text/text.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/in_range.h"
#include "tests/unit/synthetic.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char *render(mw_report_write *write, const struct mw_model *model, bool all)
{
    const struct mw_report_style style = {.all = all};

    return synthetic_render(write, model, &style);
}

static struct mw_model *read_text(const char *text, size_t length, struct mw_err *err)
{
    char path[] = "/tmp/mw-record-XXXXXX";
    int fd = mkstemp(path);
    struct mw_model *model;

    assert_true(fd >= 0 && write(fd, text, length) == (ssize_t)length);
    close(fd);
    model = mw_record_json_read(path, err);
    unlink(path);
    return model;
}

static void assert_same(mw_report_write *write, const struct mw_model *a, const struct mw_model *b, bool all)
{
    char *one = render(write, a, all), *other = render(write, b, all);

    assert_string_equal(one, other);
    free(one);
    free(other);
}

static void check(struct mw_model *model)
{
    char *json = render(mw_report_json_write, model, false);
    struct mw_err err = {""};
    struct mw_model *copy = read_text(json, strlen(json), &err);

    assert_string_equal(err.text, "");
    assert_non_null(copy);
    assert_same(mw_report_text_write, model, copy, false);
    assert_same(mw_report_text_write, model, copy, true);
    assert_same(mw_report_json_write, model, copy, false);
    mw_model_destroy(copy);
    mw_model_destroy(model);
    free(json);
}

static void test_jobs(void **state)
{
    (void)state;
    check(merged_job(synthetic_job, 4, true));
    check(merged_job(synthetic_job, 40, true));
    check(merged_job(synthetic_job, 3, false));
    check(merged_job(synthetic_job, 0, true));
    check(merged_job(synthetic_heap_job, 4, false));
    check(merged_job(synthetic_heap_job, 70, false));
}

/* With more ranks than this, only what the reports need is kept of each. */
static void test_reduced(void **state)
{
    (void)state;
    mw_merge_set_detailed_ranks(3);
    check(merged_job(synthetic_job, 40, true));
    check(merged_job(synthetic_heap_job, 70, false));
    mw_merge_set_detailed_ranks(MW_MERGE_DETAILED_RANKS);
}

static void test_strange_text(void **state)
{
    struct mw_model *model = merged_job(synthetic_job, 2, true);

    (void)state;
    model->job.command = mw_model_string(model, "a\"b\\c </script>\xff & \xc3\xa9 \n");
    check(model);
}

/* Replaces the first `from` after `after`; free() the result. */
static char *changed(const char *json, const char *after, const char *from, const char *to)
{
    const char *at = strstr(strstr(json, after), from);
    char *text = malloc(strlen(json) + strlen(to) + 1);

    assert_non_null(at);
    sprintf(text, "%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
    return text;
}

struct damage {
    const char *after, *from, *to, *word;
};

static void check_damaged(struct mw_model *model, const struct damage *cases, size_t count)
{
    char *json = render(mw_report_json_write, model, false);

    for (size_t i = 0; i < count; i++) {
        char *text = changed(json, cases[i].after, cases[i].from, cases[i].to);
        struct mw_err err = {""};
        assert_null(read_text(text, strlen(text), &err));
        if (!strstr(err.text, cases[i].word))
            fail_msg("%s -> %s: %s", cases[i].from, cases[i].to, err.text);
        free(text);
    }
    free(json);
    mw_model_destroy(model);
}

static void test_damaged(void **state)
{
    static const struct damage cases[] = {
        {"{", "memwatch-record-1", "memwatch-record-9", "not a record of this memwatch"},
        {"\"job\":", "\"sampled\":true", "\"sampled\":1", "\"sampled\" is not true or false"},
        {"\"job\":", "\"samples\":", "\"samples\":-", "\"samples\""},
        {"\"job\":", "\"pid\":", "\"pid\":9999999999", "\"pid\""},
        {"\"peak\":", "\"at_least\"", "\"perhaps\"", "\"kind\""},
        {"\"headroom\":", "\"host\":0", "\"host\":null", "\"host\" points at nothing"},
        {"\"headroom\":", "\"charge\":0", "\"charge\":1", "\"charge\" points at nothing"},
        {"\"headroom\":", "\"charge\":0", "\"charge\":null", "\"process\" points at nothing"},
        {"\"ranks\":[\n", "\"host\":0", "\"host\":77", "\"host\" points at nothing"},
        {"\"ranks\":[\n", "\"host\":0", "\"host\":null", "\"host\" points at nothing"},
        {"\"ranks\":[\n", "\"tick_ns\":", "\"tick_ns\":0,\"x\":", "\"tick_ns\""},
        {"\"ranks\":[\n", "\"threads\":\"none\"", "\"threads\":\"some\"", "\"threads\" is not one of the allowed words"},
        {"\"ranks\":[\n", "\"held_mpi_bytes\":", "\"held_mpi_bytes\":\"", "is not a complete record"},
        {"\"ranks\":[\n", "\"held_mpi_bytes\":", "\"held_mpi_bytes\":1.5,\"x\":", "\"held_mpi_bytes\""},
        {"\"ranks\":[\n", "\"frames\":[0", "\"frames\":[99999", "\"frames\""},
        {"\"ranks\":[\n", "\"frames\":[0", "\"frames\":[null", "\"frames\""},
        {"\"places\":[\n", "\"outer\":null", "\"outer\":0", "\"outer\" points at nothing"},
        {"\"phases\":[\n", "\"parent\":null", "\"parent\":0", "\"parent\" points at nothing"},
        {"\"ranks\":[\n", "\"sites\":[", "\"sites\":{", "is not a complete record"},
    };

    (void)state;
    check_damaged(merged_job(synthetic_job, 4, true), cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_damaged_heap(void **state)
{
    static const struct damage cases[] = {
        {"\"heap\":", "\"recording\"", "\"perhaps\"", "\"why\" is not one of the allowed words"},
        {"\"heap\":", "\"merged\":0", "\"merged\":99", "\"merged\" points at nothing"},
        {"\"heap\":", "\"frames\":[", "\"frames\":[99999,", "\"frames\""},
        {"\"heap\":", "\"mpi_site\":0", "\"mpi_site\":99", "\"mpi_site\" points at nothing"},
        {"\"heap\":", "\"phase\":1", "\"phase\":99", "\"phase\" points at nothing"},
        {"\"heap\":", "[\n[0,", "[\n[99,", "\"site\" points at nothing"},
        {"\"heap\":", "\"program_bytes\":", "\"program_bytes\":0.5,\"x\":", "\"program_bytes\""},
        {"\"heaps\":", "\"worst\":2", "\"worst\":99", "\"worst\" points at nothing"},
    };

    (void)state;
    check_damaged(merged_job(synthetic_heap_job, 4, false), cases, sizeof(cases) / sizeof(cases[0]));
}

/* Records of versions without heaps have growth inside MPI calls, or a difference, as MPI's memory. */
static void test_earlier_record(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, 2, false), *copy;
    char number[64], *json = render(mw_report_json_write, model, false), *older, *negative;
    struct mw_err err = {""};

    (void)state;
    assert_int_equal(model->ranks[0].held_mpi.kind, MW_MODEL_ESTIMATE);
    snprintf(number, sizeof(number), "\"held_mpi_bytes\":%" PRIu64, model->ranks[0].held_mpi.bytes);
    copy = read_text(json, strlen(json), &err);
    assert_int_equal(copy->ranks[0].held_mpi.kind, MW_MODEL_ESTIMATE);
    assert_int_equal(copy->ranks[0].held_mpi.bytes, model->ranks[0].held_mpi.bytes);
    mw_model_destroy(copy);
    older = changed(json, "\"ranks\":[\n", "\"held_mpi_error_bytes\":", "\"something\":"); /* it follows from the sites */
    copy = read_text(older, strlen(older), &err);
    assert_true(copy->ranks[0].held_mpi_error > 0);
    assert_uint_in_range(copy->ranks[0].held_mpi_error, model->ranks[0].held_mpi_error - 16,
                         model->ranks[0].held_mpi_error + 16);
    assert_int_equal(copy->ranks[0].held_mpi.kind, MW_MODEL_ESTIMATE);
    mw_model_destroy(copy);
    free(older);
    older = changed(json, "\"ranks\":[\n", "\"heap\":", "\"something\":");
    negative = changed(older, "\"ranks\":[\n", number, "\"held_mpi_bytes\":-114294784");
    for (int i = 0; i < 2; i++) {
        copy = read_text(i ? negative : older, strlen(i ? negative : older), &err);
        assert_string_equal(err.text, "");
        assert_int_equal(copy->ranks[0].held_mpi.kind, MW_MODEL_UNKNOWN);
        assert_int_equal(copy->ranks[0].held_mpi.bytes, 0);
        assert_int_equal(copy->ranks[1].held_mpi.kind, MW_MODEL_ESTIMATE);
        mw_model_destroy(copy);
    }
    free(negative);
    free(older);
    free(json);
    mw_model_destroy(model);
}

static void test_cut(void **state)
{
    struct mw_model *model = merged_job(synthetic_job, 2, true);
    char *json = render(mw_report_json_write, model, false);
    size_t length = strlen(json);

    (void)state;
    for (size_t cut = 0; cut < length - 2; cut += length / 97) {
        struct mw_err err = {""};
        assert_null(read_text(json, cut, &err));
        assert_true(err.text[0] && !strchr(err.text, '\n'));
    }
    free(json);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs),    cmocka_unit_test(test_reduced),      cmocka_unit_test(test_strange_text),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_damaged_heap), cmocka_unit_test(test_earlier_record),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
