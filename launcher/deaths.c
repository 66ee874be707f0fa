/* SPDX-License-Identifier: MIT */
#include "launcher/deaths.h"

#include "collector/procmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* linux/pidfd.h of Linux 6.15, which older systems don't have; the kernel goes by the structure's size. */
struct pidfd_info {
    uint64_t mask, cgroup;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define PIDFD_GET_INFO_ _IOWR(0xFF, 11, struct pidfd_info)
#define PIDFD_INFO_EXIT_ (1u << 3) /* there when the process has been collected */

/* How often a status is asked for, and how long after one another. */
#define TURNS 5
#define TURN_NS 200000

int mw_deaths_init(struct mw_deaths *deaths)
{
    deaths->fd = epoll_create1(EPOLL_CLOEXEC);
    return deaths->fd < 0 ? -1 : 0;
}

void mw_deaths_fini(struct mw_deaths *deaths)
{
    close(deaths->fd);
    deaths->fd = -1;
}

/* What is watched, in the 64 bits that epoll keeps for us: descriptor and key. The pid is the descriptor's own. */
void mw_deaths_watch(struct mw_deaths *deaths, pid_t pid, uint32_t key)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)(uint32_t)fd << 32 | key};

    if (fd >= 0 && epoll_ctl(deaths->fd, EPOLL_CTL_ADD, fd, &event))
        close(fd);
}

static bool status_from_kernel(int fd, int *status)
{
    struct pidfd_info info = {.mask = PIDFD_INFO_EXIT_};

    if (ioctl(fd, PIDFD_GET_INFO_, &info) || !(info.mask & PIDFD_INFO_EXIT_))
        return false;
    *status = info.exit_code;
    return true;
}

/* The pid behind a pidfd, from /proc/self/fdinfo; -1 once it has been collected. */
static pid_t pid_of(int fd)
{
    char path[64], text[1024];
    const char *line;
    ssize_t n;
    int info;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    info = open(path, O_RDONLY | O_CLOEXEC);
    n = info < 0 ? -1 : read(info, text, sizeof(text) - 1);
    if (info >= 0)
        close(info);
    text[n > 0 ? n : 0] = '\0';
    line = strstr(text, "\nPid:");
    return line ? (pid_t)strtol(line + 5, NULL, 10) : -1;
}

static bool status_from_zombie(pid_t pid, int *status)
{
    int procfd = pid > 0 ? open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int fd = procfd < 0 ? -1 : mw_procmem_open(procfd, pid, "stat");
    struct mw_procmem_stat stat;
    /* X: its parent is collecting it just now */
    bool ok = fd >= 0 && !mw_procmem_stat_read(fd, &stat) && (stat.state == 'Z' || stat.state == 'X');

    if (ok)
        *status = stat.exit_code;
    if (fd >= 0)
        close(fd);
    if (procfd >= 0)
        close(procfd);
    return ok;
}

bool mw_deaths_next(struct mw_deaths *deaths, struct mw_deaths_end *end)
{
    struct pidfd_info info = {0};
    struct epoll_event event;
    int fd;

    if (epoll_wait(deaths->fd, &event, 1, 0) != 1)
        return false;
    fd = (int)(event.data.u64 >> 32);
    *end = (struct mw_deaths_end){.key = (uint32_t)event.data.u64, .pid = pid_of(fd)};
    /* It may be collected between the two looks, which takes a moment: then the kernel, if it is one that tells, knows a
     * little later. */
    for (int turn = 0; turn < TURNS && !end->has_status; turn++) {
        if (turn)
            nanosleep(&(struct timespec){0, TURN_NS}, NULL);
        end->has_status = status_from_kernel(fd, &end->wait_status) || status_from_zombie(end->pid, &end->wait_status);
        if (ioctl(fd, PIDFD_GET_INFO_, &info) && errno == ENOTTY)
            break;
    }
    close(fd); /* leaves the epoll set, too */
    return true;
}
