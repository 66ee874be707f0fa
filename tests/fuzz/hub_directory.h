/* SPDX-License-Identifier: MIT */
/* A run directory into which agents' files are written, and its invariants, whatever they send. */
#ifndef MW_TESTS_FUZZ_HUB_DIRECTORY_H
#define MW_TESTS_FUZZ_HUB_DIRECTORY_H

#include "collector/base/file_names.h"
#include "launcher/hosts/host_files.h"
#include "launcher/hosts/hub_files.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#define HUB_OWN_HOST "near"
#define HUB_BYTES (64ULL << 20) /* of all files */

static char hub_directory_path[] = "/dev/shm/mwfuzz-XXXXXX";

static inline void hub_directory_remove(void)
{
    rmdir(hub_directory_path);
}

/* Made once; no file of it takes room on a disk. */
static inline int hub_directory(void)
{
    static int fd = -1;

    if (fd < 0) {
        fuzz_expect(mkdtemp(hub_directory_path));
        fd = open(hub_directory_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fuzz_expect(fd >= 0);
        atexit(hub_directory_remove);
    }
    return fd;
}

static inline struct mw_hub_files *hub_files(void)
{
    static struct mw_hub_files files;

    mw_hub_files_init(&files, hub_directory(), HUB_OWN_HOST);
    files.bytes_limit = HUB_BYTES;
    return &files;
}

/* Calls `look` (NULL: nothing) for each file, and removes all. Returns how many bytes regular files have. */
static inline uint64_t hub_directory_empty(void (*look)(const char *name, const struct stat *st))
{
    int fd = openat(hub_directory(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fdopendir(fd);
    struct dirent *entry;
    uint64_t bytes = 0;
    struct stat st;

    fuzz_expect(dir);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        fuzz_expect(!fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW));
        if (look)
            look(entry->d_name, &st);
        bytes += S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
        fuzz_expect(!unlinkat(fd, entry->d_name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0));
    }
    closedir(dir);
    return bytes;
}

#endif
