/* SPDX-License-Identifier: MIT */
/* Watches processes, most of them not children of this one, and reports without delay when and how one has ended.
 *
 * Its end is noticed by a pidfd, or (Linux before 5.3) in /proc, which is read when the parents' wait log grows and
 * every 10 ms. The status is that of our wait call if it was a child of ours, else the kernel's record (PIDFD_GET_INFO,
 * Linux 6.15), else that in /proc/PID/stat while it is a zombie, unless its parent reaps it first. The status recorded
 * by the parent is added when the view is read (collector/view/wait_log_read.h). */
#ifndef MW_LAUNCHER_SAMPLE_DEATHS_H
#define MW_LAUNCHER_SAMPLE_DEATHS_H

#include "collector/view/end.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_deaths {
    int fd;     /* epoll: readable if mw_deaths_next() may return a process */
    int log_fd; /* inotify: the wait log grows; -1: pidfds are used */
    int procfd; /* /proc; borrowed */
    struct mw_deaths_watched *watched;
    size_t count, room;
    size_t polled;    /* number of these without a pidfd */
    uint64_t poll_ns; /* when they are polled next */
};

struct mw_deaths_end {
    uint32_t key; /* passed by the caller */
    struct mw_view_end_seen seen;
};

/* `dirfd`: the run directory, which already contains the wait log. Returns 0, or -1 with errno. */
int mw_deaths_init(struct mw_deaths *deaths, int procfd, int dirfd);

/* Watches a process; the start time (/proc/PID/stat field 22) distinguishes it from a later process with the same pid.
 * Returns false if out of memory: it is never reported then. */
bool mw_deaths_watch(struct mw_deaths *deaths, pid_t pid, uint64_t start_ticks, uint32_t key);

/* A child of this process was reaped by wait(2). */
void mw_deaths_collected(struct mw_deaths *deaths, pid_t pid, int wait_status);

/* Returns the next watched process that has ended, each once. Waits up to a millisecond for its status. */
bool mw_deaths_next(struct mw_deaths *deaths, struct mw_deaths_end *end);

void mw_deaths_fini(struct mw_deaths *deaths);

/* What this kernel reports about the end of processes; tested on a child. */
struct mw_deaths_kernel {
    bool has_pidfds; /* when a process ended */
    bool has_status; /* how it ended, even if its parent has reaped it */
};
struct mw_deaths_kernel mw_deaths_try_kernel(void);

#endif
