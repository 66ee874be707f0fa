/* SPDX-License-Identifier: MIT */
/* The journal reader: complete, live, packed and gathered records; truncated, corrupted and foreign ones. */
#include "collector/journal/read.h"
#include "tests/unit/synthetic.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A record with an entry in every section. */
static void *make_record(size_t *size)
{
    struct mw_journal journal;
    uint32_t site, user;
    void *bytes;

    synthetic_journal(&journal, 1, 4);
    site = synthetic_site(&journal, "MPI_Bcast", 4, 7);
    user = synthetic_phase(&journal, MW_PHASE_USER, "outer", 0, 10, 20, 5 * MIB);
    synthetic_phase(&journal, MW_PHASE_USER, "inner", user, 11, 19, 5 * MIB);
    synthetic_spike(&journal, site, 1, 5 * MIB, 3 * MIB, 12);
    journal.ticks[0] = (struct mw_tick){5 * MIB, 4 * MIB};
    mw_journal_publish(&journal, MW_SECTION_TIMELINE, 0);
    synthetic_finish(&journal, 30, 8 * MIB);
    journal.state->in_site = site;
    bytes = synthetic_pack(&journal, size);
    synthetic_free(&journal);
    return bytes;
}

/* Properties of every record that the reader accepts, whatever the bytes were. */
static void assert_safe(const struct mw_journal_read *j)
{
    assert_non_null(memchr(j->ident.host, 0, sizeof(j->ident.host)));
    assert_non_null(memchr(j->ident.command, 0, sizeof(j->ident.command)));
    assert_true(j->ident.rank >= -1 && j->ident.size >= 0);
    assert_true(j->state.stage <= MW_STAGE_ABORTED);
    assert_true(j->state.in_site <= j->site_count && j->state.last_site <= j->site_count);
    assert_true(j->state.phase <= j->phase_count && j->state.peak_phase <= j->phase_count);
    for (uint32_t i = 0; i < j->module_count; i++)
        assert_true(memchr(j->modules[i].path, 0, sizeof(j->modules[i].path)) && j->modules[i].build_id_length <= 36);
    for (uint32_t i = 0; i < j->site_count; i++) {
        assert_non_null(memchr(j->sites[i].call, 0, sizeof(j->sites[i].call)));
        assert_true(j->sites[i].depth <= MW_RECORD_SITE_FRAMES);
        for (uint32_t f = 0; f < j->sites[i].depth; f++)
            assert_true(j->sites[i].frames[f].module <= j->module_count);
    }
    for (uint32_t i = 0; i < j->phase_count; i++) {
        assert_true(j->phases[i].kind <= MW_PHASE_END || j->phases[i].kind == MW_JOURNAL_READ_BAD_PHASE);
        assert_true(j->phases[i].parent <= i);
        assert_true(j->phases[i].from_site <= j->site_count && j->phases[i].to_site <= j->site_count);
    }
    for (uint32_t i = 0; i < j->spike_count; i++)
        assert_true(j->spikes[i].site >= 1 && j->spikes[i].site <= j->site_count && !(j->spikes[i].seq & 1) &&
                    j->spikes[i].phase <= j->phase_count && j->spikes[i].depth <= MW_RECORD_SPIKE_FRAMES);
}

static void test_whole(void **state)
{
    struct mw_journal_read j;
    size_t size;
    void *bytes = make_record(&size);

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
    assert_safe(&j);
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
    char *bytes = make_record(&size);

    (void)state;
    for (size_t length = 0; length < size; length++) {
        char *copy = malloc(length ? length : 1); /* of exactly this length, so that ASan detects a read beyond it */
        struct mw_journal_read j;
        struct mw_err err = {""};
        memcpy(copy, bytes, length);
        if (mw_journal_read_parse(&j, copy, length, &err) == 0) {
            assert_true(strstr(j.damage, "cut off after") != NULL);
            assert_int_equal(j.ident.rank, 1);
            assert_safe(&j);
            mw_journal_read_fini(&j);
            readable++;
        } else
            assert_true(strlen(err.text) > 0);
        free(copy);
    }
    assert_true(readable > 0);
    free(bytes);
}

