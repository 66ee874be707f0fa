/* SPDX-License-Identifier: MIT */
#include "launcher/sample/held.h"

#include "collector/base/io.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MAX (256LL << 20)

/* Processes have priority in the use of descriptors. */
static bool is_affordable(int fd)
{
    struct rlimit limit;

    return !getrlimit(RLIMIT_NOFILE, &limit) && (rlim_t)fd < limit.rlim_cur / 4;
}

static bool make_room(struct mw_held *held)
{
    size_t room = held->room ? 2 * held->room : 16;
    struct mw_held_file *files;

    if (held->count < held->room)
        return true;
    files = reallocarray(held->files, room, sizeof(*files));
    if (!files)
        return false;
    held->files = files;
    held->room = room;
    return true;
}

void mw_held_add(struct mw_held *held, int dirfd, const char *name)
{
    struct mw_journal_source source;
    struct mw_held_file *file;

    if (mw_journal_source_open(&source, dirfd, name, NULL) < 0)
        return;
    if ((!source.segment && !is_affordable(source.fd)) || !make_room(held)) {
        mw_journal_source_close(&source);
        return;
    }
    file = &held->files[held->count++];
    snprintf(file->name, sizeof(file->name), "%s", name);
    file->source = source;
}

static bool copy(int from, int to)
{
    char bytes[65536];
    struct stat st;
    off_t at = 0;
    ssize_t n;

    if (fstat(from, &st) || st.st_size > BYTES_MAX || !mw_io_may_grow((uint64_t)st.st_size))
        return false;
    while ((n = mw_io_pread(from, bytes, sizeof(bytes), at)) > 0) {
        if (mw_io_pwrite(to, bytes, (size_t)n, at))
            return false;
        at += n;
    }
    return n == 0;
}

bool mw_held_restore_one(int fd, int dirfd, const char *name)
{
    int to = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool complete;

    if (to < 0)
        return false;
    complete = copy(fd, to);
    close(to);
    if (!complete)
        unlinkat(dirfd, name, 0);
    return complete;
}

size_t mw_held_restore(const struct mw_held *held, int dirfd)
{
    size_t restored = 0;

    for (size_t i = 0; i < held->count; i++)
        restored += !held->files[i].source.segment && mw_held_restore_one(held->files[i].source.fd, dirfd, held->files[i].name);
    return restored;
}

void mw_held_fini(struct mw_held *held)
{
    for (size_t i = 0; i < held->count; i++)
        mw_journal_source_close(&held->files[i].source);
    free(held->files);
    *held = (struct mw_held){0};
}
