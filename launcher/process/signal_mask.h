/* SPDX-License-Identifier: MIT */
/* Signal sets as the kernel has them: bit N - 1 is signal N, from 1 to 64. The C library's functions leave out the two
 * that it uses internally (32 and 33), which any process can be sent nevertheless. */
#ifndef MW_LAUNCHER_PROCESS_SIGNAL_MASK_H
#define MW_LAUNCHER_PROCESS_SIGNAL_MASK_H

#include <stdint.h>

#define MW_SIGNAL_MASK_ALL UINT64_MAX
#define MW_SIGNAL_MASK_COUNT 64

static inline uint64_t mw_signal_mask_bit(int signo)
{
    return UINT64_C(1) << (signo - 1);
}

/* Blocks exactly the signals of `mask`. Returns the previous mask. Synchronous faults (SIGSEGV, SIGBUS, ...) end the
 * process nevertheless: the kernel does not allow them to be blocked. */
uint64_t mw_signal_mask_set(uint64_t mask);

/* A signalfd (close-on-exec, nonblocking) for the signals of `mask`, or -1 with errno. */
int mw_signal_mask_open(uint64_t mask);

#endif
