/* SPDX-License-Identifier: MIT */
/* Combines the observations, in any order, of how and when a process of a view ended. */
#ifndef MW_COLLECTOR_VIEW_END_H
#define MW_COLLECTOR_VIEW_END_H

#include "collector/view/view.h"

#include <stdbool.h>

/* One observation. The status has four sources: wait calls of the launcher, wait calls of the process's parent
 * (collector/view/wait_log.h), the kernel's record (PIDFD_GET_INFO), /proc/PID/stat of the zombie. */
struct mw_view_end_seen {
    uint64_t ns; /* time of the observation; the process had ended by then */
    bool has_status;
    int32_t wait_status; /* as returned by wait(2) */
};

/* Every source passes on the kernel's value, so the first status is kept, and is never replaced by an observation without
 * one. All observations are after the end, so the earliest time is kept. */
void mw_view_end_note(struct mw_view_process *process, const struct mw_view_end_seen *seen);

#endif
