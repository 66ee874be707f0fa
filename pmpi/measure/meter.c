/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/meter.h"

#include "collector/base/io.h"
#include "collector/journal/procmem.h"
#include "pmpi/base/lock.h"
#include "pmpi/base/own_fd.h"
#include "pmpi/base/syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Files in /proc/self that stay open. */
struct kept_file {
    const char *path;
    int flags;
    struct mw_own_fd own;
};

static struct kept_file statm = {"/proc/self/statm", O_RDONLY, {.fd = -1}};
static struct kept_file status = {"/proc/self/status", O_RDONLY, {.fd = -1}};
static struct kept_file clear_refs = {"/proc/self/clear_refs", O_WRONLY, {.fd = -1}};

#define CHECKED_RSS (256ULL << 20) /* above this, counting pages takes long */

static bool resets;
static uint64_t page_bytes;
static uint64_t floor_bytes;
static unsigned queries;                   /* MW_METER_*, since the last mw_meter_take_queries() */
static struct mw_meter_space space_limits; /* the limits only */

unsigned mw_meter_take_queries(void)
{
    unsigned taken = queries;

    queries = 0;
    return taken;
}

int mw_meter_open_high(const char *name, int flags)
{
    struct rlimit limit;
    int lowest = 1000, high;
    int fd = open(name, flags | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -1;
    if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < 1008)
        lowest = limit.rlim_cur > 16 ? (int)limit.rlim_cur - 8 : 3;
    high = fcntl(fd, F_DUPFD_CLOEXEC, lowest);
    if (high < 0)
        return fd;
    close(fd);
    return high;
}

static bool open_kept_file(struct kept_file *kept)
{
    return mw_own_fd_take(&kept->own, mw_meter_open_high(kept->path, kept->flags));
}

/* If the program has closed or replaced the descriptor, opens the file again and leaves that number alone. */
static bool is_usable(struct kept_file *kept)
{
    return mw_own_fd_is_ours(&kept->own) || open_kept_file(kept);
}

static bool open_files(bool may_reset)
{
    resets = may_reset && open_kept_file(&clear_refs);
    return open_kept_file(&statm) && open_kept_file(&status);
}

void mw_meter_close(void)
{
    mw_own_fd_close(&statm.own);
    mw_own_fd_close(&status.own);
    mw_own_fd_close(&clear_refs.own);
}

void mw_meter_forget(void)
{
    statm.own.fd = status.own.fd = clear_refs.own.fd = -1;
}

/* ru_maxrss is the process's mark for RUSAGE_THREAD, too, and the kernel has less to add up. */
static uint64_t rusage_peak(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_THREAD, &usage) || usage.ru_maxrss < 0)
        return 0;
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* Rss from smaps_rollup: counted page by page, so exact but slow. 0: unknown. */
static uint64_t exact_rss(void)
{
    char text[2048];
    const char *line;
    unsigned long kib;

    if (mw_io_read_text(AT_FDCWD, "/proc/self/smaps_rollup", text, sizeof(text)) < 0)
        return 0;
    line = strstr(text, "\nRss:");
    return line && sscanf(line, "\nRss: %lu kB", &kib) == 1 ? (uint64_t)kib * 1024 : 0;
}

/* The maximum error of the kernel's counters by design, in bytes. Since Linux 6.2 RSS is the sum of three per-CPU
 * counters (anonymous, file, shared memory) that are folded in batches of max(32, 2 x CPUs) pages; a CPU on which
 * the process may not run holds nothing back. Before that, each thread held back up to 64 pages of each. */
static uint64_t counter_slack(void)
{
    struct utsname kernel;
    unsigned major = 0, minor = 0;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t allowed;
    long mine = cpus;

    uname(&kernel);
    sscanf(kernel.release, "%u.%u", &major, &minor);
    if (major < 6 || (major == 6 && minor < 2))
        return 3 * 64 * page_bytes;
    if (!sched_getaffinity(0, sizeof(allowed), &allowed))
        mine = CPU_COUNT(&allowed);
    return 3 * (uint64_t)(cpus > 16 ? 2 * cpus : 32) * (uint64_t)(mine < cpus ? mine : cpus) * page_bytes;
}

/* 0: no limit. */
static uint64_t soft_limit(int resource)
{
    struct rlimit limit;

    return getrlimit(resource, &limit) || limit.rlim_cur == RLIM_INFINITY ? 0 : (uint64_t)limit.rlim_cur;
}

static void find_space(void)
{
    space_limits = (struct mw_meter_space){.address_limit = soft_limit(RLIMIT_AS), .data_limit = soft_limit(RLIMIT_DATA)};
}

/* If ru_maxrss is above the mark, it is the parent's RSS at exec, and stays so. */
static void find_limits(struct mw_meter_limits *limits)
{
    struct mw_procmem_status now = {0};
    uint64_t usage;

    mw_procmem_status_read(status.own.fd, &now);
    usage = rusage_peak();
    limits->error_bytes = counter_slack();
    limits->floor_bytes = floor_bytes = usage > now.hwm ? usage : 0;
    limits->resets = resets;
}

