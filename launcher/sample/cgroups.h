/* SPDX-License-Identifier: MIT */
/* The control groups (v1 or v2) in which processes of the job lie: what limits them, and what the OOM killer did there.
 * All files are looked for below `root` ("" for the real ones). Sources: Linux Documentation/admin-guide/cgroup-v1/memory.rst,
 * cgroup-v2.rst; /proc/vmstat oom_kill counts for the whole host. */
#ifndef MW_LAUNCHER_SAMPLE_CGROUPS_H
#define MW_LAUNCHER_SAMPLE_CGROUPS_H

#include "collector/view/view.h"

#include <stdint.h>

/* Takes in our own group, and what was killed on this host before now. */
void mw_cgroups_begin(struct mw_view *view, const char *root);

/* The group of `process` ("self", or a pid) as an index in view->cgroups plus one, entered when it is new, with the
 * tightest limit on the way up to the root; all limits on that way go into view->charges. 0: none, not readable, or no
 * room. */
uint32_t mw_cgroups_find(struct mw_view *view, const char *root, const char *process);

/* Reads again what changes: peaks and kills. To be called when a process has died, and at the end. A group that is gone
 * keeps what was read last. */
void mw_cgroups_look(struct mw_view *view, const char *root);

/* Only the groups' counters of kills, and when they rose; cheap, for every sample. */
void mw_cgroups_look_kills(struct mw_view *view);

#endif
