/* SPDX-License-Identifier: MIT */
#include "collector/view.h"

#include <stdlib.h>

void mw_view_fini(struct mw_view *view)
{
    for (size_t i = 0; i < view->process_count; i++) {
        free(view->processes[i].exe);
        free(view->processes[i].command);
    }
    free(view->processes);
    free(view->slices);
    free(view->command);
    free(view->host);
    free(view->cgroup_path);
    *view = (struct mw_view){0};
}
