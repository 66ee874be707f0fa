/* SPDX-License-Identifier: MIT */
/* Samples the memory of a process tree into a view. */
#ifndef MW_LAUNCHER_SAMPLER_H
#define MW_LAUNCHER_SAMPLER_H

#include "collector/err.h"
#include "collector/view.h"
#include "launcher/adopt.h"
#include "launcher/tree.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_sampler {
    struct mw_view *view;
    struct mw_tree tree;
    struct mw_adopt adopt;
    uint64_t next_ns;    /* when the next sample is due */
    uint64_t gap_ns;     /* between samples now: widens to the interval */
    uint64_t now;        /* of the sample being taken */
    uint64_t page_bytes;
    uint64_t pss_ns;     /* spent reading PSS so far */
    uint64_t pss_cost;   /* of the last sweep: ns for each GiB of RSS */
    uint64_t pss_last_ns;
    uint64_t pss_last_sum; /* sum of RSS at the last sweep */
    uint64_t last_sum;     /* sum of RSS at the last sample */
    bool huge_pages;       /* processes can have some: look often */
    size_t process_room;
};

/* Programs that a view keeps apart; of more only the sums are known (view->processes_lost). */
#define MW_SAMPLER_PROCESSES 32768
#define MW_SAMPLER_SLICES 4096

/* Starts at once: view->interval_ns and begin_ns are set, `run_dirfd` is borrowed. Returns 0, or -1 with a line in err. */
int mw_sampler_init(struct mw_sampler *sampler, struct mw_view *view, int run_dirfd, struct mw_err *err);

/* Takes a sample, and sets when the next is due: at first after a millisecond, then after twice as long each time up to
 * the interval. Never so soon that sampling would take more than a tenth of a CPU. */
void mw_sampler_sample(struct mw_sampler *sampler);

void mw_sampler_fini(struct mw_sampler *sampler);

#endif
