/* SPDX-License-Identifier: MIT */
#include "collector/journal/source.h"

#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/io.h"
#include "collector/base/safe_open.h"
#include "collector/journal/journal.h"
#include "collector/journal/record.h"
#include "collector/journal/segments.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool is_journal_of_this_host(const char *name)
{
    char host[MW_HOSTNAME_SIZE];

    mw_hostname_local(host);
    return mw_journal_name_pid(name, NULL, host) != 0;
}

static bool is_record(int fd)
{
    char magic[8];

    return mw_io_pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) && !memcmp(magic, MW_RECORD_MAGIC, sizeof(magic));
}

/* The segment that a locator refers to, or NULL with a line in err. */
static const struct mw_segment_head *follow(const struct mw_segment_locator *locator, int dirfd, const char *name,
                                            struct mw_err *err)
{
    uint64_t own = mw_segment_ipc_ns();
    const struct mw_segment_head *segment;

    if (locator->ipc_ns && own && locator->ipc_ns != own) {
        mw_err_set(err, "its shared memory is in another IPC namespace: run memwatch there");
        return NULL;
    }
    segment = mw_segment_attach(locator->id, (size_t)locator->length, mw_segments_owner(dirfd), locator->token, err);
    if (!segment || !strcmp(segment->name, name))
        return segment;
    mw_segment_detach(segment);
    mw_err_set(err, "it refers to the shared memory of another journal");
    return NULL;
}

int mw_journal_source_open(struct mw_journal_source *source, int dirfd, const char *name, struct mw_err *err)
{
    struct mw_segment_locator locator;
    bool is_locator = false;
    uint64_t size = 0;
    int fd = mw_safe_open(dirfd, name, &size, err);

    *source = (struct mw_journal_source){.fd = fd, .size = size};
    if (!is_journal_of_this_host(name) || (fd >= 0 && is_record(fd)))
        return fd < 0 ? -1 : 0;
    if (fd >= 0 && !mw_segment_read_locator(&locator, fd)) {
        is_locator = true;
        source->segment = follow(&locator, dirfd, name, err);
    }
    if (!source->segment)
        source->segment = mw_segments_find(dirfd, name);
    if (!source->segment && !is_locator)
        return fd < 0 ? -1 : 0; /* the reader of the file reports the error */
    if (fd >= 0)
        close(fd);
    source->fd = -1;
    source->size = source->segment ? source->segment->length : 0;
    return source->segment ? 0 : -1;
}

ssize_t mw_journal_source_read(const struct mw_journal_source *source, void *buffer, size_t size, uint64_t offset)
{
    const char *bytes;

    if (!source->segment)
        return mw_io_pread(source->fd, buffer, size, (off_t)offset);
    if (offset >= source->size)
        return 0;
    if (size > source->size - offset)
        size = (size_t)(source->size - offset);
    bytes = mw_segment_journal(source->segment);
    memcpy(buffer, bytes + offset, size);
    return (ssize_t)size;
}

void mw_journal_source_close(struct mw_journal_source *source)
{
    if (source->segment)
        mw_segment_detach(source->segment);
    if (source->fd >= 0)
        close(source->fd);
    *source = (struct mw_journal_source){.fd = -1};
}

int mw_journal_source_list(struct mw_names *names, int dirfd, size_t *lost, struct mw_err *err)
{
    size_t unfound;

    if (mw_names_list(names, dirfd, MW_FILE_JOURNAL, err) < 0)
        return -1;
    if (mw_segments_add_names(names, dirfd, lost ? lost : &unfound) < 0) {
        mw_names_fini(names);
        return mw_err_set(err, "cannot list the journals: no memory");
    }
    return 0;
}
