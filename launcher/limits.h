/* SPDX-License-Identifier: MIT */
/* What limits the job's memory on this host: a cgroup (v1 or v2), or the host's own memory. */
#ifndef MW_LAUNCHER_LIMITS_H
#define MW_LAUNCHER_LIMITS_H

#include "collector/view.h"

/* Fills in the tightest memory limit of the cgroups that this process (and so the job) lies in, on the way up to the
 * root, with its path and peak. The files are looked for below `root` ("" for the real ones). */
void mw_limits_cgroup(struct mw_view *view, const char *root);

/* At the end of the job: the peak of that cgroup, or 0 when it did not rise since. */
void mw_limits_cgroup_end(struct mw_view *view);

/* MemAvailable of /proc/meminfo in bytes; 0 unknown. */
uint64_t mw_limits_available(void);

/* Huge pages of the default size that this host has or may make, in bytes; 0 also when unknown. */
uint64_t mw_limits_huge_pages(void);

/* Memory of this host in bytes, by hwloc (or the kernel's MemTotal where that is more); 0 unknown. Loads a topology: call it when the job has ended. */
uint64_t mw_limits_node(void);

#endif
