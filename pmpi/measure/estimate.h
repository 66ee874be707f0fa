/* SPDX-License-Identifier: MIT */
/* Estimates the duration of an operation from a clock that also runs while another process has the CPU. A preemption
 * (milliseconds, where the operation takes microseconds) must not be charged; a lasting change must be. Sums of
 * charged times are right on average: a time up to a few typical ones is charged as measured. */
#ifndef MW_PMPI_MEASURE_ESTIMATE_H
#define MW_PMPI_MEASURE_ESTIMATE_H

#include <stdint.h>

struct mw_estimate {
    uint64_t typical_ns; /* follows the median: one step up for each time above it, one step down for each below */
};

/* Updates the estimate with a measured time. Returns the time to charge: the measured one up to `outlier_factor`
 * typical ones, else the typical one. */
static inline uint64_t mw_estimate_charge(struct mw_estimate *estimate, uint64_t took_ns, unsigned outlier_factor)
{
    uint64_t typical = estimate->typical_ns, step = typical / 16 + 1;

    estimate->typical_ns = took_ns > typical + step ? typical + step : took_ns + step < typical ? typical - step : took_ns;
    return took_ns <= outlier_factor * typical ? took_ns : typical;
}

#endif
