/* SPDX-License-Identifier: MIT */
/* libmemwatch-wait.so: the wait calls, and kill(). In programs that start MPI ranks, the exit status of each child is logged
 * after the real call has returned it (collector/view/wait_log.h): before Linux 6.15 only the parent gets it. What such a
 * program is about to send a signal to is logged if it is still running. In all other programs each call only calls the real
 * function. */
#include "pmpi/base/compat.h"
#include "pmpi/wait/log.h"
#include "pmpi/wait/starter.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* ---- system calls: until the real functions are known, and if they cannot be looked up ---- */

static pid_t system_wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    int type = PTHREAD_CANCEL_DEFERRED;
    pid_t ended;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type); /* wait calls are cancellation points */
    ended = (pid_t)syscall(SYS_wait4, pid, status, options, usage);
    pthread_setcanceltype(type, NULL);
    return ended;
}

static pid_t system_wait(int *status)
{
    return system_wait4(-1, status, 0, NULL);
}

static pid_t system_waitpid(pid_t pid, int *status, int options)
{
    return system_wait4(pid, status, options, NULL);
}

static pid_t system_wait3(int *status, int options, struct rusage *usage)
{
    return system_wait4(-1, status, options, usage);
}

static int system_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    int before = PTHREAD_CANCEL_DEFERRED, result;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
    result = (int)syscall(SYS_waitid, type, id, info, options, NULL);
    pthread_setcanceltype(before, NULL);
    return result;
}

static int system_kill(pid_t pid, int signo)
{
    return (int)syscall(SYS_kill, pid, signo);
}

static int system_killpg(pid_t group, int signo)
{
    if (group >= 0)
        return system_kill(-group, signo);
    errno = EINVAL;
    return -1;
}

/* ---- the real functions; set before main(), since signal handlers call them ---- */

static bool is_active;
static bool is_starter; /* active as mpirun or one of its daemons, not as a program around a rank */

static struct {
    pid_t (*wait)(int *status);
    pid_t (*waitpid)(pid_t pid, int *status, int options);
    pid_t (*wait3)(int *status, int options, struct rusage *usage);
    pid_t (*wait4)(pid_t pid, int *status, int options, struct rusage *usage);
    int (*waitid)(idtype_t type, id_t id, siginfo_t *info, int options);
    int (*kill)(pid_t pid, int signo);
    int (*killpg)(pid_t group, int signo);
} real = {system_wait, system_waitpid, system_wait3, system_wait4, system_waitid, system_kill, system_killpg};

/* Weak, since before glibc 2.34 a program may have no libdl. If the shim is loaded, this is the shim's dlsym(),
 * which returns libc's wait functions. */
#pragma weak dlsym
#ifdef MW_COMPAT_OLD
MW_COMPAT_OLD(dlsym);
#endif

/* `function`: address of a function pointer, left unchanged if there is no other definition. */
static void look_up(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found)
        *(void **)function = found;
}

__attribute__((constructor)) static void start(void)
{
    bool is_known = mw_wait_starter_is_known();

    if (MW_COMPAT_HAS(dlsym)) {
        look_up(&real.wait, "wait");
        look_up(&real.waitpid, "waitpid");
        look_up(&real.wait3, "wait3");
        look_up(&real.wait4, "wait4");
        look_up(&real.waitid, "waitid");
        look_up(&real.kill, "kill");
        look_up(&real.killpg, "killpg");
    }
    is_active = (is_known || mw_wait_starter_is_around_rank()) && mw_wait_log_init(is_known);
    is_starter = is_active && is_known;
}

/* ---- logging ---- */

/* Does not log a child that was stopped or continued. */
static pid_t note(pid_t child, const int *status)
{
    if (child > 0 && (WIFEXITED(*status) || WIFSIGNALED(*status)))
        mw_wait_log_add(child, *status);
    return child;
}

static void note_info(const siginfo_t *info)
{
    switch (info->si_signo == SIGCHLD && info->si_pid > 0 ? info->si_code : 0) {
    case CLD_EXITED: mw_wait_log_add(info->si_pid, (info->si_status & 0xff) << 8); break;
    case CLD_KILLED: mw_wait_log_add(info->si_pid, info->si_status); break;
    case CLD_DUMPED: mw_wait_log_add(info->si_pid, info->si_status | WCOREFLAG); break;
    default: /* no child, or one that was stopped or continued */ break;
    }
}

/* A launcher makes each rank the leader of a process group. */
static void note_running(pid_t pid, int signo)
{
    if (is_starter && signo && pid > 1)
        mw_wait_log_running(pid, signo);
}

/* ---- the calls ---- */

EXPORT pid_t wait(int *status)
{
    int own = 0;

    if (!is_active)
        return real.wait(status);
    status = status ? status : &own;
    return note(real.wait(status), status);
}

EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
    int own = 0;

    if (!is_active)
        return real.waitpid(pid, status, options);
    status = status ? status : &own;
    return note(real.waitpid(pid, status, options), status);
}

EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    int own = 0;

    if (!is_active)
        return real.wait3(status, options, usage);
    status = status ? status : &own;
    return note(real.wait3(status, options, usage), status);
}

EXPORT pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    int own = 0;

    if (!is_active)
        return real.wait4(pid, status, options, usage);
    status = status ? status : &own;
    return note(real.wait4(pid, status, options, usage), status);
}

EXPORT int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    siginfo_t own = {0};
    int result;

    if (!is_active || (options & WNOWAIT)) /* with WNOWAIT the child can be waited for again */
        return real.waitid(type, id, info, options);
    info = info ? info : &own;
    result = real.waitid(type, id, info, options);
    if (!result)
        note_info(info);
    return result;
}

EXPORT int kill(pid_t pid, int signo)
{
    note_running(pid < -1 ? -pid : pid, signo);
    return real.kill(pid, signo);
}

EXPORT int killpg(pid_t group, int signo)
{
    note_running(group, signo);
    return real.killpg(group, signo);
}

EXPORT pid_t __wait(int *status) __attribute__((alias("wait")));
EXPORT pid_t __waitpid(pid_t pid, int *status, int options) __attribute__((alias("waitpid")));
