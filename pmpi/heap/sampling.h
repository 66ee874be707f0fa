/* SPDX-License-Identifier: MIT */
/* Which small blocks are entered, and how much memory each of them represents.
 *
 * A block of n bytes is entered with the probability p = 1 - exp(-n / T), T being the mean interval in bytes between two
 * samples: each thread counts down a number of bytes that has an exponential distribution. The block represents n / p
 * bytes, so that sums are unbiased, whatever T is and however often it changes. */
#ifndef MW_PMPI_HEAP_SAMPLING_H
#define MW_PMPI_HEAP_SAMPLING_H

#include "collector/base/settings.h"

#include <stdint.h>

/* Uniform in (0, 1). `state` must not be 0. */
double mw_heap_sampling_uniform(uint64_t *state);

/* Bytes until the next sample, at least 0. */
int64_t mw_heap_sampling_draw(uint64_t *state, int64_t interval);

/* Probability that a block of `size` bytes is entered. */
double mw_heap_sampling_probability(uint64_t size, int64_t interval);

/* Bytes that it represents if it is. */
uint64_t mw_heap_sampling_weight(uint64_t size, int64_t interval);

/* The governor of one thread: its samples may cost 0.5 % of the time, and a little more at once. With the calls that are not
 * entered a program that allocates much takes less than 2 % longer. */
struct mw_heap_pace {
    int64_t interval;  /* mean bytes until the next sample */
    int64_t credit_ns; /* unused time, at most MW_HEAP_CREDIT_NS; below 0: too much was used */
};

#define MW_HEAP_CREDIT_NS 2000000

/* After one or several samples. `cost_ns`: their CPU time by a model (a measured one may contain a preemption);
 * `elapsed_ns`: CPU time of the thread since the samples before. The interval moves to that at which they cost as much as they may. */
void mw_heap_sampling_adapt(struct mw_heap_pace *pace, uint64_t cost_ns, uint64_t elapsed_ns);

#endif
