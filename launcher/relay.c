/* SPDX-License-Identifier: MIT */
#include "launcher/relay.h"

#include "collector/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP, SIGCONT};

/* A group gets a signal within microseconds; a busy machine may take longer to tell of it. */
#define PAUSE_NS (20 * MW_NS_PER_MS)
/* The same signal twice within this time, to the group and to memwatch, is one (timeout sends both). */
#define SAME_NS (200 * MW_NS_PER_MS)

int mw_relay_init(struct mw_relay *relay, struct mw_spawn_inherit *inherit, struct mw_err *err)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t set;

    *relay = (struct mw_relay){.fd = -1, .witness = {-1, -1}};
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
        sigaddset(&set, passed_on[i]);
    sigaction(SIGCHLD, &usual, &inherit->child_action); /* ignored, children would vanish without a status */
    sigprocmask(SIG_BLOCK, &set, &inherit->mask);
    mw_witness_init(&relay->witness, &set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    relay->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (relay->fd >= 0)
        return 0;
    mw_witness_fini(&relay->witness);
    return mw_err_set(err, "cannot watch for signals: %s", strerror(errno));
}

void mw_relay_fini(struct mw_relay *relay)
{
    mw_witness_fini(&relay->witness);
    if (relay->fd >= 0)
        close(relay->fd);
    relay->fd = -1;
}

/* Stops as the signal's default would have stopped us; returns when we go on. */
static void stop(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(SIGTSTP);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static bool is_in_our_group(pid_t pid)
{
    return getpgid(pid) == getpgrp();
}

/* From the terminal: the whole group has it. Others: wait for what the witness says. */
static void take(struct mw_relay *relay, const struct signalfd_siginfo *info, pid_t pid)
{
    uint64_t *due = &relay->due_ns[info->ssi_signo % MW_RELAY_SIGNALS];

    if (info->ssi_code != SI_KERNEL) {
        if (!*due)
            *due = mw_clock_now() + (relay->witness.fd < 0 ? 0 : PAUSE_NS);
        return;
    }
    if (!is_in_our_group(pid))
        kill(pid, (int)info->ssi_signo);
    if (info->ssi_signo == SIGTSTP)
        stop();
}

static bool read_signals(struct mw_relay *relay, pid_t pid)
{
    struct signalfd_siginfo info;
    bool child = false;
    int signo;

    while (read(relay->fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            child = true;
        else
            take(relay, &info, pid);
    }
    while ((signo = mw_witness_next(&relay->witness)) > 0)
        relay->group_ns[signo % MW_RELAY_SIGNALS] = mw_clock_now();
    return child;
}

static bool job_has_it(const struct mw_relay *relay, int signo, pid_t pid)
{
    uint64_t seen = relay->group_ns[signo];

    return seen && seen + SAME_NS >= relay->due_ns[signo] && is_in_our_group(pid);
}

static void pass_on(struct mw_relay *relay, pid_t pid)
{
    uint64_t now = mw_clock_now();

    for (int signo = 1; signo < MW_RELAY_SIGNALS; signo++) {
        if (!relay->due_ns[signo] || relay->due_ns[signo] > now)
            continue;
        if (!job_has_it(relay, signo, pid))
            kill(pid, signo);
        relay->due_ns[signo] = 0;
        if (signo == SIGTSTP)
            stop();
    }
}

static int until(const struct mw_relay *relay, uint64_t deadline)
{
    uint64_t now = mw_clock_now(), ms;

    for (int signo = 1; signo < MW_RELAY_SIGNALS; signo++)
        if (relay->due_ns[signo] && relay->due_ns[signo] < deadline)
            deadline = relay->due_ns[signo];
    if (deadline == UINT64_MAX)
        return -1;
    ms = deadline <= now ? 0 : (deadline - now + MW_NS_PER_MS - 1) / MW_NS_PER_MS;
    return ms > 60000 ? 60000 : (int)ms;
}

bool mw_relay_wait(struct mw_relay *relay, pid_t pid, uint64_t deadline, int other_fd)
{
    struct pollfd fds[] = {{.fd = relay->fd, .events = POLLIN},
                           {.fd = relay->witness.fd, .events = POLLIN},
                           {.fd = other_fd, .events = POLLIN}};
    bool child = false;

    if (poll(fds, 3, until(relay, deadline)) > 0)
        child = read_signals(relay, pid);
    pass_on(relay, pid);
    return child;
}
