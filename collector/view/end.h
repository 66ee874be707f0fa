/* SPDX-License-Identifier: MIT */
/* How and when a process of a view ended: every observation of it comes together here, in any order. */
#ifndef MW_COLLECTOR_VIEW_END_H
#define MW_COLLECTOR_VIEW_END_H

#include "collector/view/view.h"

#include <stdbool.h>

/* One observation. Of the status there are four sources: the launcher's own wait calls, those of the process's parent
 * (collector/view/wait_log.h), the kernel's record (PIDFD_GET_INFO), /proc/PID/stat of the zombie. */
struct mw_view_end_seen {
    uint64_t ns;         /* when it was made; the process had ended then */
    bool has_status;
    int32_t wait_status; /* as wait(2) gives it */
};

/* The rule: each source passes on what the kernel says and none guesses, so the first status stays, and a status is
 * never lost to an observation without one. All come after the end itself, so the earliest time stays. */
void mw_view_end_note(struct mw_view_process *process, const struct mw_view_end_seen *seen);

#endif
