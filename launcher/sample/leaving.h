/* SPDX-License-Identifier: MIT */
/* The order in which ranks exit. The end of a process is announced last (a zombie, its pidfd); its launcher sees its
 * sockets close before that, and may already have killed other ranks, whose ends are then seen first. A rank of ours
 * has /proc/PID/statm open, under a high number. The kernel closes the descriptors of an exiting process in descending
 * order (task_work_add() prepends each close, since Linux 3.13), so that one is closed before those of the MPI library,
 * and inotify orders such closes. If any of this does not hold, nothing is reported. */
#ifndef MW_LAUNCHER_SAMPLE_LEAVING_H
#define MW_LAUNCHER_SAMPLE_LEAVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_leaving {
    int fd; /* to poll: readable when a watched file was closed; -1: not possible here */
    uint64_t last_ns;
    struct mw_leaving_watch {
        int wd;
        pid_t pid;
        uint64_t start_ticks;
        uint32_t key;
    } * watches;
    size_t count, room;
};

void mw_leaving_init(struct mw_leaving *leaving);
void mw_leaving_fini(struct mw_leaving *leaving);

/* Watches a running rank of this host; `key` is the caller's identifier. */
void mw_leaving_watch(struct mw_leaving *leaving, pid_t pid, uint64_t start_ticks, uint32_t key);

/* Returns the next rank that has closed its files because it exits, and a time (CLOCK_MONOTONIC ns) at which it had,
 * later than that of every rank before it. Returns false if there is none. */
bool mw_leaving_next(struct mw_leaving *leaving, int procfd, uint32_t *key, uint64_t *ns);

/* Its end was seen in another way. */
void mw_leaving_forget(struct mw_leaving *leaving, uint32_t key);

#endif
