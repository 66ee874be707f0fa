/* SPDX-License-Identifier: MIT */
/* Was a variadic function called with a second argument? Nothing in the ABI says so, but the caller's code does: it sets
 * the register (rsi, x1) between its last call and this one. */
#ifndef MW_PMPI_WRAP_ARGUMENT_H
#define MW_PMPI_WRAP_ARGUMENT_H

#include <stdbool.h>

/* Of a call that returns to `return_address` and came to one of `functions` (two names of the same), and in which the
 * register of the second argument held `argument`. Where it was a jump from another function, or that one has only handed
 * on what it got, its caller is asked. Reads code with system calls, walks the stack. False where it cannot be known: the
 * code cannot be read, or the machine is neither x86-64 nor aarch64. */
bool mw_argument_is_passed(const void *return_address, const void *argument, const void *const functions[2]);

#endif
