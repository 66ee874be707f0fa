/* SPDX-License-Identifier: MIT */
/* What counts against each limit on the memory of this host's processes together: the node, control groups, what Slurm
 * granted. The kernel's own count is read, not a sum of RSS: that counts shared pages more than once, and leaves out
 * files in tmpfs, page cache that is not yet written, and kernel memory. What the kernel drops before it refuses
 * memory (clean page cache; slab that it can reclaim, where it says how much) is not counted as used. Sampled.
 *
 * Files are looked for below `root` ("" for the real ones). Sources: Linux Documentation/admin-
 * guide/cgroup-v1/memory.rst, cgroup-v2.rst; sbatch(1) for SLURM_MEM_PER_NODE and SLURM_MEM_PER_CPU (MiB). */
#ifndef MW_LAUNCHER_SAMPLE_CHARGES_H
#define MW_LAUNCHER_SAMPLE_CHARGES_H

#include "collector/view/view.h"

#include <stdbool.h>

/* Enters the node, and what Slurm granted by our environment. Before all else. */
void mw_charges_begin(struct mw_view *view);

/* Enters the limits that are set in one directory of a control group, unless they are known or there is no room. */
void mw_charges_add(struct mw_view *view, bool is_v1, const char *directory);

/* v1: a limit that the kernel says applies there (hierarchical_memory_limit of memory.stat) and that no visible group
 * has. To be called with the highest group that is visible, when `least`, the least limit of it and those below it, is
 * known; 0 none. */
void mw_charges_add_above(struct mw_view *view, const char *directory, uint64_t least);

/* Reads all, while the job runs. `rss`: sum of RSS over its processes now. Cheap where nothing can have come nearer to
 * a limit: memory.stat is read only where it may matter. */
void mw_charges_look(struct mw_view *view, const char *root, uint64_t rss);

/* What is left of a limit as of the last look, or when the least was left. */
static inline uint64_t mw_charges_left(uint64_t bytes, uint64_t used)
{
    return bytes > used ? bytes - used : 0;
}

#endif
