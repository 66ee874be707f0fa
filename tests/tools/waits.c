/* SPDX-License-Identifier: MIT */
/* waits calls|ignored|kept|handler|vfork|fail N|journal|signals|running N: starts children and waits for them in every way, or
 * sends them signals. Prints "pid status" for each end that a wait call returned, and "pid 0" for each signal to a child that
 * was running, in that order; exits with 1 if a call does not behave as specified. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t __waitpid(pid_t pid, int *status, int options);
pid_t __wait(int *status);

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static pid_t start(int signo, int status)
{
    pid_t child = fork();

    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        if (signo) {
            signal(signo, SIG_DFL); /* a sanitizer installs handlers */
            raise(signo);
        }
        _exit(status);
    }
    return child;
}

/* The status without the core dump flag. */
static int plain(int status)
{
    return WIFSIGNALED(status) ? status & 0x7f : status;
}

static void show(pid_t pid, int status)
{
    printf("%ld %d\n", (long)pid, plain(status));
}

static void take(pid_t got, pid_t child, const int *status, int wanted)
{
    if (got != child || (status && plain(*status) != wanted))
        fail("a wrong child or status");
    show(got, wanted);
}

static void try_calls(void)
{
    struct rusage usage;
    int status = 0;
    pid_t child;

    child = start(0, 3);
    take(wait(&status), child, &status, 3 << 8);
    child = start(SIGSEGV, 0);
    take(waitpid(child, &status, 0), child, &status, SIGSEGV);
    child = start(0, 0);
    take(wait3(&status, 0, &usage), child, &status, 0);
    child = start(SIGKILL, 0);
    take(wait4(-1, &status, 0, NULL), child, &status, SIGKILL);
    child = start(0, 255);
    take(__waitpid(child, &status, 0), child, &status, 255 << 8);
    child = start(SIGTERM, 0);
    take(__wait(&status), child, &status, SIGTERM);
    child = start(SIGABRT, 0); /* the status is not read */
    take(waitpid(child, NULL, 0), child, NULL, SIGABRT);
    child = start(0, 9);
    take(wait(NULL), child, NULL, 9 << 8);
}

static void try_waitid(void)
{
    siginfo_t info;
    pid_t child = start(0, 7);

    if (waitid(P_PID, (id_t)child, &info, WEXITED) || info.si_pid != child || info.si_status != 7)
        fail("waitid does not return the child");
    show(child, 7 << 8);
    child = start(SIGFPE, 0);
    if (waitid(P_ALL, 0, NULL, WEXITED))
        fail("waitid without information fails");
    show(child, SIGFPE);
}

/* Events other than an end; WNOWAIT and WNOHANG. */
static void try_ignored(void)
{
    siginfo_t info = {0};
    pid_t child = start(SIGSTOP, 5);
    int status;

    if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status))
        fail("a stopped child is not returned");
    kill(child, SIGCONT);
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT))
        fail("WNOWAIT fails");
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT))
        fail("WNOWAIT collects");
    if (waitpid(child, &status, 0) != child)
        fail("the child is gone");
    show(child, status);
    child = start(SIGSTOP, 0);
    waitid(P_PID, (id_t)child, &info, WSTOPPED);
    if (waitpid(-1, &status, WNOHANG) || waitid(P_ALL, 0, &info, WEXITED | WNOHANG) || info.si_pid)
        fail("WNOHANG returns a child that has not ended");
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    show(child, status);
}

static int lowest_free(void)
{
    int fd = dup(STDERR_FILENO);

    close(fd);
    return fd;
}

/* errno, and the numbers of descriptors, are the same as without the library. */
static void try_kept(void)
{
    int free_before = lowest_free(), status;
    pid_t child = start(0, 1);

    errno = 12345;
    waitpid(child, &status, 0);
    if (errno != 12345)
        fail("errno was changed");
    show(child, status);
    if (lowest_free() != free_before)
        fail("a descriptor stays open");
    if (waitpid(-1, &status, 0) != -1 || errno != ECHILD)
        fail("an error is not reported");
}

static volatile sig_atomic_t collected;

static void on_child(int signo)
{
    int saved = errno, status;

    (void)signo;
    while (waitpid(-1, &status, WNOHANG) > 0)
        collected = status + 1;
    errno = saved;
}

