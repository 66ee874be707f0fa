/* SPDX-License-Identifier: MIT */
/* How far the kernel's counters are off: by their design it may be hundreds of MiB on a large machine. */
#ifndef MW_PMPI_MEASURE_COUNTERS_H
#define MW_PMPI_MEASURE_COUNTERS_H

/* Compares them with a count of the pages, where that is worth it, and notes in the record what was found. */
void mw_counters_check(void);

#endif
