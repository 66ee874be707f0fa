/* SPDX-License-Identifier: MIT */
/* The data of a page: for every run, a table's rows match its columns, and every value has its column's type. */
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/collector/page/made_page.h"
#include "tests/unit/synthetic.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

/* ---- types ---- */

static bool is_known(const json_t *value)
{
    return json_is_null(value) ||
           (json_is_integer(json_object_get(value, "bytes")) && json_is_string(json_object_get(value, "kind")));
}

static bool is_id(const json_t *value)
{
    return json_is_integer(value) || json_is_string(value);
}

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_whole(const json_t *value)
{
    return json_is_integer(value);
}

static bool is_positive(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_flag(const json_t *value)
{
    return json_is_boolean(value);
}

static bool is_share(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) <= 1;
}

static bool is_curve(const json_t *value)
{
    return json_is_null(value) || json_is_string(value);
}

static bool is_list(const json_t *value)
{
    return json_is_array(value);
}

static const struct {
    const char *name;
    bool (*is)(const json_t *value);
} types[] = {{"text", is_text},   {"id", is_id},         {"count", is_positive}, {"bytes", is_positive}, {"change", is_whole},
             {"known", is_known}, {"time", is_positive}, {"share", is_share},    {"flag", is_flag},      {"curve", is_curve},
             {"texts", is_list},  {"rows", is_list},     {"times", is_list}};

static bool has_type(const json_t *value, const char *name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (!strcmp(types[i].name, name))
            return types[i].is(value);
    return false;
}

static void check_row(const char *table, const json_t *row, const json_t *columns)
{
    size_t i;
    json_t *value;

    if (json_array_size(row) != json_array_size(columns))
        fail_msg("%s: %zu values for %zu columns", table, json_array_size(row), json_array_size(columns));
    json_array_foreach(row, i, value)
    {
        const json_t *column = json_array_get(columns, i);
        const char *name = json_string_value(json_object_get(column, "name"));
        const char *type = json_string_value(json_object_get(column, "type"));
        if (!has_type(value, type))
            fail_msg("%s.%s is not of type %s", table, name, type);
    }
}

static void check_table(const json_t *data, const char *table, size_t rows)
{
    const json_t *value = json_object_get(data, table);
    size_t i;
    json_t *row;

    assert_int_equal(made_page_rows(data, table), rows);
    json_array_foreach(json_object_get(value, "rows"), i, row) check_row(table, row, json_object_get(value, "columns"));
}

static void test_tables(void **state)
{
    struct mw_model *model = merged_job(synthetic_job, 4, true);
    struct mw_model_rank *worst = &model->ranks[model->rank_peak.worst];
    json_t *data;

    (void)state;
    worst->has_details = true; /* required for a waterfall */
    worst->init_rss = 3 * MIB;
    data = made_page_data(model);
    check_table(data, "hosts", model->host_count);
    check_table(data, "ranks", 4);
    check_table(data, "phases", model->phase_count);
    check_table(data, "sites", model->site_count);
    check_table(data, "processes", model->process_count);
    check_table(data, "waterfall", made_page_rows(data, "waterfall"));
    check_table(data, "rises", made_page_rows(data, "rises"));
    assert_true(model->phase_count > 0);
    assert_true(model->site_count > 0);
    assert_true(made_page_rows(data, "waterfall") > 0);
    assert_true(made_page_rows(data, "rises") > 0);
    json_decref(data);
    mw_model_destroy(model);
}

/* Their contents: test_page_heap.c. */
static void test_heap_tables(void **state)
{
    static const char *const tables[] = {"heap_ranks", "heap_frames", "heap_stacks", "heap_sites",
                                         "heap_rows",  "heap_series", "heap_lines"};
    struct mw_model *model = merged_job(synthetic_heap_job, 4, true);
    json_t *data = made_page_data(model);

    (void)state;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        assert_true(made_page_rows(data, tables[i]) > 0);
        check_table(data, tables[i], made_page_rows(data, tables[i]));
    }
    json_decref(data);
    mw_model_destroy(model);
}

/* ---- sentences ---- */

static void check_line(const json_t *line)
{
    const char *kind = json_string_value(json_object_get(line, "kind"));
    const char *text = json_string_value(json_object_get(line, "text"));

    assert_non_null(kind);
    assert_true(!strcmp(kind, "plain") || !strcmp(kind, "alarm") || !strcmp(kind, "warn") || !strcmp(kind, "aside"));
    assert_uint_in_range(json_integer_value(json_object_get(line, "level")), 0, 1);
    assert_true(text[0] && text[0] != ' ' && !strchr(text, '\n') && !strchr(text, '\033'));
}

static void check_lines(const json_t *data, const char *name)
{
    size_t i;
    json_t *line;

    assert_true(json_array_size(json_object_get(data, name)) > 0);
    json_array_foreach(json_object_get(data, name), i, line) check_line(line);
}

static void die(struct mw_model *model)
{
    static struct mw_model_death death = {.rank = 1, .process = MW_MODEL_NONE, .exact = true, .text = "killed by SIGSEGV"};

    death.ns = model->job.end_ns;
    death.cgroup = UINT32_MAX;
    model->deaths = &death;
    model->death_count = 1;
    model->first_count = 1;
}

static void test_lines(void **state)
{
    struct mw_model *model = merged_job(synthetic_job, 4, true);
    json_t *data;
    const json_t *first;

    (void)state;
    die(model);
    mw_model_note(model, MW_MODEL_NOTE_LOST, "one journal was damaged");
    data = made_page_data(model);
    check_lines(data, "post_mortem");
    check_lines(data, "certainty");
    check_lines(data, "notes");
    first = json_array_get(json_object_get(data, "post_mortem"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "kind")), "alarm");
    assert_int_equal(json_integer_value(json_object_get(first, "level")), 0);
    assert_non_null(strstr(json_string_value(json_object_get(first, "text")), "rank 1 died at "));
    assert_int_equal(json_array_size(json_object_get(data, "no_ranks")), 0);
    json_decref(data);
    model->deaths = NULL;
    model->death_count = 0;
    mw_model_destroy(model);
}

static void test_no_ranks(void **state)
{
    struct mw_model *model = merged_job(synthetic_job, 0, true);
    json_t *data = made_page_data(model);

    (void)state;
    check_table(data, "ranks", 0);
    check_table(data, "waterfall", 0);
    check_lines(data, "no_ranks");
    json_decref(data);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_heap_tables),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_no_ranks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
