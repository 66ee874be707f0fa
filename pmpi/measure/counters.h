/* SPDX-License-Identifier: MIT */
/* The error of the kernel's RSS counters, which may be hundreds of MiB on a large machine. */
#ifndef MW_PMPI_MEASURE_COUNTERS_H
#define MW_PMPI_MEASURE_COUNTERS_H

/* Compares the counters with a count of the pages, and records the difference. Does nothing if that was done before
 * and the error is known to be small, or if counting would take long. */
void mw_counters_check(void);

#endif
