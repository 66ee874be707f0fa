/* SPDX-License-Identifier: MIT */
#include "collector/exits_read.h"

#include "collector/io.h"
#include "collector/mem.h"
#include "collector/safe_open.h"

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

void mw_exits_read_parse(struct mw_exits_read *exits, const void *bytes, size_t size)
{
    const char *at = bytes;
    size_t left = size;

    *exits = (struct mw_exits_read){0};
    while (left >= sizeof(struct mw_exit)) {
        if (memcmp(at, MW_EXIT_MAGIC, sizeof(exits->entries->magic)) != 0) {
            /* A short write (full disk) shifts what follows: look for the next magic byte by byte. */
            exits->damaged_bytes++;
            at++;
            left--;
            continue;
        }
        struct mw_exit *entry = MW_MEM_PUSH(exits->entries, exits->count);
        memcpy(entry, at, sizeof(*entry));
        terminate(entry);
        at += sizeof(*entry);
        left -= sizeof(*entry);
    }
    exits->damaged_bytes += left;
}

int mw_exits_read_file(struct mw_exits_read *exits, int dirfd, struct mw_err *err)
{
    const uint64_t most = (uint64_t)MW_EXITS_READ_MAX * sizeof(struct mw_exit);
    uint64_t size;
    ssize_t length;
    char *bytes;
    int fd;

    *exits = (struct mw_exits_read){0};
    if (faccessat(dirfd, MW_RECORD_EXITS_NAME, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return 0;
    fd = mw_safe_open(dirfd, MW_RECORD_EXITS_NAME, &size, err);
    if (fd < 0)
        return -1;
    bytes = mw_mem_alloc(size < most ? size : most, 1);
    length = mw_io_pread(fd, bytes, size < most ? size : most, 0);
    if (length < 0)
        mw_err_set(err, "cannot read %s: %s", MW_RECORD_EXITS_NAME, strerror(errno));
    else
        mw_exits_read_parse(exits, bytes, (size_t)length);
    exits->ignored = size > most ? size - most : 0;
    close(fd);
    free(bytes);
    return length < 0 ? -1 : 0;
}

void mw_exits_read_fini(struct mw_exits_read *exits)
{
    free(exits->entries);
    *exits = (struct mw_exits_read){0};
}
