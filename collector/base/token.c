/* SPDX-License-Identifier: MIT */
#include "collector/base/token.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
#define HEX "0123456789abcdef"

/* Bytes of the file that are locked; they need not exist. */
enum { LAUNCHERS_BYTE, USERS_BYTE, BYTES };

/* Number of retries, and the pause between them in ns, when several processes leave at the same time. */
#define LEAVE_TRIES 50
#define LEAVE_PAUSE_NS 2000000

/* ---- identity ---- */

const char *mw_token_id(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char prefix[40];
    size_t length = (size_t)snprintf(prefix, sizeof(prefix), "memwatch-%ld-", (long)geteuid());

    if (strncmp(name, prefix, length) != 0 || strlen(name) != length + MW_TOKEN_DIGITS ||
        strspn(name + length, HEX) != MW_TOKEN_DIGITS)
        return NULL;
    return name + length;
}

/* 0 if /proc belongs to another namespace: its pids cannot be compared. */
static uint64_t pid_namespace(void)
{
    char self[24] = "", link[64] = ""; /* "pid:[4026531836]" */

    if (readlink("/proc/self", self, sizeof(self) - 1) < 0 || strtol(self, NULL, 10) != (long)getpid() ||
        readlink("/proc/self/ns/pid", link, sizeof(link) - 1) < 0)
        return 0;
    return strtoull(link + strcspn(link, "0123456789"), NULL, 10);
}

void mw_token_here(struct mw_token *token, const char *id)
{
    *token = (struct mw_token){.boot = "-", .pid_namespace = pid_namespace()};
    snprintf(token->id, sizeof(token->id), "%s", id);
    mw_hostname_local(token->host);
    if (mw_io_read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id", token->boot, sizeof(token->boot)) <= 0)
        strcpy(token->boot, "-");
    token->boot[strspn(token->boot, HEX "-")] = '\0';
}

static bool is_same_kernel(const struct mw_token *a, const struct mw_token *b)
{
    return strcmp(a->boot, "-") != 0 && !strcmp(a->boot, b->boot) && !strcmp(a->host, b->host);
}

bool mw_token_is_of_kernel(const struct mw_token *token)
{
    struct mw_token here;

    mw_token_here(&here, token->id);
    return is_same_kernel(&here, token);
}

bool mw_token_is_here(const struct mw_token *token)
{
    struct mw_token here;

    mw_token_here(&here, token->id);
    return here.pid_namespace && here.pid_namespace == token->pid_namespace && is_same_kernel(&here, token);
}

/* ---- the file ---- */

/* With ulimit -f 0 it stays empty: then other processes cannot see whether the run is active. */
static int write_token(int fd, const char *id)
{
    struct mw_token token;
    char text[256];
    int length;

    mw_token_here(&token, id);
    length = snprintf(text, sizeof(text), "memwatch-run 1\nid %s\nhost %s\nboot %s\npidns %llu\n", token.id, token.host,
                      token.boot, (unsigned long long)token.pid_namespace);
    return mw_io_may_grow((uint64_t)length) ? mw_io_pwrite(fd, text, (size_t)length, 0) : 0;
}

static bool read_token(int fd, struct mw_token *token)
{
    unsigned long long pid_namespace_there;
    char text[256];
    ssize_t length = mw_io_pread(fd, text, sizeof(text) - 1, 0);

    if (length <= 0)
        return false;
    text[length] = '\0';
    if (sscanf(text, "memwatch-run 1\nid %16[0-9a-f]\nhost %63[-A-Za-z0-9._]\nboot %39[-0-9a-f]\npidns %llu\n", token->id,
               token->host, token->boot, &pid_namespace_there) != 4)
        return false;
    token->pid_namespace = pid_namespace_there;
    return strlen(token->id) == MW_TOKEN_DIGITS;
}

/* A regular file of this user with one link. */
static bool is_own_file(int fd)
{
    struct stat st;

    return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1;
}

int mw_token_open(int dirfd, struct mw_token *token)
{
    int fd = openat(dirfd, MW_FILE_TOKEN, O_RDWR | FLAGS);

    if (fd < 0)
        fd = openat(dirfd, MW_FILE_TOKEN, O_RDONLY | FLAGS); /* a read-only file system */
    if (fd < 0 || (is_own_file(fd) && read_token(fd, token)))
        return fd;
    close(fd);
    return -1;
}

int mw_token_open_blank(int dirfd)
{
    int fd = openat(dirfd, MW_FILE_TOKEN, O_RDWR | FLAGS);
    struct stat st;

    if (fd < 0 || (is_own_file(fd) && !fstat(fd, &st) && !st.st_size))
        return fd;
    close(fd);
    return -1;
}

void mw_token_repair(int fd, const char *id)
{
    struct mw_token token;

    if (!read_token(fd, &token) || strcmp(token.id, id) != 0)
        write_token(fd, id);
}

/* ---- locks ---- */

static struct flock range(short type, off_t first, off_t bytes)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = first, .l_len = bytes};
}

