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

struct mw_rise {
    uint32_t rank;  /* index in model->ranks */
    uint32_t site;  /* inside calls of this one, in rank->sites; or none: between calls */
    uint32_t phase; /* between calls: the phase in rank->phases; or none: inside calls */
    uint32_t spike; /* the call with the largest rise in rank->spikes; or none */
    /* What came and went in one call, or in one visit of the phase: the most; 0: nothing. An estimate if the phase was visited
     * several times, since not all ends of its visits are known. */
    struct mw_model_bytes passed;
    int64_t stayed;    /* RSS at the end minus RSS at the beginning, over all measured calls or visits */
    uint64_t peak_rss; /* highest RSS there */
    uint64_t at_ns;    /* when it was highest or, if nothing came and went, when the phase began first */
    uint64_t times;    /* calls, or visits */
    uint32_t ranks;    /* that have at least half as much there, among those with details */
};

struct mw_rises {
    struct mw_rise *items; /* largest first, by what came and went or what stayed, whichever is more */
    size_t count;
};

/* The larger of what came and went and what stayed, in bytes. */
uint64_t mw_rise_size(const struct mw_rise *rise);

/* The rises of the job, one for each call site and phase of the merged ranks, of at least 1 MiB and 1 % of the fullest rank's peak.
 * Only those of ranks with details are known. Free with mw_rises_free(). */
struct mw_rises mw_rises_list(const struct mw_model *model);
void mw_rises_free(struct mw_rises *rises);

#endif
