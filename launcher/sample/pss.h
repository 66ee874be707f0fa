/* SPDX-License-Identifier: MIT */
/* The proportional set size of the job, which counts a shared page once: when it is read, and what it tells.
 *
 * It is dear: the kernel walks all pages of each process, and holds up its mmap() meanwhile. So it may take half a
 * percent of the run, and a little more early, so that short runs have it too. */
#ifndef MW_LAUNCHER_SAMPLE_PSS_H
#define MW_LAUNCHER_SAMPLE_PSS_H

#include "collector/view/view.h"
#include "launcher/sample/sampled.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_pss {
    uint64_t begin_ns;
    uint64_t quiet_ns;             /* nothing is read before */
    uint64_t spent_ns;             /* on all sweeps so far */
    uint64_t cost_ns;              /* of a sweep, for each GiB of RSS */
    uint64_t last_ns, last_sum;    /* the last sweep, and the sum of RSS then, in bytes */
    uint64_t steady_ns, steady_sum; /* since when the sum has been about what it is */
    uint64_t sum;                  /* the last one told, in bytes */
    uint64_t max;                  /* the largest one */
};

void mw_pss_init(struct mw_pss *pss, uint64_t now);

/* To be told of each sample: the sum of RSS in bytes. Returns whether to sweep now. */
bool mw_pss_is_due(struct mw_pss *pss, uint64_t now, uint64_t rss_sum);

/* Reads the PSS of all processes of the tree into the view: each one's, and of the whole job. `between` is called
 * before each process. */
void mw_pss_sweep(struct mw_pss *pss, struct mw_tree *tree, const struct mw_sampled_table *sampled, struct mw_view *view, uint64_t now,
                  void (*between)(void *context), void *context);

/* Instead of a sweep that is due: now is no time for it. It is due again a moment later. */
void mw_pss_put_off(struct mw_pss *pss, uint64_t now);

#endif
