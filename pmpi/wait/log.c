/* SPDX-License-Identifier: MIT */
#include "pmpi/wait/log.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/io.h"
#include "collector/journal/record.h"
#include "collector/view/wait_log.h"
#include "pmpi/wait/directory.h"
#include "pmpi/wait/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Set at the start and only read afterwards. Copied, since programs overwrite their environment to set a title. */
static bool is_mpi_starter;
static char run_dir[512];
static bool is_prefix; /* `run_dir` is only a prefix of the path */

static bool take_path(const char *variable)
{
    const char *path = getenv(variable);

    if (!path || path[0] != '/' || strlen(path) >= sizeof(run_dir))
        return false;
    strcpy(run_dir, path);
    return true;
}

bool mw_wait_log_init(bool is_starter)
{
    is_mpi_starter = is_starter;
    if (take_path("MEMWATCH_RUN_DIR"))
        return true;
    is_prefix = take_path("MEMWATCH_WAITS");
    return is_prefix;
}

static int open_run_dir(void)
{
    return is_prefix ? mw_wait_directory_find(run_dir) : mw_wait_directory_open(run_dir);
}

/* Whether a name is that of a process's journal: journal-<world>-<host>-<pid>. */
static bool is_journal_of(const char *name, const void *context)
{
    const char *end = context; /* "-<host>-<pid>" */
    size_t length = strlen(name), end_length = strlen(end);

    return !strncmp(name, MW_FILE_JOURNAL, strlen(MW_FILE_JOURNAL)) && length > end_length &&
           !strcmp(name + length - end_length, end);
}

/* The end of that name: "-<host>-<pid>". */
static void name_end(char *end, const char *host, pid_t pid)
{
    char digits[12], *digit = digits + sizeof(digits) - 1;

    *digit = '\0';
    do
        *--digit = (char)('0' + pid % 10);
    while ((pid /= 10) > 0);
    strcpy(end, "-");
    strcat(end, host);
    strcat(end, "-");
    strcat(end, digit);
}

/* A child of a starter that failed is a rank, or has a rank's status. A failed child of another process is a rank
 * only if it has a journal. */
static bool is_failed_rank(int dirfd, const char *host, pid_t pid, int wait_status)
{
    char end[MW_HOSTNAME_SIZE + 16];

    if (!wait_status || is_mpi_starter)
        return wait_status != 0;
    name_end(end, host, pid);
    return mw_wait_directory_has(dirfd, is_journal_of, end);
}

static uint32_t pid_namespace(void)
{
    struct stat st;

    return syscall(SYS_newfstatat, AT_FDCWD, "/proc/self/ns/pid", &st, 0) ? 0 : (uint32_t)st.st_ino;
}

static int open_log(int dirfd, const char *host)
{
    char name[sizeof(MW_FILE_WAITS) + MW_HOSTNAME_SIZE] = MW_FILE_WAITS;

    strcat(name, host);
    return openat(dirfd, name, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* Whether the log is a regular file with space, and not truncated within a record by a full disk. A file size limit
 * must not kill the process. */
static bool has_room(int fd, uint64_t limit)
{
    struct stat st;

    if (syscall(SYS_fstat, fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size % sizeof(struct mw_wait_record))
        return false;
    return (uint64_t)st.st_size + sizeof(struct mw_wait_record) <= limit &&
           mw_io_may_grow((uint64_t)st.st_size + 16 * sizeof(struct mw_wait_record)) /* other processes append, too */;
}

static uint64_t limit_of(int dirfd, const char *host, const struct mw_wait_record *record)
{
    if (!memcmp(record->magic, MW_WAIT_LOG_RUNNING, sizeof(record->magic)))
        return MW_WAIT_LOG_RUNNING_BYTES;
    return is_failed_rank(dirfd, host, record->pid, record->wait_status) ? MW_WAIT_LOG_BYTES : MW_WAIT_LOG_COMMON_BYTES;
}

static void append_in(int dirfd, struct mw_wait_record *record)
{
    char host[MW_HOSTNAME_SIZE];
    int fd;

    mw_hostname_local(host);
    fd = open_log(dirfd, host);
    if (fd < 0)
        return;
    if (has_room(fd, limit_of(dirfd, host, record)) && write(fd, record, sizeof(*record)) < 0)
        record->pid = 0; /* full disk: the launcher has only what it sees itself */
    close(fd);
}

static void append(struct mw_wait_record *record)
{
    int dirfd = open_run_dir();

    record->waiter = getpid();
    record->pid_ns = pid_namespace();
    if (dirfd < 0)
        return;
    append_in(dirfd, record);
    close(dirfd);
}

void mw_wait_log_add(pid_t pid, int wait_status)
{
    int saved = errno;
    struct mw_wait_record record = {.magic = MW_WAIT_LOG_MAGIC, .ns = mw_clock_now(), .pid = pid, .wait_status = wait_status};

    append(&record);
    errno = saved;
}

void mw_wait_log_running(pid_t pid, int signo)
{
    int saved = errno;
    struct mw_wait_record record = {.magic = MW_WAIT_LOG_RUNNING, .ns = mw_clock_now(), .pid = pid, .wait_status = signo};

    if (mw_wait_state_runs(pid))
        append(&record);
    errno = saved;
}
