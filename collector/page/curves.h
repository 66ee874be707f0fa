/* SPDX-License-Identifier: MIT */
/* Curves of memory over time for a page: the same slices of time for all, the highest value of each slice. */
#ifndef MW_COLLECTOR_PAGE_CURVES_H
#define MW_COLLECTOR_PAGE_CURVES_H

#include "collector/model/model.h"

#include <stdio.h>

struct mw_page_curves {
    uint64_t span_ns; /* from the job's begin to the last moment that is known */
    uint64_t step_ns; /* of a slice */
    uint32_t count;   /* slices */
    uint64_t unit;    /* bytes: ranks' values are told in these, rounded up; 65535 of them hold the largest */
};

struct mw_page_curves mw_page_curves_of(const struct mw_model *model);

/* The sampled sum of RSS of all processes: an array of bytes, null where there is no sample. */
void mw_page_curves_write_job(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model);

/* The upper bound of the same processes, over the same slices of samples, so that it is never below what was seen; null
 * where it is not known. */
void mw_page_curves_write_bound(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model);

/* A rank's curve, from its own marks and what was sampled after the last of them, in base64: for each slice 16 bits, the
 * low byte first; 0: not known. null when nothing is known. */
void mw_page_curves_write_rank(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model,
                               const struct mw_model_rank *rank);

#endif
