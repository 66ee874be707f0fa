/* SPDX-License-Identifier: MIT */
#include "collector/view/end.h"

void mw_view_end_note(struct mw_view_process *process, const struct mw_view_end_seen *seen)
{
    if (process->end == MW_VIEW_LIVES || seen->ns < process->end_ns)
        process->end_ns = seen->ns;
    if (process->end != MW_VIEW_STATUS && seen->has_status)
        process->wait_status = seen->wait_status;
    if (process->end != MW_VIEW_STATUS)
        process->end = seen->has_status ? MW_VIEW_STATUS : MW_VIEW_ENDED;
}
