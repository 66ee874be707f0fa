/* SPDX-License-Identifier: MIT */
/* The journal reader, given corrupted and foreign records, and files that are none. */
#include "collector/journal/read.h"
#include "tests/unit/collector/journal/made_record.h"
#include "tests/unit/draw.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_flipped(void **state)
{
    size_t size;
    char *bytes = made_record(&size), *copy = malloc(size);

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct mw_journal_read j;
        memcpy(copy, bytes, size);
        for (uint32_t flips = 1 + draw(8); flips; flips--) {
            /* Every other round in the head, where errors have the largest effect. */
            uint32_t at = draw(round & 1 ? (uint32_t)size : (uint32_t)sizeof(struct mw_record_head));
            copy[at] ^= (char)(1u << draw(8));
        }
        if (mw_journal_read_parse(&j, copy, size, NULL) == 0) {
            made_assert_safe(&j);
            mw_journal_read_fini(&j);
        }
    }
    free(copy);
    free(bytes);
}

static void test_garbage_sections(void **state)
{
    static const uint64_t values[] = {0, 1, 7, 8, 0x7fffffff, 0xffffffff, 0x100000000, UINT64_MAX - 7, UINT64_MAX};
    size_t size, fields = sizeof(struct mw_record_section) * MW_SECTION_COUNT / 4;
    char *bytes = made_record(&size), *copy = malloc(size);

    (void)state;
    for (size_t field = 0; field < fields; field++)
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            struct mw_journal_read j;
            size_t at = offsetof(struct mw_record_head, sections) + 4 * field;
            memcpy(copy, bytes, size);
            memcpy(copy + at, &values[v], field + 1 < fields ? 8 : 4);
            if (mw_journal_read_parse(&j, copy, size, NULL) == 0) {
                made_assert_safe(&j);
                mw_journal_read_fini(&j);
            }
        }
    free(copy);
    free(bytes);
}

/* What a hostile rank may write into the heap's tables. */
static void test_hostile_heap(void **state)
{
    struct mw_journal journal;
    struct mw_journal_read j;
    size_t size;
    void *bytes;

    (void)state;
    synthetic_journal(&journal, 0, 1);
    synthetic_phase(&journal, MW_PHASE_USER, "solve", 0, 10, 20, 5 * MIB);
    made_fill_heap(&journal);
    journal.heap->why = 99;
    journal.heap->best = MW_HEAP_PHASE_PEAK;
    journal.heap->phase_best = MW_HEAP_AT_CANDIDATE;
    memset(journal.heap_modules[0].path, 'x', sizeof(journal.heap_modules[0].path));
    journal.heap_modules[1].build_id_length = 37;
    journal.heap_sites[0].depth = MW_HEAP_FRAMES + 1;
    journal.heap_sites[1].frames[0] = SYNTHETIC_FRAME(SYNTHETIC_HEAP_MODULES + 1, 7);
    journal.heap_sites[1].mpi_site = 2;
    for (uint32_t i = 1; i < 4; i++) { /* twice the same phase, one that is not there, one with too many lines */
        journal.heap_phases[i] = (struct mw_heap_phase){.phase = i, .lines = 1, .line[0] = {.site = 3}};
        mw_journal_publish(&journal, MW_SECTION_HEAP_PHASE, i);
    }
    journal.heap_phases[0].lines = MW_HEAP_PHASE_LINES + 1;
    journal.heap_ticks[1].ns = journal.heap_ticks[0].ns;
    journal.heap_ticks[0].line[5].site = 3;
    journal.heap_left[1].site = 1;
    bytes = synthetic_pack(&journal, &size);
    assert_int_equal(mw_journal_read_parse(&j, bytes, size, NULL), 0);
    made_assert_safe(&j);
    assert_non_null(strstr(j.damage, "fields of the heap out of range"));
    assert_int_equal(j.heap.why, MW_HEAP_OTHER_VERSION);
    assert_int_equal(j.heap_sites[0].depth, 0);
    assert_int_equal(j.heap_sites[1].frames[0], 7);
    assert_int_equal(j.heap_phase_count, 1);
    assert_int_equal(j.heap_phases[0].lines, 0);
    assert_int_equal(j.heap_tick_count, 1);
    assert_int_equal(j.heap_left_count, 1);
    mw_journal_read_fini(&j);
    synthetic_free(&journal);
    free(bytes);
}

