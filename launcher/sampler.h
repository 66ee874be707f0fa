/* SPDX-License-Identifier: MIT */
/* Samples the memory of a process tree into a view. */
#ifndef MW_LAUNCHER_SAMPLER_H
#define MW_LAUNCHER_SAMPLER_H

#include "collector/err.h"
#include "collector/view.h"
#include "launcher/tree.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_sampler {
    struct mw_view *view;
    struct mw_tree tree;
    int run_dirfd;       /* where ranks announce themselves by their journals */
    uint64_t dir_mtime;  /* of it, at the last look; ns */
    uint64_t next_ns;    /* when the next sample is due */
    uint64_t gap_ns;     /* between samples now: widens to the interval */
    uint64_t now;        /* of the sample being taken */
    uint64_t page_bytes;
    uint64_t pss_ns;     /* spent reading PSS so far */
    uint64_t pss_last_ns;
    uint64_t pss_last_sum; /* sum of RSS at the last sweep */
    size_t process_room;
    bool full;           /* no more processes are taken into the view */
};

/* Processes that a view keeps apart; of more only the sums are known. */
#define MW_SAMPLER_PROCESSES 65536
#define MW_SAMPLER_SLICES 4096

/* Starts at once: view->interval_ns and begin_ns are set, `run_dirfd` is borrowed. Returns 0, or -1 with a line in err. */
int mw_sampler_init(struct mw_sampler *sampler, struct mw_view *view, int run_dirfd, struct mw_err *err);

/* Takes a sample, and sets when the next is due: at first after a millisecond, then after twice as long each time. */
void mw_sampler_sample(struct mw_sampler *sampler);

void mw_sampler_fini(struct mw_sampler *sampler);

#endif
