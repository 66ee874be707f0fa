/* SPDX-License-Identifier: MIT */
/* What a rank held at its peak, as a list that adds up to heap->mark: its sites, then what is of no site. For forms that other
 * tools read. */
#ifndef MW_COLLECTOR_REPORT_HEAP_PARTS_H
#define MW_COLLECTOR_REPORT_HEAP_PARTS_H

#include "collector/model/model.h"

struct mw_heap_part {
    const struct mw_model_heap_site *site;      /* NULL: of no site */
    const struct mw_model_place *const *frames; /* of the site, innermost first: without what starts every program
                                                   (_start, __libc_start_main), and without memwatch's wrappers */
    uint32_t depth;
    const char *owner; /* "program", "mpi", "memwatch", "malloc", "system", "unknown" */
    const char *name;  /* without a site: "free, kept by malloc"; else "" */
    int64_t bytes;     /* at the peak; negative only without a site, where the kernel's counters and ours disagree */
};

struct mw_heap_parts {
    struct mw_heap_part *items;
    size_t count;
    const struct mw_model_place **frames; /* storage */
};

/* All of them, sites in their order: also those that held nothing at the peak. Empty if nothing is known of the rank.
 * mw_heap_parts_free() it. */
struct mw_heap_parts mw_heap_parts(const struct mw_model_heap *heap);
void mw_heap_parts_free(struct mw_heap_parts *parts);

/* The MPI call that was going on when the site first allocated; NULL if none, or not known. */
const struct mw_model_site *mw_heap_parts_call(const struct mw_model_rank *rank, const struct mw_model_heap_site *site);

/* The phase in which the rank had its peak, or else the call: "a/b", "MPI_Allreduce fft.c:120"; "" unknown. */
const char *mw_heap_parts_phase(const struct mw_model_rank *rank);

#endif
