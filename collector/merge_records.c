/* SPDX-License-Identifier: MIT */
#include "collector/io.h"
#include "collector/mem.h"
#include "collector/merge_parts.h"
#include "collector/safe_open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct names {
    char **items;
    size_t count;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

/* The names in a directory that start with `prefix`, sorted. Returns 0, or -1 with errno. */
static int list_names(struct names *names, int dirfd, const char *prefix)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* its own offset */
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    *names = (struct names){0};
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    while ((entry = readdir(dir)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            *MW_MEM_PUSH(names->items, names->count) = mw_mem_copy(entry->d_name);
    closedir(dir);
    if (names->count)
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
    return 0;
}

/* Takes a record that could be read, and frees it. */
static void take(struct mw_merge *merge, struct mw_journal_read *journal, bool gathered, const char *name)
{
    mw_merge_ranks_add(merge, journal, gathered, name);
    mw_journal_read_fini(journal);
}

static void read_journal(struct mw_merge *merge, int dirfd, const char *name)
{
    struct mw_journal_read journal;
    struct mw_err err;

    if (mw_journal_read_file(&journal, dirfd, name, &err) == 0)
        take(merge, &journal, false, name);
    else
        mw_model_note(merge->model, MW_MODEL_NOTE_LOST, "%s left out: %s", name, err.text);
}

void mw_merge_records_gathered(struct mw_merge *merge, int fd, const char *name)
{
    struct mw_journal_read journal;
    struct mw_err err;
    off_t offset = 0, at = 0;
    int found;

    while ((found = mw_journal_read_next(&journal, fd, &offset, &err)) != 0) {
        if (found > 0)
            take(merge, &journal, true, name);
        else
            mw_model_note(merge->model, MW_MODEL_NOTE_LOST, "%s: the record at byte %lld left out: %s", name,
                          (long long)at, err.text);
        if (offset <= at)
            break; /* cannot be read on */
        at = offset;
    }
}

static void read_gathered(struct mw_merge *merge, int dirfd, const char *name)
{
    struct mw_err err;
    int fd = mw_safe_open(dirfd, name, NULL, &err);

    if (fd < 0) {
        mw_model_note(merge->model, MW_MODEL_NOTE_LOST, "%s left out: %s", name, err.text);
        return;
    }
    mw_merge_records_gathered(merge, fd, name);
    close(fd);
}

static int for_names(struct mw_merge *merge, int dirfd, const char *prefix,
                     void (*visit)(struct mw_merge *, int, const char *), struct mw_err *err)
{
    struct names names;

    if (list_names(&names, dirfd, prefix) != 0)
        return mw_err_set(err, "cannot list the run directory: %s", strerror(errno));
    for (size_t i = 0; i < names.count; i++)
        visit(merge, dirfd, names.items[i]);
    free_names(&names);
    return 0;
}

/* The first pages of a journal hold what is wanted. */
static void read_clock(struct mw_merge *merge, int dirfd, const char *name)
{
    uint64_t bytes[1024];
    struct mw_journal_read journal;
    struct mw_err err;
    int fd = mw_safe_open(dirfd, name, NULL, &err);
    ssize_t length = fd < 0 ? -1 : mw_io_pread(fd, bytes, sizeof(bytes), 0);

    if (fd >= 0)
        close(fd);
    if (length < 0 || mw_journal_read_parse(&journal, bytes, (size_t)length, &err) != 0)
        return; /* said when it is read in full */
    mw_merge_hosts_clock(merge, &journal.ident, &journal.state);
    mw_journal_read_fini(&journal);
}

void mw_merge_records_gathered_clocks(struct mw_merge *merge, int fd)
{
    struct mw_journal_read journal;
    struct mw_err err;
    off_t offset = 0, at = -1;
    int found;

    while (offset > at && (found = mw_journal_read_next(&journal, fd, (at = offset, &offset), &err)) != 0)
        if (found > 0) {
            mw_merge_hosts_clock(merge, &journal.ident, &journal.state);
            mw_journal_read_fini(&journal);
        }
}

static void read_gathered_clocks(struct mw_merge *merge, int dirfd, const char *name)
{
    struct mw_err err;
    int fd = mw_safe_open(dirfd, name, NULL, &err);

    if (fd < 0)
        return;
    mw_merge_records_gathered_clocks(merge, fd);
    close(fd);
}

void mw_merge_records_clocks(struct mw_merge *merge, int dirfd)
{
    struct mw_err err;

    if (for_names(merge, dirfd, MW_RECORD_JOURNAL_PREFIX, read_clock, &err) == 0)
        for_names(merge, dirfd, MW_RECORD_GATHERED_PREFIX, read_gathered_clocks, &err);
}

int mw_merge_records_dir(struct mw_merge *merge, int dirfd, struct mw_err *err)
{
    if (for_names(merge, dirfd, MW_RECORD_JOURNAL_PREFIX, read_journal, err) != 0)
        return -1;
    return for_names(merge, dirfd, MW_RECORD_GATHERED_PREFIX, read_gathered, err);
}
