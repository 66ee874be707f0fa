/* SPDX-License-Identifier: MIT */
/* What the kernel lets memwatch read, and with which error. Tested, not derived from the kernel version. */
#include "collector/base/units.h"
#include "collector/journal/procmem.h"
#include "launcher/doctor/checks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1ULL << 20)
#define ROUNDS 12
#define TRIAL_SECONDS 60    /* it takes less than one, but on a busy machine */
#define TOLERABLE (8 * MIB) /* largest acceptable error of a counter */

static void *touch(size_t bytes)
{
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < bytes; i += 4096)
        ((volatile char *)memory)[i] = 1;
    return memory;
}

static uint64_t mark(void)
{
    struct mw_procmem_status status = {0};
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || mw_procmem_status_read(fd, &status))
        status.hwm = 0;
    if (fd >= 0)
        close(fd);
    return status.hwm;
}

static int reset(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    int done = fd >= 0 && write(fd, "5", 1) == 1 ? 0 : -1;
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
    return done;
}

/* In a child: touches and frees 32 MiB; after a reset the mark must be lower. */
static int try_reset(void *context, struct mw_doctor_text *said)
{
    void *memory = touch(32 * MIB);
    uint64_t before, after;

    (void)context;
    if (memory)
        munmap(memory, 32 * MIB);
    before = mark();
    if (reset()) {
        mw_doctor_print(said, "/proc/self/clear_refs cannot be written: %s", strerror(errno));
        return 1;
    }
    after = mark();
    if (!after || after + 16 * MIB > before) {
        mw_doctor_print(said, "writing to /proc/self/clear_refs does not reset it");
        return 1;
    }
    mw_doctor_print(said, "can be reset: %s with 32 MiB that were freed, %s after", mw_units_bytes(before).text,
                    mw_units_bytes(after).text);
    return 0;
}

/* What has no result is not known to be bad. */
static enum mw_doctor_state state_of(int (*attempt)(void *context, struct mw_doctor_text *said), struct mw_doctor_text *found)
{
    int result = mw_doctor_try(attempt, NULL, TRIAL_SECONDS, found);

    if (result < 0 && !found->length) {
        mw_doctor_print(found, "not known: the trial crashed, or did not end within %d s", TRIAL_SECONDS);
        return MW_DOCTOR_INFO;
    }
    return result == 0 ? MW_DOCTOR_GOOD : MW_DOCTOR_BAD;
}

enum mw_doctor_state mw_doctor_reset(struct mw_doctor_text *found)
{
    return state_of(try_reset, found);
}

static uint64_t statm(void)
{
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    uint64_t rss = 0;

    if (fd < 0 || mw_procmem_statm_rss(fd, (uint64_t)sysconf(_SC_PAGESIZE), &rss))
        rss = 0;
    if (fd >= 0)
        close(fd);
    return rss;
}

static uint64_t difference(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static void raise_to(uint64_t *most, uint64_t value)
{
    if (*most < value)
        *most = value;
}

/* In a child: allocates and frees memory of known sizes, and compares the counters with a count of the pages. */
static int try_precision(void *context, struct mw_doctor_text *said)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint64_t rss_error = 0, mark_error = 0;
    struct mw_procmem_rollup exact;

    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        size_t bytes = (1 + 5 * (size_t)i) * MIB + 4096 * (size_t)(i * 37 % 64);
        void *memory;
        reset();
        memory = touch(bytes);
        if (!memory || mw_procmem_rollup(procfd, getpid(), &exact)) {
            mw_doctor_print(said, "cannot be measured: %s", strerror(errno));
            return 1;
        }
        raise_to(&rss_error, difference(statm(), exact.rss));
        munmap(memory, bytes);
        raise_to(&mark_error, difference(mark(), exact.rss));
    }
    mw_doctor_print(said, "largest errors in %d trials of 1 to %d MiB: RSS %s, high-water mark %s", ROUNDS,
                    1 + 5 * (ROUNDS - 1), mw_units_bytes(rss_error).text, mw_units_bytes(mark_error).text);
    return rss_error > TOLERABLE || mark_error > TOLERABLE;
}

enum mw_doctor_state mw_doctor_precision(struct mw_doctor_text *found)
{
    return state_of(try_precision, found);
}

enum mw_doctor_state mw_doctor_floor(struct mw_doctor_text *found)
{
    uint64_t own = mark();
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) || (uint64_t)usage.ru_maxrss * 1024 <= own)
        mw_doctor_print(found, "getrusage returns the mark of the process");
    else
        mw_doctor_print(found,
                        "getrusage never returns less than the %s of this program's parent: below that, ranks read "
                        "/proc/self/status",
                        mw_units_bytes((uint64_t)usage.ru_maxrss * 1024).text);
    return MW_DOCTOR_INFO;
}

static int number_in(const char *path, int default_value)
{
    FILE *file = fopen(path, "re");
    int value = default_value;

    if (!file)
        return default_value;
    if (fscanf(file, "%d", &value) != 1)
        value = default_value;
    fclose(file);
    return value;
}

/* Reads a waiting child the way ranks are read. */
enum mw_doctor_state mw_doctor_others(struct mw_doctor_text *found)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int scope = number_in("/proc/sys/kernel/yama/ptrace_scope", -1);
    int paranoid = number_in("/proc/sys/kernel/perf_event_paranoid", -1);
    struct mw_procmem_rollup rollup;
    pid_t child = fork();
    int pss, error = 0;
    long same;

    if (child == 0) {
        alarm(10);
        for (;;)
            pause();
    }
    pss = child > 0 ? mw_procmem_rollup(procfd, child, &rollup) : -1;
    error = errno;
    same = child > 0 ? syscall(SYS_kcmp, getpid(), child, KCMP_VM, 0UL, 0UL) : -1;
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    close(procfd);
    mw_doctor_print(found, "PSS %s%s, kcmp %s", pss ? "cannot be read: " : "can be read", pss ? strerror(error) : "",
                    same >= 0 ? "works" : "does not (stack addresses are compared instead)");
    if (scope >= 0)
        mw_doctor_print(found, ", ptrace_scope %d", scope);
    if (paranoid >= 0)
        mw_doctor_print(found, ", perf_event_paranoid %d (not needed)", paranoid);
    return pss ? MW_DOCTOR_BAD : MW_DOCTOR_GOOD;
}

enum mw_doctor_state mw_doctor_children(struct mw_doctor_text *found)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
    if (access(path, R_OK))
        mw_doctor_print(found, "no /proc/PID/task/*/children: children are found by scanning /proc, which is slower");
    else
        mw_doctor_print(found, "children are read from /proc/PID/task/*/children");
    return MW_DOCTOR_GOOD;
}
