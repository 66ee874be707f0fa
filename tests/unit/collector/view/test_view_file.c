/* SPDX-License-Identifier: MIT */
/* The file of the samples: it grows, survives its writer, and is read without being trusted. */
#include "collector/view/file.h"

#include "collector/base/file_names.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/synthetic.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define NAME MW_FILE_VIEW "node01"

static void fill(struct mw_view_file *file, struct mw_view *view, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mw_view_process *process = mw_view_file_add_process(file, view);
        assert_non_null(process);
        process->pid = (int32_t)i + 1;
        snprintf(process->command, sizeof(process->command), "command %zu", i);
    }
    view->slice_ns = 1000;
    view->slice_count = 3;
    view->slices[2].rss_max = 77;
}

static void grows_and_is_read(void **state)
{
    struct synthetic_dir dir;
    struct mw_view_file file;
    struct mw_view view = {.host = "node01", .samples = 1}, read;
    struct mw_err err;

    (void)state;
    synthetic_make(&dir);
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, &err), 0);
    fill(&file, &view, 1000);
    view.samples = 5;
    mw_view_file_sync(&file, &view);
    /* read while it is being written */
    assert_int_equal(mw_view_file_read(&read, dir.fd, NAME, &err), 0);
    assert_int_equal(read.samples, 5);
    assert_int_equal(read.process_count, 1000);
    assert_string_equal(read.processes[999].command, "command 999");
    assert_int_equal(read.slices[2].rss_max, 77);
    mw_view_free(&read);
    mw_view_file_close(&file, &view);
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, &err), 0); /* the file exists: memory only */
    assert_int_equal(file.fd, -1);
    mw_view_file_close(&file, &view);
    synthetic_remove(&dir);
}

/* It is created when an agent starts, while the job runs. */
static void no_memory(void **state)
{
    struct synthetic_dir dir;
    struct mw_view_file file;
    struct mw_view view = {.host = "node01"};
    struct mw_err err;

    (void)state;
    synthetic_make(&dir);
    no_memory_begin();
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, &err), -1);
    no_memory_end();
    assert_string_equal(err.text, "no memory for samples");
    synthetic_remove(&dir);
}

/* If another process truncates or removes it, the contents are written again. */
static void is_written_again_when_cut(void **state)
{
    static const off_t lengths[] = {0, 100, sizeof(struct mw_view_file_head) + MW_VIEW_FACTS_BYTES + 5, -1, 200000, -1};
    struct synthetic_dir dir;
    struct mw_view_file file;
    struct mw_view view = {.host = "node01"}, read;
    char path[256];

    (void)state;
    synthetic_make(&dir);
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, NULL), 0);
    fill(&file, &view, 200);
    for (size_t i = 0; i < 200; i++)
        view.processes[i].end = i < 150 ? MW_VIEW_ENDED : MW_VIEW_LIVES;
    mw_view_file_sync(&file, &view);
    snprintf(path, sizeof(path), "%s/" NAME, dir.path);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        assert_int_equal(lengths[i] < 0 ? unlink(path) : truncate(path, lengths[i]), 0);
        view.samples++;
        mw_view_file_sync(&file, &view);
        assert_int_equal(file.error, 0);
        assert_int_equal(mw_view_file_read(&read, dir.fd, NAME, NULL), 0);
        assert_int_equal(read.samples, i + 1);
        assert_int_equal(read.process_count, 200);
        assert_string_equal(read.processes[3].command, "command 3");
        assert_string_equal(read.processes[199].command, "command 199");
        assert_int_equal(read.slices[2].rss_max, 77);
        mw_view_free(&read);
    }
    mw_view_file_close(&file, &view);
    synthetic_remove(&dir);
}

/* Of ended processes only changes of their end are written; slices that were merged are all written. */
static void writes_what_changed(void **state)
{
    struct synthetic_dir dir;
    struct mw_view_file file;
    struct mw_view view = {.host = "node01"}, read;

    (void)state;
    synthetic_make(&dir);
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, NULL), 0);
    fill(&file, &view, 4);
    view.processes[1].end = MW_VIEW_ENDED;
    mw_view_file_sync(&file, &view);
    view.processes[0].rss_last = 5;
    view.processes[1].pid = 999; /* impossible for a sampler */
    view.processes[2].end = MW_VIEW_STATUS;
    view.processes[2].wait_status = 9;
    view.slices[0].rss_max = 11;
    view.slices[2].rss_max = 78;
    mw_view_file_sync(&file, &view);
    assert_int_equal(mw_view_file_read(&read, dir.fd, NAME, NULL), 0);
    assert_int_equal(read.processes[0].rss_last, 5);
    assert_int_equal(read.processes[1].pid, 2);
    assert_int_equal(read.processes[2].wait_status, 9);
    assert_int_equal(read.slices[0].rss_max, 0);
    assert_int_equal(read.slices[2].rss_max, 78);
    mw_view_free(&read);
    view.processes[1].end = MW_VIEW_STATUS;
    view.slice_ns *= 2;
    mw_view_file_sync(&file, &view);
    assert_int_equal(mw_view_file_read(&read, dir.fd, NAME, NULL), 0);
    assert_int_equal(read.processes[1].pid, 999);
    assert_int_equal(read.slices[0].rss_max, 11);
    mw_view_free(&read);
    mw_view_file_close(&file, &view);
    synthetic_remove(&dir);
}

