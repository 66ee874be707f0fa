/* SPDX-License-Identifier: MIT */
/* This process as a rank: its journal, and whether it is being recorded. */
#ifndef MW_PMPI_RANK_H
#define MW_PMPI_RANK_H

#include "collector/hostname.h"
#include "collector/journal.h"
#include "pmpi/lock.h"
#include "pmpi/syscalls.h"

#include <stdatomic.h>
#include <stdbool.h>

struct mw_rank {
    struct mw_journal journal; /* valid while `recording` */
    bool recording;            /* a journal is kept: from the entry of MPI_Init or MPI_Session_init to the end of the process */
    atomic_bool counting;      /* wrapped calls are boundaries: from there to the end of MPI_Finalize or the last session */
    bool has_ended;            /* by mw_rank_end() */
    bool threaded;             /* MPI_THREAD_MULTIPLE, or a session: several threads may ask for the lock at the same time */
    bool stops_after_init;     /* MEMWATCH_SYSCALLS=0 */
    bool gathers;              /* also where the launcher has the journals */
    bool has_sandboxed_child;  /* one that shares our memory, or is a copy that no fork handler saw: pmpi/sandbox.c */
    bool called;               /* MPI_Init was, with `recording` or not */
    bool has_new_abi;          /* of an MPI that this memwatch was not built for */
    bool alone;                /* no launcher: rank 0 sees to the report */
    int dirfd;                 /* of the run directory, while gathering; -1 otherwise */
    char dir[512];             /* its path */
    char host[MW_HOSTNAME_SIZE]; /* this host's name, as it stands in file names */
    char name[MW_JOURNAL_NAME_SIZE]; /* the journal's file name */
    uint64_t dir_pid_ns;       /* where the directory was made; 0 unknown, or on another host */
    uint64_t last_moment;      /* pmpi/moment.h */
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

/* Called on the way into MPI_Init: makes the journal and opens everything that recording needs. On failure one line
 * goes to stderr and the process runs on unrecorded. */
void mw_rank_begin(void);

/* The shim may be there twice, linked into the program and preloaded: the copy that is called first records. Whoever
 * records or leaves a record asks this first: it tells the copies behind this one to stay out, and returns false when
 * this one was told so itself. */
bool mw_rank_is_first_copy(void);

/* Whether a job launcher's variables name this process as a rank. */
bool mw_rank_is_launched(void);

/* The file name of the journal of a rank of this host. */
void mw_rank_journal_name(char name[MW_JOURNAL_NAME_SIZE], const struct mw_ident *ident);

/* Measures for the last time, and makes no system calls from then on; only counts. `why`: enum mw_unmeasured. */
void mw_rank_stop_measuring(enum mw_unmeasured why);

/* Called on the way into MPI_Finalize, after its boundary was measured: gathers the journals to rank 0. */
void mw_rank_gather(void);

/* Called when MPI_Finalize has returned, or the last session has ended. */
void mw_rank_end(void);

/* MPI is used once more, by a session: the record goes on where mw_rank_end() has ended it. */
void mw_rank_resume(void);

/* A program with ThreadSanitizer does not see our lock, but what libc's functions do under it, which are its own: it must
 * not take that for races. The two stand for writes as well. Not when we are built with it ourselves. */
#ifndef __SANITIZE_THREAD__
extern void AnnotateIgnoreReadsBegin(const char *file, int line) __attribute__((weak));
extern void AnnotateIgnoreReadsEnd(const char *file, int line) __attribute__((weak));
#endif

static inline void mw_rank_look_away(bool away)
{
#ifndef __SANITIZE_THREAD__
    void (*tell)(const char *, int) = away ? AnnotateIgnoreReadsBegin : AnnotateIgnoreReadsEnd;

    if (tell)
        tell(__FILE__, __LINE__);
#else
    (void)away;
#endif
}

/* Makes sound what an owner of the lock who is gone may have left half-written: no more than the one call is lost. */
void mw_rank_repair(void);

/* What is said of a lock in pmpi/lock.h. Returns false when the caller is to back off: it was counted as not recorded.
 * Always inlined: the caller unlocks before it returns. */
__attribute__((always_inline)) static inline bool mw_rank_lock(void)
{
    enum mw_lock_result result = mw_lock_lock(&mw_rank.lock, mw_rank.threaded);

    if (result == MW_LOCK_BUSY)
        return false;
    mw_rank_look_away(true);
    if (result == MW_LOCK_TAKEN_OVER)
        mw_rank_repair();
    return true;
}

static inline void mw_rank_unlock(void)
{
    mw_rank_look_away(false);
    mw_lock_unlock(&mw_rank.lock);
}

#endif
