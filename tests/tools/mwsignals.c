/* SPDX-License-Identifier: MIT */
/* Which signals reach a job that another program (memwatch) starts. No MPI here. WRAP... is put before the job's command
 * line, and is to be what waits for the job and ends with its status.
 *   mwsignals each WRAP...      each signal from 1 to 64, only to the wrapper, and to its group: the job gets it once, with
 *                             its value where it has one, and ends with 7
 *   mwsignals queued WRAP...    200 signals with values, only to the wrapper: all arrive, in order
 *   mwsignals early RUNS WRAP.. one to the group and one to the wrapper, while it starts; all are blocked from the start
 *   mwsignals some JOBS WRAP... some to the group and to the wrapper, for JOBS jobs that run one after another
 *   mwsignals state WRAP...     the job's mask and ignored signals are those that the wrapper was started with
 * A line for each fault, status 1 then. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LAST 64 /* reserved here: marks the end of the sent signals */
#define END_VALUE 77
#define JOB_STATUS 7
#define PATIENCE_MS 30000

struct record { /* job to driver; signo 0: the job is ready, and its pid is the value */
    int32_t signo, sender, value;
};

static int faults;

static void block_all(void)
{
    uint64_t all = UINT64_MAX;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all));
}

static int open_signals(void)
{
    uint64_t all = UINT64_MAX;
    return (int)syscall(SYS_signalfd4, -1, &all, sizeof(all), SFD_CLOEXEC);
}

/* ---- the job ---- */

static int job(int fd)
{
    struct record record = {0, 0, (int32_t)getpid()};
    struct signalfd_siginfo info;
    int signals;

    block_all();
    signals = open_signals();
    if (write(fd, &record, sizeof(record)) != sizeof(record))
        return 2;
    while (read(signals, &info, sizeof(info)) == sizeof(info)) {
        record = (struct record){(int32_t)info.ssi_signo, (int32_t)info.ssi_pid, info.ssi_code == SI_QUEUE ? info.ssi_int : -1};
        if (write(fd, &record, sizeof(record)) != sizeof(record))
            return 2;
        if (record.signo == LAST && record.value == END_VALUE)
            return JOB_STATUS;
    }
    return 2;
}

static int print_state(void)
{
    char line[200];
    FILE *file = fopen("/proc/self/status", "r");

    while (file && fgets(line, sizeof(line), file))
        if (!strncmp(line, "SigBlk:", 7) || !strncmp(line, "SigIgn:", 7) || !strncmp(line, "SigPnd:", 7))
            fputs(line, stdout);
    return 0;
}

/* ---- the driver ---- */

static struct {
    pid_t pid; /* the wrapper, leader of its group */
    int fd;
    int got[LAST + 1];
} run;

static void start(char **words, int count)
{
    char **argv = calloc((size_t)count + 4, sizeof(*argv)), fd[16];
    int ends[2];

    if (pipe(ends))
        exit(2);
    memset(&run, 0, sizeof(run));
    run.fd = ends[0];
    run.pid = fork();
    if (run.pid == 0) {
        close(ends[0]);
        setsid();
        snprintf(fd, sizeof(fd), "%d", ends[1]);
        memcpy(argv, words, (size_t)count * sizeof(*argv));
        argv[count] = realpath("/proc/self/exe", NULL);
        argv[count + 1] = strdup("job");
        argv[count + 2] = fd;
        execvp(argv[0], argv);
        _exit(2);
    }
    close(ends[1]);
    free(argv);
}

static int next(struct record *record)
{
    struct pollfd wait = {.fd = run.fd, .events = POLLIN};

    if (poll(&wait, 1, PATIENCE_MS) == 1 && read(run.fd, record, sizeof(*record)) == sizeof(*record))
        return 1;
    printf("nothing more comes from the job\n");
    faults++;
    return 0;
}

/* Waits until the job has received `signo` once more. */
static int await(int signo, int value, struct record *record)
{
    do {
        if (!next(record))
            return 0;
        run.got[record->signo]++;
    } while (record->signo != signo || (value >= 0 && record->value != value));
    return 1;
}

static int await_ready(void)
{
    struct record record;
    return await(0, -1, &record);
}

static void queue(int signo, int value)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = signo;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    if (syscall(SYS_rt_sigqueueinfo, run.pid, signo, &info))
        perror("rt_sigqueueinfo");
}

static void expect(int signo, int times, const char *what)
{
    if (run.got[signo] == times)
        return;
    printf("signal %d %s: the job got it %d times instead of %d\n", signo, what, run.got[signo], times);
    faults++;
}

/* Signals to the wrapper arrive in the order of their numbers: after this one, none is pending. */
static void settle(int value)
{
    struct record record;
    queue(LAST, value);
    await(LAST, value, &record);
}

