/* SPDX-License-Identifier: MIT */
/* Preloaded into memwatch: one of STALLS_ONE_IN of the system calls by which it reads files of /proc (at random, by the seed
 * STALLS_SEED) begins up to STALLS_MS milliseconds late, as on a host whose processors or disks are busy. Other programs, such
 * as those of the job, which inherit the library, are not delayed. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static unsigned one_in, longest_ms, seed;

static unsigned number(const char *name, unsigned otherwise)
{
    const char *value = getenv(name);

    return value && atoi(value) > 0 ? (unsigned)atoi(value) : otherwise;
}

__attribute__((constructor)) static void begin(void)
{
    char command[32] = "";
    FILE *file = fopen("/proc/self/comm", "re");

    if (file && fgets(command, sizeof(command), file) && !strncmp(command, "memwatch", 8)) {
        one_in = number("STALLS_ONE_IN", 200);
        longest_ms = number("STALLS_MS", 400);
        seed = number("STALLS_SEED", 1);
    }
    if (file)
        fclose(file);
}

static void stall(void)
{
    int error = errno;
    long ms;

    if (!one_in || (unsigned)rand_r(&seed) % one_in)
        return;
    ms = rand_r(&seed) % (int)longest_ms;
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
    errno = error;
}

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

ssize_t pread(int fd, void *buffer, size_t size, off_t at)
{
    stall();
    return NEXT(pread)(fd, buffer, size, at);
}

ssize_t pread64(int fd, void *buffer, size_t size, off64_t at)
{
    stall();
    return NEXT(pread64)(fd, buffer, size, at);
}

ssize_t read(int fd, void *buffer, size_t size)
{
    stall();
    return NEXT(read)(fd, buffer, size);
}

ssize_t readlinkat(int dirfd, const char *path, char *buffer, size_t size)
{
    stall();
    return NEXT(readlinkat)(dirfd, path, buffer, size);
}

static mode_t mode_of(int flags, va_list rest)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

int openat(int dirfd, const char *path, int flags, ...)
{
    va_list rest;
    mode_t mode;

    va_start(rest, flags);
    mode = mode_of(flags, rest);
    va_end(rest);
    stall();
    return NEXT(openat)(dirfd, path, flags, mode);
}

int openat64(int dirfd, const char *path, int flags, ...)
{
    va_list rest;
    mode_t mode;

    va_start(rest, flags);
    mode = mode_of(flags, rest);
    va_end(rest);
    stall();
    return NEXT(openat64)(dirfd, path, flags, mode);
}
