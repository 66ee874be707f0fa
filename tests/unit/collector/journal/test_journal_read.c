/* SPDX-License-Identifier: MIT */
/* The journal reader: complete and live records, truncated and half-written ones. */
#include "collector/journal/read.h"
#include "tests/unit/collector/journal/made_record.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_whole(void **state)
{
    struct mw_journal_read j;
    size_t size;
    void *bytes = made_record(&size);

    (void)state;
    assert_int_equal(mw_journal_read_parse(&j, bytes, size, NULL), 0);
    assert_string_equal(j.damage, "");
    assert_int_equal(j.ident.rank, 1);
    assert_int_equal(j.site_count, 1);
    assert_int_equal(j.phase_count, 2);
    assert_int_equal(j.phases[1].parent, 1);
    assert_int_equal(j.spike_count, 1);
    assert_int_equal(j.tick_count, 1);
    assert_string_equal(j.sites[0].call, "MPI_Bcast");
    assert_int_equal(j.heap.why, MW_HEAP_RECORDING);
    assert_int_equal(j.heap_module_count, SYNTHETIC_HEAP_MODULES);
    assert_int_equal(j.heap_site_count, 2);
    assert_int_equal(j.heap_phase_count, 1);
    assert_int_equal(j.heap_tick_count, 2);
    assert_int_equal(j.heap_left_count, 2);
    made_assert_safe(&j);
    mw_journal_read_fini(&j);
    free(bytes);
}

/* Frames in Python functions that are not there become frames in no module. */
static void test_python(void **state)
{
    struct mw_journal_read j;
    size_t size;
    char *bytes = made_record(&size);
    const struct mw_record_head *head = (const void *)bytes;
    struct mw_site *site = (void *)(bytes + head->sections[MW_SECTION_SITE].offset);

    (void)state;
    site->depth = 3;
    site->frames[0] = (struct mw_frame){.module = MW_FRAME_PYTHON, .offset = MW_FUNCTION_FRAME(0, 41)};
    site->frames[1] = (struct mw_frame){.module = MW_FRAME_PYTHON, .offset = MW_FUNCTION_FRAME(MW_FUNCTION_OTHER, 0)};
    site->frames[2] = (struct mw_frame){.module = MW_FRAME_PYTHON, .offset = MW_FUNCTION_FRAME(7ull << 20, 1)};
    assert_int_equal(mw_journal_read_parse(&j, bytes, size, NULL), 0);
    assert_string_equal(j.damage, "2 fields out of range");
    assert_int_equal(j.sites[0].frames[0].module, 0);
    assert_int_equal(j.sites[0].frames[1].module, MW_FRAME_PYTHON);
    assert_int_equal(j.sites[0].frames[2].module, 0);
    made_assert_safe(&j);
    mw_journal_read_fini(&j);
    free(bytes);
}

/* The complete journal file, with its unused space, gives the same as the packed record. */
static void test_file(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_journal_read j;
    struct mw_err err;

    (void)state;
    synthetic_make(&dir);
    synthetic_journal(&journal, 3, 4);
    synthetic_site(&journal, "MPI_Barrier", 4, 1);
    synthetic_write(&journal, &dir);
    assert_int_equal(mw_journal_read_file(&j, dir.fd, "journal-0000000000001234-node01-5003", &err), 0);
    assert_int_equal(j.ident.rank, 3);
    assert_int_equal(j.site_count, 1);
    assert_string_equal(j.damage, "");
    mw_journal_read_fini(&j);
    synthetic_free(&journal);
    synthetic_remove(&dir);
}

static void test_cut_anywhere(void **state)
{
    size_t size, readable = 0;
    char *bytes = made_record(&size);

    (void)state;
    for (size_t length = 0; length < size; length++) {
        char *copy = malloc(length ? length : 1); /* of exactly this length, so that ASan detects a read beyond it */
        struct mw_journal_read j;
        struct mw_err err = {""};
        memcpy(copy, bytes, length);
        if (mw_journal_read_parse(&j, copy, length, &err) == 0) {
            assert_true(strstr(j.damage, "cut off after") != NULL);
            assert_int_equal(j.ident.rank, 1);
            made_assert_safe(&j);
            mw_journal_read_fini(&j);
            readable++;
        } else
            assert_true(strlen(err.text) > 0);
        free(copy);
    }
    assert_true(readable > 0);
    free(bytes);
}

/* A spike that was being written when its rank was killed stays odd. */
static void test_half_written_spike(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_journal_read j;
    uint32_t site;

    (void)state;
    synthetic_make(&dir);
    synthetic_journal(&journal, 0, 1);
    site = synthetic_site(&journal, "MPI_Gather", 1, 1);
    synthetic_spike(&journal, site, 1, MIB, MIB, 5);
    synthetic_spike(&journal, site, 2, MIB, MIB, 6);
    journal.spikes[0].seq = 3;
    synthetic_write(&journal, &dir);
    assert_int_equal(mw_journal_read_file(&j, dir.fd, "journal-0000000000001234-node01-5000", NULL), 0);
    assert_int_equal(j.spike_count, 1);
    assert_int_equal(j.spikes[0].visit, 2);
    assert_true(strstr(j.damage, "half written") != NULL);
    mw_journal_read_fini(&j);
    synthetic_free(&journal);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_python),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_half_written_spike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
