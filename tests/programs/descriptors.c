/* SPDX-License-Identifier: MIT */
/* Puts its files where other descriptors may be: at 1000 and above, just below the limit, and wherever a file of
 * /proc is open. Each must stay what it is, byte for byte and with its position, here and in children.
 *
 *   descriptors HOW [LIMIT]
 *
 * HOW: before (MPI_Init), after, closed (all high ones closed first, again and again), same (the files are /proc/self/statm
 * itself, of which an inode does not tell who has opened it). LIMIT: of open files. Exit status: faults. */
#define _GNU_SOURCE
#include <mpi.h>

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 4096
#define POSITION 7 /* in each file */

extern char **environ;

static int mine[MOST]; /* 1: a descriptor that this program has put there */
static int faults, limit;
static const char *how;

static void content_of(int fd, char text[64])
{
    memset(text, 0, 64);
    snprintf(text, 64, "descriptor %d of the program", fd);
}

static void put(int fd)
{
    char name[64], text[64];
    int file, same = !strcmp(how, "same");

    snprintf(name, sizeof(name), "own-%d-%d", (int)getpid(), fd);
    content_of(fd, text);
    file = same ? open("/proc/self/statm", O_RDONLY) : open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0) /* none left: takes this one's place */
        return;
    if (!same)
        unlink(name);
    if (!same && pwrite(file, text, sizeof(text), 0) != (ssize_t)sizeof(text))
        abort();
    if (!same)
        lseek(file, POSITION, SEEK_SET);
    if (file != fd && dup2(file, fd) == fd)
        close(file);
    mine[fd] = 1;
}

static int is_proc_file(int fd)
{
    char link[64], target[64] = "";

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    return readlink(link, target, sizeof(target) - 1) > 0 && !strncmp(target, "/proc/", 6);
}

static int may_be_taken(int fd)
{
    return is_proc_file(fd) || (fd >= 1000 && fd < 1010) || (limit && fd >= limit - 12);
}

static void put_all(void)
{
    for (int fd = 3; fd < (limit ? limit : MOST); fd++)
        if (!mine[fd] && may_be_taken(fd))
            put(fd);
}

/* Returns how many are not as they were. */
static int look(void)
{
    char text[64], wanted[64];
    int wrong = 0;

    for (int fd = 3; fd < MOST; fd++) {
        if (!mine[fd])
            continue;
        if (!strcmp(how, "same")) {
            wrong += pread(fd, text, 1, 0) != 1;
            continue;
        }
        content_of(fd, wanted);
        wrong += pread(fd, text, sizeof(text), 0) != (ssize_t)sizeof(text) || memcmp(text, wanted, sizeof(text)) ||
                 lseek(fd, 0, SEEK_CUR) != POSITION || lseek(fd, 0, SEEK_END) != (off_t)sizeof(text);
        lseek(fd, POSITION, SEEK_SET);
    }
    return wrong;
}

static int look_in_clone(void *unused)
{
    (void)unused;
    syscall(SYS_exit, look() != 0);
    return 0;
}

static void note(const char *where, int wrong)
{
    faults += wrong;
    if (wrong)
        printf("%s: %d descriptors are not what they were\n", where, wrong);
}

static void await(const char *where, pid_t pid)
{
    int status = 0;

    note(where, waitpid(pid, &status, __WALL) != pid || status);
}

static void look_in_fork(void)
{
    pid_t pid = fork();

    if (!pid)
        _exit(look() != 0);
    await("fork", pid);
}

static void look_everywhere(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    char command[64];
    char *arguments[] = {"sh", "-c", command, NULL};
    pid_t pid;
    int some = 3;

    note("rank", look());
    look_in_fork();
    pid = vfork();
    if (!pid)
        _exit(0);
    await("vfork", pid);
    await("clone", clone(look_in_clone, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL));
    while (some < MOST - 1 && !mine[some])
        some++;
    snprintf(command, sizeof(command), "[ -e /proc/self/fd/%d ]", some);
    if (!posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environ))
        await("spawn", pid);
    note("rank, then", look());
}

static void close_high(void)
{
    for (int fd = 3; fd < MOST; fd++)
        if ((fd >= 1000 || is_proc_file(fd)) && !mine[fd])
            close(fd);
}

int main(int argc, char **argv)
{
    int sum, one = 1;

    how = argv[1];
    if (argc > 2) {
        struct rlimit files = {(rlim_t)(limit = atoi(argv[2])), (rlim_t)limit};
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (!strcmp(how, "before"))
        put_all();
    MPI_Init(&argc, &argv);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++)
            MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
        if (strcmp(how, "before"))
            put_all();
        look_in_fork(); /* before the library notices that its descriptors are closed */
        for (int i = 0; i < 20; i++)
            MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
        look_everywhere();
        if (!strcmp(how, "closed"))
            close_high();
    }
    MPI_Finalize();
    look_everywhere();
    return faults;
}
