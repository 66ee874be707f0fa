/* SPDX-License-Identifier: MIT */
/* Usage of each limit on the memory of this host's processes together: the node, control groups, Slurm's grant. Read
 * from the kernel's counters, not computed from RSS: a sum of RSS counts shared pages more than once, and omits files
 * in tmpfs, dirty page cache, and kernel memory. Memory that the kernel reclaims before it fails an allocation (clean
 * page cache; reclaimable slab, if reported) does not count as used. Sampled.
 *
 * Files are read below `root` ("" for the real ones). Sources: Linux Documentation/admin-guide/cgroup-v1/memory.rst,
 * cgroup-v2.rst; sbatch(1) for SLURM_MEM_PER_NODE and SLURM_MEM_PER_CPU (MiB). */
#ifndef MW_LAUNCHER_SAMPLE_CHARGES_H
#define MW_LAUNCHER_SAMPLE_CHARGES_H

#include "collector/view/view.h"

#include <stdbool.h>

/* Enters the node, and Slurm's grant as given by the environment. Call first. */
void mw_charges_begin(struct mw_view *view);

/* Enters the limits set in one directory of a control group, unless they are known or there is no room. */
void mw_charges_add(struct mw_view *view, bool is_v1, const char *directory);

/* v1: enters a limit that applies according to the kernel (hierarchical_memory_limit of memory.stat) but that no
 * visible group has. Call with the highest visible group, and `least`, the lowest limit of it and those below it; 0:
 * none. */
void mw_charges_add_above(struct mw_view *view, const char *directory, uint64_t least);

/* Reads the current usage. `rss`: sum of RSS of the job's processes. memory.stat, which is expensive, is read only if a
 * limit may be near. */
void mw_charges_look(struct mw_view *view, const char *root, uint64_t rss);

/* Bytes left of a limit at the last read, or the minimum so far. */
static inline uint64_t mw_charges_left(uint64_t bytes, uint64_t used)
{
    return bytes > used ? bytes - used : 0;
}

#endif
