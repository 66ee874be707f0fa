/* SPDX-License-Identifier: MIT */
#include "pmpi/wait/directory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)

/* The entry format of getdents64(2). */
struct dirent64_ {
    uint64_t ino;
    int64_t off;
    uint16_t length;
    unsigned char type;
    char name[];
};

static int open_own(int base, const char *name)
{
    int fd = openat(base, name, FLAGS);
    struct stat st;

    if (fd < 0 || (!syscall(SYS_fstat, fd, &st) && st.st_uid == geteuid() && !(st.st_mode & 077)))
        return fd;
    close(fd);
    return -1;
}

int mw_wait_directory_open(const char *path)
{
    return open_own(AT_FDCWD, path);
}

bool mw_wait_directory_has(int dirfd, bool (*matches)(const char *name, const void *context), const void *context)
{
    _Alignas(struct dirent64_) char entries[1024]; /* a signal handler's stack may be small */
    bool found = false;
    long n;

    if (lseek(dirfd, 0, SEEK_SET) < 0)
        return false;
    while (!found && (n = syscall(SYS_getdents64, dirfd, entries, sizeof(entries))) > 0)
        for (long at = 0; !found && at < n; at += ((struct dirent64_ *)(void *)(entries + at))->length)
            found = matches(((struct dirent64_ *)(void *)(entries + at))->name, context);
    return found;
}

struct search {
    int base;         /* the directory to search */
    const char *name; /* prefix of the name */
    int *found;       /* descriptor of the first match that belongs to this user */
};

static bool opens(const char *name, const void *context)
{
    const struct search *search = context;

    if (strncmp(name, search->name, strlen(search->name)) != 0)
        return false;
    *search->found = open_own(search->base, name);
    return *search->found >= 0;
}

int mw_wait_directory_find(const char *prefix)
{
    const char *slash = strrchr(prefix, '/');
    char base[PATH_MAX];
    int found = -1;
    struct search search = {.name = slash + 1, .found = &found};

    if (slash == prefix || !slash[1] || (size_t)(slash - prefix) >= sizeof(base))
        return -1;
    memcpy(base, prefix, (size_t)(slash - prefix));
    base[slash - prefix] = '\0';
    search.base = openat(AT_FDCWD, base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (search.base < 0)
        return -1;
    mw_wait_directory_has(search.base, opens, &search);
    close(search.base);
    return found;
}
