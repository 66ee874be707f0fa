/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/threads.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned long after_init; /* number of threads when MPI_Init had returned; 0: unknown */

/* The number of threads: on Linux /proc/self/task has two links, and one for each thread. Returns 0 if unknown. */
static unsigned long count(void)
{
    struct stat st = {0};
    bool known;

    if (!mw_syscalls_begin())
        return 0;
    known = !stat("/proc/self/task", &st) && st.st_nlink > 2;
    mw_syscalls_end();
    return known ? (unsigned long)st.st_nlink - 2 : 0;
}

static void raise_to(enum mw_threads seen)
{
    struct mw_state *state = mw_rank.journal.state;

    if (state->threads != MW_THREADS_UNKNOWN && state->threads < seen)
        state->threads = seen;
}

void mw_threads_before_init(void)
{
    bool is_main = syscall(SYS_gettid) == getpid();
    unsigned long now = count();

    mw_rank.journal.state->threads = !is_main || now > 1 ? MW_THREADS_INIT : now ? MW_THREADS_NONE : MW_THREADS_UNKNOWN;
}

void mw_threads_after_init(bool multiple)
{
    after_init = count();
    if (multiple)
        raise_to(MW_THREADS_LATER);
}

void mw_threads_check(void)
{
    if (mw_rank.journal.state->threads == MW_THREADS_NONE && after_init && count() > after_init)
        raise_to(MW_THREADS_LATER);
}

void mw_threads_note_caller(void)
{
    raise_to(MW_THREADS_LATER);
}
