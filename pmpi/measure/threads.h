/* SPDX-License-Identifier: MIT */
/* Whether other threads run beside this rank's MPI calls: what they touch meanwhile looks like growth inside the call.
 *
 * Threads are counted by the links of /proc/self/task, when MPI_Init begins, when it has returned, and after calls in
 * which much memory came or went. Those that MPI_Init starts are MPI's. Raises mw_state.threads and nothing else. Callers
 * hold the rank's lock, but for the first two. */
#ifndef MW_PMPI_MEASURE_THREADS_H
#define MW_PMPI_MEASURE_THREADS_H

#include <stdbool.h>

/* On the way into MPI_Init, when the journal is there. */
void mw_threads_before_init(void);

/* MPI_Init has returned. `multiple`: with MPI_THREAD_MULTIPLE. */
void mw_threads_after_init(bool multiple);

/* Counts, unless threads were seen already. About 1 us. */
void mw_threads_check(void);

/* A thread other than that of MPI_Init makes a call. */
void mw_threads_note_caller(void);

#endif
