/* SPDX-License-Identifier: MIT */
#include "collector/procmem.h"

#include "collector/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int not_kernel_text(void)
{
    errno = EPROTO;
    return -1;
}

/* Reads an open /proc file from its start. An empty one is that of a process that has ended. */
static int read_again(int fd, char *text, size_t size)
{
    ssize_t n = mw_io_pread(fd, text, size - 1, 0);

    if (n < 0)
        return -1;
    text[n] = '\0';
    if (n > 0)
        return 0;
    errno = ESRCH;
    return -1;
}

/* A run of digits at *at, which is moved behind it. Returns false when there is none, or it does not fit. */
static bool digits(const char **at, uint64_t *value)
{
    const char *c = *at;

    if (*c < '0' || *c > '9')
        return false;
    for (*value = 0; *c >= '0' && *c <= '9'; c++)
        if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, (uint64_t)(*c - '0'), value))
            return false;
    *at = c;
    return true;
}

/* "size resident shared ..." in pages. Hand-made: the shim reads it at every measured boundary. */
int mw_procmem_parse_statm(const char *text, uint64_t page_bytes, uint64_t *rss)
{
    uint64_t size, resident;

    if (!digits(&text, &size) || *text++ != ' ' || !digits(&text, &resident) || *text != ' ' ||
        __builtin_mul_overflow(resident, page_bytes, rss))
        return not_kernel_text();
    return 0;
}

/* The value of "\nName:\t  123 kB" in bytes; 0 when the line is not there. */
static uint64_t line_kib(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    uint64_t kib;

    if (!at)
        return 0;
    at += strlen(name);
    at += strspn(at, " \t");
    return digits(&at, &kib) && kib <= UINT64_MAX / 1024 ? kib * 1024 : 0;
}

int mw_procmem_parse_status(const char *text, struct mw_procmem_status *status)
{
    if (strncmp(text, "Name:", 5))
        return not_kernel_text();
    *status = (struct mw_procmem_status){
        .rss = line_kib(text, "\nVmRSS:"),
        .hwm = line_kib(text, "\nVmHWM:"),
        .rss_anon = line_kib(text, "\nRssAnon:"),
        .rss_file = line_kib(text, "\nRssFile:"),
        .rss_shmem = line_kib(text, "\nRssShmem:"),
        .swap = line_kib(text, "\nVmSwap:"),
        .huge = line_kib(text, "\nHugetlbPages:"),
    };
    return 0;
}

/* "pid (comm) state ppid ..."; comm may hold blanks and parentheses, so it ends at the last one. */
int mw_procmem_parse_stat(const char *text, struct mw_procmem_stat *stat)
{
    const char *open = strchr(text, '(');
    const char *close = strrchr(text, ')');
    unsigned long long start, stack = 0;
    size_t length;

    if (!open || !close || close < open)
        return not_kernel_text();
    memset(stat, 0, sizeof(*stat));
    length = (size_t)(close - open - 1);
    memcpy(stat->comm, open + 1, length < sizeof(stat->comm) ? length : sizeof(stat->comm) - 1);
    /* fields 3, 4, 20 (threads), 22 (start), 28 (start of the stack) of proc_pid_stat(5) */
    if (sscanf(close + 1,
               " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d %*s %llu %*s %*s %*s %*s %*s %llu",
               &stat->state, &stat->ppid, &stat->threads, &start, &stack) < 4)
        return not_kernel_text();
    stat->start_ticks = start;
    stat->start_stack = stack;
    return 0;
}

int mw_procmem_parse_pss(const char *text, uint64_t *pss)
{
    if (!strstr(text, "\nPss:"))
        return not_kernel_text();
    *pss = line_kib(text, "\nPss:");
    return 0;
}

int mw_procmem_statm_rss(int fd, uint64_t page_bytes, uint64_t *rss)
{
    char text[256];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0); /* one call: this is the shim's hot path */

    if (n <= 0)
        return n < 0 ? -1 : not_kernel_text();
    text[n] = '\0';
    return mw_procmem_parse_statm(text, page_bytes, rss);
}

int mw_procmem_status_read(int fd, struct mw_procmem_status *status)
{
    char text[8192];

    return read_again(fd, text, sizeof(text)) < 0 ? -1 : mw_procmem_parse_status(text, status);
}

int mw_procmem_stat_read(int fd, struct mw_procmem_stat *stat)
{
    char text[2048];

    return read_again(fd, text, sizeof(text)) < 0 ? -1 : mw_procmem_parse_stat(text, stat);
}

static void path_of(char path[64], pid_t pid, const char *name)
{
    snprintf(path, 64, "%ld/%s", (long)pid, name);
}

int mw_procmem_open(int procfd, pid_t pid, const char *name)
{
    char path[64];

    path_of(path, pid, name);
    return openat(procfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int mw_procmem_pss(int procfd, pid_t pid, uint64_t *pss)
{
    char path[64], text[4096];

    path_of(path, pid, "smaps_rollup");
    return mw_io_read_text(procfd, path, text, sizeof(text)) < 0 ? -1 : mw_procmem_parse_pss(text, pss);
}

int mw_procmem_command(int procfd, pid_t pid, char *buffer, size_t size)
{
    char path[64];
    ssize_t n;

    path_of(path, pid, "cmdline");
    n = mw_io_read_text(procfd, path, buffer, size);
    if (n < 0)
        return -1;
    while (n > 0 && !buffer[n - 1])
        n--;
    for (ssize_t i = 0; i < n; i++)
        if (!buffer[i])
            buffer[i] = ' ';
    buffer[n] = '\0';
    return 0;
}

int mw_procmem_exe(int procfd, pid_t pid, char *buffer, size_t size)
{
    char path[64];
    ssize_t n;

    path_of(path, pid, "exe");
    n = readlinkat(procfd, path, buffer, size - 1);
    if (n < 0)
        return -1;
    buffer[n] = '\0';
    return 0;
}
