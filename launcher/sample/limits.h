/* SPDX-License-Identifier: MIT */
/* The memory of this host. */
#ifndef MW_LAUNCHER_SAMPLE_LIMITS_H
#define MW_LAUNCHER_SAMPLE_LIMITS_H

#include "collector/view/view.h"

/* MemAvailable of /proc/meminfo, or the free memory by sysinfo(2), in bytes; 0: unknown. */
uint64_t mw_limits_available(void);

/* Huge pages of the default size that this host has or may allocate, in bytes; 0: none or unknown. */
uint64_t mw_limits_huge_pages(void);

/* Fills in the memory of this host, from the kernel (or hwloc if that finds more), and its NUMA nodes. Loads a
 * topology: takes milliseconds, and a megabyte temporarily. */
void mw_limits_node(struct mw_view *view);

#endif
