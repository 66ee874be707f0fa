/* SPDX-License-Identifier: MIT */
#include "launcher/process/relay.h"

#include "collector/base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The same standard signal to memwatch and, within this time, to its group counts as one (timeout sends both): the
 * kernel merges two that are pending. */
#define SETTLE_NS (10 * MW_NS_PER_MS)
/* Number of signals read at once. */
#define BATCH 32

int mw_relay_init(struct mw_relay *relay, struct mw_err *err)
{
    *relay = (struct mw_relay){.fd = mw_signal_mask_open(MW_SIGNAL_MASK_ALL), .probe = {-1, -1}};
    return relay->fd >= 0 ? 0 : mw_err_set(err, "cannot watch for signals: %s", strerror(errno));
}

void mw_relay_fini(struct mw_relay *relay)
{
    mw_signal_probe_fini(&relay->probe);
    if (relay->fd >= 0)
        close(relay->fd);
    relay->fd = -1;
}

/* ---- classification of a signal ---- */

static bool is_stop(uint32_t signo)
{
    return signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

/* Caused by memwatch itself. */
static bool is_our_own(const struct signalfd_siginfo *info)
{
    switch (info->ssi_signo) {
    case SIGPIPE:
    case SIGXFSZ: return info->ssi_code == SI_KERNEL || info->ssi_pid == (uint32_t)getpid();
    case SIGXCPU: return info->ssi_code == SI_KERNEL;
    case SIGCHLD: return info->ssi_code > 0;
    default: return false;
    }
}

/* Sent by sigqueue() and similar calls, which reach one process only. */
static bool is_to_memwatch_only(const struct signalfd_siginfo *info)
{
    return info->ssi_code < 0;
}

/* Notes signals that can end a job in the log; if there are many, the last ones. */
static void note(struct mw_view *log, const struct signalfd_siginfo *info, uint64_t ns)
{
    static const uint64_t harmless = UINT64_C(1) << (SIGCHLD - 1) | UINT64_C(1) << (SIGCONT - 1) | UINT64_C(1) << (SIGURG - 1) |
                                     UINT64_C(1) << (SIGWINCH - 1);

    if (!log || is_stop(info->ssi_signo) || (harmless & mw_signal_mask_bit((int)info->ssi_signo)))
        return;
    if (log->signal_count >= MW_VIEW_SIGNALS)
        memmove(log->signals, log->signals + 1, (MW_VIEW_SIGNALS - 1) * sizeof(log->signals[0]));
    else
        log->signal_count++;
    log->signals[log->signal_count - 1] = (struct mw_view_signal){(int32_t)info->ssi_signo, (int32_t)info->ssi_pid, ns};
}

/* Forwards the signal with its value and sender. */
static int queue(pid_t pid, const struct signalfd_siginfo *from)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = (int)from->ssi_signo;
    info.si_code = SI_QUEUE;
    info.si_pid = (pid_t)from->ssi_pid;
    info.si_uid = from->ssi_uid;
    info.si_value.sival_ptr = (void *)(uintptr_t)from->ssi_ptr;
    return (int)syscall(SYS_rt_sigqueueinfo, pid, info.si_signo, &info);
}

static void pass_on(pid_t pid, const struct signalfd_siginfo *info)
{
    if (pid > 0 && (info->ssi_code != SI_QUEUE || queue(pid, info)))
        kill(pid, (int)info->ssi_signo);
}

/* Stops this process as the signal's default action would; returns after SIGCONT. */
static void stop(int signo)
{
    uint64_t mask = mw_signal_mask_set(MW_SIGNAL_MASK_ALL & ~mw_signal_mask_bit(signo));

    raise(signo);
    mw_signal_mask_set(mask);
}

static bool is_in_our_group(pid_t pid)
{
    return pid > 0 && getpgid(pid) == getpgrp();
}

/* ---- reading ---- */

