/* SPDX-License-Identifier: MIT */
/* Whether a control group holds processes that are not the job's: then a kill that its counter shows may have hit one of
 * those. */
#ifndef MW_LAUNCHER_SAMPLE_CGROUP_OTHERS_H
#define MW_LAUNCHER_SAMPLE_CGROUP_OTHERS_H

#include "collector/view/view.h"
#include "launcher/sample/sampled.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>

/* Ours are the processes of the tree and their descendants, and the ancestors of both memwatch and the tree's first rank
 * (shells, batch steps, daemons of an MPI: they wait for the job). True as well when the list cannot be read. */
bool mw_cgroup_others(const struct mw_view_cgroup *group, const struct mw_tree *tree, const struct mw_sampled_table *sampled);

#endif
