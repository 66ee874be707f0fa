/* SPDX-License-Identifier: MIT */
/* What something takes that is timed by a clock which also runs while another process has the CPU. Of a preemption
 * (milliseconds, where the thing takes microseconds) nothing must be booked, of a lasting change of what it takes, all.
 * Sums of what is booked are right in the mean: a time that is not more than a few typical ones is booked as it is. */
#ifndef MW_PMPI_MEASURE_ESTIMATE_H
#define MW_PMPI_MEASURE_ESTIMATE_H

#include <stdint.h>

struct mw_estimate {
    uint64_t typical_ns; /* follows the median: one step up for each time above it, one down for each below */
};

/* Learns from a time that was taken. Returns what is to be booked for it. Times up to `plain` typical ones are taken for what
 * they say. */
static inline uint64_t mw_estimate_charge(struct mw_estimate *estimate, uint64_t took_ns, unsigned outlier_factor)
{
    uint64_t typical = estimate->typical_ns, step = typical / 16 + 1;

    estimate->typical_ns = took_ns > typical + step ? typical + step : took_ns + step < typical ? typical - step : took_ns;
    return took_ns <= outlier_factor * typical ? took_ns : typical;
}

#endif
