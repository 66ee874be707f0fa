/* SPDX-License-Identifier: MIT */
/* The wait log: how children of programs that start MPI ranks ended, as their parents' wait calls returned it; and that a
 * child was still running when such a program was about to send it a signal, and which. A launcher ends the other ranks after
 * one has died: these records prove that they ended later, however soon they did, and by whom.
 *
 * libmemwatch-wait.so (pmpi/wait/) appends each record to the file waits-<host> of the run directory, by one write, so nothing
 * follows a record that was cut by a full disk; it never creates that file. The file is bounded: records are dropped when it
 * is full, so that the ranks that ended first, which the post-mortem needs, are kept. */
#ifndef MW_COLLECTOR_VIEW_WAIT_LOG_H
#define MW_COLLECTOR_VIEW_WAIT_LOG_H

#include "collector/base/magic.h"

#include <stdint.h>

#define MW_WAIT_LOG_MAGIC "MWWAIT\0\1"   /* a child that ended; the last byte is the version */
#define MW_WAIT_LOG_RUNNING "MWRUNS\0\2" /* a child that was running */

/* Length in bytes at which no more records are appended, at which none of running children are, and at which only those of
 * failed ranks are. Concurrent writers may exceed it by one record each. */
#define MW_WAIT_LOG_BYTES (20u << 10)
#define MW_WAIT_LOG_RUNNING_BYTES (MW_WAIT_LOG_BYTES / 2)
#define MW_WAIT_LOG_COMMON_BYTES (MW_WAIT_LOG_BYTES / 4)

struct mw_wait_record {
    char magic[8] MW_MAGIC;
    uint64_t ns;         /* CLOCK_MONOTONIC when the wait call had returned; or before its state was read */
    int32_t pid;         /* of the child */
    int32_t wait_status; /* as returned by wait(2); of a running one, the signal */
    int32_t waiter;      /* pid of the parent */
    uint32_t pid_ns;     /* inode of the PID namespace that both pids belong to; 0 unknown */
};

#endif
