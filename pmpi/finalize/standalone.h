/* SPDX-License-Identifier: MIT */
/* The report of a run without a launcher: rank 0 starts `memwatch report` to write it. */
#ifndef MW_PMPI_FINALIZE_STANDALONE_H
#define MW_PMPI_FINALIZE_STANDALONE_H

/* To be called by every rank after the gather. `gathered`: name of the gathered record in the run directory, or NULL if
 * there is none. Rank 0 runs `memwatch report` on it, with stderr or MEMWATCH_OUTPUT as output, and waits at most a minute.
 * Journals that are safe in the gathered record are removed; without one they are kept, and rank 0 prints their location. */
void mw_standalone_finish(const char *gathered);

#endif
