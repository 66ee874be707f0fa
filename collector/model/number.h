/* SPDX-License-Identifier: MIT */
/* Numbers of the model that may be inexact, and statistics over ranks. Part of collector/model/model.h. */
#ifndef MW_COLLECTOR_MODEL_NUMBER_H
#define MW_COLLECTOR_MODEL_NUMBER_H

#include <stdint.h>

#define MW_MODEL_NONE UINT32_MAX /* an index into nothing */

/* How a number relates to the truth, apart from the reading's own error (mw_model_cost.error_bytes). */
enum mw_model_kind {
    MW_MODEL_UNKNOWN, /* not known */
    MW_MODEL_EXACT,
    MW_MODEL_AT_LEAST, /* sampled, or known only up to some time */
    MW_MODEL_AT_MOST,
    MW_MODEL_ESTIMATE /* from a sample: too high or too low by an error that is given with it */
};

struct mw_model_bytes {
    uint64_t bytes;
    enum mw_model_kind kind;
};

/* Statistics over the ranks that have a value. */
struct mw_model_spread {
    uint64_t min, max;
    double mean;
    uint32_t worst; /* rank index of the maximum */
};

struct mw_model_spread_change {
    int64_t sum, min, max;
    uint32_t worst;
};

/* RLIMIT_AS or RLIMIT_DATA of one process, and the maximum that counted against it. */
struct mw_model_ulimit {
    uint64_t bytes;             /* the soft limit; 0 if none, or unknown */
    struct mw_model_bytes used; /* unknown without a limit */
};

#endif