/* Signals that are read together, in order of arrival. */
struct taking {
    struct signalfd_siginfo infos[BATCH];
    size_t count;
    struct mw_signal_probe_counts group; /* signals sent to the group that were not matched yet */
    uint64_t matched;                    /* signals that were sent to the group */
    uint64_t ns;                         /* when they were read */
    bool child;
    int stop; /* the last stop signal; 0: none */
};

/* Whether it was sent to the process group. */
static bool is_to_group(struct taking *taking, int signo)
{
    if (taking->group.of[signo]) {
        taking->group.of[signo]--;
        taking->matched |= mw_signal_mask_bit(signo);
        return true;
    }
    return signo < SIGRTMIN && (taking->matched & mw_signal_mask_bit(signo));
}

static void take(struct mw_relay *relay, struct taking *taking, const struct signalfd_siginfo *info, pid_t pid)
{
    bool has_it;

    relay->seen |= mw_signal_mask_bit((int)info->ssi_signo);
    if (info->ssi_signo == SIGCHLD)
        taking->child = true; /* also if a user sent it: it may hide one of a child */
    if (is_our_own(info))
        return;
    note(relay->log, info, taking->ns);
    has_it = !is_to_memwatch_only(info) && is_to_group(taking, (int)info->ssi_signo) && is_in_our_group(pid);
    if (!has_it)
        pass_on(pid, info);
    if (is_stop(info->ssi_signo))
        taking->stop = (int)info->ssi_signo;
}

static bool needs_probe(const struct taking *taking)
{
    for (size_t i = 0; i < taking->count; i++)
        if (!is_our_own(&taking->infos[i]) && !is_to_memwatch_only(&taking->infos[i]))
            return true;
    return false;
}

/* Reads pending signals while there is room. Returns whether there were any. */
static bool read_more(const struct mw_relay *relay, struct taking *taking)
{
    ssize_t n = read(relay->fd, taking->infos + taking->count, (BATCH - taking->count) * sizeof(taking->infos[0]));

    if (n <= 0)
        return false;
    taking->ns = mw_clock_now();
    taking->count += (size_t)n / sizeof(taking->infos[0]);
    return true;
}

/* Reads all pending signals before any is passed on. If there was room for more, every signal that the probe counted
 * has been read. */
static void ask_probe(struct mw_relay *relay, struct taking *taking)
{
    if (relay->probe.fd < 0 || !needs_probe(taking))
        return;
    nanosleep(&(struct timespec){0, SETTLE_NS}, NULL);
    mw_signal_probe_ask(&relay->probe, &taking->group);
    if (taking->count < BATCH)
        read_more(relay, taking);
}

static bool take_signals(struct mw_relay *relay, pid_t pid)
{
    struct taking taking = {.count = 0};

    while (read_more(relay, &taking)) {
        ask_probe(relay, &taking);
        for (size_t i = 0; i < taking.count; i++)
            take(relay, &taking, &taking.infos[i], pid);
        if (taking.count < BATCH)
            taking.group = (struct mw_signal_probe_counts){{0}};
        taking.count = 0;
        taking.matched = 0;
    }
    if (taking.stop)
        stop(taking.stop);
    return taking.child;
}

void mw_relay_begin(struct mw_relay *relay, pid_t pid)
{
    mw_signal_probe_fini(&relay->probe);
    mw_signal_probe_init(&relay->probe);
    take_signals(relay, pid);
}

static int until(uint64_t deadline)
{
    uint64_t now = mw_clock_now(), ms;

    if (deadline == UINT64_MAX)
        return -1;
    ms = deadline <= now ? 0 : (deadline - now + MW_NS_PER_MS - 1) / MW_NS_PER_MS;
    return ms > 60000 ? 60000 : (int)ms;
}

bool mw_relay_wait(struct mw_relay *relay, pid_t pid, int fd, uint64_t deadline)
{
    struct pollfd fds[] = {{.fd = relay->fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

    return poll(fds, 2, until(deadline)) > 0 && take_signals(relay, pid);
}
