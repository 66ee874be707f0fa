/* SPDX-License-Identifier: MIT */
#include "launcher/process/signal_mask.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

uint64_t mw_signal_mask_set(uint64_t mask)
{
    uint64_t before = 0;

    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, sizeof(mask));
    return before;
}

int mw_signal_mask_open(uint64_t mask)
{
    return (int)syscall(SYS_signalfd4, -1, &mask, sizeof(mask), SFD_CLOEXEC | SFD_NONBLOCK);
}
