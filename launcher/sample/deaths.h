/* SPDX-License-Identifier: MIT */
/* Watches processes, most of which are not children of this one, and says at once when one has ended, and how.
 *
 * That it has ended is known by a pidfd, or (Linux before 5.3) by /proc, looked at when the parents' wait log grows and
 * every 10 ms. The status is that of our own wait call if it was a child of ours, else the kernel's record
 * (PIDFD_GET_INFO, Linux 6.15), else that in /proc/PID/stat while it is a zombie, which its parent may be quicker to
 * collect. What the parent learned is added when the view is read (collector/view/wait_log_read.h). */
#ifndef MW_LAUNCHER_SAMPLE_DEATHS_H
#define MW_LAUNCHER_SAMPLE_DEATHS_H

#include "collector/view/end.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_deaths {
    int fd;     /* epoll: readable when mw_deaths_next() may have something to say */
    int log_fd; /* inotify: the wait log grows; -1: there are pidfds */
    int procfd; /* of /proc; borrowed */
    struct mw_deaths_watched *watched;
    size_t count, room;
    size_t polled;    /* of these, without a pidfd */
    uint64_t poll_ns; /* when they are looked at again */
};

struct mw_deaths_end {
    uint32_t key; /* the caller's */
    struct mw_view_end_seen seen;
};

/* `dirfd`: of the run directory, whose wait log is there already. Returns 0, or -1 with errno. */
int mw_deaths_init(struct mw_deaths *deaths, int procfd, int dirfd);

/* Watches a process, which its start time (/proc/PID/stat field 22) tells from a later one with its number. Returns
 * false without memory for it: then nothing more is said of it. */
bool mw_deaths_watch(struct mw_deaths *deaths, pid_t pid, uint64_t start_ticks, uint32_t key);

/* A child of ours was collected by wait(2). */
void mw_deaths_collected(struct mw_deaths *deaths, pid_t pid, int wait_status);

/* The next watched process that has ended; each is named once. Waits for a status a millisecond at most. */
bool mw_deaths_next(struct mw_deaths *deaths, struct mw_deaths_end *end);

void mw_deaths_fini(struct mw_deaths *deaths);

/* What this kernel says of the end of processes; tried on a child. */
struct mw_deaths_kernel {
    bool has_pidfds; /* when it is */
    bool has_status; /* how it was, even when the parent has collected it */
};
struct mw_deaths_kernel mw_deaths_try_kernel(void);

#endif
