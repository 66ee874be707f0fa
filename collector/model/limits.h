/* SPDX-License-Identifier: MIT */
/* The memory limits of hosts and processes, and the one with the least memory left. Bytes. */
#ifndef MW_COLLECTOR_MODEL_LIMITS_H
#define MW_COLLECTOR_MODEL_LIMITS_H

#include "collector/model/model.h"

/* Fills in the limits shared by the processes of a host, from its sampler. Requires its groups. */
void mw_limits_fill(struct mw_model *model, uint32_t host, const struct mw_view *view);

/* A limit of a process, and the sampled value that counts against it; 0: no limit, nothing seen. */
struct mw_model_ulimit mw_limits_sampled(uint64_t bytes, uint64_t used);

/* Takes the limits from the rank's record; the second one joins the sampled values: each becomes the larger one. */
void mw_limits_take(struct mw_model_rank *rank, const struct mw_state *state);
void mw_limits_join(struct mw_model_ulimit *rank, struct mw_model_ulimit *process);

/* Finds the limit with the least memory left. Requires hosts, ranks and processes. */
void mw_limits_find_least(struct mw_model *model);

#endif
