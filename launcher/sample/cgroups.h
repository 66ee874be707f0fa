/* SPDX-License-Identifier: MIT */
/* The control groups (v1 or v2) of the job's processes: their limits, and OOM kills. All files are read below `root`
 * ("" for the real ones). Sources: Linux Documentation/admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst; /proc/vmstat
 * oom_kill counts for the entire host. */
#ifndef MW_LAUNCHER_SAMPLE_CGROUPS_H
#define MW_LAUNCHER_SAMPLE_CGROUPS_H

#include "collector/view/view.h"

#include <stdint.h>

/* Enters this process's group, and the OOM kills on this host so far. */
void mw_cgroups_begin(struct mw_view *view, const char *root);

/* The group of `process` ("self", or a pid) as an index in view->cgroups plus one; a new one is entered, with the
 * tightest limit up to the root. All limits on that path are entered in view->charges. 0: none, not readable, or no
 * room. */
uint32_t mw_cgroups_find(struct mw_view *view, const char *root, const char *process);

/* Reads peaks and kills again. Call after the death of a process, and at the end. A removed group keeps its last
 * values. */
void mw_cgroups_look(struct mw_view *view, const char *root);

/* Reads only the kill counters, and notes when they rose; inexpensive enough for every sample. */
void mw_cgroups_look_kills(struct mw_view *view);

#endif
