/* SPDX-License-Identifier: MIT */
#include "launcher/rundir.h"

#include "collector/exits_read.h"
#include "collector/hostname.h"
#include "collector/journal.h"
#include "collector/record.h"
#include "collector/segments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Room that a directory must have to be chosen: some hundred journals. */
#define ROOM_BYTES (64ULL << 20)

/* Room for a few journals at least. Some network file systems do not tell. */
static int is_full(int fd)
{
    struct statvfs fs;

    return !fstatvfs(fd, &fs) && fs.f_blocks && (uint64_t)fs.f_bavail * fs.f_frsize < 4 * mw_journal_length();
}

static int make_in(struct mw_rundir *dir, const char *base, struct mw_err *err)
{
    char absolute[PATH_MAX], exits_name[sizeof(MW_RECORD_EXITS_PREFIX) + MW_HOSTNAME_SIZE] = MW_RECORD_EXITS_PREFIX;
    uint64_t secret;

    mw_hostname_own(exits_name + strlen(exits_name));
    if (!realpath(base, absolute))
        return mw_err_set(err, "cannot make a run directory in %s: %s", base, strerror(errno));
    if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret))
        return mw_err_set(err, "no random numbers for the run directory's name: %s", strerror(errno));
    if (snprintf(dir->path, sizeof(dir->path), "%s/memwatch-%ld-%016llx", absolute, (long)geteuid(),
                 (unsigned long long)secret) >= (int)sizeof(dir->path))
        return mw_err_set(err, "the path of the run directory is too long: choose a shorter --run-dir");
    if (mkdir(dir->path, 0700))
        return mw_err_set(err, "cannot make a run directory in %s: %s; choose another with --run-dir", base,
                          strerror(errno));
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir->fd < 0 || mw_exits_create(dir->fd, exits_name + strlen(MW_RECORD_EXITS_PREFIX)) < 0) {
        mw_err_set(err, "cannot write in the run directory %s: %s", dir->path, strerror(errno));
        if (dir->fd >= 0)
            close(dir->fd);
        rmdir(dir->path);
        return -1;
    }
    if (is_full(dir->fd)) {
        unlinkat(dir->fd, exits_name, 0);
        close(dir->fd);
        rmdir(dir->path);
        return mw_err_set(err, "%s has no room for journals of %zu KiB for each rank: choose another with --run-dir",
                          absolute, mw_journal_length() >> 10);
    }
    return 0;
}

static int has_room(const char *base)
{
    struct statvfs fs;

    return !statvfs(base, &fs) && (uint64_t)fs.f_bavail * fs.f_frsize >= ROOM_BYTES && !access(base, W_OK | X_OK);
}

int mw_rundir_create(struct mw_rundir *dir, const char *base, struct mw_err *err)
{
    const char *bases[] = {"/dev/shm", getenv("TMPDIR"), "/tmp"};

    if (base)
        return make_in(dir, base, err);
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
        if (bases[i] && *bases[i] && has_room(bases[i]) && !make_in(dir, bases[i], err))
            return 0;
    return mw_err_set(err, "no place for journals: /dev/shm, $TMPDIR and /tmp cannot be written or are full; choose one "
                           "with --run-dir");
}

void mw_rundir_fini(struct mw_rundir *dir, int keep)
{
    DIR *stream = keep ? NULL : fdopendir(dup(dir->fd));
    struct dirent *entry;

    if (!keep)
        mw_segments_remove(dir->fd);
    if (stream) {
        rewinddir(stream);
        while ((entry = readdir(stream)))
            if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
                unlinkat(dir->fd, entry->d_name, 0);
        closedir(stream);
        rmdir(dir->path);
    }
    close(dir->fd);
}

int mw_rundir_open(struct mw_rundir *dir, const char *path, struct mw_err *err)
{
    struct stat st;

    if (!realpath(path, dir->path))
        return mw_err_set(err, "cannot open %s: %s", path, strerror(errno));
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir->fd < 0)
        return mw_err_set(err, "cannot open %s: %s", path, strerror(errno));
    if (!fstat(dir->fd, &st) && st.st_uid == geteuid() && !(st.st_mode & 077))
        return 0;
    close(dir->fd);
    return mw_err_set(err, "%s is not a directory of this user's alone", path);
}

void mw_rundir_mark(const struct mw_rundir *dir, const char *name)
{
    int fd = openat(dir->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

    if (fd >= 0)
        close(fd);
}
