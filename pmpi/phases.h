/* SPDX-License-Identifier: MIT */
/* Phases: the stretch between two calls, named by their call sites, so that a loop folds into one phase with a count;
 * and phases that the program names. Only the main thread's calls cut phases. Callers hold the rank's lock.
 *
 * `measured` says that the boundary was observed, `rss` is what was seen then (bytes; unused otherwise). */
#ifndef MW_PMPI_PHASES_H
#define MW_PMPI_PHASES_H

#include <stdbool.h>
#include <stdint.h>

/* Opens the phase before the first call; `process_start_ns` is when the process was started. */
void mw_phases_start(uint64_t process_start_ns);

/* A call of `site` is entered: the stretch before it ends. */
void mw_phases_enter_call(uint32_t site, uint64_t now, bool measured, uint64_t rss);

/* A call of `site` was left: the next stretch begins. `grown`: RSS that stayed, when measured. */
void mw_phases_leave_call(uint32_t site, uint64_t now, bool measured, uint64_t rss, int64_t grown);

/* The program's own phases. Nest up to MW_PHASES_NESTED; deeper ones are counted but not recorded. */
#define MW_PHASES_NESTED 16
void mw_phases_begin(const char *name, uint64_t now);

/* Ends the innermost phase, or with a name the innermost of that name and all inside it. Unknown names do nothing. */
void mw_phases_end(const char *name, uint64_t now);

/* Ends all phases of the program. */
void mw_phases_end_all(uint64_t now);

/* MPI_Finalize has returned: the stretch to the process's end begins, and at its end is closed. */
void mw_phases_after_finalize(uint64_t now, bool measured, uint64_t rss);
void mw_phases_exit(uint64_t now, uint64_t rss);

#endif