int mw_meter_open(bool may_reset, struct mw_meter_limits *limits, struct mw_err *err)
{
    page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    if (!open_files(may_reset)) {
        mw_err_set(err, "cannot read /proc/self/statm: %s", strerror(errno));
        mw_meter_close();
        return -1;
    }
    find_limits(limits);
    find_space();
    return 0;
}

/* Reads /proc/self/status. Returns false on failure. */
static bool read_status(struct mw_procmem_status *now)
{
    return is_usable(&status) && !mw_procmem_status_read(status.own.fd, now);
}

/* `peak`: ru_maxrss, read just before. */
static bool read_rss(struct mw_meter_reading *reading, uint64_t peak)
{
    struct mw_procmem_status now;
    uint64_t rss;

    queries |= MW_METER_RSS | (peak <= floor_bytes ? MW_METER_STATUS : 0);
    if (!is_usable(&statm) || mw_procmem_statm_rss(statm.own.fd, page_bytes, &rss))
        return false;
    if (peak <= floor_bytes) /* ru_maxrss is the parent's RSS */
        peak = read_status(&now) ? now.hwm : 0;
    reading->rss = rss;
    reading->peak = peak > rss ? peak : rss;
    return true;
}

static bool read_marks(struct mw_meter_reading *reading)
{
    queries |= MW_METER_MARK;
    return read_rss(reading, rusage_peak());
}

/* The distance of `exact` from the range of two readings before and after it (other threads may allocate meanwhile).
 * A mark below `exact` is an error, too. */
static uint64_t distance(uint64_t exact, const struct mw_meter_reading *before, const struct mw_meter_reading *after)
{
    uint64_t low = before->rss < after->rss ? before->rss : after->rss;
    uint64_t high = before->rss < after->rss ? after->rss : before->rss;
    uint64_t difference = exact > high ? exact - high : exact < low ? low - exact : 0;

    return exact > after->peak && exact - after->peak > difference ? exact - after->peak : difference;
}

static bool check(uint64_t *difference)
{
    struct mw_meter_reading before, after;
    uint64_t exact;

    if (!read_marks(&before) || before.rss > CHECKED_RSS)
        return false;
    exact = exact_rss();
    if (!exact || !read_marks(&after))
        return false;
    *difference = distance(exact, &before, &after);
    return true;
}

static bool reset_mark(void)
{
    queries |= resets ? MW_METER_RESET : 0;
    resets = resets && is_usable(&clear_refs) && pwrite(clear_refs.own.fd, "5", 1, 0) == 1;
    return resets;
}

/* System calls are made between these two. pthread_cancel() must not take effect in reads and writes, nor before
 * mw_syscalls_end(). */
static bool begin_syscalls(void)
{
    mw_lock_disable_cancel();
    if (mw_syscalls_begin())
        return true;
    mw_lock_restore_cancel();
    return false;
}

static void end_syscalls(void)
{
    mw_syscalls_end();
    mw_lock_restore_cancel();
}

bool mw_meter_check(uint64_t *difference)
{
    bool done;

    if (!begin_syscalls())
        return false;
    done = check(difference);
    end_syscalls();
    return done;
}

bool mw_meter_read_mark(uint64_t *peak)
{
    if (!mw_syscalls_begin())
        return false;
    queries |= MW_METER_MARK;
    *peak = rusage_peak(); /* not a cancellation point */
    mw_syscalls_end();
    return *peak > floor_bytes;
}

bool mw_meter_read(struct mw_meter_reading *reading)
{
    bool done;

    if (!begin_syscalls())
        return false;
    done = read_marks(reading);
    end_syscalls();
    return done;
}

bool mw_meter_read_rss(uint64_t mark, struct mw_meter_reading *reading)
{
    bool done;

    if (!begin_syscalls())
        return false;
    done = read_rss(reading, mark);
    end_syscalls();
    return done;
}

bool mw_meter_reset(void)
{
    bool done;

    if (!begin_syscalls())
        return false;
    done = reset_mark();
    end_syscalls();
    return done;
}

void mw_meter_outside_rss(uint64_t *huge, uint64_t *swap)
{
    struct mw_procmem_status now;

    if (!begin_syscalls())
        return;
    *huge = *swap = 0;
    if (read_status(&now)) {
        *huge = now.huge;
        *swap = now.swap;
    }
    end_syscalls();
}

void mw_meter_find_space(void)
{
    if (!begin_syscalls())
        return;
    find_space();
    end_syscalls();
}

bool mw_meter_read_space(struct mw_meter_space *space)
{
    struct mw_procmem_status now;
    bool done;

    *space = space_limits;
    if ((!space_limits.address_limit && !space_limits.data_limit) || !begin_syscalls())
        return false;
    queries |= MW_METER_STATUS;
    done = read_status(&now);
    end_syscalls();
    if (done) {
        space->address_peak = now.address_peak;
        space->data = now.data;
    }
    return done;
}
