/* SPDX-License-Identifier: MIT */
/* Whether a variadic function was called with a second argument. The ABI does not pass that information, but the
 * caller's code shows it: it sets the argument's register (rsi, x1) between its previous call and this one. */
#ifndef MW_PMPI_WRAP_ARGUMENT_H
#define MW_PMPI_WRAP_ARGUMENT_H

#include <stdbool.h>

/* For a call that returns to `return_address` and called one of `functions` (two names of one function), with
 * `argument` in the register of the second argument. If another function tail-called it, or passed its own argument
 * on, that function's caller is examined as well. Makes system calls to read code, and walks the stack. Returns
 * false if unknown: the code cannot be read, or the machine is neither x86-64 nor aarch64. */
bool mw_argument_is_passed(const void *return_address, const void *argument, const void *const functions[2]);

#endif
