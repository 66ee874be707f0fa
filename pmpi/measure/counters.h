/* SPDX-License-Identifier: MIT */
/* The error of the kernel's RSS counters, which may be hundreds of MiB on a large machine. */
#ifndef MW_PMPI_MEASURE_COUNTERS_H
#define MW_PMPI_MEASURE_COUNTERS_H

/* Compares the counters with a count of the pages, if that does not take long or was not done yet, and records the
 * difference. */
void mw_counters_check(void);

#endif
