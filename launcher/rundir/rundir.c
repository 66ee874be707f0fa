/* SPDX-License-Identifier: MIT */
#include "launcher/rundir/rundir.h"

#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/message.h"
#include "collector/base/names.h"
#include "collector/base/text.h"
#include "collector/journal/exits_read.h"
#include "collector/journal/journal.h"
#include "collector/journal/segments.h"
#include "collector/view/wait_log_read.h"
#include "launcher/hosts/host_files.h"

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

/* Free space that a directory must have to be chosen: some hundred journals. */
#define ROOM_BYTES (64ULL << 20)

/* Whether there is space for a few journals. Some network file systems do not report it. */
static int is_full(int fd)
{
    struct statvfs fs;

    return !fstatvfs(fd, &fs) && fs.f_blocks && (uint64_t)fs.f_bavail * fs.f_frsize < 4 * mw_journal_length_least();
}

/* Creates the exits file and the wait log of this host: processes write only to existing ones. */
static int make_logs(int dirfd)
{
    char host[MW_HOSTNAME_SIZE];

    mw_wait_log_create(dirfd);
    mw_hostname_local(host);
    return mw_exits_create(dirfd, host);
}

static int name_it(struct mw_rundir *dir, const char *base, struct mw_err *err)
{
    char absolute[PATH_MAX];
    uint64_t secret;

    if (!realpath(base, absolute))
        return mw_err_set(err, "cannot create a run directory in %s: %s", base, strerror(errno));
    if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret))
        return mw_err_set(err, "no random numbers for the run directory's name: %s", strerror(errno));
    if (snprintf(dir->path, sizeof(dir->path), "%s/memwatch-%ld-%016llx", strcmp(absolute, "/") ? absolute : "",
                 (long)geteuid(), (unsigned long long)secret) >= (int)sizeof(dir->path))
        return mw_err_set(err, "the path of the run directory is too long: choose a shorter --run-dir");
    return 0;
}

/* Creates the initial files. */
static int fill(struct mw_rundir *dir, const char *base, struct mw_err *err)
{
    dir->token_fd = mw_token_create(dir->fd, mw_token_id(dir->path));
    if (dir->token_fd < 0 || make_logs(dir->fd))
        return mw_err_set(err, "cannot write in the run directory %s: %s", dir->path, strerror(errno));
    if (is_full(dir->fd))
        return mw_err_set(err, "not enough space in %s for journals of %zu KiB per rank; use --run-dir", base,
                          mw_journal_length_least() >> 10);
    return 0;
}

static int make_in(struct mw_rundir *dir, const char *base, struct mw_err *err)
{
    *dir = (struct mw_rundir){.fd = -1, .token_fd = -1};
    if (name_it(dir, base, err) < 0)
        return -1;
    if (mkdir(dir->path, 0700))
        return mw_err_set(err, "cannot create a run directory in %s: %s; choose another directory with --run-dir", base,
                          strerror(errno));
    dir->fd = mw_token_open_private(dir->path, err);
    if (dir->fd < 0) {
        rmdir(dir->path); /* the umask denied access to its owner */
        return -1;
    }
    if (!fill(dir, base, err))
        return 0;
    mw_rundir_remove(dir);
    mw_rundir_close(dir);
    return -1;
}

/* Replaces the descriptors of the old directory by those of the new one. */
static void replace(struct mw_rundir *dir, struct mw_rundir *new)
{
    dup3(new->fd, dir->fd, O_CLOEXEC);
    dup3(new->token_fd, dir->token_fd, O_CLOEXEC);
    mw_rundir_close(new);
}

int mw_rundir_again(struct mw_rundir *dir)
{
    struct mw_rundir new = {.fd = -1, .token_fd = -1};

    memcpy(new.path, dir->path, sizeof(new.path));
    if (mkdir(new.path, 0700))
        return -1;
    new.fd = mw_token_open_private(new.path, NULL);
    if (new.fd >= 0 && !fill(&new, new.path, NULL)) {
        replace(dir, &new);
        return 0;
    }
    if (new.fd >= 0)
        mw_rundir_remove(&new);
    mw_rundir_close(&new);
    return -1;
}

bool mw_rundir_has_token(const struct mw_rundir *dir)
{
    return !faccessat(dir->fd, MW_FILE_TOKEN, F_OK, AT_SYMLINK_NOFOLLOW);
}

void mw_rundir_refill(struct mw_rundir *dir)
{
    int fd = mw_token_create(dir->fd, mw_token_id(dir->path));

    if (fd >= 0) {
        dup3(fd, dir->token_fd, O_CLOEXEC);
        close(fd);
    }
    make_logs(dir->fd);
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
    return mw_err_set(err, "no directory for journals: /dev/shm, $TMPDIR and /tmp are not writable or full; choose one "
                           "with --run-dir");
}

/* ---- opening ---- */

