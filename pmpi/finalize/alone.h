/* SPDX-License-Identifier: MIT */
/* Without a launcher rank 0 sees to the report: it has `memwatch report` write it. */
#ifndef MW_PMPI_FINALIZE_ALONE_H
#define MW_PMPI_FINALIZE_ALONE_H

/* To be called by every rank after the gather. `gathered`: name of the gathered record in the run directory, or NULL
 * when there is none. Rank 0 starts `memwatch report` on it, with stderr or MEMWATCH_OUTPUT as output, and waits at
 * most a minute. Journals that are safe in the gathered record are removed; without one they stay, and rank 0 says
 * where. */
void mw_alone_finish(const char *gathered);

#endif
