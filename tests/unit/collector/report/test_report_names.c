/* SPDX-License-Identifier: MIT */
/* The rows of a list: short names, and different rows never have the same name. */
#include "collector/base/text_table.h"
#include "collector/report/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct mw_model_place places[] = {
    {.label = "MD_NS::Comm::setup+0x1f", .function = "MD_NS::Comm::setup", .module = "/opt/libmd.so.0", .path = ""},
    {.label = "pair.cpp:7",
     .function = "MD_NS::Pair<double>::compute",
     .module = "/opt/libmd.so.0",
     .path = "pair.cpp",
     .line = 7},
    {.label = "main+0x10 (via MD_NS::Comm::sum)", .function = "main", .module = "/opt/md", .path = ""},
    {.label = "md.c:3 (via MD_NS::Comm::sum)", .function = "main", .module = "/opt/md", .path = "md.c", .line = 3},
    {.label = "libmd.so.0+0x1f20", .function = "", .module = "/opt/libmd.so.0", .path = ""},
    {.label = "libmd.so.0+0x2f20",
     .function = "MD_NS::Fix::end",
     .module = "/opt/libmd.so.0",
     .path = ""}, /* an older record */
    {.label = "mpi4py.MPI.Bcast", .function = "Bcast", .module = "/opt/mpi4py/MPI.so", .path = ""},
    {.label = "MD_NS::Grid::sum+0x8", .function = "MD_NS::Grid<float>::sum", .module = "/opt/libmd.so.0", .path = ""},
    {.label = "MD_NS::Grid::sum+0x8", .function = "MD_NS::Grid<double>::sum", .module = "/opt/libmd.so.0", .path = ""},
};
#define COUNT (sizeof(places) / sizeof(places[0]))

static const char *const expected[COUNT][2] = {
    {"Comm::setup+0x1f", "libmd.so.0"},
    {"pair.cpp:7", "Pair::compute"},
    {"main+0x10 (via Comm::sum)", "md"},
    {"md.c:3 (via Comm::sum)", "main"},
    {"libmd.so.0+0x1f20", ""},
    {"libmd.so.0+0x2f20", "Fix::end"},
    {"mpi4py.MPI.Bcast", "MPI.so"},
    {"Grid<float>::sum+0x8", "libmd.so.0"},
    {"Grid<double>::sum+0x8", "libmd.so.0"},
};

static struct mw_report_names *make_all(void)
{
    const struct mw_model_place *list[COUNT + 1];

    for (size_t i = 0; i < COUNT; i++)
        list[i] = &places[i];
    list[COUNT] = NULL;
    return mw_report_names_create(list, COUNT + 1);
}

static void test_rows(void **state)
{
    struct mw_report_names *names = make_all();
    char text[MW_REPORT_NAME];

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        mw_report_names_where(names, &places[i], 60, text);
        assert_string_equal(text, expected[i][0]);
        mw_report_names_in(names, &places[i], text);
        assert_string_equal(text, expected[i][1]);
    }
    mw_report_names_where(names, NULL, 60, text);
    assert_string_equal(text, "?");
    mw_report_names_in(names, NULL, text);
    assert_string_equal(text, "");
    mw_report_names_destroy(names);
}

static void test_little_room(void **state)
{
    struct mw_report_names *names = make_all();
    char text[MW_REPORT_NAME];

    (void)state;
    mw_report_names_where(names, &places[0], 15, text);
    assert_string_equal(text, "…::setup+0x1f");
    mw_report_names_where(names, &places[3], 21, text);
    assert_string_equal(text, "md.c:3 (via …::sum)");
    for (size_t i = 0; i < COUNT; i++)
        for (int width = 16; width < 40; width++) {
            mw_report_names_where(names, &places[i], width, text);
            assert_true(mw_text_width(text) <= (i >= 7 ? 2 * width : width));
        }
    mw_report_names_destroy(names);
}

static void test_empty(void **state)
{
    struct mw_report_names *names = mw_report_names_create(NULL, 0);
    char text[MW_REPORT_NAME];

    (void)state;
    mw_report_names_where(names, &places[0], 60, text);
    assert_string_equal(text, "MD_NS::Comm::setup+0x1f");
    mw_report_names_destroy(names);
}

/* A table with one column of names next to a fixed one, in lines of this many columns. The caller frees it. */
static char *table_of(const char *const names[2], int width)
{
    struct mw_text_table *table = mw_text_table_create();
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    mw_text_table_column(table, "id", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "in", MW_TEXT_LEFT, MW_TEXT_TABLE_NAMES, MW_TEXT_CUT_RIGHT);
    for (int i = 0; i < 2; i++) {
        mw_text_table_row(table);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%d", i);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", names[i]);
    }
    mw_text_table_write(table, out, width, false);
    fclose(out);
    mw_text_table_destroy(table);
    return text;
}

static void assert_table(const char *const names[2], int width, const char *text)
{
    char *table = table_of(names, width);

    assert_string_equal(table, text);
    free(table);
}

static void test_table(void **state)
{
    static const char *const apart[2] = {"MD_NS::Comm::setup", "MD_NS::Comm::forward"};
    static const char *const alike[2] = {"MD_NS::Comm::setup", "MD_NS::Pair::setup"};

    (void)state;
    assert_table(apart, 40, "  id  in\n  0   MD_NS::Comm::setup\n  1   MD_NS::Comm::forward\n");
    assert_table(apart, 18, "  id  in\n  0   …::setup\n  1   …::forward\n");
    assert_table(alike, 22, "  id  in\n  0   …::Comm::setup\n  1   …::Pair::setup\n");
    assert_table(alike, 18, "  id\n  0\n  1\n"); /* better none than two equal ones */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_little_room),
                                       cmocka_unit_test(test_empty), cmocka_unit_test(test_table)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
