/* SPDX-License-Identifier: MIT */
/* Curves of memory over time for a page: all curves have the same slices of time, with the highest value of each slice. */
#ifndef MW_COLLECTOR_PAGE_CURVES_H
#define MW_COLLECTOR_PAGE_CURVES_H

#include "collector/model/model.h"

#include <stdio.h>

struct mw_page_curves {
    uint64_t span_ns; /* from the begin of the job to the last known timestamp */
    uint64_t step_ns; /* of a slice */
    uint32_t count;   /* slices */
    uint64_t unit;    /* bytes; values of ranks are multiples of it, rounded up, and at most 65535 */
};

struct mw_page_curves mw_page_curves_of(const struct mw_model *model);

/* The sampled sum of RSS of all processes: an array of bytes, null where there is no sample. */
void mw_page_curves_write_job(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model);

/* The upper bound of the same processes. It covers the same slices of samples, so it is never below the sampled sum; null
 * where it is not known. */
void mw_page_curves_write_bound(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model);

/* A rank's curve, from its marks and from the samples after the last mark, in base64: 16 bits for each slice, low byte
 * first; 0: not known. null if nothing is known. */
void mw_page_curves_write_rank(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model,
                               const struct mw_model_rank *rank);

/* Values in base64: each a multiple of `unit`, rounded up, in 16 bits, low byte first. */
void mw_page_curves_write_packed(FILE *out, const uint64_t *values, uint32_t count, uint64_t unit);

#endif
