/* SPDX-License-Identifier: MIT */
#include "collector/io.h"
#include "collector/merge_parts.h"
#include "collector/names.h"
#include "collector/safe_open.h"

#include <unistd.h>

/* Takes a record that could be read, and frees it. */
static void take(struct mw_merge *merge, struct mw_journal_read *journal, bool gathered, const char *name, off_t at)
{
    mw_merge_ranks_add(merge, journal, gathered, name, at);
    mw_journal_read_fini(journal);
}

static void read_journal(struct mw_merge *merge, int dirfd, const char *name)
{
    struct mw_journal_read journal;
    struct mw_err err;

    if (mw_journal_read_file(&journal, dirfd, name, &err) == 0)
        take(merge, &journal, false, name, 0);
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
            take(merge, &journal, true, name, at);
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
    struct mw_names names;

    if (mw_names_list(&names, dirfd, prefix, err) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++)
        visit(merge, dirfd, names.items[i]);
    mw_names_fini(&names);
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
            bool measured = journal.state.clock_known == 1;
            mw_merge_hosts_clock(merge, &journal.ident, &journal.state);
            mw_journal_read_fini(&journal);
            if (!measured)
                return; /* ranks of one world have all measured, or none */
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
