/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/hub_files.h"

#include "collector/base/io.h"
#include "launcher/hosts/host_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: opening a FIFO must not block. */
#define FLAGS (O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

void mw_hub_files_init(struct mw_hub_files *files, int dirfd, const char *own_host)
{
    memset(files, 0, sizeof(*files));
    files->dirfd = dirfd;
    files->bytes_limit = MW_HUB_FILES_BYTES;
    snprintf(files->own_host, sizeof(files->own_host), "%s", own_host);
}

/* Whether `host` created this gathered file; a new one is entered. */
static bool owns_gathered(struct mw_hub_files *files, const char *host, const char *name)
{
    for (size_t i = 0; i < files->gathered_count; i++)
        if (!strcmp(files->gathered[i].name, name))
            return !strcmp(files->gathered[i].host, host);
    if (files->gathered_count == MW_HUB_FILES_GATHERED || !faccessat(files->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW))
        return false;
    snprintf(files->gathered[files->gathered_count].name, sizeof(files->gathered[0].name), "%s", name);
    snprintf(files->gathered[files->gathered_count].host, sizeof(files->gathered[0].host), "%s", host);
    files->gathered_count++;
    return true;
}

static enum mw_hub_files_result check(struct mw_hub_files *files, const char *host, const struct mw_wire_message *message,
                                      struct mw_err *err)
{
    enum mw_host_file kind = mw_host_files_kind(message->name, host);
    uint64_t limit = mw_host_files_limit(kind);

    if (!strcmp(host, files->own_host) || kind == MW_HOST_FILE_NONE) {
        mw_err_set(err, "it sent a file of another host: %s", message->name);
        return MW_HUB_FILES_FORBIDDEN;
    }
    /* length is 0 for SIZE, at most MW_WIRE_DATA for FILE: no overflow */
    if (message->offset > limit || message->offset + message->length > limit) {
        mw_err_set(err, "it sent a file that is too large: %s", message->name);
        return MW_HUB_FILES_FORBIDDEN;
    }
    if (kind == MW_HOST_FILE_GATHERED && !owns_gathered(files, host, message->name)) {
        mw_err_set(err, "%s belongs to another host", message->name);
        return MW_HUB_FILES_FAILED;
    }
    return MW_HUB_FILES_WRITTEN;
}

static int open_file(struct mw_hub_files *files, const char *name, struct stat *st, struct mw_err *err)
{
    int fd = openat(files->dirfd, name, FLAGS);

    if (fd < 0 && errno == ENOENT) {
        if (files->count >= MW_HUB_FILES_COUNT)
            return mw_err_set(err, "more than %d files", MW_HUB_FILES_COUNT);
        fd = openat(files->dirfd, name, FLAGS | O_CREAT | O_EXCL, 0600);
        files->count += fd >= 0;
    }
    if (fd < 0)
        return mw_err_set(err, "cannot open %s: %s", name, strerror(errno));
    if (!fstat(fd, st) && S_ISREG(st->st_mode) && st->st_nlink == 1)
        return fd;
    close(fd);
    return mw_err_set(err, "%s is not a regular file", name);
}

/* Growth counts against the limit of all files; missing disk space shows up when data is written. */
static int grow(struct mw_hub_files *files, const struct mw_wire_message *message, const struct stat *st, struct mw_err *err)
{
    uint64_t end = message->offset + message->length, length = (uint64_t)st->st_size;
    uint64_t more = end > length ? end - length : 0;

    if (more > files->bytes_limit - files->bytes)
        return mw_err_set(err, "the agents' files are larger than %llu MiB together",
                          (unsigned long long)files->bytes_limit >> 20);
    if (more && !mw_io_may_grow(end))
        return mw_err_set(err, "%s exceeds the file size limit (ulimit -f)", message->name);
    files->bytes += more;
    return 0;
}

static int store(int fd, const struct mw_wire_message *message)
{
    if (message->kind == MW_WIRE_SIZE)
        return ftruncate(fd, (off_t)message->offset);
    return mw_io_pwrite(fd, message->data, message->length, (off_t)message->offset);
}

enum mw_hub_files_result mw_hub_files_take(struct mw_hub_files *files, const char *host, const struct mw_wire_message *message,
                                           struct mw_err *err)
{
    enum mw_hub_files_result result = check(files, host, message, err);
    struct stat st;
    int fd;

    if (result != MW_HUB_FILES_WRITTEN)
        return result;
    fd = open_file(files, message->name, &st, err);
    if (fd < 0)
        return MW_HUB_FILES_FAILED;
    result = MW_HUB_FILES_FAILED;
    if (!grow(files, message, &st, err)) {
        if (store(fd, message))
            mw_err_set(err, "cannot write %s into the run directory: %s", message->name, strerror(errno));
        else
            result = MW_HUB_FILES_WRITTEN;
    }
    close(fd);
    return result;
}