static void end(void)
{
    int status = 0;

    settle(END_VALUE);
    close(run.fd);
    if (waitpid(run.pid, &status, 0) != run.pid || !WIFEXITED(status) || WEXITSTATUS(status) != JOB_STATUS) {
        printf("wait status %#x instead of exit status %d\n", (unsigned)status, JOB_STATUS);
        faults++;
    }
}

static int is_sent(int signo)
{
    return signo != SIGKILL && signo != SIGSTOP && signo != LAST;
}

static void each_to(pid_t to, const char *what)
{
    struct record record;

    memset(run.got, 0, sizeof(run.got));
    for (int signo = 1; signo < LAST; signo++)
        if (is_sent(signo) && (kill(to, signo) || !await(signo, -1, &record))) {
            printf("signal %d %s does not arrive\n", signo, what);
            return;
        }
    settle(1);
    for (int signo = 1; signo < LAST; signo++)
        if (is_sent(signo))
            expect(signo, 1, what);
}

static void each_queued(void)
{
    struct record record;

    memset(run.got, 0, sizeof(run.got));
    for (int signo = 1; signo < LAST; signo++) {
        if (!is_sent(signo))
            continue;
        queue(signo, 1000 + signo);
        if (!await(signo, -1, &record))
            return;
        if (record.value != 1000 + signo || record.sender != getpid()) {
            printf("signal %d: value %d of process %d arrives\n", signo, record.value, record.sender);
            faults++;
        }
    }
    settle(2);
    for (int signo = 1; signo < LAST; signo++)
        if (is_sent(signo))
            expect(signo, 1, "with a value");
}

static void test_each(char **words, int count)
{
    start(words, count);
    if (await_ready()) {
        each_to(run.pid, "only to the wrapper");
        each_to(-run.pid, "to the group");
        each_queued();
    }
    end();
}

static void test_queued(char **words, int count)
{
    struct record record;

    start(words, count);
    await_ready();
    for (int i = 0; i < 200; i++)
        queue(SIGRTMIN + 1, i);
    for (int i = 0; i < 200; i++)
        if (!await(SIGRTMIN + 1, -1, &record) || record.value != i) {
            printf("value %d instead of %d\n", record.value, i);
            faults++;
            break;
        }
    end();
}

static void test_early(int runs, char **words, int count)
{
    block_all();
    for (int i = 0; i < runs && !faults; i++) {
        start(words, count);
        while (getpgid(run.pid) != run.pid)
            ;
        nanosleep(&(struct timespec){0, i * 2000000L}, NULL);
        kill(-run.pid, SIGUSR1);
        queue(SIGRTMIN + 2, 5);
        await_ready();
        settle(1);
        expect(SIGUSR1, 1, "to the group while it starts");
        expect(SIGRTMIN + 2, 1, "to the wrapper alone while it starts");
        end();
    }
}

static void some(void)
{
    static const int signals[] = {SIGUSR1, SIGXCPU, SIGPROF, SIGURG, SIGSEGV, 36, 50};
    struct record record;

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        memset(run.got, 0, sizeof(run.got));
        kill(-run.pid, signals[i]);
        await(signals[i], -1, &record);
        settle(1);
        expect(signals[i], 1, "to the group");
        memset(run.got, 0, sizeof(run.got));
        kill(run.pid, signals[i]);
        await(signals[i], -1, &record);
        settle(2);
        expect(signals[i], 1, "only to the wrapper");
    }
}

static void test_some(int jobs, char **words, int count)
{
    start(words, count);
    for (int i = 0; i < jobs && !faults; i++) {
        await_ready();
        some();
        if (i < jobs - 1)
            settle(END_VALUE);
    }
    end();
}

static int test_state(char **words, int count)
{
    uint64_t mask = 0;

    for (int signo = 1; signo <= LAST; signo += 3)
        if (is_sent(signo))
            mask |= UINT64_C(1) << (signo - 1);
    for (int signo = 1; signo <= LAST; signo += 2)
        signal(signo, SIG_IGN);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
    (void)count;
    execvp(words[0], words);
    return 2;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";

    if (!strcmp(mode, "job"))
        return argc > 2 ? job(atoi(argv[2])) : 2;
    if (!strcmp(mode, "print-state"))
        return print_state();
    if (!strcmp(mode, "each"))
        test_each(argv + 2, argc - 2);
    else if (!strcmp(mode, "queued"))
        test_queued(argv + 2, argc - 2);
    else if (!strcmp(mode, "early"))
        test_early(atoi(argv[2]), argv + 3, argc - 3);
    else if (!strcmp(mode, "some"))
        test_some(atoi(argv[2]), argv + 3, argc - 3);
    else if (!strcmp(mode, "state"))
        return test_state(argv + 2, argc - 2);
    else
        return 2;
    return faults ? 1 : 0;
}
