/* SPDX-License-Identifier: MIT */
/* This process as a rank: its journal and its state. pmpi/life/life.h begins and ends the record. */
#ifndef MW_PMPI_RANK_RANK_H
#define MW_PMPI_RANK_RANK_H

#include "collector/base/hostname.h"
#include "collector/journal/journal.h"
#include "pmpi/base/lock.h"
#include "pmpi/base/syscalls.h"

#include <stdatomic.h>
#include <stdbool.h>

struct mw_rank {
    struct mw_journal journal;       /* valid while `recording` */
    bool recording;                  /* a journal exists: from entering MPI_Init or MPI_Session_init to the end of the
                                  process */
    atomic_bool counting;            /* wrapped calls are boundaries: from then to the end of MPI_Finalize or of the last
                                  session */
    bool has_ended;                  /* mw_life_end() was called */
    bool threaded;                   /* MPI_THREAD_MULTIPLE, or a session: several threads may lock at the same time */
    bool stops_after_init;           /* MEMWATCH_SYSCALLS=0 */
    bool gathers;                    /* MEMWATCH_GATHER=1: also if the launcher has the journals */
    bool has_sandboxed_child;        /* a child in a sandbox that shares this memory, or that was copied without a fork
                                  handler: pmpi/life/sandbox.c */
    bool init_called;                /* MPI_Init was called, with `recording` or not */
    bool has_new_abi;                /* the MPI library's ABI is unknown to this memwatch */
    bool standalone;                 /* no launcher: rank 0 makes the report */
    int dirfd;                       /* of the run directory while gathering; else -1 */
    char dir[512];                   /* its path */
    char host[MW_HOSTNAME_SIZE];     /* this host's name, as used in file names */
    char name[MW_JOURNAL_NAME_SIZE]; /* the journal's file name */
    uint64_t dir_pid_ns;             /* PID namespace in which the directory was created; 0: unknown, or on another host */
    uint64_t boundaries;             /* raised when a wrapped call is entered or left, by any thread */
    uint64_t last_timestamp;         /* pmpi/rank/timestamp.h */
    void (*repair)(void);            /* repairs state that an owner of the lock who is gone may have left half-written, so
                                  that only that call is lost */
    struct mw_lock lock;             /* protects all tables in or about the journal: windows, sites, phases, requests */
};

extern struct mw_rank mw_rank;

/* Read by every wrapped call without the lock: one thread may be in exit() while others still make calls. */
static inline bool mw_rank_is_counting(void)
{
    return atomic_load_explicit(&mw_rank.counting, memory_order_relaxed);
}

/* True in the thread that called MPI_Init, whose calls alone begin and end phases. */
extern _Thread_local bool mw_rank_main_thread __attribute__((tls_model("initial-exec")));

/* The name of the journal file of a rank on this host. */
void mw_rank_journal_name(char name[MW_JOURNAL_NAME_SIZE], const struct mw_ident *ident);

/* ThreadSanitizer in the program does not know the shim's lock, but sees the libc functions that are called under
 * it; it must not report them as races. Both annotations apply to writes, too. Not used when the shim is built with
 * ThreadSanitizer itself. */
#ifndef __SANITIZE_THREAD__
extern void AnnotateIgnoreReadsBegin(const char *file, int line) __attribute__((weak));
extern void AnnotateIgnoreReadsEnd(const char *file, int line) __attribute__((weak));
#endif

static inline void mw_rank_tsan_ignore(bool ignore)
{
#ifndef __SANITIZE_THREAD__
    void (*annotate)(const char *, int) = ignore ? AnnotateIgnoreReadsBegin : AnnotateIgnoreReadsEnd;

    if (annotate)
        annotate(__FILE__, __LINE__);
#else
    (void)ignore;
#endif
}

/* Locks as described in pmpi/base/lock.h. Returns false if the caller must back off; the call was counted as not
 * recorded. Always inlined: the caller unlocks before it returns. */
__attribute__((always_inline)) static inline bool mw_rank_lock(void)
{
    enum mw_lock_result result = mw_lock_lock(&mw_rank.lock, mw_rank.threaded);

    if (result == MW_LOCK_BUSY)
        return false;
    mw_rank_tsan_ignore(true);
    if (result == MW_LOCK_TAKEN_OVER && mw_rank.repair)
        mw_rank.repair();
    return true;
}

static inline void mw_rank_unlock(void)
{
    mw_rank_tsan_ignore(false);
    mw_lock_unlock(&mw_rank.lock);
}

#endif
