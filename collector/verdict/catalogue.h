/* SPDX-License-Identifier: MIT */
/* The catalogue of findings: what is worth a change in a job's use of memory. */
#ifndef MW_COLLECTOR_VERDICT_CATALOGUE_H
#define MW_COLLECTOR_VERDICT_CATALOGUE_H

#include "collector/verdict/evidence.h"

#include <stddef.h>

/* A finding in one run. */
struct mw_found {
    uint64_t bytes; /* how much memory it is about: the largest is said first */
    enum mw_verdict_weight weight;
    char text[600];
    char next[600]; /* a useful step; "" none */
};

struct mw_verdict_kind {
    const char *name; /* in records; constant */
    enum mw_verdict_part part;
    bool (*find)(const struct mw_evidence *evidence, struct mw_found *found); /* false: not in this run */
};

extern const struct mw_verdict_kind mw_verdict_catalogue[];
extern const size_t mw_verdict_kinds;

/* The conditions. `found` is zeroed before. */
bool mw_found_out_of_memory(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_heavy_rank_0(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_imbalance(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_peaks_differ(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_spike(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_growth(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_mpi_share(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_mpi_objects(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_shared_memory(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_kept_by_malloc(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_untouched(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_swapped(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_close_to_limit(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_tmpfs(const struct mw_evidence *evidence, struct mw_found *found);
bool mw_found_page_cache(const struct mw_evidence *evidence, struct mw_found *found);

#endif
