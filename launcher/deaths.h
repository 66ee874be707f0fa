/* SPDX-License-Identifier: MIT */
/* Tells at once when a watched process has ended, and how, though it is nobody's child here: a pidfd for each, behind
 * one descriptor. The status comes from the kernel's own record of it (PIDFD_GET_INFO, Linux 6.15), else from
 * /proc/PID/stat while the process is a zombie, which on older kernels its parent may be quicker to collect. */
#ifndef MW_LAUNCHER_DEATHS_H
#define MW_LAUNCHER_DEATHS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_deaths {
    int fd; /* epoll: readable when a watched process has ended */
};

struct mw_deaths_end {
    uint32_t key;       /* the caller's */
    pid_t pid;
    bool has_status;
    int wait_status;    /* as wait(2) gives it; 0 unless has_status */
};

/* Returns 0, or -1 with errno. */
int mw_deaths_init(struct mw_deaths *deaths);

/* Watches a process; without a free descriptor, or when it is gone already, silently not. */
void mw_deaths_watch(struct mw_deaths *deaths, pid_t pid, uint32_t key);

/* The next one that has ended and was not told yet; never waits. */
bool mw_deaths_next(struct mw_deaths *deaths, struct mw_deaths_end *end);

void mw_deaths_fini(struct mw_deaths *deaths);

#endif
