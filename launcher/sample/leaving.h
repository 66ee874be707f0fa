/* SPDX-License-Identifier: MIT */
/* The order in which ranks leave. The end of a process is announced last (a zombie, its pidfd); its launcher sees its
 * sockets close before that, and may have killed other ranks that are gone a little earlier then. A rank of ours holds
 * /proc/PID/statm open, under a high number. The kernel closes the descriptors of a process that ends highest number first
 * (task_work_add() puts each close in front of the others, since Linux 3.13), so that one goes before those of the MPI library,
 * and inotify puts such closes in order. Where any of this does not hold nothing is reported. */
#ifndef MW_LAUNCHER_SAMPLE_LEAVING_H
#define MW_LAUNCHER_SAMPLE_LEAVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_leaving {
    int fd; /* to wait on: readable when a watched file was closed; -1: not possible here */
    uint64_t last_ns;
    struct mw_leaving_watch {
        int wd;
        pid_t pid;
        uint64_t start_ticks;
        uint32_t key;
    } *watches;
    size_t count, room;
};

void mw_leaving_init(struct mw_leaving *leaving);
void mw_leaving_fini(struct mw_leaving *leaving);

/* Watches a rank of this host that lives; `key` names it to the caller. */
void mw_leaving_watch(struct mw_leaving *leaving, pid_t pid, uint64_t start_ticks, uint32_t key);

/* The next rank that has closed its files in order to end, and a time (CLOCK_MONOTONIC ns) when it had, which is later
 * than that of every rank before it. Returns false when there is none. */
bool mw_leaving_next(struct mw_leaving *leaving, int procfd, uint32_t *key, uint64_t *ns);

/* Its end was seen in another way. */
void mw_leaving_forget(struct mw_leaving *leaving, uint32_t key);

#endif
