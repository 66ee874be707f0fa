/* SPDX-License-Identifier: MIT */
/* The lines of phases with names: of the fullest rank, by line, not repeated, and never more certain than they are. */
#include "collector/merge/merge.h"
#include "collector/model/phase_lines.h"
#include "collector/report/text/text.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define APP(offset) SYNTHETIC_FRAME(SYNTHETIC_APP, offset)

enum { MESH, FIELD, UCP, LIST };

/* A rank with three phases, and four sites with these MiB at its peak. */
static void make_rank(struct mw_journal *journal, int rank, int size, const uint32_t *mib)
{
    static const uint64_t frames[][2] = {[MESH] = {APP(0x3010), APP(0x3000)},
                                         [FIELD] = {APP(0x3020), APP(0x3000)},
                                         [UCP] = {SYNTHETIC_FRAME(SYNTHETIC_LIBUCP, 0x10), APP(0x3000)},
                                         [LIST] = {APP(0x3030), APP(0x3000)}};

    synthetic_journal(journal, rank, size);
    synthetic_site(journal, "MPI_Init", 0, 10);
    for (uint32_t i = 0; i < 3; i++)
        synthetic_phase(journal, MW_PHASE_USER, (const char *const[]){"mesh", "solve", "write"}[i], 0, 100 + 200 * i,
                        300 + 200 * i, (100 + i) * MIB);
    synthetic_finish(journal, 900, 200 * MIB);
    synthetic_heap(journal, 200 * MIB);
    for (uint32_t i = 0; i < 4; i++)
        synthetic_heap_site(journal, frames[i], 2, mib[i] * MIB, 1);
    synthetic_heap_site(journal, (const uint64_t[]){APP(0x3020), APP(0x3008)}, 2, MIB, 1); /* FIELD from another caller */
    /* of 256 KiB for each byte: 16 MiB are known to 2 MiB */
    journal->heap_sites[LIST].variance_kib = journal->heap_sites[LIST].allocated >> 2;
}

static struct mw_model *merge(const struct synthetic_dir *dir, struct mw_journal *journals, int count)
{
    for (int i = 0; i < count; i++) {
        synthetic_write(&journals[i], dir);
        synthetic_free(&journals[i]);
    }
    return mw_merge_run(dir->fd, NULL, NULL);
}

/* "mesh" was higher in rank 1, "solve" in rank 0, and nothing is known of "write". */
static struct mw_model *two_ranks(const struct synthetic_dir *dir)
{
    struct mw_journal journals[2];

    for (int rank = 0; rank < 2; rank++)
        make_rank(&journals[rank], rank, 2, (const uint32_t[]){80, 50, 20, 16});
    synthetic_heap_phase(&journals[0], 1, 60 * MIB, (const uint32_t[]){30, 1, 0});
    synthetic_heap_phase(&journals[1], 1, 70 * MIB, (const uint32_t[]){5, 1, 40, 16, 0});
    synthetic_heap_phase(&journals[0], 2, 200 * MIB, (const uint32_t[]){81, 49, 20, 15, 0});
    synthetic_heap_phase(&journals[1], 2, 150 * MIB, (const uint32_t[]){1, 0});
    return merge(dir, journals, 2);
}

