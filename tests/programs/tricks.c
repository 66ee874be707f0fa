/* SPDX-License-Identifier: MIT */
/* Things that programs do and a tool in their process must survive without hurting them.
 *   longjmp       an error handler jumps out of a collective; the stack below must not be changed
 *   bsend         a rank is in MPI_Finalize while another still receives what it buffered
 *   exit-signal   exit() from a signal handler in the middle of collectives, MPI_THREAD_MULTIPLE; status 3
 *   cancel        pthread_cancel() of threads in collectives
 *   descriptors   high descriptor numbers are closed and used for files of the program
 *   low-descriptors  the numbers of stdin and stderr are used for files of the program, to its end
 *   raw-fork      a child without atfork handlers needs 200 MiB and exits
 *   contexts      all communicators that the library has are used up
 *   many-requests 100 nonblocking collectives in flight, 100 MiB touched meanwhile between two calls
 * Exits 0 when all went well (exit-signal: 3), 1 with a line on stderr if the program was harmed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <mpi.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int hurt(const char *what)
{
    fprintf(stderr, "tricks: hurt: %s\n", what);
    return 1;
}

static __attribute__((noinline)) void touch(size_t bytes)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 1, bytes);
    __asm__ volatile("" ::"r"(p) : "memory");
    munmap(p, bytes);
}

/* ---- longjmp ---- */

static jmp_buf back;

static void jump(MPI_Comm *comm, int *error, ...)
{
    (void)comm;
    (void)error;
    longjmp(back, 1);
}

static __attribute__((noinline)) void fail_in_a_collective(void)
{
    int value = 0;
    if (!setjmp(back))
        MPI_Bcast(&value, 1, MPI_INT, 77, MPI_COMM_WORLD);
}

static __attribute__((noinline)) int use_the_stack(void)
{
    uint64_t own[512];
    memset(own, 0, sizeof own);
    __asm__ volatile("" ::"r"(own) : "memory");
    for (int i = 0; i < 2; i++) {
        touch(32u << 20);
        MPI_Barrier(MPI_COMM_SELF);
    }
    __asm__ volatile("" ::"r"(own) : "memory");
    for (int i = 0; i < 512; i++)
        if (own[i])
            return hurt("a local array was written to");
    return 0;
}

static int do_longjmp(void)
{
    MPI_Errhandler handler;
    MPI_Comm_create_errhandler(jump, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    fail_in_a_collective();
    MPI_Barrier(MPI_COMM_SELF);
    return use_the_stack();
}

/* ---- bsend ---- */

static int do_bsend(void)
{
    enum { COUNT = 100, LENGTH = 1 << 18 };
    char *message = calloc(LENGTH, 1);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 1) {
        size_t room = (size_t)COUNT * (LENGTH + MPI_BSEND_OVERHEAD);
        MPI_Buffer_attach(malloc(room), (int)room);
        for (int i = 0; i < COUNT; i++)
            MPI_Bsend(message, LENGTH, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
    } else if (rank == 0) {
        usleep(500000);
        for (int i = 0; i < COUNT; i++)
            MPI_Recv(message, LENGTH, MPI_CHAR, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    return 0;
}

/* ---- exit-signal, cancel ---- */

static MPI_Comm first, second;

static void leave(int signo)
{
    (void)signo;
    exit(3);
}

static int do_exit_signal(void)
{
    struct itimerval timer = {{0, 0}, {0, 20000 + getpid() % 977}};
    int one = 1, sum;
    signal(SIGALRM, leave);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < 100000000; i++)
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, first);
    return hurt("the signal never came");
}

static void *work(void *unused)
{
    int one = 1, sum;
    for (;;) {
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, first);
        pthread_testcancel();
    }
    return unused;
}

static int do_cancel(void)
{
    for (int i = 0; i < 50; i++) {
        int one = 1, sum;
        pthread_t thread;
        pthread_create(&thread, NULL, work, NULL);
        usleep(300 + (useconds_t)i * 13);
        pthread_cancel(thread);
        pthread_join(thread, NULL);
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, second);
    }
    return 0;
}

/* ---- descriptors ---- */

