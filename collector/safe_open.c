/* SPDX-License-Identifier: MIT */
#include "collector/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
#define FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static bool is_owner_trusted(int dirfd, uid_t owner)
{
    struct stat dir;

    if (owner == geteuid())
        return true;
    return geteuid() == 0 && fstat(dirfd, &dir) == 0 && dir.st_uid == owner;
}

static int check_regular(int fd, const char *name, struct stat *st, struct mw_err *err)
{
    if (fd < 0 && errno == ELOOP)
        return mw_err_set(err, "%s is a symbolic link", name);
    if (fd < 0)
        return mw_err_set(err, "cannot open %s: %s", name, strerror(errno));
    if (fstat(fd, st) != 0)
        return mw_err_set(err, "cannot look at %s: %s", name, strerror(errno));
    if (!S_ISREG(st->st_mode))
        return mw_err_set(err, "%s is no regular file", name);
    return 0;
}

static int finish(int fd, int failed, const struct stat *st, uint64_t *size)
{
    if (failed) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (size)
        *size = (uint64_t)st->st_size;
    return fd;
}

int mw_safe_open(int dirfd, const char *name, uint64_t *size, struct mw_err *err)
{
    struct stat st;
    int fd = openat(dirfd, name, FLAGS | O_NOFOLLOW);
    int failed = check_regular(fd, name, &st, err);

    if (!failed && !is_owner_trusted(dirfd, st.st_uid))
        failed = mw_err_set(err, "%s belongs to another user (uid %u)", name, (unsigned)st.st_uid);
    return finish(fd, failed, &st, size);
}

int mw_safe_open_path(const char *path, uint64_t *size, struct mw_err *err)
{
    struct stat st;
    int fd = open(path, FLAGS);

    return finish(fd, check_regular(fd, path, &st, err), &st, size);
}
