/* SPDX-License-Identifier: MIT */
/* Files that are not journals, and journals with flipped bytes. */
#include "collector/base/file_names.h"
#include "collector/record/json.h"
#include "collector/report/json.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/draw.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Files that are not journals: each is named, none prevents reading the others. */
static void test_damaged(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;
    char name[MW_JOURNAL_NAME_SIZE];
    int fd;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 3);
    synthetic_put(&dir, MW_FILE_JOURNAL "empty", "", 0);
    assert_int_equal(symlinkat("/etc/passwd", dir.fd, MW_FILE_JOURNAL "link"), 0);
    assert_int_equal(mkfifoat(dir.fd, MW_FILE_JOURNAL "fifo", 0600), 0);
    assert_int_equal(mkfifoat(dir.fd, MW_FILE_EXITS "fifo", 0600), 0);
    mw_journal_name(name, 0x1234, "node01", 5001);
    fd = openat(dir.fd, name, O_RDWR);
    assert_int_equal(ftruncate(fd, 20000), 0);
    close(fd);
    model = merged_run(&dir, NULL);
    assert_int_equal(model->rank_count, 3);
    merged_assert_note(model, "empty left out: cut off after 0 bytes");
    merged_assert_note(model, "link left out: " MW_FILE_JOURNAL "link is a symbolic link");
    merged_assert_note(model, "is not a regular file");
    merged_assert_note(model, "(rank 1) is damaged: cut off after 20000 of");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* What is saved of it can be read. */
static void assert_saved(const struct mw_model *model)
{
    const struct mw_report_style style = {0};
    char path[] = "/tmp/mw-damaged-XXXXXX", *record = synthetic_render(mw_report_json_write, model, &style);
    size_t length = strlen(record);
    struct mw_err err = {""};
    struct mw_model *copy;
    int fd = mkstemp(path);

    assert_true(fd >= 0 && write(fd, record, length) == (ssize_t)length);
    close(fd);
    copy = mw_record_json_read(path, &err);
    unlink(path);
    if (!copy)
        fail_msg("%s", err.text);
    mw_model_destroy(copy);
    free(record);
}

/* Any flipped byte: the merge neither crashes nor overflows, whatever the numbers become, and its record can be read. */
static void test_flipped(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;

    (void)state;
    draw_seed = 7;
    synthetic_make(&dir);
    synthetic_job(&dir, 3);
    synthetic_view(&view, 3);
    for (int round = 0; round < 300; round++) {
        struct mw_journal journal;
        struct mw_model *model;
        size_t size;
        char *bytes;
        synthetic_journal(&journal, 2, 3);
        for (uint32_t i = 0; i < 20; i++) {
            uint32_t site = synthetic_site(&journal, "MPI_Bcast", 3, i % 7);
            uint32_t phase = synthetic_phase(&journal, i % 3 ? MW_PHASE_USER : MW_PHASE_BETWEEN, "p", 0, i, i + 1, MIB);
            journal.phases[phase - 1].parent = draw(phase + 2);
            journal.phases[phase - 1].from_site = draw(site + 2);
            journal.ticks[i] = (struct mw_tick){MIB, MIB};
            mw_journal_publish(&journal, MW_SECTION_TIMELINE, i);
        }
        synthetic_spike(&journal, 3, 1, MIB, MIB, 3);
        synthetic_finish(&journal, 20, MIB);
        bytes = synthetic_pack(&journal, &size);
        for (int flips = 0; flips < 64; flips++)
            bytes[sizeof(struct mw_record_head) + draw((uint32_t)(size - sizeof(struct mw_record_head)))] ^= (char)draw(256);
        synthetic_put(&dir, MW_FILE_JOURNAL "flipped", bytes, size);
        model = merged_run(&dir, round & 1 ? &view : NULL);
        assert_saved(model);
        mw_model_destroy(model);
        free(bytes);
        synthetic_free(&journal);
    }
    mw_view_free(&view);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_flipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
