/* SPDX-License-Identifier: MIT */
/* The process enters a sandbox: a filter of system calls (seccomp) that may kill it for one that the program and MPI do
 * not need. pmpi/wrap/sandbox_calls.c sees it come. */
#ifndef MW_PMPI_LIFE_SANDBOX_H
#define MW_PMPI_LIFE_SANDBOX_H

/* Called just before a filter is installed: measures once more, then ends the system calls of the shim. errno is kept. */
void mw_sandbox_enter(void);

/* Another copy of the shim in this process records: it is to be called as well. */
void mw_sandbox_set_other_copy(void (*enter)(void));

#endif
