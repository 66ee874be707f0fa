/* SPDX-License-Identifier: MIT */
#include "collector/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

ssize_t mw_io_pread(int fd, void *buffer, size_t size, off_t offset)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, (char *)buffer + done, size - done, offset + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

int mw_io_pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pwrite(fd, (const char *)buffer + done, size - done, offset + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

off_t mw_io_next_data(int fd, off_t *offset)
{
    off_t data = lseek(fd, *offset, SEEK_DATA);

    if (data < 0 && errno == ENXIO) /* nothing but a hole */
        data = lseek(fd, 0, SEEK_END);
    if (data > *offset)
        *offset = data;
    return *offset;
}

ssize_t mw_io_read_text(int dirfd, const char *path, char *buffer, size_t size)
{
    int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t length;
    int saved;

    if (fd < 0)
        return -1;
    length = mw_io_pread(fd, buffer, size - 1, 0);
    saved = errno;
    close(fd);
    errno = saved;
    if (length >= 0)
        buffer[length] = '\0';
    return length;
}

bool mw_io_may_grow(uint64_t length)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY || length <= limit.rlim_cur;
}