/* Entries that are no phases are left out, and what named a later one still names it. */
static void test_invalid_phases(void **state)
{
    struct mw_journal journal;
    struct mw_journal_read j;
    size_t size;
    void *bytes;

    (void)state;
    synthetic_journal(&journal, 0, 1);
    synthetic_site(&journal, "MPI_Bcast", 1, 7);
    synthetic_phase(&journal, MW_PHASE_USER, "of no kind", 0, 10, 20, 5 * MIB);
    synthetic_phase(&journal, MW_PHASE_USER, "solve", 0, 10, 20, 5 * MIB);
    synthetic_phase(&journal, MW_PHASE_USER, "never written", 0, 10, 20, 5 * MIB);
    synthetic_phase(&journal, MW_PHASE_USER, "in solve", 2, 11, 19, 5 * MIB);
    synthetic_phase(&journal, MW_PHASE_USER, "in no kind", 1, 11, 19, 5 * MIB);
    synthetic_spike(&journal, 1, 1, 5 * MIB, 3 * MIB, 12);
    journal.spikes[0].phase = 4;
    journal.state->phase = 4;
    journal.state->peak_phase = 1;
    made_fill_heap(&journal);
    journal.heap_phases[0].phase = 4;
    journal.phases[0].kind = MW_PHASE_EXCHANGE + 1;
    memset(&journal.phases[2], 0, sizeof(journal.phases[2]));
    bytes = synthetic_pack(&journal, &size);
    assert_int_equal(mw_journal_read_parse(&j, bytes, size, NULL), 0);
    made_assert_safe(&j);
    assert_string_equal(j.damage, "2 phases left out (invalid)");
    assert_int_equal(j.phase_count, 3);
    assert_string_equal(j.phases[0].name, "solve");
    assert_string_equal(j.phases[1].name, "in solve");
    assert_int_equal(j.phases[1].parent, 1);
    assert_int_equal(j.phases[2].parent, 0);
    assert_int_equal(j.spikes[0].phase, 2);
    assert_int_equal(j.state.phase, 2);
    assert_int_equal(j.state.peak_phase, 0);
    assert_int_equal(j.heap_phases[0].phase, 2);
    mw_journal_read_fini(&j);
    free(bytes);
    synthetic_free(&journal);
}

static void assert_refused(const void *bytes, size_t size, const char *why)
{
    struct mw_journal_read j;
    struct mw_err err = {""};

    assert_int_equal(mw_journal_read_parse(&j, bytes, size, &err), -1);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void test_foreign(void **state)
{
    size_t size;
    struct mw_record_head *head = made_record(&size);

    (void)state;
    head->version = MW_RECORD_VERSION + 1;
    assert_refused(head, size, "version 8");
    head->version = __builtin_bswap32(1);
    head->endian = __builtin_bswap32(MW_RECORD_ENDIAN);
    assert_refused(head, size, "other byte order");
    head->endian = MW_RECORD_ENDIAN;
    head->version = MW_RECORD_VERSION;
    head->length = UINT64_MAX;
    assert_refused(head, size, "claims to be");
    head->magic[0] = 'm';
    assert_refused(head, size, "not a memwatch journal");
    assert_refused(head, 0, "within the head");
    free(head);
}

static void assert_file_refused(const struct synthetic_dir *dir, const char *name, const char *why)
{
    struct mw_journal_read j;
    struct mw_err err = {""};

    assert_int_equal(mw_journal_read_file(&j, dir->fd, name, &err), -1);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void test_no_file(void **state)
{
    struct synthetic_dir dir;
    size_t size;
    void *bytes = made_record(&size);

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, "real", bytes, size);
    assert_int_equal(symlinkat("real", dir.fd, "link"), 0);
    assert_int_equal(mkfifoat(dir.fd, "fifo", 0600), 0);
    assert_file_refused(&dir, "link", "symbolic link");
    assert_file_refused(&dir, "fifo", "not a regular file"); /* and does not wait for a writer */
    assert_file_refused(&dir, "none", "cannot open");
    if (geteuid() == 0 && fchownat(dir.fd, "real", 12345, (gid_t)-1, 0) == 0)
        assert_file_refused(&dir, "real", "another user");
    synthetic_remove(&dir);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flipped),        cmocka_unit_test(test_garbage_sections), cmocka_unit_test(test_hostile_heap),
        cmocka_unit_test(test_invalid_phases), cmocka_unit_test(test_foreign),          cmocka_unit_test(test_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
