/* SPDX-License-Identifier: MIT */
#include "launcher/wait_child.h"

#include <signal.h>
#include <sys/wait.h>

static uint64_t endings(void)
{
    return mw_signal_mask_bit(SIGINT) | mw_signal_mask_bit(SIGTERM) | mw_signal_mask_bit(SIGHUP) |
           mw_signal_mask_bit(SIGQUIT);
}

int mw_wait_child_begin(struct mw_wait_child *waiting, struct mw_err *err)
{
    return mw_relay_init(&waiting->relay, err);
}

void mw_wait_child_end(struct mw_wait_child *waiting)
{
    mw_relay_fini(&waiting->relay);
    mw_signal_mask_set(MW_SIGNAL_MASK_ALL & ~endings());
}

int mw_wait_child_run(struct mw_wait_child *waiting, pid_t pid)
{
    int status = 0;

    mw_relay_begin(&waiting->relay, pid);
    while (waitpid(pid, &status, WNOHANG) != pid)
        mw_relay_wait(&waiting->relay, pid, -1, UINT64_MAX);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool mw_wait_child_is_ended(const struct mw_wait_child *waiting)
{
    return waiting->relay.seen & endings();
}
