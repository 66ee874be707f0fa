/* SPDX-License-Identifier: MIT */
/* Which line held the most, at the peak and when a rank ended; what the post-mortem and the advice say of it. */
#include "collector/base/mem.h"
#include "collector/model/heap_largest.h"
#include "collector/report/lines/lines.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ull << 20)

static const struct mw_model_place big = {.line = 40, .function = "", .label = "grow.c:40", .path = "/src/grow.c"},
                                   caller = {.line = 9, .function = "", .label = "grow.c:9", .path = "/src/grow.c"},
                                   small = {.line = 7, .function = "", .label = "list.c:7", .path = "/src/list.c"};
static const struct mw_model_place *big_frames[] = {&big, &caller};

enum { BIG, BIG_TOO, SMALL, MPI, OWN, OTHER, SITES };

/* One rank: a line with two stacks, one of small blocks, MPI, memwatch, and blocks of no known line. */
static struct mw_model *job(void)
{
    static const struct mw_model_heap_site sites[SITES] = {
        [BIG] = {.place = &big,
                 .label = "grow.c:40",
                 .frames = big_frames,
                 .depth = 2,
                 .merged = 0,
                 .at_peak = 40 * MIB,
                 .blocks_at_peak = 5,
                 .held = 56 * MIB},
        [BIG_TOO] =
            {.place = &big, .label = "grow.c:40", .merged = 0, .at_peak = 20 * MIB, .blocks_at_peak = 1, .held = 40 * MIB},
        [SMALL] = {.place = &small,
                   .label = "list.c:7",
                   .merged = 1,
                   .at_peak = 16 * MIB,
                   .at_peak_error = MIB,
                   .variance = MIB / 16,
                   .blocks_at_peak = 1000,
                   .held = 4 * MIB},
        [MPI] = {.owner = MW_HEAP_MPI, .label = "libmpi", .merged = 2, .at_peak = 80 * MIB, .held = 200 * MIB},
        [OWN] = {.owner = MW_HEAP_MEMWATCH, .label = "memwatch", .merged = 3, .at_peak = 300 * MIB, .held = 300 * MIB},
        [OTHER] = {.label = "(other lines)", .merged = MW_MODEL_NONE, .at_peak = 300 * MIB, .held = 300 * MIB},
    };
    struct mw_model *model = mw_model_create();

    model->ranks = mw_mem_alloc(1, sizeof(*model->ranks));
    model->rank_count = 1;
    model->ranks[0] = (struct mw_model_rank){
        .rank = 3,
        .peak = {400 * MIB, MW_MODEL_EXACT},
        .heap = {
            .why = MW_HEAP_RECORDING, .mark = 396 * MIB, .sites = mw_mem_alloc(SITES, sizeof(*sites)), .site_count = SITES}};
    memcpy(model->ranks[0].heap.sites, sites, sizeof(sites));
    return model;
}

static void test_largest(void **state)
{
    struct mw_model *model = job();
    struct mw_model_rank *rank = &model->ranks[0];
    struct mw_heap_largest line, *lines;
    size_t count;

    (void)state;
    lines = mw_heap_largest_lines(&rank->heap, mw_heap_at_peak, NULL, &count);
    assert_int_equal(count, 3);
    assert_string_equal(lines[0].site->label, "libmpi");
    assert_ptr_equal(lines[1].site, &rank->heap.sites[BIG]);
    assert_int_equal(lines[1].bytes, 60 * MIB);
    assert_int_equal(lines[1].blocks, 6);
    assert_int_equal(lines[1].error, 0);
    assert_int_equal(lines[2].error, MIB);
    free(lines);
    lines = mw_heap_largest_lines(&rank->heap, mw_heap_at_end, NULL, &count);
    assert_int_equal(lines[2].error, MIB / 2); /* as the square root of the amount */
    assert_int_equal(lines[2].blocks, 250);
    free(lines);
    assert_true(mw_heap_largest_at_peak(rank, &line)); /* of the program */
    assert_string_equal(line.site->label, "grow.c:40");
    assert_true(mw_heap_largest_at_end(rank, &line));
    assert_int_equal(line.bytes, 96 * MIB);
    rank->peak.bytes = 420 * MIB; /* the heap is of a lower peak */
    assert_false(mw_heap_largest_is_of_peak(rank));
    assert_false(mw_heap_largest_at_peak(rank, &line));
    mw_model_destroy(model);
}

static char *held(struct mw_model *model, const char *who)
{
    struct mw_lines lines = {.model = model};
    static char text[1100];

    mw_lines_heap_held(&lines, 0, who);
    snprintf(text, sizeof(text), "%s", lines.count ? lines.items[0].text : "");
    mw_lines_free(&lines);
    return text;
}

static void test_held(void **state)
{
    struct mw_model *model = job();
    struct mw_model_heap *heap = &model->ranks[0].heap;

    (void)state;
    assert_string_equal(held(model, ""), "held most: ≥ 96.0 MiB at grow.c:40, called from grow.c:9");
    heap->end_ns = 5; /* it was in MPI_Finalize: nothing is missing */
    assert_string_equal(held(model, "rank 3"), "rank 3 held most: 96.0 MiB at grow.c:40, called from grow.c:9");
    heap->sites[BIG].held = heap->sites[BIG_TOO].held = 0;
    assert_string_equal(held(model, ""), "held most: about 4.0 MiB at list.c:7");
    heap->sites[SMALL].held = MIB - 1;
    assert_string_equal(held(model, ""), "");
    mw_model_destroy(model);
}

static void test_kept(void **state)
{
    struct mw_model *model = job();
    struct mw_lines lines = {.model = model};

    (void)state;
    model->ranks[0].heap.rows[MW_HEAP_ROW_KEPT] = 63 * MIB;
    mw_lines_heap_kept(&lines, 0);
    assert_int_equal(lines.count, 0);
    model->ranks[0].heap.rows[MW_HEAP_ROW_KEPT] = 199 * MIB;
    mw_lines_heap_kept(&lines, 0);
    assert_int_equal(lines.count, 1);
    assert_non_null(strstr(lines.items[0].text, "malloc kept 199.0 MiB that the program had freed: malloc_trim()"));
    mw_lines_free(&lines);
    model->ranks[0].heap.mark = 2000 * MIB; /* less than a tenth */
    mw_lines_heap_kept(&lines, 0);
    assert_int_equal(lines.count, 0);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_largest), cmocka_unit_test(test_held),
                                       cmocka_unit_test(test_kept)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
