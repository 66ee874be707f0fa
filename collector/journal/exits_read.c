/* SPDX-License-Identifier: MIT */
#include "collector/journal/exits_read.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/base/mem.h"
#include "collector/base/safe_open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int mw_exits_create(int dirfd, const char *host)
{
    const struct mw_exit_index empty = {.magic = MW_EXIT_MAGIC};
    char name[sizeof(MW_FILE_EXITS) + MW_HOSTNAME_SIZE];
    int fd;

    snprintf(name, sizeof(name), MW_FILE_EXITS "%.63s", host);
    fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno == EEXIST ? 0 : -1;
    if (mw_io_may_grow(MW_EXIT_FILE_BYTES) && !posix_fallocate(fd, 0, MW_EXIT_FILE_BYTES))
        mw_io_pwrite(fd, &empty, sizeof(empty), 0);
    close(fd);
    return 0;
}

static void terminate(struct mw_exit_text *text)
{
    text->comm[sizeof(text->comm) - 1] = '\0';
    text->exe[sizeof(text->exe) - 1] = '\0';
    text->command[sizeof(text->command) - 1] = '\0';
    text->mpi[sizeof(text->mpi) - 1] = '\0';
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t sum_lanes(const struct mw_exit_index *index)
{
    uint64_t sum = index->beyond;

    for (size_t i = 0; i < index->lane_count && i < MW_EXIT_LANES; i++)
        sum = add(sum, index->lanes[i].peak);
    return sum;
}

/* The input is not trusted. */
static void take_entry(struct mw_exits_read *exits, const struct mw_exit_entry *entry, const void *text, size_t slot)
{
    struct mw_exit *one;

    if (!entry->count)
        return;
    one = MW_MEM_PUSH(exits->entries, exits->count);
    one->entry = *entry;
    memcpy(&one->text, text, sizeof(one->text));
    terminate(&one->text);
    /* entries written without the lock are of any program */
    one->is_others = entry->count > 1 && (slot == MW_EXIT_OTHERS || slot >= MW_EXIT_SLOTS - MW_EXIT_LATE);
    if (one->entry.first_ns > one->entry.last_ns)
        one->entry.first_ns = one->entry.last_ns;
    if (one->entry.peak_sum < one->entry.peak)
        one->entry.peak_sum = one->entry.peak;
}

void mw_exits_read_parse(struct mw_exits_read *exits, const char *host, const void *bytes, size_t size)
{
    const char *texts = (const char *)bytes + sizeof(struct mw_exit_index);
    struct mw_exit_index *index;
    struct mw_exits_host *group;

    if (size < MW_EXIT_FILE_BYTES || memcmp(bytes, MW_EXIT_MAGIC, sizeof(index->magic))) {
        exits->damaged += size > 0;
        return;
    }
    index = mw_mem_alloc(1, sizeof(*index));
    memcpy(index, bytes, sizeof(*index));
    group = MW_MEM_PUSH(exits->hosts, exits->host_count);
    mw_hostname_clean(host, group->name);
    group->first = exits->count;
    group->together = sum_lanes(index);
    for (size_t slot = 0; slot < MW_EXIT_SLOTS; slot++)
        take_entry(exits, &index->entries[slot], texts + slot * sizeof(struct mw_exit_text), slot);
    group->count = exits->count - group->first;
    free(index);
}

static int read_file(struct mw_exits_read *exits, int dirfd, const char *name, struct mw_err *err)
{
    char bytes[MW_EXIT_FILE_BYTES];
    uint64_t size;
    ssize_t length;
    int fd = mw_safe_open(dirfd, name, &size, err);

    if (fd < 0)
        return -1;
    length = mw_io_pread(fd, bytes, sizeof(bytes), 0);
    close(fd);
    if (length < 0)
        return mw_err_set(err, "cannot read %s: %s", name, strerror(errno));
    mw_exits_read_parse(exits, name + strlen(MW_FILE_EXITS), bytes, (size_t)length);
    return 0;
}

int mw_exits_read_dir(struct mw_exits_read *exits, int dirfd, struct mw_err *err)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* a separate file offset */
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int status = 0;

    *exits = (struct mw_exits_read){0};
    if (!dir && fd >= 0)
        close(fd);
    if (!dir)
        return mw_err_set(err, "cannot list the run directory: %s", strerror(errno));
    while ((entry = readdir(dir)))
        if (!strncmp(entry->d_name, MW_FILE_EXITS, strlen(MW_FILE_EXITS)) && read_file(exits, dirfd, entry->d_name, err))
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
