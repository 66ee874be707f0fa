/* SPDX-License-Identifier: MIT */
/* The stages of this host's ranks, as recorded in their journals. */
#ifndef MW_LAUNCHER_SAMPLE_STAGES_H
#define MW_LAUNCHER_SAMPLE_STAGES_H

#include "launcher/sample/sampled.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether a rank of the tree is in MPI_Init or MPI_Finalize, where it maps and unmaps libraries and shared memory,
 * often with fewer cores than ranks. A rank that has been there for two seconds waits for another, and does not count.
 * `dirfd` is the run directory, `host` the name used in journal names, `now` CLOCK_MONOTONIC, ns. */
bool mw_stages_any_passing(const struct mw_tree *tree, const struct mw_sampled_table *sampled, int dirfd, const char *host,
                           uint64_t now);

#endif
