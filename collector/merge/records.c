/* SPDX-License-Identifier: MIT */
#include "collector/base/file_names.h"
#include "collector/base/names.h"
#include "collector/base/safe_open.h"
#include "collector/journal/source.h"
#include "collector/merge/parts.h"

#include <sys/stat.h>
#include <unistd.h>

#define DAMAGED_MAX 100 /* damaged records in one file; each may be 16 MiB of garbage */

/* Merges a record that could be read, and frees it. */
static void take(struct mw_merge *merge, struct mw_journal_read *journal, bool gathered, const char *name, off_t at)
{
    merge->take(merge, journal, gathered, name, at);
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
    unsigned damaged = 0;
    int found;

    while ((found = mw_journal_read_next(&journal, fd, &offset, &err)) != 0) {
        if (found > 0)
            take(merge, &journal, true, name, at);
        else if (++damaged == DAMAGED_MAX) {
            mw_model_note(merge->model, MW_MODEL_NOTE_LOST,
                          "%s: nothing after byte %lld was read: %u records before it are "
                          "damaged",
                          name, (long long)at, damaged);
            return;
        } else
            mw_model_note(merge->model, MW_MODEL_NOTE_LOST, "%s: the record at byte %lld left out: %s", name, (long long)at,
                          err.text);
        if (offset <= at)
            break; /* the rest cannot be read */
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

typedef void visitor(struct mw_merge *merge, int dirfd, const char *name);

static void visit_names(struct mw_merge *merge, int dirfd, struct mw_names *names, visitor *visit)
{
    for (size_t i = 0; i < names->count; i++)
        visit(merge, dirfd, names->items[i]);
    mw_names_fini(names);
}

static int for_gathered(struct mw_merge *merge, int dirfd, visitor *visit, struct mw_err *err)
{
    struct mw_names names;

    if (mw_names_list(&names, dirfd, MW_FILE_GATHERED, err) < 0)
        return -1;
    visit_names(merge, dirfd, &names, visit);
    return 0;
}

/* Sets *lost to the number of journals whose files are missing or damaged. */
static int for_journals(struct mw_merge *merge, int dirfd, visitor *visit, size_t *lost, struct mw_err *err)
{
    struct mw_names names;

    if (mw_journal_source_list(&names, dirfd, lost, err) < 0)
        return -1;
    visit_names(merge, dirfd, &names, visit);
    return 0;
}

/* The first pages of a journal contain what is needed. */
static void read_clock(struct mw_merge *merge, int dirfd, const char *name)
{
    uint64_t bytes[1024];
    struct mw_journal_read journal;
    struct mw_err err;
    struct mw_journal_source source;
    ssize_t length;

    if (mw_journal_source_open(&source, dirfd, name, &err) < 0)
        return;
    length = mw_journal_source_read(&source, bytes, sizeof(bytes), 0);
    mw_journal_source_close(&source);
    if (length < 0 || mw_journal_read_parse(&journal, bytes, (size_t)length, &err) != 0)
        return; /* reported when it is read completely */
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
                return; /* either all ranks of one world have measured it, or none */
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
    size_t lost;

    if (for_journals(merge, dirfd, read_clock, &lost, &err) == 0)
        for_gathered(merge, dirfd, read_gathered_clocks, &err);
}

/* Notes that another process has removed the directory, or removed or damaged files in it. */
static void note_directory(struct mw_model *model, int dirfd, size_t lost)
{
    struct stat st;

    if (!fstat(dirfd, &st) && !st.st_nlink)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "the run directory was removed during the run: processes that ended "
                      "without MPI, and what other hosts had sent, may be missing");
    if (lost)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "%zu journal%s read from shared memory: %s in the run directory %s "
                      "removed or damaged during the run",
                      lost, lost == 1 ? " was" : "s were", lost == 1 ? "its file" : "their files", lost == 1 ? "was" : "were");
}

int mw_merge_records_dir(struct mw_merge *merge, int dirfd, struct mw_err *err)
{
    size_t lost;

    if (for_journals(merge, dirfd, read_journal, &lost, err) != 0)
        return -1;
    note_directory(merge->model, dirfd, lost);
    return for_gathered(merge, dirfd, read_gathered, err);
}
