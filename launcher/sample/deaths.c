/* SPDX-License-Identifier: MIT */
#include "launcher/sample/deaths.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/journal/procmem.h"
#include "collector/view/wait_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* linux/pidfd.h of Linux 6.15, missing on older systems; the kernel uses the size of the structure. */
struct pidfd_info {
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define PIDFD_GET_INFO_ _IOWR(0xFF, 11, struct pidfd_info)
#define PIDFD_INFO_EXIT_ (1u << 3) /* set after the process was reaped */

/* How often a status is queried, and the interval. */
#define TURNS 5
#define TURN_NS 200000

#define POLL_NS (10 * MW_NS_PER_MS)

struct mw_deaths_watched {
    pid_t pid;
    uint64_t start_ticks;
    int fd; /* pidfd, or -1 */
    uint32_t key;
    bool has_status; /* it was a child of this process and has been reaped */
    int32_t wait_status;
};

/* Linux 5.3, and kernel headers of that version; the same number on all architectures. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static int pidfd_open_(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* ---- watched processes ---- */

static void watch_log(struct mw_deaths *deaths, int dirfd)
{
    char host[MW_HOSTNAME_SIZE], path[64 + MW_HOSTNAME_SIZE];
    struct epoll_event event = {.events = EPOLLIN};

    deaths->log_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (deaths->log_fd < 0)
        return;
    mw_hostname_local(host);
    snprintf(path, sizeof(path), "/proc/self/fd/%d/" MW_FILE_WAITS "%s", dirfd, host);
    inotify_add_watch(deaths->log_fd, path, IN_MODIFY);
    event.data.fd = deaths->log_fd;
    epoll_ctl(deaths->fd, EPOLL_CTL_ADD, deaths->log_fd, &event);
}

int mw_deaths_init(struct mw_deaths *deaths, int procfd, int dirfd)
{
    int pidfd;

    *deaths = (struct mw_deaths){.log_fd = -1, .procfd = procfd, .fd = epoll_create1(EPOLL_CLOEXEC)};
    if (deaths->fd < 0)
        return -1;
    pidfd = pidfd_open_(getpid());
    if (pidfd >= 0)
        close(pidfd);
    else
        watch_log(deaths, dirfd);
    return 0;
}

void mw_deaths_fini(struct mw_deaths *deaths)
{
    for (size_t i = 0; i < deaths->count; i++)
        if (deaths->watched[i].fd >= 0)
            close(deaths->watched[i].fd);
    free(deaths->watched);
    if (deaths->log_fd >= 0)
        close(deaths->log_fd);
    close(deaths->fd);
    deaths->fd = -1;
}

static bool make_room(struct mw_deaths *deaths)
{
    size_t room = deaths->room ? 2 * deaths->room : 16;
    struct mw_deaths_watched *grown;

    if (deaths->count < deaths->room)
        return true;
    grown = realloc(deaths->watched, room * sizeof(*grown));
    if (!grown)
        return false;
    deaths->watched = grown;
    deaths->room = room;
    return true;
}

/* Returns -1 if pidfds are unsupported, descriptors are short, or the process has ended. */
static int open_pidfd(const struct mw_deaths *deaths, pid_t pid)
{
    int fd = pidfd_open_(pid);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (fd < 0 || !epoll_ctl(deaths->fd, EPOLL_CTL_ADD, fd, &event))
        return fd;
    close(fd);
    return -1;
}

bool mw_deaths_watch(struct mw_deaths *deaths, pid_t pid, uint64_t start_ticks, uint32_t key)
{
    struct mw_deaths_watched *entry;

    if (!make_room(deaths))
        return false;
    entry = &deaths->watched[deaths->count++];
    *entry = (struct mw_deaths_watched){.pid = pid, .start_ticks = start_ticks, .fd = open_pidfd(deaths, pid), .key = key};
    deaths->polled += entry->fd < 0;
    return true;
}

void mw_deaths_collected(struct mw_deaths *deaths, pid_t pid, int wait_status)
{
    for (size_t i = 0; i < deaths->count; i++)
        if (deaths->watched[i].pid == pid) {
            deaths->watched[i].has_status = true;
            deaths->watched[i].wait_status = wait_status;
        }
}

/* ---- a process that has ended ---- */

static bool status_from_kernel(int fd, int32_t *status)
{
    struct pidfd_info info = {.mask = PIDFD_INFO_EXIT_};

    if (fd < 0 || ioctl(fd, PIDFD_GET_INFO_, &info) || !(info.mask & PIDFD_INFO_EXIT_))
        return false;
    *status = info.exit_code;
    return true;
}

static bool kernel_has_status(int fd)
{
    struct pidfd_info info = {0};

    return fd >= 0 && (!ioctl(fd, PIDFD_GET_INFO_, &info) || errno != ENOTTY);
}

/* Reads its status from /proc. Returns false if it is gone. `is_ours`: the kernel shows 0 for processes of other users. */
static bool read_stat(const struct mw_deaths *deaths, const struct mw_deaths_watched *entry, struct mw_procmem_stat *stat,
                      bool *is_ours)
{
    int fd = mw_procmem_open(deaths->procfd, entry->pid, "stat");
    struct stat owner;
    bool ok = fd >= 0 && !fstat(fd, &owner) && !mw_procmem_stat_read(fd, stat) && stat->start_ticks == entry->start_ticks;

    *is_ours = ok && (geteuid() == 0 || owner.st_uid == geteuid());
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool status_from_zombie(const struct mw_deaths *deaths, const struct mw_deaths_watched *entry, int32_t *status)
{
    struct mw_procmem_stat stat;
    bool is_ours;

    if (!read_stat(deaths, entry, &stat, &is_ours) || !is_ours || !mw_procmem_has_ended(&stat))
        return false;
    *status = stat.exit_code;
    return true;
}

static bool find_status(const struct mw_deaths *deaths, const struct mw_deaths_watched *entry, int32_t *status)
{
    if (entry->has_status)
        *status = entry->wait_status;
    return entry->has_status || status_from_kernel(entry->fd, status) || status_from_zombie(deaths, entry, status);
}

/* It may be reaped between two reads, which takes time: the kernel's record, if there is one, is available slightly
 * later. */
static void take(struct mw_deaths *deaths, struct mw_deaths_watched *entry, struct mw_deaths_end *end)
{
    *end = (struct mw_deaths_end){.key = entry->key, .seen.ns = mw_clock_now()};
    for (int turn = 0; turn < TURNS && !end->seen.has_status; turn++) {
        if (turn)
            nanosleep(&(struct timespec){0, TURN_NS}, NULL);
        end->seen.has_status = find_status(deaths, entry, &end->seen.wait_status);
        if (!kernel_has_status(entry->fd))
            break;
    }
    if (entry->fd >= 0)
        close(entry->fd); /* also removes it from the epoll set */
    deaths->polled -= entry->fd < 0;
    *entry = deaths->watched[--deaths->count];
}

static void drain_log(struct mw_deaths *deaths)
{
    char events[1024];

    while (read(deaths->log_fd, events, sizeof(events)) > 0)
        ;
    deaths->poll_ns = 0;
}

static bool next_by_pidfd(struct mw_deaths *deaths, struct mw_deaths_end *end)
{
    struct epoll_event event = {.data.fd = -1};

    while (epoll_wait(deaths->fd, &event, 1, 0) == 1 && event.data.fd == deaths->log_fd)
        drain_log(deaths);
    for (size_t i = 0; i < deaths->count; i++)
        if (deaths->watched[i].fd >= 0 && deaths->watched[i].fd == event.data.fd) {
            take(deaths, &deaths->watched[i], end);
            return true;
        }
    return false;
}

static bool next_by_poll(struct mw_deaths *deaths, struct mw_deaths_end *end)
{
    struct mw_procmem_stat stat;
    bool is_ours;

    if (!deaths->polled || mw_clock_now() < deaths->poll_ns)
        return false;
    for (size_t i = 0; i < deaths->count; i++) {
        struct mw_deaths_watched *entry = &deaths->watched[i];
        if (entry->fd >= 0 || (!entry->has_status && read_stat(deaths, entry, &stat, &is_ours) && !mw_procmem_has_ended(&stat)))
            continue;
        take(deaths, entry, end);
        return true;
    }
    deaths->poll_ns = mw_clock_now() + POLL_NS;
    return false;
}

bool mw_deaths_next(struct mw_deaths *deaths, struct mw_deaths_end *end)
{
    return next_by_pidfd(deaths, end) || next_by_poll(deaths, end);
}

/* ---- kernel features ---- */

struct mw_deaths_kernel mw_deaths_try_kernel(void)
{
    struct mw_deaths_kernel kernel = {false, false};
    pid_t child = fork();
    int32_t status;
    int fd;

    if (child == 0)
        _exit(1);
    if (child < 0)
        return kernel;
    fd = pidfd_open_(child);
    waitpid(child, NULL, 0);
    kernel.has_pidfds = fd >= 0;
    kernel.has_status = status_from_kernel(fd, &status);
    if (fd >= 0)
        close(fd);
    return kernel;
}
