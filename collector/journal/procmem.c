/* SPDX-License-Identifier: MIT */
/* No heap and no stdio: the shim runs these functions inside the user's program. */
#include "collector/journal/procmem.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* /proc/PID/status lists the user's groups before the lines needed here: space for about 700 groups. */
#define STATUS_ROOM 8192

static int fail(int error)
{
    errno = error;
    return -1;
}

/* ---- text ---- */

/* Parses digits at *at and moves *at after them. Returns false if there are none, or the number does not fit. */
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

/* "size resident shared ..." in pages. A blank must follow, because a number at the end of the text may be cut. */
int mw_procmem_parse_statm(const char *text, uint64_t page_bytes, uint64_t *rss)
{
    uint64_t size, resident;

    if (!digits(&text, &size) || *text++ != ' ' || !digits(&text, &resident) || *text != ' ' ||
        __builtin_mul_overflow(resident, page_bytes, rss))
        return fail(EPROTO);
    return 0;
}

/* "Name: 123 kB" with its newline. Returns 1 and the bytes, 0 if it is another line, -1 if it is malformed. */
static int read_line(const char *line, const char *name, uint64_t *bytes)
{
    size_t length = strlen(name);
    const char *at = line + length + 1;

    if (strncmp(line, name, length) != 0 || line[length] != ':')
        return 0;
    at += strspn(at, " \t");
    if (!digits(&at, bytes) || strncmp(at, " kB\n", 4) != 0 || __builtin_mul_overflow(*bytes, 1024, bytes))
        return fail(EPROTO);
    return 1;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end ? end + 1 : NULL;
}

int mw_procmem_parse_status(const char *text, struct mw_procmem_status *status)
{
    const struct {
        const char *name;
        uint64_t *value;
    } lines[] = {
        {"VmRSS", &status->rss},         {"VmHWM", &status->hwm},          {"RssAnon", &status->rss_anon},
        {"RssFile", &status->rss_file},  {"RssShmem", &status->rss_shmem}, {"VmSwap", &status->swap},
        {"HugetlbPages", &status->huge}, {"VmSize", &status->address},     {"VmPeak", &status->address_peak},
        {"VmData", &status->data},
    };

    memset(status, 0, sizeof(*status));
    if (strncmp(text, "Name:", 5))
        return fail(EPROTO);
    for (const char *line = text; line; line = next_line(line)) {
        if (line[0] != 'V' && line[0] != 'R' && line[0] != 'H')
            continue;
        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
            if (read_line(line, lines[i].name, lines[i].value) < 0)
                return -1;
    }
    return 0;
}

int mw_procmem_parse_rollup(const char *text, struct mw_procmem_rollup *rollup)
{
    int has_rss = 0, has_pss = 0;

    *rollup = (struct mw_procmem_rollup){.pss_shmem = UINT64_MAX};
    for (const char *line = text; line; line = next_line(line)) {
        int rss = read_line(line, "Rss", &rollup->rss), pss = read_line(line, "Pss", &rollup->pss);
        if (rss < 0 || pss < 0 || read_line(line, "Pss_Shmem", &rollup->pss_shmem) < 0)
            return -1;
        has_rss |= rss;
        has_pss |= pss;
    }
    return has_rss && has_pss ? 0 : fail(EPROTO);
}

/* Skips fields separated by single blanks. NULL if there are fewer. */
static const char *skip_fields(const char *at, int count)
{
    for (; at && count > 0; count--) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    return at;
}

static const char *read_field(const char *at, uint64_t *value)
{
    return at && digits(&at, value) && *at == ' ' ? at + 1 : NULL;
}

/* The name may contain blanks and parentheses, so it ends at the last parenthesis. */
static const char *read_comm(const char *text, char *comm, size_t size)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    size_t length;

    if (!open || !close || close < open || close[1] != ' ')
        return NULL;
    length = (size_t)(close - open) - 1;
    if (length > size - 1)
        length = size - 1;
    memcpy(comm, open + 1, length);
    comm[length] = '\0';
    return close + 2;
}

/* Fields of proc_pid_stat(5): 3 state, 4 parent, 20 threads, 22 start time, 28 start of the stack,
 * 31 pending signals of the main thread, 48 start of the arguments, 51 end of the environment, 52 exit status. */
