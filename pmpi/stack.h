/* SPDX-License-Identifier: MIT */
/* Return addresses of the calling thread, by libunwind's cached fast trace (beside ThreadSanitizer by glibc's slower
 * one).
 *
 * libunwind is loaded when the rank starts and not linked: the shim goes into every process of a job, and a linked
 * libunwind would replace glibc's backtrace(). Without it a stack has one frame. */
#ifndef MW_PMPI_STACK_H
#define MW_PMPI_STACK_H

#include <stdbool.h>

/* Loads libunwind, if it is there. Uses memory and the loader's lock; call once. */
void mw_stack_open(void);

/* Code that called MPI was unloaded: what libunwind remembers of addresses may be wrong from now on. */
void mw_stack_distrust(void);

/* Fills `frames` with up to `room` return addresses, innermost first, starting with `from`, the return address of a
 * wrapper that is on the stack. Returns how many, at least 1. */
int mw_stack_capture(void **frames, int room, void *from);

/* Is there a frame with this return address on the stack? True as well when that cannot be told. */
bool mw_stack_holds(void *return_address);

#endif
