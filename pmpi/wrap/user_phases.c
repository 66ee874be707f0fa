/* SPDX-License-Identifier: MIT */
/* Phases that the program defines: pmpi/memwatch.h, and MPI_Pcontrol(level, "name"). */
#include "collector/base/text.h"
#include "pmpi/abi/real_symbol.h"
#include "pmpi/abi/wrapper.h"
#include "pmpi/base/lock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/measure/boundary.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/meter.h"
#include "pmpi/measure/modules.h"
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/timestamp.h"
#include "pmpi/wrap/argument.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

MW_EXPORT int memwatch_pmpi_phase_begin(const char *name);
MW_EXPORT int memwatch_pmpi_phase_end(void);
MW_EXPORT int MPI_Pcontrol(const int level, ...);
MW_EXPORT int PMPI_Pcontrol(const int level, ...);

/* Begins and ends (of the innermost phase, without a name) that could not lock, because a signal handler made them
 * inside a boundary. A lost begin also drops the matching end; a lost end is made up for later. Main thread only. */
static unsigned lost_begins, lost_ends;

static void measure(void (*cut)(const char *, const struct mw_timestamp *), const char *name)
{
    struct mw_timestamp now = mw_timestamp_exact();

    mw_meter_take_queries();
    for (; lost_ends; lost_ends--)
        mw_phases_end(NULL, &now);
    cut(name, &now);
    mw_governor_spent_on_phase(mw_clock_now() - now.ns, mw_meter_take_queries());
}

static void begin(const char *name)
{
    int saved = errno;

    if (mw_rank_lock()) {
        measure(mw_phases_begin, name);
        mw_rank_unlock();
    } else {
        lost_begins++;
    }
    errno = saved;
}

static void end(const char *name)
{
    int saved = errno;

    if (lost_begins) {
        lost_begins--;
    } else if (mw_rank_lock()) {
        measure(mw_phases_end, name);
        mw_rank_unlock();
    } else if (!name) {
        lost_ends++;
    }
    errno = saved;
}

static bool is_active(void)
{
    return mw_rank_is_counting() && mw_rank_main_thread;
}

int memwatch_pmpi_phase_begin(const char *name)
{
    if (is_active() && name)
        begin(name);
    return 0;
}

int memwatch_pmpi_phase_end(void)
{
    if (is_active())
        end(NULL);
    return 0;
}

/* Removes an incomplete UTF-8 character at the end. */
static void trim_partial_character(char *text, size_t length)
{
    size_t start = length;

    while (start && length - start < 3 && (text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start && (unsigned char)text[start - 1] >= 0xc0)
        text[start - 1] = '\0';
}

/* Reads the text at `pointer`, which may be any value: the kernel reads it, so that an invalid pointer is only an
 * error. */
static bool read_name(const void *pointer, char name[64])
{
    struct iovec to = {name, 63};
    struct iovec from = {(void *)(uintptr_t)pointer, 63};
    size_t to_page_end = 4096 - (uintptr_t)pointer % 4096;
    ssize_t n;

    if ((uintptr_t)pointer < 4096)
        return false;
    if (to_page_end < from.iov_len) /* the text may end before the next page, which may not be mapped */
        from.iov_len = to_page_end;
    n = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
    if (n > 0 && n < 63 && !memchr(name, '\0', (size_t)n)) {
        struct iovec rest = {name + n, (size_t)(63 - n)};
        struct iovec next = {(char *)(uintptr_t)pointer + n, (size_t)(63 - n)};
        ssize_t more = process_vm_readv(getpid(), &rest, 1, &next, 1, 0);
        n += more > 0 ? more : 0;
    }
    if (n <= 0)
        return false;
    name[n] = '\0';
    if (n == 63 && strlen(name) == 63)
        trim_partial_character(name, 63);
    return name[0] != '\0' && mw_text_is_clean(name);
}

/* MPI_Pcontrol is variadic, and most calls have no second argument; its register then has an arbitrary value. It is
 * a name if the program's code sets the register, and it points to text. */
static bool find_name(const void *argument, void *return_address, char name[64])
{
    const void *const wrappers[2] = {(const void *)MPI_Pcontrol, (const void *)PMPI_Pcontrol};

    /* the Fortran binding has no second argument */
    return !mw_modules_is_mpi_unlocked(return_address) && read_name(argument, name) &&
           mw_argument_is_passed(return_address, argument, wrappers);
}

/* Sets `name` to "" if the argument is not a name. Returns false if no system call may be made. */
static bool find_name_uncancelled(const void *argument, void *return_address, char name[64])
{
    bool may_call;

    mw_lock_disable_cancel();
    may_call = mw_syscalls_begin();
    if (may_call) {
        if (!find_name(argument, return_address, name))
            name[0] = '\0';
        mw_syscalls_end();
    }
    mw_lock_restore_cancel();
    return may_call;
}

/* The phase that the last call without a name began; "": none. */
static char level_phase[64];

static void control_level(int level)
{
    if (level_phase[0])
        end(level_phase);
    level_phase[0] = '\0';
    if (level <= 0) /* disables profiling, by the standard */
        return;
    snprintf(level_phase, sizeof(level_phase), "pcontrol %d", level);
    begin(level_phase);
}

/* With a name, level > 0 begins that phase, and other levels end it. Without a name, level > 0 begins the phase
 * "pcontrol LEVEL", which the next call without a name ends (mpi4py can only pass 0, 1 or 2). */
static void control(int level, const void *argument, void *return_address)
{
    char name[64] = "";

    /* without system calls `argument` cannot be checked */
    if (!is_active() || !find_name_uncancelled(argument, return_address, name))
        return;
    if (!name[0])
        control_level(level);
    else if (level > 0)
        begin(name);
    else
        end(name);
}

int MPI_Pcontrol(const int level, ...)
{
    int (*real)(int, ...) = (int (*)(int, ...))mw_real_symbol(2 * MW_OP_MPI_Pcontrol, "MPI_Pcontrol");
    const void *argument;
    va_list list;

    va_start(list, level);
    argument = va_arg(list, const void *);
    va_end(list);
    control(level, argument, __builtin_return_address(0));
    return real(level, argument);
}

int PMPI_Pcontrol(const int level, ...)
{
    int (*real)(int, ...) = (int (*)(int, ...))mw_real_symbol(2 * MW_OP_MPI_Pcontrol + 1, "PMPI_Pcontrol");
    const void *argument;
    va_list list;

    va_start(list, level);
    argument = va_arg(list, const void *);
    va_end(list);
    control(level, argument, __builtin_return_address(0));
    return real(level, argument);
}
