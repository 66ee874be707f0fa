/* SPDX-License-Identifier: MIT */
/* Whether other threads run during this rank's MPI calls: memory that they touch looks like growth inside the call.
 *
 * Threads are counted by the links of /proc/self/task: when MPI_Init begins, when it has returned, and after calls
 * in which much memory changed. Threads that MPI_Init starts are the MPI library's. Changes mw_state.threads only.
 * Callers hold the rank's lock, except for the first two functions. */
#ifndef MW_PMPI_MEASURE_THREADS_H
#define MW_PMPI_MEASURE_THREADS_H

#include <stdbool.h>

/* Call it on entering MPI_Init, after the journal was created. */
void mw_threads_before_init(void);

/* Call it when MPI_Init has returned. `multiple`: with MPI_THREAD_MULTIPLE. */
void mw_threads_after_init(bool multiple);

/* Counts the threads, unless other threads are known already. About 1 us. */
void mw_threads_check(void);

/* Notes that a thread other than that of MPI_Init has made a call. */
void mw_threads_note_caller(void);

#endif