int mw_procmem_parse_stat(const char *text, struct mw_procmem_stat *stat)
{
    uint64_t ppid = 0, threads = 0, flags = 0, pending = 0, env_end = 0;
    const char *at;

    memset(stat, 0, sizeof(*stat));
    at = read_comm(text, stat->comm, sizeof(stat->comm));
    if (!at || !at[0] || at[1] != ' ')
        return fail(EPROTO);
    stat->state = at[0];
    at = read_field(at + 2, &ppid);
    at = read_field(skip_fields(at, 4), &flags);
    at = read_field(skip_fields(at, 10), &threads);
    at = read_field(skip_fields(at, 1), &stat->start_ticks);
    at = read_field(skip_fields(at, 5), &stat->start_stack);
    if (!at || ppid > INT32_MAX || threads > INT32_MAX)
        return fail(EPROTO);
    stat->ppid = (int32_t)ppid;
    stat->threads = (int32_t)threads;
    stat->flags = (uint32_t)flags;
    at = read_field(skip_fields(at, 2), &pending); /* this and the rest may be missing in a recorded or cut text */
    stat->is_killed = pending & 1u << (SIGKILL - 1);
    at = read_field(skip_fields(at, 16), &stat->arg_start);
    at = read_field(skip_fields(at, 2), &env_end);
    if (at && !env_end)
        stat->start_stack = 0;
    stat->exit_code = at ? (int32_t)strtol(at, NULL, 10) : 0;
    return 0;
}

/* ---- files ---- */

/* Reads an open /proc file from its start; returns its length. An empty file is that of a process that has ended. One call
 * returns all of it (seq_file): a second call would double the cost of each sample. */
static ssize_t read_again(int fd, char *text, size_t size)
{
    ssize_t length = pread(fd, text, size - 1, 0);

    if (length == 0)
        return fail(ESRCH);
    if (length > 0)
        text[length] = '\0';
    return length;
}

int mw_procmem_statm_rss(int fd, uint64_t page_bytes, uint64_t *rss)
{
    char text[256];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0); /* one call: this is the shim's hot path */

    if (n <= 0)
        return n < 0 ? -1 : fail(ESRCH);
    text[n] = '\0';
    return mw_procmem_parse_statm(text, page_bytes, rss);
}

int mw_procmem_status_read(int fd, struct mw_procmem_status *status)
{
    char text[STATUS_ROOM];
    ssize_t length = read_again(fd, text, sizeof(text));

    if (length < 0 || mw_procmem_parse_status(text, status))
        return -1;
    if (length == sizeof(text) - 1 && status->hwm == 0) /* the text is cut: not a process without memory */
        return fail(EPROTO);
    return 0;
}

int mw_procmem_stat_read(int fd, struct mw_procmem_stat *stat)
{
    char text[2048];

    return read_again(fd, text, sizeof(text)) < 0 ? -1 : mw_procmem_parse_stat(text, stat);
}

/* Writes "PID/name" or "self/name". Without snprintf, which the shim does not use inside the user's program. */
static int make_path(char *path, size_t size, pid_t pid, const char *name)
{
    char reversed[16];
    size_t count = 0, length = strlen(name);
    unsigned rest = pid > 0 ? (unsigned)pid : 0;

    do
        reversed[count++] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (pid == MW_PROCMEM_SELF)
        memcpy(reversed, "fles", count = 4);
    if (count + 1 + length + 1 > size)
        return fail(ENAMETOOLONG);
    for (size_t i = 0; i < count; i++)
        path[i] = reversed[count - 1 - i];
    path[count] = '/';
    memcpy(path + count + 1, name, length + 1);
    return 0;
}

