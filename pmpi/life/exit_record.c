/* SPDX-License-Identifier: MIT */
/* The end of a process by exit(): a rank closes its journal; any other process of the job adds an entry to a small
 * table, so that a process shorter than any sampling interval is still recorded exactly. */
#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/io.h"
#include "collector/base/token.h"
#include "collector/journal/procmem.h"
#include "collector/journal/seen.h"
#include "pmpi/base/exit_table.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/life/life.h"
#include "pmpi/measure/modules.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/settings.h"
#include "pmpi/rank/stage.h"
#include "pmpi/rank/timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Closes the journal in a sandbox, without system calls. Without a vDSO, reading a clock takes one. */
static void close_without_syscalls(void)
{
    struct mw_state *state = mw_rank.journal.state;

    mw_rank.counting = false;
    state->exited_ns = getauxval(AT_SYSINFO_EHDR) ? mw_clock_read(CLOCK_MONOTONIC_COARSE) : state->unmeasured_ns;
    if (state->stage == MW_STAGE_FINALIZED)
        __atomic_store_n(&state->stage, MW_STAGE_EXITED, __ATOMIC_RELEASE);
}
/* Waiting for the table's lock: first and longest step, and the total. */
#define FIRST_WAIT_NS 50000L
#define LAST_WAIT_NS 2000000L
#define LOCK_TIMEOUT_NS 50000000L
/* Attempts to lock one of the last slots: the same total time again. */
#define LATE_ATTEMPTS (MW_EXIT_LATE * (int)(LOCK_TIMEOUT_NS / LAST_WAIT_NS))

static void close_rank(void)
{
    struct mw_state *state = mw_rank.journal.state;
    struct mw_timestamp now;

    mw_rank.counting = false;
    state->exited_ns = mw_clock_now();
    if (!mw_rank_lock()) /* exit() was called inside a boundary */
        return;
    now = mw_timestamp_exact();
    mw_phases_end_all(&now);
    mw_phases_exit(&now, mw_observe(now.ns, 0));
    mw_rank_unlock();
    if (state->stage == MW_STAGE_FINALIZED)
        mw_stage_reach(MW_STAGE_EXITED);
}

/* Start time of the process on CLOCK_MONOTONIC, rounded down: start ticks count from boot, including suspended time. */
static uint64_t start_ns(uint64_t ticks, uint64_t end_ns)
{
    uint64_t tick_ns = MW_NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
    uint64_t now = mw_clock_now(); /* read first, so that the difference is not negative */
    uint64_t before = mw_clock_read(CLOCK_BOOTTIME) - now + tick_ns;
    uint64_t boot = ticks * tick_ns;

    return boot > before && boot - before < end_ns ? boot - before : 1;
}

/* Facts that explain why there is no journal. */
static uint64_t find_facts(struct mw_exit_text *text, int procfd)
{
    struct mw_procmem_maps maps;

    if (!mw_procmem_maps_read(procfd, MW_PROCMEM_SELF, &maps))
        memcpy(text->mpi, maps.mpi, sizeof(text->mpi));
    return MW_SEEN_EXIT | (mw_modules_started_with_mpi() ? MW_SEEN_LINKED : 0) | (mw_rank.init_called ? MW_SEEN_CALLED : 0) |
           (mw_rank.has_new_abi ? MW_SEEN_NEW_ABI : 0) | (mw_life_is_launched() ? MW_SEEN_LAUNCHED : 0);
}

static uint64_t hash_program(const struct mw_exit_text *text, uint64_t facts)
{
    uint64_t hash = 14695981039346656037ULL ^ facts; /* FNV-1a */

    for (const char *at = text->exe[0] ? text->exe : text->comm; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211ULL;
    return hash;
}

static bool fill(struct mw_exit_entry *entry, struct mw_exit_text *text, int procfd)
{
    struct mw_procmem_status status = {0};
    struct mw_procmem_stat stat = {0};
    uint64_t facts;
    int status_fd = mw_procmem_open(procfd, MW_PROCMEM_SELF, "status");
    int stat_fd = mw_procmem_open(procfd, MW_PROCMEM_SELF, "stat");
    bool ok = status_fd >= 0 && stat_fd >= 0 && !mw_procmem_status_read(status_fd, &status) &&
              !mw_procmem_stat_read(stat_fd, &stat);

    if (status_fd >= 0)
        close(status_fd);
    if (stat_fd >= 0)
        close(stat_fd);
    memcpy(text->comm, stat.comm, sizeof(text->comm) - 1);
    mw_procmem_exe(procfd, MW_PROCMEM_SELF, text->exe, sizeof(text->exe));
    mw_procmem_command(procfd, MW_PROCMEM_SELF, text->command, sizeof(text->command));
    facts = find_facts(text, procfd);
    *entry = (struct mw_exit_entry){.program = hash_program(text, facts),
                                    .facts = facts,
                                    .count = 1,
                                    .peak = status.hwm,
                                    .peak_sum = status.hwm,
                                    .start_ticks = stat.start_ticks,
                                    .end_ns = mw_clock_now(),
                                    .pid = getpid(),
                                    .ppid = getppid(),
                                    .pid_ns = mw_procmem_pid_ns(procfd, MW_PROCMEM_SELF)};
    entry->first_ns = start_ns(entry->start_ticks, entry->end_ns);
    entry->last_ns = entry->end_ns;
    return ok;
}

/* ---- the file ---- */

static struct mw_exit_index table; /* not on the stack, which may be small in a thread */

static off_t at_entry(size_t slot)
{
    return (off_t)(offsetof(struct mw_exit_index, entries) + slot * sizeof(struct mw_exit_entry));
}

static off_t at_text(size_t slot)
{
    return (off_t)(sizeof(struct mw_exit_index) + slot * sizeof(struct mw_exit_text));
}

/* Whether the file has the size that the launcher created it with. It never grows here: a file size limit
 * (RLIMIT_FSIZE) must not kill the process at its end. */
static bool has_full_size(int fd)
{
    struct stat st;

    return !fstat(fd, &st) && S_ISREG(st.st_mode) && (uint64_t)st.st_size >= MW_EXIT_FILE_BYTES &&
           mw_io_may_grow(MW_EXIT_FILE_BYTES);
}

/* Locks the table. Other processes hold the lock for microseconds, unless they are stopped: hence the time limit.
 * The kernel releases the lock of a killed process. */
static bool lock_table(int fd)
{
    for (long wait_ns = FIRST_WAIT_NS, waited_ns = 0; flock(fd, LOCK_EX | LOCK_NB); waited_ns += wait_ns) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || waited_ns >= LOCK_TIMEOUT_NS)
            return false;
        if (waited_ns && wait_ns < LAST_WAIT_NS)
            wait_ns *= 2;
        nanosleep(&(struct timespec){0, wait_ns}, NULL);
    }
    return true;
}