/* Returns false if another process holds the lock; true on file systems without locks. */
static bool lock(int fd, short type, off_t first, off_t bytes)
{
    struct flock wanted = range(type, first, bytes);

    return !fcntl(fd, F_OFD_SETLK, &wanted) || (errno != EAGAIN && errno != EACCES);
}

static enum mw_token_lock look(int fd, off_t byte)
{
    struct flock found = range(F_WRLCK, byte, 1);

    if (fcntl(fd, F_OFD_GETLK, &found))
        return MW_TOKEN_UNKNOWN;
    return found.l_type == F_UNLCK ? MW_TOKEN_FREE : MW_TOKEN_HELD;
}

enum mw_token_lock mw_token_launcher(int fd)
{
    return look(fd, LAUNCHERS_BYTE);
}

enum mw_token_lock mw_token_users(int fd)
{
    return look(fd, USERS_BYTE);
}

bool mw_token_claim(int fd)
{
    return lock(fd, F_WRLCK, 0, BYTES);
}

int mw_token_create(int dirfd, const char *id)
{
    int fd = openat(dirfd, MW_FILE_TOKEN, O_RDWR | O_CREAT | O_EXCL | FLAGS, 0600);
    int error;

    if (fd < 0)
        return -1;
    if (lock(fd, F_WRLCK, LAUNCHERS_BYTE, 1) && !write_token(fd, id))
        return fd;
    error = errno;
    unlinkat(dirfd, MW_FILE_TOKEN, 0);
    close(fd);
    errno = error;
    return -1;
}

int mw_token_join(int dirfd, const char *id)
{
    int fd = openat(dirfd, MW_FILE_TOKEN, O_RDWR | O_CREAT | FLAGS, 0600);
    struct mw_token token;

    if (fd < 0)
        return -1;
    if (!lock(fd, F_RDLCK, USERS_BYTE, 1) || !is_own_file(fd)) { /* being removed, or removed meanwhile */
        close(fd);
        errno = EAGAIN;
        return -1;
    }
    if (!read_token(fd, &token) && write_token(fd, id)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* ---- directories ---- */

int mw_token_open_private(const char *path, struct mw_err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return mw_err_set(err, "cannot open the run directory %s: %s", path, strerror(errno));
    if (!fstat(fd, &st) && st.st_uid == geteuid() && !(st.st_mode & 077))
        return fd;
    close(fd);
    errno = EACCES;
    return mw_err_set(err, "the run directory %s is accessible to other users", path);
}

static bool is_same(int a, int b)
{
    struct stat x, y;

    return !fstat(a, &x) && !fstat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int mw_token_rmdir(int dirfd, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char parent[PATH_MAX] = ".";
    int fd, there, result = -1;

    if (slash && snprintf(parent, sizeof(parent), "%.*s", (int)(slash == path ? 1 : slash - path), path) >= PATH_MAX)
        return -1;
    fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    there = openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (there >= 0) {
        errno = ESTALE;
        if (is_same(dirfd, there))
            result = unlinkat(fd, name, AT_REMOVEDIR);
        close(there);
    }
    close(fd);
    return result;
}

static void name_mark(char name[sizeof(MW_FILE_OUTSIDE) + MW_HOSTNAME_SIZE])
{
    strcpy(name, MW_FILE_OUTSIDE);
    mw_hostname_local(name + strlen(name));
}

/* Ignores the file outside-<host> of this host. */
static bool only_the_token_is_left(int dirfd)
{
    char mark[sizeof(MW_FILE_OUTSIDE) + MW_HOSTNAME_SIZE];
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    bool only = dir != NULL;

    if (!dir && fd >= 0)
        close(fd);
    name_mark(mark);
    while (only && (entry = readdir(dir)))
        only = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || !strcmp(entry->d_name, MW_FILE_TOKEN) ||
               !strcmp(entry->d_name, mark);
    if (dir)
        closedir(dir);
    return only;
}

void mw_token_leave(int dirfd, const char *path)
{
    const struct timespec pause = {0, LEAVE_PAUSE_NS};
    char mark[sizeof(MW_FILE_OUTSIDE) + MW_HOSTNAME_SIZE];
    struct mw_token token;
    int fd = mw_token_open(dirfd, &token);
    bool claimed = false;

    if (fd < 0)
        return;
    for (int i = 0; !(claimed = mw_token_claim(fd)) && i < LEAVE_TRIES; i++)
        nanosleep(&pause, NULL);
    if (claimed && only_the_token_is_left(dirfd)) {
        name_mark(mark);
        unlinkat(dirfd, mark, 0);
        unlinkat(dirfd, MW_FILE_TOKEN, 0);
        mw_token_rmdir(dirfd, path);
    }
    close(fd);
}

void mw_token_note_outside(int dirfd, const struct mw_token *token)
{
    char name[sizeof(MW_FILE_OUTSIDE) + MW_HOSTNAME_SIZE];
    int fd;

    if (mw_token_is_here(token))
        return;
    name_mark(name);
    fd = openat(dirfd, name, O_WRONLY | O_CREAT | FLAGS, 0600);
    if (fd >= 0)
        close(fd);
}
