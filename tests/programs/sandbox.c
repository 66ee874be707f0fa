/* SPDX-License-Identifier: MIT */
/* Enters a seccomp sandbox that kills the process for every system call but those of a list.
 *
 *   sandbox WAY WHEN LIST [learn]
 *
 * WAY is how: prctl, seccomp (by syscall()), prctl-by-syscall, libseccomp, tsync (another thread, for all threads), inline
 * (no function of libc), strict. WHEN: before or after MPI_Init, after MPI_Finalize ("end"), or "never". With "learn" it is
 * not killed: the calls that it makes go into the file LIST, from which a later run takes what it allows.
 *
 * Other WHENs: "none", it enters and exits with status 3, without MPI; "fork", the same in a child, whose status it exits with;
 * "child", children of vfork() enter, and the rank continues; "wrap COMMAND...", it installs a filter that allows all, and
 * executes. */
#include <mpi.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NUMBERS 512

/* System calls that a run may make or not, by chance. None of them distinguishes memwatch from the program. */
static const int by_chance[] = {SYS_futex, SYS_sched_yield, SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise,
#ifdef SYS_poll /* not on machines that came later */
                                SYS_poll, SYS_epoll_wait,
#endif
#ifdef SYS_rseq /* Linux 4.18 */
                                SYS_rseq,
#endif
                                SYS_mprotect, SYS_nanosleep, SYS_clock_nanosleep, SYS_rt_sigreturn, SYS_restart_syscall,
                                SYS_exit, SYS_exit_group, SYS_set_robust_list, SYS_rt_sigprocmask, SYS_write, SYS_writev,
                                SYS_read, SYS_readv};

static struct sock_filter filter[2 * NUMBERS + 4];
static struct sock_fprog program = {.filter = filter};
static const char *list;

static void add(uint16_t code, uint32_t value, uint8_t yes, uint8_t no)
{
    filter[program.len++] = (struct sock_filter){code, yes, no, value};
}

static void allow(uint32_t number)
{
    add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static void make_filter(uint32_t otherwise)
{
    FILE *file = fopen(list, "r");
    unsigned number;

    add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    for (size_t i = 0; i < sizeof(by_chance) / sizeof(by_chance[0]); i++)
        allow((uint32_t)by_chance[i]);
    while (file && fscanf(file, "%u", &number) == 1)
        allow(number);
    if (file)
        fclose(file);
    add(BPF_RET | BPF_K, otherwise, 0, 0);
}

/* ---- learning ---- */

static int listener = -1;

/* Allows every call that the filter reports, and records new ones. Not under the filter itself. */
static void *watch(void *unused)
{
    int fd = open(list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    static char seen[NUMBERS];

    (void)unused;
    while (__atomic_load_n(&listener, __ATOMIC_ACQUIRE) < 0)
        usleep(100);
    while (fd >= 0) {
        struct seccomp_notif call = {0};
        struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
            continue;
        if (call.data.nr < NUMBERS && !seen[call.data.nr]) {
            seen[call.data.nr] = 1;
            dprintf(fd, "%d\n", call.data.nr);
        }
        answer.id = call.id;
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    return NULL;
}

static void learn(void)
{
    pthread_t thread;
    int fd;

    make_filter(SECCOMP_RET_USER_NOTIF);
    pthread_create(&thread, NULL, watch, NULL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (fd < 0)
        exit(77);
    __atomic_store_n(&listener, fd, __ATOMIC_RELEASE);
}

/* ---- the ways in ---- */

static int enter_by_libseccomp(void)
{
    void *library = dlopen("libseccomp.so.2", RTLD_NOW);
    void *(*init)(uint32_t), (*release)(void *);
    int (*rule)(void *, uint32_t, int, unsigned), (*load)(void *);
    void *context;

    if (!library)
        return -1;
    *(void **)&init = dlsym(library, "seccomp_init");
    *(void **)&rule = dlsym(library, "seccomp_rule_add");
    *(void **)&load = dlsym(library, "seccomp_load");
    *(void **)&release = dlsym(library, "seccomp_release");
    context = init(SECCOMP_RET_KILL_PROCESS);
    for (int i = 0; i + 2 < program.len; i++) /* pairs: compare, allow */
        if (filter[i].code == (BPF_JMP | BPF_JEQ | BPF_K))
            rule(context, SECCOMP_RET_ALLOW, (int)filter[i].k, 0);
    return load(context);
}

static int inline_syscall(long number, long a, long b, const void *c)
{
#ifdef __x86_64__
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return (int)result;
#else
    return -1;
#endif
}

static void *enter_for_all(void *unused)
{
    (void)unused;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program))
        exit(77);
    return NULL;
}

static int enter(const char *way)
{
    pthread_t thread;

    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL); /* only a query, as libseccomp makes it */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!strcmp(way, "prctl"))
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    if (!strcmp(way, "seccomp"))
        return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    if (!strcmp(way, "prctl-by-syscall"))
        return (int)syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
    if (!strcmp(way, "libseccomp"))
        return enter_by_libseccomp();
    if (!strcmp(way, "inline"))
        return inline_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    if (!strcmp(way, "strict"))
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    return pthread_create(&thread, NULL, enter_for_all, NULL) || pthread_join(thread, NULL);
}

static void sandbox(const char *way, int learns)
{
    if (learns) {
        learn();
        return;
    }
    make_filter(SECCOMP_RET_KILL_PROCESS);
    if (enter(way))
        exit(77);
    if (!strcmp(way, "strict"))
        syscall(SYS_exit, 3);
}

static int exit_in_child(const char *way, int learns)
{
    int status = 0;
    pid_t pid = fork();

    if (!pid) {
        sandbox(way, learns);
        exit(3);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void enter_in_vfork(void)
{
    for (int i = 0; i < 3; i++) {
        pid_t pid = vfork();
        if (!pid) {
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
}

static int wrap(char **command)
{
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    execvp(command[0], command);
    return 127;
}

/* Calls from places that are new, memory that only samples can see, phases. */
static void work(int rank)
{
    static char *memory;
    int sum = 0;

    for (int i = 0; i < 2000; i++)
        MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    MPI_Pcontrol(1, "inside");
    memory = malloc(32 << 20);
    memset(memory, 1, 32 << 20);
    for (double end = MPI_Wtime() + 0.15; MPI_Wtime() < end;)
        MPI_Barrier(MPI_COMM_SELF);
    MPI_Bcast(memory, 1 << 20, MPI_CHAR, 0, MPI_COMM_WORLD);
    MPI_Pcontrol(-1, "inside");
    free(memory);
}

int main(int argc, char **argv)
{
    const char *way = argv[1], *when = argv[2];
    int learns = argc > 4, rank;

    list = argv[3];
    if (!strcmp(when, "wrap"))
        return wrap(argv + 3);
    if (!strcmp(when, "fork"))
        return exit_in_child(way, learns);
    if (!strcmp(when, "none")) {
        sandbox(way, learns);
        exit(3);
    }
    if (!strcmp(when, "before"))
        sandbox(way, learns);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Barrier(MPI_COMM_WORLD);
    if (!strcmp(when, "after"))
        sandbox(way, learns);
    if (!strcmp(when, "child")) {
        make_filter(SECCOMP_RET_KILL_PROCESS);
        enter_in_vfork();
    }
    work(rank);
    MPI_Finalize();
    if (!strcmp(when, "end"))
        sandbox(way, learns);
    return 0;
}