static bool read_table(int fd)
{
    return mw_io_pread(fd, &table, sizeof(table), 0) == (ssize_t)sizeof(table) &&
           !memcmp(table.magic, MW_EXIT_MAGIC, sizeof(table.magic));
}

static void write_slot(int fd, const struct mw_exit_table_change *change, const struct mw_exit_text *text)
{
    struct mw_exit_text copy;

    if (change->text_from != change->slot && change->text_from != MW_EXIT_TABLE_TEXT_NEW &&
        mw_io_pread(fd, &copy, sizeof(copy), at_text(change->text_from)) == (ssize_t)sizeof(copy))
        text = &copy;
    if (change->text_from != change->slot)
        mw_io_pwrite(fd, text, sizeof(*text), at_text(change->slot));
    mw_io_pwrite(fd, &table.entries[change->slot], sizeof(table.entries[0]), at_entry(change->slot));
}

static void add_entry(int fd, const struct mw_exit_entry *entry, const struct mw_exit_text *text)
{
    struct mw_exit_table_changes changes;

    if (!read_table(fd))
        return;
    changes = mw_exit_table_add(&table, entry);
    if (changes.lanes)
        mw_io_pwrite(fd, &table, offsetof(struct mw_exit_index, entries), 0);
    for (size_t i = 0; i < changes.count; i++)
        write_slot(fd, &changes.slots[i], text);
}

/* Locks one of the last slots, independently of the table's lock. Returns the slot, or 0 if all are locked. */
static size_t lock_late_slot(int fd)
{
    for (int attempt = 0; attempt < LATE_ATTEMPTS; attempt++) {
        size_t slot = MW_EXIT_SLOTS - 1 - (size_t)attempt % MW_EXIT_LATE;
        struct flock range = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at_entry(slot), .l_len = sizeof(struct mw_exit_entry)};
        if (!fcntl(fd, F_SETLK, &range))
            return slot;
        if (attempt % MW_EXIT_LATE == MW_EXIT_LATE - 1)
            nanosleep(&(struct timespec){0, LAST_WAIT_NS}, NULL);
    }
    return 0;
}

/* Adds the entry to one of the last slots, without the table's lock. */
static void add_late_entry(int fd, const struct mw_exit_entry *entry, const struct mw_exit_text *text)
{
    size_t slot = lock_late_slot(fd);

    if (!slot || !read_table(fd))
        return;
    write_slot(
        fd,
        &(struct mw_exit_table_change){slot, mw_exit_table_join(&table.entries[slot], entry) ? MW_EXIT_TABLE_TEXT_NEW : slot},
        text);
}

/* Opens the table in a directory that only this user may access. After the directory was removed, anybody could
 * create one with the same name. */
static int open_exits(const char *dir)
{
    char name[sizeof(MW_FILE_EXITS) + MW_HOSTNAME_SIZE] = MW_FILE_EXITS;
    int fd, dirfd = dir[0] == '/' ? mw_token_open_private(dir, NULL) : -1;

    if (dirfd < 0)
        return -1;
    mw_hostname_local(name + strlen(name));
    fd = openat(dirfd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    close(dirfd);
    return fd;
}

static void write_exit_entry(const char *dir)
{
    struct mw_exit_entry entry;
    struct mw_exit_text text;
    int procfd, fd = open_exits(dir);

    if (fd < 0)
        return;
    memset(&text, 0, sizeof(text));
    procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (procfd >= 0 && has_full_size(fd) && fill(&entry, &text, procfd)) {
        if (lock_table(fd))
            add_entry(fd, &entry, &text);
        else
            add_late_entry(fd, &entry, &text);
    }
    if (procfd >= 0)
        close(procfd);
    close(fd);
}

static void record_exit(void)
{
    const char *dir = getenv("MEMWATCH_RUN_DIR");

    /* pid check: after _Fork() or clone() no atfork handler ran, and the mapped journal is the parent's */
    if (mw_rank.recording && getpid() == mw_rank.journal.ident->pid)
        close_rank();
    else if (dir && *dir && !(mw_rank.recording && mw_rank.has_sandboxed_child) && mw_settings_read().syscalls &&
             mw_life_is_first_copy())
        write_exit_entry(dir);
}

__attribute__((destructor)) static void at_exit(void)
{
    if (mw_syscalls_begin()) {
        record_exit();
        mw_syscalls_end();
    } else if (mw_rank.recording) {
        close_without_syscalls();
    }
}