/* In a handler, on a stack of the minimum size. */
static void try_handler(void)
{
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_ONSTACK};
    static char memory[8192];
    stack_t stack = {.ss_size = sizeof(memory), .ss_sp = memory};
    sigset_t set, before;
    pid_t child;

    sigaltstack(&stack, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    sigaction(SIGCHLD, &action, NULL);
    child = start(SIGUSR2, 0);
    while (!collected)
        sigsuspend(&before);
    show(child, (int)collected - 1);
}

static void try_vfork(void)
{
    static char *const command[] = {(char *)"false", NULL};
    int status = 0;
    pid_t child = vfork();

    if (child == 0) {
        waitpid(-1, NULL, WNOHANG); /* it has no children; the memory is its parent's */
        execvp(command[0], command);
        _exit(127);
    }
    waitpid(child, &status, 0);
    show(child, status);
}

static void try_fail(int count)
{
    int status;

    for (int i = 0; i < count; i++) {
        pid_t child = start(0, 1);
        waitpid(child, &status, 0);
        show(child, status);
    }
}

/* A child that has left a journal is a rank. */
static void try_journal(void)
{
    char path[512], host[64] = "";
    pid_t child = start(SIGSEGV, 0);
    int status, fd;

    gethostname(host, sizeof(host) - 1);
    snprintf(path, sizeof(path), "%s/journal-0123456789abcdef-%s-%ld", getenv("MEMWATCH_RUN_DIR"), host, (long)child);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    waitpid(child, &status, 0);
    show(child, status);
}

/* The leader of a process group, as launchers start ranks. */
static pid_t start_running(void)
{
    pid_t child = fork();

    if (child == 0) {
        signal(SIGCONT, SIG_DFL);
        for (;;)
            pause();
    }
    setpgid(child, child);
    return child;
}

static void send_to(int sent)
{
    if (sent)
        fail("a signal was not sent");
}

static void try_signals(void)
{
    pid_t child = start_running(), zombie = start(0, 0);
    siginfo_t info;
    int status;

    send_to(kill(child, 0)); /* asks whether it exists */
    send_to(kill(child, SIGCONT));
    show(child, SIGCONT);
    send_to(kill(-child, SIGURG));
    show(child, SIGURG);
    send_to(killpg(child, SIGKILL));
    show(child, SIGKILL);
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) || waitid(P_PID, (id_t)zombie, &info, WEXITED | WNOWAIT))
        fail("WNOWAIT fails");
    send_to(killpg(child, SIGKILL)); /* they have ended, and can be sent signals until they are waited for */
    send_to(kill(zombie, SIGKILL));
    waitpid(child, &status, 0);
    show(child, status);
    waitpid(zombie, &status, 0);
    show(zombie, status);
    errno = 0;
    if (kill(child, SIGKILL) != -1 || errno != ESRCH)
        fail("a process that is gone is sent a signal");
    errno = 0;
    if (killpg(child, SIGKILL) != -1 || errno != ESRCH)
        fail("a group that is gone is sent a signal");
}

static void try_running(int count)
{
    pid_t child = start_running();
    int status;

    for (int i = 0; i < count; i++) {
        send_to(kill(child, SIGCONT));
        show(child, SIGCONT);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    show(child, status);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(what, "calls")) {
        try_calls();
        try_waitid();
    } else if (!strcmp(what, "ignored")) {
        try_ignored();
    } else if (!strcmp(what, "kept")) {
        try_kept();
    } else if (!strcmp(what, "handler")) {
        try_handler();
    } else if (!strcmp(what, "vfork")) {
        try_vfork();
    } else if (!strcmp(what, "fail")) {
        try_fail(argc > 2 ? atoi(argv[2]) : 1);
    } else if (!strcmp(what, "journal")) {
        try_journal();
    } else if (!strcmp(what, "signals")) {
        try_signals();
    } else if (!strcmp(what, "running")) {
        try_running(argc > 2 ? atoi(argv[2]) : 1);
    } else {
        fail("usage: waits calls|ignored|kept|handler|vfork|fail N|journal|signals|running N");
    }
    return 0;
}