static uint32_t random_next(uint32_t *seed) /* xorshift32: the same sequence everywhere */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void test_flipped(void **state)
{
    size_t size;
    char *bytes = make_record(&size), *copy = malloc(size);
    uint32_t seed = 20260101;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct mw_journal_read j;
        memcpy(copy, bytes, size);
        for (uint32_t flips = 1 + random_next(&seed) % 8; flips; flips--) {
            /* Every other round in the head, where errors have the largest effect. */
            uint32_t at = random_next(&seed) % (round & 1 ? (uint32_t)size : (uint32_t)sizeof(struct mw_record_head));
            copy[at] ^= (char)(1u << random_next(&seed) % 8);
        }
        if (mw_journal_read_parse(&j, copy, size, NULL) == 0) {
            assert_safe(&j);
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
    char *bytes = make_record(&size), *copy = malloc(size);

    (void)state;
    for (size_t field = 0; field < fields; field++)
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            struct mw_journal_read j;
            size_t at = offsetof(struct mw_record_head, sections) + 4 * field;
            memcpy(copy, bytes, size);
            memcpy(copy + at, &values[v], field + 1 < fields ? 8 : 4);
            if (mw_journal_read_parse(&j, copy, size, NULL) == 0) {
                assert_safe(&j);
                mw_journal_read_fini(&j);
            }
        }
    free(copy);
    free(bytes);
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
    struct mw_record_head *head = make_record(&size);

    (void)state;
    head->version = 7;
    assert_refused(head, size, "version 7");
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
    void *bytes = make_record(&size);

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

/* Three records; the second one's magic is broken: the third is still found. */
static void test_gathered(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal_read j;
    struct mw_err err;
    size_t size;
    char *bytes = make_record(&size), *all = malloc(3 * size);
    off_t offset = 0;
    int fd;

    (void)state;
    for (int i = 0; i < 3; i++)
        memcpy(all + (size_t)i * size, bytes, size);
    all[size] = 'x';
    synthetic_make(&dir);
    synthetic_put(&dir, "gathered", all, 3 * size);
    fd = openat(dir.fd, "gathered", O_RDONLY);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 1);
    mw_journal_read_fini(&j);
    assert_int_equal(offset, size);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), -1);
    assert_int_equal(offset, 2 * size);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 1);
    mw_journal_read_fini(&j);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 0);
    close(fd);
    synthetic_remove(&dir);
    free(all);
    free(bytes);
}

static void test_gathered_cut(void **state)
{
    struct synthetic_dir dir;
    size_t size;
    char *bytes = make_record(&size);
    int fd;

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, "gathered", bytes, size);
    fd = openat(dir.fd, "gathered", O_RDWR);
    for (off_t length = (off_t)size; length-- > 0;) {
        struct mw_journal_read j;
        off_t offset = 0;
        int rounds = 0, found;
        assert_int_equal(ftruncate(fd, length), 0);
        while ((found = mw_journal_read_next(&j, fd, &offset, NULL)) != 0) {
            if (found > 0)
                mw_journal_read_fini(&j);
            assert_true(++rounds < 10);
        }
        assert_true(offset <= length);
    }
    close(fd);
    synthetic_remove(&dir);
    free(bytes);
}

/* A file of 1 TiB that is empty except for a record at its end: holes take no time. */
static void test_gathered_sparse(void **state)
{
    const off_t at = (off_t)1 << 40;
    struct synthetic_dir dir;
    struct mw_journal_read j;
    struct mw_err err;
    size_t size;
    char *bytes = make_record(&size);
    off_t offset = 0;
    int fd;

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, "gathered", "", 0);
    fd = openat(dir.fd, "gathered", O_RDWR);
    if (pwrite(fd, bytes, size, at) == (ssize_t)size) { /* not supported everywhere */
        assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), -1);
        assert_true(strstr(err.text, "not a memwatch journal") != NULL);
        assert_int_equal(offset, at);
        assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 1);
        mw_journal_read_fini(&j);
        assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 0);
    }
    close(fd);
    synthetic_remove(&dir);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_garbage_sections),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_half_written_spike),
        cmocka_unit_test(test_gathered),
        cmocka_unit_test(test_gathered_cut),
        cmocka_unit_test(test_gathered_sparse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
