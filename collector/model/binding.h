/* SPDX-License-Identifier: MIT */
/* Describes where a rank may run, by hwloc. */
#ifndef MW_COLLECTOR_MODEL_BINDING_H
#define MW_COLLECTOR_MODEL_BINDING_H

#include "collector/model/model.h"

/* Fills rank->binding and rank->nodes from its affinity mask (16 words, all 0 unknown). For a rank on this host it names
 * cores and NUMA nodes of the topology, which is loaded on first use; for another host only CPU numbers are known. */
void mw_binding_describe(struct mw_model *model, struct mw_model_rank *rank, const uint64_t affinity[16], const char *host);

/* Frees the topology. */
void mw_binding_fini(void);

#endif