static int do_descriptors(void)
{
    enum { LOWEST = 1000, COUNT = 24 };
    static const char content[] = "100 200 300\n";
    FILE *files[COUNT];
    int fds[COUNT];
    for (int fd = LOWEST; fd < LOWEST + COUNT; fd++)
        close(fd);
    for (int i = 0; i < COUNT; i++) {
        files[i] = tmpfile();
        fds[i] = fcntl(fileno(files[i]), F_DUPFD, LOWEST);
        if (fds[i] < 0)
            return 0; /* fewer descriptors than that: nothing to try */
        if (write(fds[i], content, sizeof content - 1) < 0)
            return hurt("cannot write");
    }
    for (int i = 0; i < 5; i++) {
        touch(16u << 20);
        MPI_Barrier(MPI_COMM_SELF);
    }
    for (int i = 0; i < COUNT; i++) {
        char now[64] = "";
        if (pread(fds[i], now, sizeof now - 1, 0) < 0 || strcmp(now, content))
            return hurt("a file was written to");
    }
    return 0;
}

/* ---- low-descriptors ---- */

enum { LOW_COUNT = 8 };
static int low_fds[LOW_COUNT];
static ino_t low_inodes[LOW_COUNT];

/* After MPI_Finalize: stderr cannot be used for messages. */
static void check_low_descriptors(void)
{
    struct stat st;
    for (int i = 0; i < LOW_COUNT; i++)
        if (fstat(low_fds[i], &st) || st.st_ino != low_inodes[i] || st.st_size != 7)
            _exit(1);
}

static int do_low_descriptors(void)
{
    struct stat st;
    close(0);
    close(2);
    atexit(check_low_descriptors);
    for (int i = 0; i < LOW_COUNT; i++) {
        low_fds[i] = open("/tmp", O_TMPFILE | O_RDWR, 0600);
        if (low_fds[i] < 0 || write(low_fds[i], "content", 7) != 7 || fstat(low_fds[i], &st))
            return 1;
        low_inodes[i] = st.st_ino;
    }
    return low_fds[0] == 0 && low_fds[1] == 2 ? 0 : 1;
}

/* ---- raw-fork ---- */

static int do_raw_fork(void)
{
    pid_t pid;
    MPI_Barrier(MPI_COMM_WORLD);
    pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        touch(200u << 20);
        exit(0);
    }
    waitpid(pid, NULL, 0);
    MPI_Barrier(MPI_COMM_WORLD);
    return 0;
}

/* ---- contexts ---- */

static int do_contexts(void)
{
    MPI_Comm copy;
    int count = 0;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    while (count < 2500 && MPI_Comm_dup(MPI_COMM_WORLD, &copy) == MPI_SUCCESS)
        count++;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
    return 0;
}

/* ---- many-requests ---- */

static int do_many_requests(void)
{
    enum { COUNT = 100 };
    static int in[COUNT], out[COUNT], all[64];
    static MPI_Status statuses[COUNT];
    MPI_Request requests[COUNT];
    for (int i = 0; i < COUNT; i++)
        MPI_Iallreduce(in + i, out + i, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, requests + i);
    MPI_Barrier(MPI_COMM_WORLD);
    touch(100u << 20);
    MPI_Allgather(in, 1, MPI_INT, all, 1, MPI_INT, MPI_COMM_WORLD);
    MPI_Waitall(COUNT, requests, statuses);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} tricks[] = {
    {"longjmp", do_longjmp},         {"bsend", do_bsend},       {"exit-signal", do_exit_signal},
    {"cancel", do_cancel},           {"descriptors", do_descriptors}, {"raw-fork", do_raw_fork},
    {"low-descriptors", do_low_descriptors},
    {"contexts", do_contexts},       {"many-requests", do_many_requests},
};

int main(int argc, char **argv)
{
    int provided, status = 2;
    /* jumping out of a call is nothing that threads can do together: MPICH keeps its lock then */
    int level = argc > 1 && !strcmp(argv[1], "longjmp") ? MPI_THREAD_SINGLE : MPI_THREAD_MULTIPLE;
    MPI_Init_thread(&argc, &argv, level, &provided);
    MPI_Comm_split(MPI_COMM_SELF, 0, 0, &first);
    MPI_Comm_split(MPI_COMM_SELF, 0, 0, &second);
    for (size_t i = 0; argc > 1 && i < sizeof tricks / sizeof tricks[0]; i++)
        if (!strcmp(argv[1], tricks[i].name))
            status = tricks[i].run();
    MPI_Finalize();
    return status;
}
