/* SPDX-License-Identifier: MIT */
/* What a process leaves behind when it ends by exit(): a rank closes its journal, any other process of the job writes
 * one small record, so that one shorter than any sampling interval is still seen exactly. */
#include "collector/clock.h"
#include "collector/hostname.h"
#include "collector/io.h"
#include "collector/procmem.h"
#include "pmpi/moment.h"
#include "pmpi/observe.h"
#include "pmpi/phases.h"
#include "pmpi/rank.h"
#include "pmpi/settings.h"
#include "pmpi/syscalls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* In a sandbox: the journal is memory, but a clock may take a system call. */
static void close_quietly(void)
{
    struct mw_state *state = mw_rank.journal.state;

    mw_rank.counting = false;
    state->exited_ns = getauxval(AT_SYSINFO_EHDR) ? mw_clock_read(CLOCK_MONOTONIC_COARSE) : state->unmeasured_ns;
    if (state->stage == MW_STAGE_FINALIZED)
        __atomic_store_n(&state->stage, MW_STAGE_EXITED, __ATOMIC_RELEASE);
}

static void close_rank(void)
{
    struct mw_state *state = mw_rank.journal.state;
    struct mw_moment now;

    mw_rank.counting = false;
    state->exited_ns = mw_clock_now();
    if (!mw_rank_trylock())
        return;
    now = mw_moment_exact();
    mw_phases_end_all(&now);
    mw_phases_exit(&now, mw_observe(now.ns, 0));
    mw_rank_unlock();
    if (state->stage == MW_STAGE_FINALIZED)
        __atomic_store_n(&state->stage, MW_STAGE_EXITED, __ATOMIC_RELEASE);
}

static bool fill(struct mw_exit *record, int procfd)
{
    struct mw_procmem_status status = {0};
    struct mw_procmem_stat stat = {0};
    int status_fd = mw_procmem_open(procfd, getpid(), "status");
    int stat_fd = mw_procmem_open(procfd, getpid(), "stat");
    bool ok = status_fd >= 0 && stat_fd >= 0 && !mw_procmem_status_read(status_fd, &status) &&
              !mw_procmem_stat_read(stat_fd, &stat);

    if (status_fd >= 0)
        close(status_fd);
    if (stat_fd >= 0)
        close(stat_fd);
    memcpy(record->magic, MW_EXIT_MAGIC, sizeof(record->magic));
    record->pid = getpid();
    record->ppid = getppid();
    record->start_ticks = stat.start_ticks;
    record->end_ns = mw_clock_now();
    record->peak = status.hwm;
    memcpy(record->comm, stat.comm, sizeof(record->comm) - 1);
    mw_procmem_exe(procfd, getpid(), record->exe, sizeof(record->exe));
    mw_procmem_command(procfd, getpid(), record->command, sizeof(record->command));
    return ok;
}

/* A limit of file sizes must not kill the process at its end. */
static bool has_room(int fd)
{
    struct stat st;

    return !fstat(fd, &st) && mw_io_may_grow((uint64_t)st.st_size + 16 * sizeof(struct mw_exit)) /* others append too */;
}

static void leave_record(const char *dir)
{
    struct mw_exit record;
    char host[MW_HOSTNAME_SIZE], path[512];
    int procfd, fd;

    mw_hostname_own(host);
    if (dir[0] != '/' ||
        snprintf(path, sizeof(path), "%s/" MW_RECORD_EXITS_PREFIX "%s", dir, host) >= (int)sizeof(path))
        return;
    fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    memset(&record, 0, sizeof(record));
    procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (procfd >= 0 && fill(&record, procfd) && has_room(fd) && write(fd, &record, sizeof(record)) < 0)
        record.pid = 0; /* a full disk: the launcher's own samples must do */
    if (procfd >= 0)
        close(procfd);
    close(fd);
}

static void leave(void)
{
    const char *dir = getenv("MEMWATCH_RUN_DIR");

    /* a child of _Fork() or clone(): no atfork handler ran, and the mapped journal is its parent's */
    if (mw_rank.recording && getpid() == mw_rank.journal.ident->pid)
        close_rank();
    else if (dir && *dir && !(mw_rank.recording && mw_rank.has_sandboxed_child) && mw_settings_read().syscalls &&
             mw_rank_is_first_copy())
        leave_record(dir);
}

__attribute__((destructor)) static void at_exit(void)
{
    if (mw_syscalls_begin()) {
        leave();
        mw_syscalls_end();
    } else if (mw_rank.recording) {
        close_quietly();
    }
}