int mw_procmem_open(int procfd, pid_t pid, const char *name)
{
    char path[64];

    return make_path(path, sizeof(path), pid, name) ? -1 : openat(procfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* Unlike read_again() an empty file is allowed. */
static ssize_t read_all(int procfd, pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];

    return make_path(path, sizeof(path), pid, name) ? -1 : mw_io_read_text(procfd, path, text, size);
}

int mw_procmem_rollup(int procfd, pid_t pid, struct mw_procmem_rollup *rollup)
{
    char text[4096];
    ssize_t length = read_all(procfd, pid, "smaps_rollup", text, sizeof(text));

    if (length == 0)
        return fail(ESRCH);
    return length < 0 ? -1 : mw_procmem_parse_rollup(text, rollup);
}

int mw_procmem_command(int procfd, pid_t pid, char *buffer, size_t size)
{
    ssize_t length = read_all(procfd, pid, "cmdline", buffer, size);

    if (length < 0)
        return -1;
    while (length > 0 && !buffer[length - 1]) /* the end of the last argument, or the rest of a setproctitle() */
        length--;
    for (ssize_t i = 0; i < length; i++)
        if (!buffer[i])
            buffer[i] = ' ';
    buffer[length] = '\0';
    return 0;
}

static int read_link(int procfd, pid_t pid, const char *name, char *buffer, size_t size)
{
    char path[64];
    ssize_t length;

    if (make_path(path, sizeof(path), pid, name))
        return -1;
    length = readlinkat(procfd, path, buffer, size - 1);
    if (length < 0)
        return -1;
    buffer[length] = '\0';
    return 0;
}

int mw_procmem_exe(int procfd, pid_t pid, char *buffer, size_t size)
{
    return read_link(procfd, pid, "exe", buffer, size);
}

uint32_t mw_procmem_pid_ns(int procfd, pid_t pid)
{
    char link[64]; /* "pid:[4026531836]" */

    if (read_link(procfd, pid, "ns/pid", link, sizeof(link)))
        return 0;
    return (uint32_t)strtoull(link + strcspn(link, "0123456789"), NULL, 10);
}

pid_t mw_procmem_parse_own_pid(const char *text)
{
    const char *line = strstr(text, "\nNSpid:");
    const char *end = line ? strchr(line + 1, '\n') : NULL;

    if (!end)
        return 0;
    while (end > line && end[-1] >= '0' && end[-1] <= '9')
        end--;
    return (pid_t)strtol(end, NULL, 10);
}

pid_t mw_procmem_own_pid(int procfd, pid_t pid)
{
    char text[4096];

    return read_all(procfd, pid, "status", text, sizeof(text)) > 0 ? mw_procmem_parse_own_pid(text) : 0;
}

bool mw_procmem_has_ended(const struct mw_procmem_stat *stat)
{
    return stat->state == 'X' || stat->state == 'x' || (stat->state == 'Z' && stat->threads <= 1);
}

/* ---- mappings ---- */

static bool begins_with_any(const char *base, size_t length, const char *const names[])
{
    for (size_t i = 0; names[i]; i++)
        if (length >= strlen(names[i]) && !strncmp(base, names[i], strlen(names[i])))
            return true;
    return false;
}

/* "libmpi.so.40", "libmpich.so.12", and those of one compiler (Cray and others), "libmpi_gnu_123.so.12"; but not the
 * language bindings that are loaded as well, "libmpi_mpifh.so", "libmpifort.so". */
static bool is_mpi(const char *base, size_t length)
{
    static const char *const libraries[] = {"libmpi.", "libmpich.", "libmpi_", "libmpt.", NULL};
    static const char *const bindings[] = {"libmpi_mpifh", "libmpi_use", "libmpi_cxx", "libmpi_java",
                                           "libmpi_f77",   "libmpi_f90", NULL};

    return begins_with_any(base, length, libraries) && !begins_with_any(base, length, bindings);
}

void mw_procmem_parse_map(const char *line, struct mw_procmem_maps *maps)
{
    const char *slash = strrchr(line, '/'), *base = slash ? slash + 1 : "";
    size_t length = strcspn(base, " ");

    maps->shim |= !strncmp(base, MW_FILE_SHIM, strlen(MW_FILE_SHIM));
    if (maps->mpi[0] || !is_mpi(base, length) || !strstr(base, ".so"))
        return;
    length = length < sizeof(maps->mpi) ? length : sizeof(maps->mpi) - 1;
    memcpy(maps->mpi, base, length);
    maps->mpi[length] = '\0';
}

/* Parses the complete lines of `text`; the rest is moved to its start. Returns the length of the rest. */
static size_t take_maps(char *text, size_t length, struct mw_procmem_maps *maps)
{
    char *line = text, *end;

    text[length] = '\0';
    while ((end = strchr(line, '\n'))) {
        *end = '\0';
        mw_procmem_parse_map(line, maps);
        line = end + 1;
    }
    length -= (size_t)(line - text);
    memmove(text, line, length);
    return length;
}

int mw_procmem_maps_read(int procfd, pid_t pid, struct mw_procmem_maps *maps)
{
    char text[4096 + 1];
    size_t length = 0;
    ssize_t n;
    int fd = mw_procmem_open(procfd, pid, "maps");

    memset(maps, 0, sizeof(*maps));
    if (fd < 0)
        return -1;
    while ((n = read(fd, text + length, sizeof(text) - 1 - length)) > 0) {
        length = take_maps(text, length + (size_t)n, maps);
        if (length == sizeof(text) - 1) /* no line is that long */
            length = 0;
    }
    close(fd);
    return n < 0 ? -1 : 0;
}
