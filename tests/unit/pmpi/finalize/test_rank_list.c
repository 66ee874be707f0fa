/* SPDX-License-Identifier: MIT */
/* Sets of ranks as texts: what is written can be read, and nothing else is accepted. */
#include "pmpi/finalize/rank_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SIZE 1000

static bool marked[SIZE];

static int clear(void **state)
{
    (void)state;
    memset(marked, 0, sizeof(marked));
    return 0;
}

static void writes(int *ranks, int count, const char *expected)
{
    char text[256];

    assert_true(mw_rank_list_write(ranks, count, text, sizeof(text)));
    assert_string_equal(text, expected);
    clear(NULL);
    assert_int_equal(mw_rank_list_mark(text, marked, SIZE), count);
    for (int i = 0; i < count; i++)
        assert_true(marked[ranks[i]]);
}

static void usual_placements(void **state)
{
    int block[128], cyclic[128], one[] = {7}, unsorted[] = {9, 4, 5, 8}, two[] = {3, 999};

    (void)state;
    for (int i = 0; i < 128; i++) {
        block[i] = 256 + i;
        cyclic[i] = 3 + 7 * i;
    }
    writes(block, 128, "256:1:128");
    writes(cyclic, 128, "3:7:128");
    writes(one, 1, "7:1:1");
    writes(unsorted, 4, "4:1:2+8:1:2");
    writes(two, 2, "3:996:2");
}

static void what_cannot_be_written(void **state)
{
    int same[] = {4, 4}, none[1], wild[100];
    char text[256], small[7];
    int block[] = {10, 11, 12};

    (void)state;
    for (int i = 0; i < 100; i++)
        wild[i] = i * i; /* no three of them in equal steps */
    assert_false(mw_rank_list_write(same, 2, text, sizeof(text)));
    assert_false(mw_rank_list_write(none, 0, text, sizeof(text)));
    assert_false(mw_rank_list_write(wild, 100, text, sizeof(text)));
    assert_true(mw_rank_list_write(block, 3, small, sizeof(small)));
    assert_false(mw_rank_list_write(block, 3, small, sizeof(small) - 1));
}

static void what_is_not_taken(void **state)
{
    static const char *const texts[] = {"",
                                        "1",
                                        "1:1",
                                        "1:1:",
                                        "1:1:1+",
                                        "1:1:1 ",
                                        " 1:1:1",
                                        "1:0:2",
                                        "1:-1:2",
                                        "-1:1:1",
                                        "1:1:0",
                                        "1000:1:1",
                                        "0:1:1001",
                                        "0:999:3",
                                        "0:1:1++2:1:1",
                                        "0:1:2+1:1:1",
                                        "999999999:999999999:999999999",
                                        "9999999999:1:1",
                                        "0:1:1,1:1:1",
                                        "+0:1:1"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        clear(NULL);
        assert_int_equal(mw_rank_list_mark(texts[i], marked, SIZE), -1);
    }
}

static void hosts_do_not_overlap(void **state)
{
    (void)state;
    assert_int_equal(mw_rank_list_mark("0:2:500", marked, SIZE), 500);
    assert_int_equal(mw_rank_list_mark("998:1:1", marked, SIZE), -1);
    assert_int_equal(mw_rank_list_mark("1:2:500", marked, SIZE), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(usual_placements, clear),
        cmocka_unit_test_setup(what_cannot_be_written, clear),
        cmocka_unit_test_setup(what_is_not_taken, clear),
        cmocka_unit_test_setup(hosts_do_not_overlap, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
