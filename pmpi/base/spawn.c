/* SPDX-License-Identifier: MIT */
#include "pmpi/base/spawn.h"

#include "collector/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STACK_BYTES 65536u
#define SIGNALS 64 /* all signals of the kernel, including those reserved by libc */
#define KERNEL_MASK_BYTES (SIGNALS / 8)
#define CANNOT_EXECUTE 127

/* Shared with the children, which run in this process's memory (CLONE_VM) while the calling thread is suspended
 * (CLONE_VFORK).
 *
 * After an exec, any child sends SIGCHLD when it ends, and wait() reaps it. Therefore the child of this process does
 * not exec: its child does. The intermediate child has no exit signal and is waited for here (__WCLONE). */
struct start {
    const struct mw_spawn *spawn;
    bool detached;
    uint64_t limit_ns;
    char *inner_stack; /* for the child's child */
    int error, status;
};

static pid_t clone_on(char *stack, int (*run)(void *), struct start *start)
{
    return clone(run, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK, start);
}

static void close_from(int first)
{
#ifdef SYS_close_range
    if (!syscall(SYS_close_range, first, ~0u, 0))
        return;
#endif
    for (long fd = first, most = sysconf(_SC_OPEN_MAX); fd < (most > 0 && most < 65536 ? most : 65536); fd++)
        close((int)fd);
}

/* In the child: sets descriptors 0 to 3. All are first moved to higher numbers, so that none is overwritten. */
static void set_descriptors(const struct start *start)
{
    int moved[MW_SPAWN_FDS];

    for (int i = 0; i < MW_SPAWN_FDS; i++) {
        moved[i] = start->spawn->fds[i] < 0 && i < 3 ? open("/dev/null", O_RDWR) : start->spawn->fds[i];
        if (moved[i] >= 0)
            moved[i] = fcntl(moved[i], F_DUPFD_CLOEXEC, 2 * MW_SPAWN_FDS);
    }
    for (int i = 0; i < MW_SPAWN_FDS; i++)
        if (moved[i] >= 0)
            dup2(moved[i], i);
        else
            close(i);
    if (start->detached)
        close_from(MW_SPAWN_FDS);
}

static void reset_signals(void)
{
    const uint64_t by_default[8] = {0}; /* the kernel's struct sigaction; SIG_DFL is 0 */
    uint64_t none = 0;

    for (int signal = 1; signal <= SIGNALS; signal++)
        syscall(SYS_rt_sigaction, signal, by_default, NULL, KERNEL_MASK_BYTES); /* the child's: no CLONE_SIGHAND */
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_MASK_BYTES);
}

static int execute(void *context)
{
    struct start *start = context;
    const struct mw_spawn *spawn = start->spawn;

    if (start->detached)
        setsid();
    set_descriptors(start);
    if (!spawn->directory || !chdir(spawn->directory)) {
        reset_signals();
        execve(spawn->path, spawn->argv, spawn->envp);
    }
    start->error = errno;
    _exit(CANNOT_EXECUTE);
}

/* Returns the exit status of the inner child, or -1. */
static int wait_for_inner(pid_t pid, uint64_t limit_ns)
{
    uint64_t deadline = mw_clock_now() + limit_ns;
    struct timespec tick = {0, 2000000};
    int status = 0;
    pid_t done;

    while ((done = waitpid(pid, &status, WNOHANG | __WALL)) == 0 || (done < 0 && errno == EINTR)) {
        if (mw_clock_now() > deadline) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, __WALL | WNOHANG); /* does not wait for a process in an uninterruptible sleep */
            return -1;
        }
        nanosleep(&tick, NULL);
    }
    return done == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The intermediate child: if detached, ends at once; else when the inner child has ended. */
static int run_intermediate(void *context)
{
    struct start *start = context;
    pid_t pid = clone_on(start->inner_stack, execute, start);

    if (pid < 0)
        start->error = errno;
    else if (!start->detached)
        start->status = wait_for_inner(pid, start->limit_ns);
    /* under a tool that does not share the memory, the status is the only result */
    _exit(start->error || start->status < 0 ? CANNOT_EXECUTE : start->status);
}

static int run(struct start *start)
{
    char *stacks = mmap(NULL, 2 * STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t all = ~(uint64_t)0, before;
    int cancel_state, status = 0;
    pid_t pid;

    if (stacks == MAP_FAILED)
        return -1;
    start->inner_stack = stacks + STACK_BYTES;
    /* neither the program's signal handlers nor cancellation may act in the child, which shares this memory */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, KERNEL_MASK_BYTES);
    pid = clone_on(stacks, run_intermediate, start);
    if (pid < 0)
        start->error = errno;
    while (pid > 0 && waitpid(pid, &status, __WCLONE) < 0 && errno == EINTR)
        ;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, KERNEL_MASK_BYTES);
    pthread_setcancelstate(cancel_state, NULL);
    munmap(stacks, 2 * STACK_BYTES);
    if (!start->error && WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_EXECUTE)
        start->error = ENOEXEC;
    errno = start->error;
    return start->error ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int mw_spawn_detached(const struct mw_spawn *spawn)
{
    struct start start = {.spawn = spawn, .detached = true};

    return run(&start) ? -1 : 0;
}

int mw_spawn_run(const struct mw_spawn *spawn, uint64_t limit_ns)
{
    struct start start = {.spawn = spawn, .limit_ns = limit_ns};

    return run(&start);
}

char **mw_spawn_environment(bool all)
{
    size_t count = 0, kept = 0;
    char **clean;

    while (environ[count])
        count++;
    clean = calloc(count + 1, sizeof(*clean));
    for (size_t i = 0; clean && i < count; i++)
        if (strncmp(environ[i], "LD_PRELOAD=", 11) && (!all || strncmp(environ[i], "MEMWATCH_", 9)))
            clean[kept++] = environ[i];
    return clean;
}
