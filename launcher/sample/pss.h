/* SPDX-License-Identifier: MIT */
/* The proportional set size of the job, which counts a shared page once: when it is read, and its values.
 *
 * Reading it is expensive: the kernel walks all pages of each process, and blocks its mmap() meanwhile. It may take
 * half a percent of the run, and slightly more early, so that short runs have a value as well. */
#ifndef MW_LAUNCHER_SAMPLE_PSS_H
#define MW_LAUNCHER_SAMPLE_PSS_H

#include "collector/view/view.h"
#include "launcher/sample/sampled.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_pss {
    uint64_t begin_ns;
    uint64_t quiet_ns;              /* nothing is read before this time */
    uint64_t spent_ns;              /* cost of all sweeps so far */
    uint64_t cost_ns;               /* cost of a sweep for each GiB of RSS */
    uint64_t last_ns, last_sum;     /* time of the last sweep, and sum of RSS then, in bytes */
    uint64_t steady_ns, steady_sum; /* since when the sum has been about constant, and that sum */
    uint64_t sum;                   /* the last value, in bytes */
    uint64_t max;                   /* the largest value */
};

void mw_pss_init(struct mw_pss *pss, uint64_t now);

/* Call with the sum of RSS in bytes of each sample. Returns whether to sweep now. */
bool mw_pss_is_due(struct mw_pss *pss, uint64_t now, uint64_t rss_sum);

/* Reads the PSS of all processes of the tree into the view: of each, and of the job. `between` is called before each
 * process. */
void mw_pss_sweep(struct mw_pss *pss, struct mw_tree *tree, const struct mw_sampled_table *sampled, struct mw_view *view,
                  uint64_t now, void (*between)(void *context), void *context);

/* Postpones a due sweep for a short time. */
void mw_pss_put_off(struct mw_pss *pss, uint64_t now);

#endif
