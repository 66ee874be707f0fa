/* SPDX-License-Identifier: MIT */
/* What rose: the places where memory rose, inside calls and between them, each in the rank where it rose most, with what came and
 * went there and what stayed. Text and page list them, and the page marks them; all have them from here.
 *
 * A rise begins at the RSS at the entry of a call, or of a phase between two calls (or of an exchange, without what rose inside
 * its calls). What came and went is what its peak is above both ends. */
#ifndef MW_COLLECTOR_MODEL_RISES_H
#define MW_COLLECTOR_MODEL_RISES_H

#include "collector/model/model.h"

#include <stddef.h>

/* Takes what rose in a call site or a phase of a rank that has its details, if it is more than what `to` has so far; `to` begins
 * with no rank. */
void mw_rises_take_site(struct mw_model_rise *to, const struct mw_model *model, uint32_t rank, uint32_t site);
void mw_rises_take_phase(struct mw_model_rise *to, const struct mw_model *model, uint32_t rank, uint32_t phase);

/* The larger of what came and went and what stayed, in bytes. */
uint64_t mw_rise_size(const struct mw_model_rise *rise);

/* One item of the list. */
struct mw_rise {
    const struct mw_model_merged_site *site;   /* inside calls of this one; NULL: between calls */
    const struct mw_model_merged_phase *phase; /* between calls; NULL: inside calls */
    const struct mw_model_rise *rise;          /* that of one of these */
};

struct mw_rises {
    struct mw_rise *items; /* largest first */
    size_t count;
};

/* The rises of the job of at least 1 MiB and 1 % of the fullest rank's peak. Free with mw_rises_free(). */
struct mw_rises mw_rises_list(const struct mw_model *model);
void mw_rises_free(struct mw_rises *rises);

#endif
