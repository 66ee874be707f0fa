/* SPDX-License-Identifier: MIT */
#include "collector/exits_read.h"

#include "collector/io.h"
#include "collector/mem.h"
#include "collector/safe_open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void terminate(struct mw_exit *entry)
{
    entry->comm[sizeof(entry->comm) - 1] = '\0';
    entry->exe[sizeof(entry->exe) - 1] = '\0';
    entry->command[sizeof(entry->command) - 1] = '\0';
}

void mw_exits_read_parse(struct mw_exits_read *exits, const char *host, const void *bytes, size_t size)
{
    struct mw_exits_host *group = MW_MEM_PUSH(exits->hosts, exits->host_count);
    const char *at = bytes;
    size_t left = size;

    mw_hostname_clean(host, group->name);
    group->first = exits->count;
    while (left >= sizeof(struct mw_exit)) {
        if (memcmp(at, MW_EXIT_MAGIC, sizeof(exits->entries->magic)) != 0) {
            /* A short write (full disk) shifts what follows: look for the next magic byte by byte. */
            const char *next = memchr(at + 1, MW_EXIT_MAGIC[0], left - 1);
            size_t skipped = next ? (size_t)(next - at) : left;
            exits->damaged_bytes += skipped;
            at += skipped;
            left -= skipped;
            continue;
        }
        struct mw_exit *entry = MW_MEM_PUSH(exits->entries, exits->count);
        memcpy(entry, at, sizeof(*entry));
        terminate(entry);
        at += sizeof(*entry);
        left -= sizeof(*entry);
    }
    exits->damaged_bytes += left;
    group->count = exits->count - group->first;
}

static int read_file(struct mw_exits_read *exits, int dirfd, const char *name, struct mw_err *err)
{
    const uint64_t most = (uint64_t)MW_EXITS_READ_MAX * sizeof(struct mw_exit);
    uint64_t size;
    ssize_t length;
    char *bytes;
    int fd = mw_safe_open(dirfd, name, &size, err);

    if (fd < 0)
        return -1;
    bytes = mw_mem_alloc(size < most ? size : most, 1);
    length = mw_io_pread(fd, bytes, size < most ? size : most, 0);
    if (length < 0)
        mw_err_set(err, "cannot read %s: %s", name, strerror(errno));
    else
        mw_exits_read_parse(exits, name + strlen(MW_RECORD_EXITS_PREFIX), bytes, (size_t)length);
    exits->ignored += size > most ? size - most : 0;
    close(fd);
    free(bytes);
    return length < 0 ? -1 : 0;
}

int mw_exits_read_dir(struct mw_exits_read *exits, int dirfd, struct mw_err *err)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* its own offset */
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int status = 0;

    *exits = (struct mw_exits_read){0};
    if (!dir && fd >= 0)
        close(fd);
    if (!dir)
        return mw_err_set(err, "cannot list the run directory: %s", strerror(errno));
    while ((entry = readdir(dir)))
        if (!strncmp(entry->d_name, MW_RECORD_EXITS_PREFIX, strlen(MW_RECORD_EXITS_PREFIX)) &&
            read_file(exits, dirfd, entry->d_name, err))
            status = -1;
    closedir(dir);
    return status;
}

void mw_exits_read_fini(struct mw_exits_read *exits)
{
    free(exits->entries);
    free(exits->hosts);
    *exits = (struct mw_exits_read){0};
}
