/* SPDX-License-Identifier: MIT */
/* The lines of one rank with the most of some amount: at its peak, at the end, left at MPI_Finalize. */
#ifndef MW_COLLECTOR_MODEL_HEAP_LARGEST_H
#define MW_COLLECTOR_MODEL_HEAP_LARGEST_H

#include "collector/model/model.h"

/* An amount of a site, in bytes. */
typedef uint64_t mw_heap_amount_of(const struct mw_model_heap_site *site, const void *context);

mw_heap_amount_of mw_heap_at_peak;
mw_heap_amount_of mw_heap_at_end;

/* A line of the program, or a library of MPI. */
struct mw_heap_largest {
    const struct mw_model_heap_site *site; /* that with the most bytes */
    uint32_t sites;
    uint64_t bytes;
    uint64_t error;  /* one standard deviation; 0 if `bytes` is exact */
    uint64_t blocks; /* about; 0 unknown */
    bool same_call;  /* of all sites */
};

/* The lines with an amount above 0, the largest first; without those of no known place. Sets *count. The caller frees it. */
struct mw_heap_largest *mw_heap_largest_lines(const struct mw_model_heap *heap, mw_heap_amount_of *amount_of,
                                              const void *context, size_t *count);

/* Likewise, what an owner held at the peak, for the table of one rank: lines of the program are distinguished by their callers
 * as well, and those of no known place are among them. */
struct mw_heap_largest *mw_heap_largest_stacks(const struct mw_model_heap *heap, enum mw_heap_owner owner, size_t *count);

/* The line of the program with the most at the rank's peak, if the heap is of that peak and the line holds a twentieth of
 * it. Returns whether there is one. */
bool mw_heap_largest_at_peak(const struct mw_model_rank *rank, struct mw_heap_largest *line);

/* Likewise, but lines are distinguished by their callers as well. */
bool mw_heap_largest_stack_at_peak(const struct mw_model_rank *rank, struct mw_heap_largest *line);

/* The line of the program with the most when the record ended, if it is 1 MiB or more. Returns whether there is one. */
bool mw_heap_largest_at_end(const struct mw_model_rank *rank, struct mw_heap_largest *line);

/* The place that called the line of a site; NULL: not known, or the line is in main(). */
const struct mw_model_place *mw_heap_caller(const struct mw_model_heap_site *site);

/* Whether the heap is of the rank's peak, and not of a lower one before it. */
bool mw_heap_largest_is_of_peak(const struct mw_model_rank *rank);

#endif