static void test_fullest(void **state)
{
    struct synthetic_dir dir;
    struct mw_phase_lines *phases;
    struct mw_model *model;
    size_t count;

    (void)state;
    synthetic_make(&dir);
    model = two_ranks(&dir);
    phases = mw_phase_lines_make(model, &count);
    assert_int_equal(count, 2);
    assert_string_equal(phases[0].phase->name, "mesh");
    assert_int_equal(model->ranks[phases[0].rank].rank, 1);
    assert_int_equal(phases[0].heap->mark, 70 * MIB);
    assert_int_equal(phases[0].count, 4);
    assert_int_equal(phases[0].lines[0].bytes, 40 * MIB);
    assert_int_equal(phases[0].lines[0].site->owner, MW_HEAP_MPI);
    assert_int_equal(phases[0].lines[0].error, 0);
    assert_int_equal(phases[0].lines[1].error, 2 * MIB);
    assert_int_equal(mw_phase_lines_missing(model, &phases[0], &phases[0].lines[3]), 0);
    assert_false(phases[0].is_of_peak);
    assert_int_equal(model->ranks[phases[1].rank].rank, 0);
    assert_true(phases[1].is_of_peak);
    mw_phase_lines_free(phases, count);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* What a phase's lines were counted at may be lower than its peak: the peak decides. */
static void test_fullest_by_peak(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journals[2];
    struct mw_phase_lines *phases;
    struct mw_model *model;
    size_t count;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        make_rank(&journals[rank], rank, 2, (const uint32_t[]){80, 50, 20, 16});
        synthetic_heap_phase(&journals[rank], 1, (rank ? 70 : 60) * MIB, (const uint32_t[]){30, 1, 0});
    }
    journals[0].phases[0].peak = 130 * MIB;
    model = merge(&dir, journals, 2);
    phases = mw_phase_lines_make(model, &count);
    assert_int_equal(count, 1);
    assert_int_equal(model->ranks[phases[0].rank].rank, 0);
    assert_int_equal(phases[0].heap->mark, 60 * MIB);
    mw_phase_lines_free(phases, count);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* The section alone, without the heading. Valid until the next call. */
static const char *section(const struct mw_model *model, bool all)
{
    static char kept[4000];
    char *text = NULL, *found, *end;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_int_equal(mw_report_text_write(out, model, &(struct mw_report_style){.width = 100, .all = all}), 0);
    fclose(out);
    found = strstr(text, "\nLines by phase");
    kept[0] = '\0';
    if (found) {
        found = strchr(found + 1, '\n') + 1;
        end = strstr(found, "\n\n");
        assert_non_null(end);
        snprintf(kept, sizeof(kept), "%.*s", (int)(end - found + 1), found);
    }
    free(text);
    return kept;
}

static void test_text(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    model = two_ranks(&dir);
    assert_string_equal(section(model, false), "  phase  rank        RSS      held  error      share  line\n"
                                               "  mesh      1   70.0 MiB  40.0 MiB              57 %  MPI: libucp\n"
                                               "                          16.0 MiB  ± 2.0 MiB   23 %  app+0x3030\n"
                                               "                           5.0 MiB               7 %  app+0x3010\n"
                                               "  solve     0  200.0 MiB                              see rank 0 above\n");
    assert_non_null(strstr(section(model, true), "\n                           1.0 MiB               1 %  app+0x3020\n"));
    assert_non_null(strstr(section(model, true), "  solve     0  200.0 MiB  81.0 MiB              40 %  app+0x3010\n"));
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* Only the largest sites of a phase are recorded: another one of the same line may have held some of the rest. */
static void test_incomplete(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    make_rank(&journal, 0, 1, (const uint32_t[]){80, 50, 20, 16});
    synthetic_heap_phase(&journal, 1, 70 * MIB, (const uint32_t[]){50, 7, 0});
    journal.heap_phases[0].held += 2 * MIB;
    model = merge(&dir, &journal, 1);
    assert_string_equal(section(model, false), "  phase  rank       RSS       held  share  line\n"
                                               "  mesh      0  70.0 MiB   50.0 MiB   71 %  app+0x3010\n"
                                               "                         ≥ 7.0 MiB   10 %  app+0x3020\n");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* A rank has room for the lines of 8 phases. */
static void test_many(void **state)
{
    static const char names[7][2] = {"a", "b", "c", "d", "e", "f", "g"};
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    make_rank(&journal, 0, 1, (const uint32_t[]){80, 50, 20, 16});
    for (uint32_t i = 0; i < 7; i++)
        synthetic_phase(&journal, MW_PHASE_USER, names[i], 0, 700 + 20 * i, 720 + 20 * i, 110 * MIB);
    for (uint32_t i = 1; i <= MW_HEAP_PHASES; i++)
        synthetic_heap_phase(&journal, i, 70 * MIB, (const uint32_t[]){30 + i, 0});
    model = merge(&dir, &journal, 1);
    assert_non_null(strstr(section(model, false),
                           "  e         0  70.0 MiB  38.0 MiB   54 %  app+0x3010\n"
                           "    of 2 more phases no lines are known: a rank records those of 8 phases\n"));
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* The largest lines must be the same, in the same order, about as large, and none may be missing. */
static void test_as_at_the_peak(void **state)
{
    static const struct {
        uint32_t mib[5];
        bool alike;
    } cases[] = {
        {{80, 50, 20, 16}, true},  {{74, 48, 20, 16}, true},  {{80, 50, 20, 1}, true},
        {{80, 50, 20, 20}, true},  {{70, 50, 20, 16}, false}, {{80, 50, 16, 20}, false},
        {{50, 80, 20, 16}, false}, {{80, 50}, false},         {{80, 1, 20, 16}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct synthetic_dir dir;
        struct mw_journal journal;
        struct mw_phase_lines *phases;
        struct mw_model *model;
        size_t count;
        synthetic_make(&dir);
        make_rank(&journal, 0, 1, (const uint32_t[]){80, 50, 20, 16});
        synthetic_heap_phase(&journal, 3, 190 * MIB, cases[i].mib);
        model = merge(&dir, &journal, 1);
        phases = mw_phase_lines_make(model, &count);
        assert_int_equal(count, 1);
        if (phases[0].is_of_peak != cases[i].alike)
            fail_msg("case %zu", i);
        mw_phase_lines_free(phases, count);
        mw_model_destroy(model);
        synthetic_remove(&dir);
    }
}

/* No heap, or no phase with a name: no section. */
static void test_none(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    make_rank(&journal, 0, 1, (const uint32_t[]){80, 50, 20, 16});
    model = merge(&dir, &journal, 1);
    assert_string_equal(section(model, true), "");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fullest),    cmocka_unit_test(test_fullest_by_peak), cmocka_unit_test(test_text),
        cmocka_unit_test(test_incomplete), cmocka_unit_test(test_as_at_the_peak),  cmocka_unit_test(test_none),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