/* The absolute path of `path`: links are followed except in the last component. */
static int make_absolute(char absolute[PATH_MAX], const char *path, struct mw_err *err)
{
    char parent[PATH_MAX], real[PATH_MAX];
    size_t length = strlen(path);
    const char *name;

    while (length > 1 && path[length - 1] == '/')
        length--;
    if (!length || snprintf(parent, sizeof(parent), "%.*s", (int)length, path) >= PATH_MAX)
        return mw_err_set(err, "cannot open %s: %s", path, strerror(length ? ENAMETOOLONG : ENOENT));
    name = strrchr(parent, '/') ? strrchr(parent, '/') + 1 : parent;
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        return realpath(parent, absolute) ? 0 : mw_err_set(err, "cannot open %s: %s", path, strerror(errno));
    length -= strlen(name);
    if (!realpath(length ? strndupa(parent, length) : ".", real))
        return mw_err_set(err, "cannot open %s: %s", path, strerror(errno));
    if (snprintf(absolute, PATH_MAX, "%s/%s", strcmp(real, "/") ? real : "", name) >= PATH_MAX)
        return mw_err_set(err, "cannot open %s: %s", path, strerror(ENAMETOOLONG));
    return 0;
}

/* A blank token only proves that the directory is ours; dir->token is empty then. */
static bool open_token(struct mw_rundir *dir, const char *id)
{
    dir->token_fd = mw_token_open(dir->fd, &dir->token);
    if (dir->token_fd >= 0)
        return !strcmp(dir->token.id, id);
    dir->token = (struct mw_token){.host = "?", .boot = "-"};
    dir->token_fd = mw_token_open_blank(dir->fd);
    return dir->token_fd >= 0;
}

int mw_rundir_open(struct mw_rundir *dir, const char *path, struct mw_err *err)
{
    const char *id;

    *dir = (struct mw_rundir){.fd = -1, .token_fd = -1};
    if (make_absolute(dir->path, path, err) < 0)
        return -1;
    id = mw_token_id(dir->path);
    if (!id)
        return mw_err_set(err, "%s is not a run directory of this user", path);
    dir->fd = mw_token_open_private(dir->path, err);
    if (dir->fd < 0)
        return -1;
    if (open_token(dir, id))
        return 0;
    mw_rundir_close(dir);
    return mw_err_set(err, "%s is not a run directory: it has no matching file " MW_FILE_TOKEN "", path);
}

void mw_rundir_close(struct mw_rundir *dir)
{
    if (dir->token_fd >= 0)
        close(dir->token_fd);
    if (dir->fd >= 0)
        close(dir->fd);
    dir->fd = dir->token_fd = -1;
}

enum mw_rundir_place mw_rundir_place(const struct mw_rundir *dir)
{
    struct stat held, there;

    if (!fstat(dir->fd, &held) && !held.st_nlink)
        return MW_RUNDIR_GONE;
    if (lstat(dir->path, &there))
        return errno == ENOENT ? MW_RUNDIR_MOVED : MW_RUNDIR_THERE; /* a failing file system is not a proof */
    return held.st_dev == there.st_dev && held.st_ino == there.st_ino ? MW_RUNDIR_THERE : MW_RUNDIR_MOVED;
}

/* ---- removing ---- */

/* Removes memwatch's files, the token last. Returns how many other files remain, with the name of the first. */
static size_t remove_files(const struct mw_rundir *dir, char first[NAME_MAX + 1])
{
    struct mw_names names;
    size_t stay = 0;

    if (mw_names_list(&names, dir->fd, "", NULL) < 0)
        return 0;
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.items[i];
        if (!strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, MW_FILE_TOKEN) ||
            (mw_host_files_is_own(name) && (!unlinkat(dir->fd, name, 0) || errno == ENOENT)))
            continue;
        if (!stay++)
            snprintf(first, NAME_MAX + 1, "%s", name);
    }
    mw_names_fini(&names);
    unlinkat(dir->fd, MW_FILE_TOKEN, 0);
    return stay;
}

void mw_rundir_remove(struct mw_rundir *dir)
{
    char first[NAME_MAX + 1], more[40] = "";
    size_t stay;

    mw_segments_remove(dir->fd); /* also if the directory does not exist any more */
    if (mw_rundir_place(dir) != MW_RUNDIR_THERE)
        return;
    stay = remove_files(dir, first);
    if (!stay && !mw_token_rmdir(dir->fd, dir->path))
        return;
    if (stay) {
        mw_text_clean(first);
        if (stay > 1)
            snprintf(more, sizeof(more), " and %zu more", stay - 1);
        mw_message("memwatch: cannot remove %s: it contains other files: %s%s\n", dir->path, first, more);
    } else if (errno != ENOENT && errno != ESTALE) {
        mw_message("memwatch: cannot remove %s: %s\n", dir->path, strerror(errno));
    }
}

/* ---- marks ---- */

void mw_rundir_mark(const struct mw_rundir *dir, const char *name)
{
    int fd = openat(dir->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

    if (fd >= 0)
        close(fd);
}

bool mw_rundir_is_marked(const struct mw_rundir *dir, const char *name)
{
    return !faccessat(dir->fd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}
