/* SPDX-License-Identifier: MIT */
#include "collector/base/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
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
        return mw_err_set(err, "cannot stat %s: %s", name, strerror(errno));
    if (S_ISLNK(st->st_mode))
        return mw_err_set(err, "%s is a symbolic link", name);
    if (!S_ISREG(st->st_mode))
        return mw_err_set(err, "%s is not a regular file", name);
    return 0;
}

/* Opening a FIFO or a device has side effects (it wakes a waiting writer, rewinds a tape), so the type of `name` is checked
 * before it is opened. Without /proc it is opened directly. */
static int open_regular(int dirfd, const char *name, int flags, struct stat *st, struct mw_err *err)
{
    int path_fd = openat(dirfd, name, O_PATH | O_CLOEXEC | flags), fd;
    char link[32];

    if (check_regular(path_fd, name, st, err) != 0) {
        if (path_fd >= 0)
            close(path_fd);
        return -1;
    }
    snprintf(link, sizeof(link), "/proc/self/fd/%d", path_fd);
    fd = open(link, FLAGS);
    if (fd < 0 && errno == ENOENT)
        fd = openat(dirfd, name, FLAGS | flags);
    if (fd < 0)
        mw_err_set(err, "cannot open %s: %s", name, strerror(errno));
    close(path_fd);
    return fd;
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
    int fd = open_regular(dirfd, name, O_NOFOLLOW, &st, err);
    int failed = fd < 0 ? fd : check_regular(fd, name, &st, err);

    if (!failed && !is_owner_trusted(dirfd, st.st_uid))
        failed = mw_err_set(err, "%s belongs to another user (uid %u)", name, (unsigned)st.st_uid);
    return finish(fd, failed, &st, size);
}

int mw_safe_open_path(const char *path, uint64_t *size, struct mw_err *err)
{
    struct stat st;
    int fd = open_regular(AT_FDCWD, path, 0, &st, err);

    return finish(fd, fd < 0 ? fd : check_regular(fd, path, &st, err), &st, size);
}
