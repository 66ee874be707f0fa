/* SPDX-License-Identifier: MIT */
/* memwatch top: what fits a terminal, the order of rows, and what keys do. */
#include "launcher/top/keys.h"
#include "tests/unit/launcher/top/top_job.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

/* ---- pictures ---- */

static void it_fits_any_terminal(void **state)
{
    static const int widths[] = {40, 47, 60, 71, 72, 80, 100, 120, 200};
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    top_job_open(&job);
    for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
        for (int height = 1; height < 30; height += 3)
            for (int page = 0; page < 3; page++) {
                struct mw_top_choice choice = {.page = page};
                char *text = top_job_draw(&job, &choice, widths[w], height, true);
                for (const char *at = text; *at; at++)
                    assert_uint_in_range(*at, '\n', '~');
                assert_true(height < 16 || page || strstr(text, "40.0 MiB"));
                free(text);
            }
    top_job_finish(&job);
}

/* The labels of all rows, in order. */
static void expect_order(const struct top_job *job, struct mw_top_choice *choice, const char *order)
{
    char *text = top_job_draw(job, choice, 60, 0, false), *line, found[64] = "";
    bool rows = false;

    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (rows)
            sprintf(found + strlen(found), "%d", atoi(line));
        rows = rows || strstr(line, "growth");
    }
    assert_string_equal(found, order);
    free(text);
}

static void rows_are_sorted_filtered_and_scrolled(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct top_job job;
    char *text;

    (void)state;
    top_job_begin(&job);
    job.journals[1].state->in_site = 2;
    top_job_sample(&job, 0, 35 * MIB);
    top_job_open(&job);
    top_job_look(&job);
    expect_order(&job, &choice, "3021");
    choice.order = MW_TOP_BY_RANK;
    expect_order(&job, &choice, "0123");
    choice.order = MW_TOP_BY_GROWTH;
    expect_order(&job, &choice, "3210");
    strcpy(choice.filter, "ALLreduce");
    expect_order(&job, &choice, "1");
    strcpy(choice.filter, "rank 2");
    expect_order(&job, &choice, "2");
    strcpy(choice.filter, "nothing has this");
    text = top_job_draw(&job, &choice, 120, 12, false);
    assert_non_null(strstr(text, "no row has \"nothing has this\": Esc shows all"));
    assert_null(strstr(text, "Allreduce"));
    free(text);
    choice.filter[0] = '\0';
    choice.first = 1000;
    text = top_job_draw(&job, &choice, 120, 9, false);
    assert_int_equal(choice.first, TOP_JOB_RANKS - 2); /* 5 lines above the rows, a header and the keys leave two */
    free(text);
    top_job_finish(&job);
}

/* ---- keys ---- */

static void press(struct mw_top_choice *choice, const char *keys)
{
    for (; *keys; keys++)
        assert_true(mw_top_keys_press(choice, *keys, 10));
}

static void keys_do_what_help_says(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};

    (void)state;
    press(&choice, "g");
    assert_int_equal(choice.order, MW_TOP_BY_GROWTH);
    press(&choice, "jj");
    assert_int_equal(choice.first, 2);
    mw_top_keys_press(&choice, MW_TOP_KEY_PAGE_DOWN, 10);
    assert_int_equal(choice.first, 12);
    mw_top_keys_press(&choice, MW_TOP_KEY_UP, 10);
    mw_top_keys_press(&choice, MW_TOP_KEY_PAGE_UP, 10);
    assert_int_equal(choice.first, 1);
    mw_top_keys_press(&choice, MW_TOP_KEY_PAGE_UP, 10);
    assert_int_equal(choice.first, 0);
    press(&choice, "v");
    assert_int_equal(choice.page, MW_TOP_HOSTS);
    press(&choice, "h");
    assert_int_equal(choice.page, MW_TOP_HELP);
    press(&choice, "h");
    assert_int_equal(choice.page, MW_TOP_RANKS);
    press(&choice, "/qx\x7fm\n"); /* letters are text while the filter is typed */
    assert_string_equal(choice.filter, "qm");
    assert_int_equal(choice.order, MW_TOP_BY_GROWTH);
    assert_false(choice.typing);
    press(&choice, "\033");
    assert_string_equal(choice.filter, "");
    press(&choice, "/0123456789012345678901234567890123456789012345678901234567890123456789\n");
    assert_int_equal(strlen(choice.filter), sizeof(choice.filter) - 1);
    press(&choice, "m");
    assert_int_equal(choice.order, MW_TOP_BY_MEMORY);
    press(&choice, "r");
    assert_int_equal(choice.order, MW_TOP_BY_RANK);
    assert_false(mw_top_keys_press(&choice, 'q', 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_fits_any_terminal),
        cmocka_unit_test(rows_are_sorted_filtered_and_scrolled),
        cmocka_unit_test(keys_do_what_help_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
