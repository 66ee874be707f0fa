/* SPDX-License-Identifier: MIT */
#include "launcher/process/wait_child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t endings(void)
{
    return mw_signal_mask_bit(SIGINT) | mw_signal_mask_bit(SIGTERM) | mw_signal_mask_bit(SIGHUP) | mw_signal_mask_bit(SIGQUIT);
}

int mw_wait_child_begin(struct mw_wait_child *waiting, struct mw_err *err)
{
    waiting->go = -1;
    return mw_relay_init(&waiting->relay, err);
}

void mw_wait_child_end(struct mw_wait_child *waiting)
{
    mw_relay_fini(&waiting->relay);
    mw_signal_mask_set(MW_SIGNAL_MASK_ALL & ~endings());
}

/* In the child: only the end of its parent prevents the start. */
static void wait_for_go(int fd)
{
    char word;

    if (read(fd, &word, 1) != 1)
        _exit(127);
    close(fd);
}

pid_t mw_wait_child_fork(struct mw_wait_child *waiting)
{
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC))
        return -1;
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        close(ends[1]);
        wait_for_go(ends[0]);
        return 0;
    }
    close(ends[0]);
    if (pid > 0)
        waiting->go = ends[1];
    else
        close(ends[1]);
    return pid;
}

/* A killed child does not read it: its status shows that. */
static void let_go(struct mw_wait_child *waiting)
{
    ssize_t written = write(waiting->go, "!", 1);

    (void)written;
    close(waiting->go);
    waiting->go = -1;
}

int mw_wait_child_run(struct mw_wait_child *waiting, pid_t pid)
{
    int status = 0;

    mw_relay_begin(&waiting->relay, pid);
    let_go(waiting);
    while (waitpid(pid, &status, WNOHANG) != pid)
        mw_relay_wait(&waiting->relay, pid, -1, UINT64_MAX);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool mw_wait_child_is_ended(const struct mw_wait_child *waiting)
{
    return waiting->relay.seen & endings();
}
