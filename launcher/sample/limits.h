/* SPDX-License-Identifier: MIT */
/* What this host has of memory. */
#ifndef MW_LAUNCHER_SAMPLE_LIMITS_H
#define MW_LAUNCHER_SAMPLE_LIMITS_H

#include "collector/view/view.h"

/* MemAvailable of /proc/meminfo, or what is free by sysinfo(2), in bytes; 0 unknown. */
uint64_t mw_limits_available(void);

/* Huge pages of the default size that this host has or may make, in bytes; 0 also when unknown. */
uint64_t mw_limits_huge_pages(void);

/* Fills in the memory of this host, by the kernel (or hwloc where that finds more), and its NUMA nodes. Loads a
 * topology: milliseconds, and a megabyte for a moment. */
void mw_limits_node(struct mw_view *view);

#endif