/* Failed writes are repeated. */
static void notes_what_it_cannot_write(void **state)
{
    struct rlimit before, small;
    struct synthetic_dir dir;
    struct mw_view_file file;
    struct mw_view view = {.host = "node01"}, read;

    (void)state;
    synthetic_make(&dir);
    getrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, NULL), 0);
    small = (struct rlimit){file.length, before.rlim_max};
    fill(&file, &view, 1000);
    setrlimit(RLIMIT_FSIZE, &small);
    mw_view_file_sync(&file, &view);
    mw_view_file_sync(&file, &view);
    assert_int_equal(file.error, EFBIG);
    assert_int_equal(file.errors, 2);
    setrlimit(RLIMIT_FSIZE, &before);
    mw_view_file_sync(&file, &view);
    assert_int_equal(file.error, 0);
    assert_int_equal(mw_view_file_read(&read, dir.fd, NAME, NULL), 0);
    assert_int_equal(read.process_count, 1000);
    assert_string_equal(read.processes[999].command, "command 999");
    mw_view_free(&read);
    mw_view_file_close(&file, &view);
    synthetic_remove(&dir);
}

/* Without space for a file the view is in memory, which also grows. */
static void no_room_for_a_file(void **state)
{
    struct rlimit before, none;
    struct synthetic_dir dir;
    struct mw_view_file file;
    struct mw_view view = {.host = "node01"}, copy;
    struct mw_err err;

    (void)state;
    synthetic_make(&dir);
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_FSIZE, &none);
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, &err), 0);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(file.fd, -1);
    assert_int_not_equal(faccessat(dir.fd, NAME, F_OK, 0), 0);
    fill(&file, &view, 500);
    copy = mw_view_copy(&view);
    mw_view_file_close(&file, &view);
    assert_string_equal(copy.processes[499].command, "command 499");
    mw_view_free(&copy);
    synthetic_remove(&dir);
}

static char *make_bytes(size_t *size)
{
    struct synthetic_dir dir;
    struct mw_view_file file;
    struct mw_view view = {.host = "node01"};
    struct mw_err err;
    char *bytes;

    synthetic_make(&dir);
    assert_int_equal(mw_view_file_create(&file, &view, dir.fd, NAME, &err), 0);
    fill(&file, &view, 3);
    mw_view_file_sync(&file, &view);
    *size = file.length;
    bytes = malloc(*size);
    memcpy(bytes, file.map, *size);
    mw_view_file_close(&file, &view);
    synthetic_remove(&dir);
    return bytes;
}

/* Truncated anywhere: refused, or the complete part is kept. */
static void cut(void **state)
{
    size_t size, kept = 0;
    char *bytes = make_bytes(&size);
    struct mw_view view;
    struct mw_err err;

    (void)state;
    for (size_t length = 0; length <= size; length += length < 64 ? 1 : 97) {
        char *exact = malloc(length); /* so that a sanitizer detects a read beyond it */
        memcpy(exact, bytes, length);
        if (!mw_view_file_parse(&view, exact, length, &err)) {
            assert_true(view.process_count <= 3);
            kept = view.process_count;
            mw_view_free(&view);
        }
        free(exact);
    }
    assert_int_equal(kept, 3);
    free(bytes);
}

/* Any byte that is part of a count, the end of a string, or an index: the result can be used safely. */
static void flipped(void **state)
{
    size_t size;
    char *bytes = make_bytes(&size);
    struct mw_view view;
    struct mw_err err;

    (void)state;
    for (size_t at = 0; at < size; at += at < sizeof(struct mw_view_file_head) + MW_VIEW_FACTS_BYTES ? 1 : 13) {
        bytes[at] = (char)~bytes[at];
        if (!mw_view_file_parse(&view, bytes, size, &err)) {
            assert_true(view.process_count <= (size - sizeof(struct mw_view_file_head)) / sizeof(*view.processes));
            assert_true(view.slice_count <= MW_VIEW_FILE_SLICES);
            assert_true(view.cgroup_count <= MW_VIEW_CGROUPS && view.signal_count <= MW_VIEW_SIGNALS);
            assert_true(strnlen(view.host, sizeof(view.host)) < sizeof(view.host));
            for (size_t i = 0; i < view.process_count; i++) {
                const struct mw_view_process *process = &view.processes[i];
                assert_true(process->cgroup <= view.cgroup_count && process->recent_next < MW_VIEW_RECENT);
                assert_true(strnlen(process->command, sizeof(process->command)) < sizeof(process->command));
            }
            mw_view_free(&view);
        } else
            assert_true(at < sizeof(struct mw_view_file_head));
        bytes[at] = (char)~bytes[at];
    }
    free(bytes);
}

static void other_version(void **state)
{
    size_t size;
    char *bytes = make_bytes(&size);
    struct mw_view view;
    struct mw_err err;

    (void)state;
    bytes[7] = 9;
    assert_int_equal(mw_view_file_parse(&view, bytes, size, &err), -1);
    assert_string_equal(err.text, "format version 9, this memwatch reads version 6");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_written_again_when_cut),
        cmocka_unit_test(writes_what_changed),
        cmocka_unit_test(notes_what_it_cannot_write),
        cmocka_unit_test(grows_and_is_read),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(no_room_for_a_file),
        cmocka_unit_test(cut),
        cmocka_unit_test(flipped),
        cmocka_unit_test(other_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
