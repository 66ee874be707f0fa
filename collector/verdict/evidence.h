/* SPDX-License-Identifier: MIT */
/* What most findings are about: the fullest rank, and how it came to its peak. Bytes and nanoseconds. */
#ifndef MW_COLLECTOR_VERDICT_EVIDENCE_H
#define MW_COLLECTOR_VERDICT_EVIDENCE_H

#include "collector/model/heap_largest.h"
#include "collector/model/model.h"
#include "collector/model/rank_name.h"
#include "collector/model/waterfall.h"

#include <stdbool.h>

struct mw_evidence {
    const struct mw_model *model;
    const struct mw_model_rank *rank; /* that with the highest peak; NULL: none is known */
    uint32_t index;                   /* of that rank */
    struct mw_rank_name name;         /* "rank 3" */
    uint32_t others;                  /* ranks of the same MPI_COMM_WORLD with a known peak */
    struct mw_model_bytes median;     /* of their peaks; at least that if some of these may have been higher */
    struct mw_waterfall waterfall;    /* without steps: unknown */
    bool has_line;
    struct mw_heap_largest line; /* the line that held most at the peak, from one caller */
    uint64_t passing;            /* of the peak: existed only during its call or phase: at least so much; 0 also if unknown */
    uint64_t passing_ns;         /* for how long; 0 if the phase was visited several times */
};

struct mw_evidence mw_evidence_of(const struct mw_model *model);

/* "fft.c:291, called from fft.c:80": that of `line`, which there is. */
struct mw_evidence_line {
    char text[400];
};

struct mw_evidence_line mw_evidence_line(const struct mw_evidence *evidence);

/* Whether `part` is much of `whole`: `percent` of it, and so much that it is worth a sentence. */
bool mw_evidence_is_much(uint64_t part, uint64_t whole, unsigned percent);

#endif
