/* SPDX-License-Identifier: MIT */
/* Whether a control group contains processes outside the job: a kill shown by its counter may have hit one of those. */
#ifndef MW_LAUNCHER_SAMPLE_CGROUP_OTHERS_H
#define MW_LAUNCHER_SAMPLE_CGROUP_OTHERS_H

#include "collector/view/view.h"
#include "launcher/sample/sampled.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>

/* Processes of the job are those of the tree and their descendants, and the common ancestors of memwatch and the tree's
 * first rank (shells, batch steps, MPI daemons, which wait for the job). Also true if the list cannot be read. */
bool mw_cgroup_others(const struct mw_view_cgroup *group, const struct mw_tree *tree, const struct mw_sampled_table *sampled);

#endif
