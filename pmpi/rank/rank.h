/* SPDX-License-Identifier: MIT */
/* This process as a rank: its journal, and whether it is being recorded. State only: pmpi/life/life.h begins and ends it. */
#ifndef MW_PMPI_RANK_RANK_H
#define MW_PMPI_RANK_RANK_H

#include "collector/base/hostname.h"
#include "collector/journal/journal.h"
#include "pmpi/base/lock.h"
#include "pmpi/base/syscalls.h"

#include <stdatomic.h>
#include <stdbool.h>

struct mw_rank {
    struct mw_journal journal; /* valid while `recording` */
    bool recording;            /* a journal is kept: from the entry of MPI_Init or MPI_Session_init to the end of the process */
    atomic_bool counting;      /* wrapped calls are boundaries: from there to the end of MPI_Finalize or the last session */
    bool has_ended;            /* by mw_life_end() */
    bool threaded;             /* MPI_THREAD_MULTIPLE, or a session: several threads may ask for the lock at the same time */
    bool stops_after_init;     /* MEMWATCH_SYSCALLS=0 */
    bool gathers;              /* also where the launcher has the journals */
    bool has_sandboxed_child;  /* one that shares our memory, or is a copy that no fork handler saw: pmpi/life/sandbox.c */
    bool init_called;               /* MPI_Init was, with `recording` or not */
    bool has_new_abi;          /* of an MPI that this memwatch was not built for */
    bool standalone;                /* no launcher: rank 0 sees to the report */
    int dirfd;                 /* of the run directory, while gathering; -1 otherwise */
    char dir[512];             /* its path */
    char host[MW_HOSTNAME_SIZE]; /* this host's name, as it stands in file names */
    char name[MW_JOURNAL_NAME_SIZE]; /* the journal's file name */
    uint64_t dir_pid_ns;       /* where the directory was made; 0 unknown, or on another host */
    uint64_t last_timestamp;      /* pmpi/rank/timestamp.h */
    void (*repair)(void);      /* makes sound what an owner of the lock who is gone may have left half-written: no more than
                                  the one call is lost */
    struct mw_lock lock;       /* protects all that follows from the journal: windows, sites, phases, requests */
};

extern struct mw_rank mw_rank;

/* Asked by every wrapped call, without the lock: one thread may be in exit() while others still call. */
static inline bool mw_rank_is_counting(void)
{
    return atomic_load_explicit(&mw_rank.counting, memory_order_relaxed);
}

/* True in the thread that called MPI_Init: phases are cut by its calls only. */
extern _Thread_local bool mw_rank_main_thread __attribute__((tls_model("initial-exec")));

/* The file name of the journal of a rank of this host. */
void mw_rank_journal_name(char name[MW_JOURNAL_NAME_SIZE], const struct mw_ident *ident);

/* A program with ThreadSanitizer does not see our lock, but what libc's functions do under it, which are its own: it must
 * not take that for races. The two stand for writes as well. Not when we are built with it ourselves. */
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

/* What is said of a lock in pmpi/base/lock.h. Returns false when the caller is to back off: it was counted as not recorded.
 * Always inlined: the caller unlocks before it returns. */
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
