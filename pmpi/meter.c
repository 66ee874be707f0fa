/* SPDX-License-Identifier: MIT */
#include "pmpi/meter.h"

#include "collector/io.h"
#include "collector/procmem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static int statm_fd = -1, status_fd = -1, clear_fd = -1;
static dev_t clear_dev; /* what clear_fd was when it was opened: written to only while it still is */
static ino_t clear_ino;
static uint64_t page_bytes;
static uint64_t floor_bytes;

/* Opens a file of /proc/self at a descriptor that programs do not trip over. */
static int open_high(const char *name, int flags)
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

static bool open_files(bool may_reset)
{
    struct stat st;

    statm_fd = open_high("/proc/self/statm", O_RDONLY);
    status_fd = open_high("/proc/self/status", O_RDONLY);
    clear_fd = may_reset ? open_high("/proc/self/clear_refs", O_WRONLY) : -1;
    if (clear_fd >= 0 && !fstat(clear_fd, &st)) {
        clear_dev = st.st_dev;
        clear_ino = st.st_ino;
    }
    return statm_fd >= 0 && status_fd >= 0;
}

void mw_meter_close(void)
{
    int *fds[] = {&statm_fd, &status_fd, &clear_fd};

    for (int i = 0; i < 3; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}

/* The mark is the process's in either; of one thread the kernel has less to add up. */
static uint64_t rusage_peak(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_THREAD, &usage) || usage.ru_maxrss < 0)
        return 0;
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* Rss of smaps_rollup: counted page by page, so exact, and slow. */
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

/* How far the kernel's counters may lag behind, by their design.
 * Since Linux 6.2 RSS lies in three per-CPU counters (anonymous, file, shared memory) that are folded in batches of
 * max(32, 2 x CPUs) pages; a CPU that the process may not run on holds nothing back. Before that, each thread
 * held back up to 64 pages of each. */
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

static void find_limits(struct mw_meter_limits *limits)
{
    struct mw_procmem_status status = {0};
    uint64_t exact = exact_rss();
    uint64_t measured = 0;
    uint64_t usage;

    if (exact && !mw_procmem_status_read(status_fd, &status))
        measured = exact > status.rss ? exact - status.rss : status.rss - exact;
    limits->error_bytes = counter_slack();
    if (measured > limits->error_bytes)
        limits->error_bytes = measured;

    /* Where getrusage is above the mark it shows the parent's RSS at exec, for ever. */
    usage = rusage_peak();
    limits->floor_bytes = usage > status.hwm ? usage : 0;
    floor_bytes = limits->floor_bytes;
    limits->resets = clear_fd >= 0;
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
    return 0;
}

/* The program closed our descriptors: open them anew, once for each failing read. */
static bool reopen(uint64_t *rss)
{
    bool reset = clear_fd >= 0;

    statm_fd = status_fd = clear_fd = -1; /* not ours any more: do not close what is somebody else's now */
    return open_files(reset) && !mw_procmem_statm_rss(statm_fd, page_bytes, rss);
}

static bool read_marks(struct mw_meter_reading *reading)
{
    struct mw_procmem_status status;
    uint64_t rss;
    uint64_t peak = rusage_peak();

    if (mw_procmem_statm_rss(statm_fd, page_bytes, &rss) && !reopen(&rss))
        return false;
    if (peak <= floor_bytes) /* that is what the parent had */
        peak = mw_procmem_status_read(status_fd, &status) ? 0 : status.hwm;
    reading->rss = rss;
    reading->peak = peak > rss ? peak : rss;
    return true;
}

static bool reset_mark(void)
{
    struct stat st;

    /* the program may have closed our descriptor and come to use its number for a file of its own */
    if (clear_fd >= 0 && (fstat(clear_fd, &st) || st.st_dev != clear_dev || st.st_ino != clear_ino))
        clear_fd = -1;
    if (clear_fd >= 0 && pwrite(clear_fd, "5", 1, 0) != 1)
        clear_fd = -1;
    return clear_fd >= 0;
}

bool mw_meter_read_mark(uint64_t *peak)
{
    *peak = rusage_peak(); /* no cancellation point */
    return *peak > floor_bytes;
}

/* pthread_cancel() must not act in our reads and writes: MPI calls need not be cancellation points, and the rank's lock
 * would never be given back. */
static int hold_off_cancel(void)
{
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state;
}

bool mw_meter_read(struct mw_meter_reading *reading)
{
    int cancel = hold_off_cancel();
    bool done = read_marks(reading);

    pthread_setcancelstate(cancel, NULL);
    return done;
}

bool mw_meter_reset(void)
{
    int cancel = hold_off_cancel();
    bool done = reset_mark();

    pthread_setcancelstate(cancel, NULL);
    return done;
}

void mw_meter_outside_rss(uint64_t *huge, uint64_t *swap)
{
    struct mw_procmem_status status;
    int cancel = hold_off_cancel();

    *huge = *swap = 0;
    if (status_fd >= 0 && !mw_procmem_status_read(status_fd, &status)) {
        *huge = status.huge;
        *swap = status.swap;
    }
    pthread_setcancelstate(cancel, NULL);
}
