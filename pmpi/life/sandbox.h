/* SPDX-License-Identifier: MIT */
/* The process enters a sandbox: a seccomp filter that may kill it for system calls that only memwatch makes.
 * pmpi/wrap/sandbox_calls.c detects it. */
#ifndef MW_PMPI_LIFE_SANDBOX_H
#define MW_PMPI_LIFE_SANDBOX_H

/* Called just before a filter is installed: takes a last measurement, then ends the shim's system calls. errno is
 * kept. */
void mw_sandbox_enter(void);

/* Sets the mw_sandbox_enter() of another copy of the shim that records in this process; it is called, too. */
void mw_sandbox_set_other_copy(void (*enter)(void));

#endif
