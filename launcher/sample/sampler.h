/* SPDX-License-Identifier: MIT */
/* Samples the memory of a process tree into a view, which it keeps in the run directory (collector/view/file.h). Ranks
 * are noticed when their journals appear there, and their ends at once. */
#ifndef MW_LAUNCHER_SAMPLE_SAMPLER_H
#define MW_LAUNCHER_SAMPLE_SAMPLER_H

#include "collector/base/err.h"
#include "collector/view/file.h"
#include "launcher/sample/adopt.h"
#include "launcher/sample/deaths.h"
#include "launcher/sample/leaving.h"
#include "launcher/sample/pss.h"
#include "launcher/sample/sampled.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_sampler {
    struct mw_view *view;
    struct mw_view_file file;
    struct mw_tree tree;
    struct mw_sampled_table sampled;
    struct mw_adopt adopt;
    struct mw_deaths deaths;
    struct mw_leaving leaving;
    int fd;              /* to wait on: readable when mw_sampler_wake() has something to do */
    uint64_t next_ns;    /* when the next sample is due */
    uint64_t gap_ns;     /* between samples now: widens to the interval */
    uint64_t rest_ns;    /* before that no further sample, or sampling takes too much */
    uint64_t now;        /* of the sample being taken */
    uint64_t alive_next_ns; /* when it may be looked again who is not ending, as another one does */
    struct mw_pss pss;
    uint64_t last_sum;     /* sum of RSS at the last sample */
    uint32_t ranks_seen; /* of this host */
    uint32_t watched, ended; /* processes whose ends are watched: ranks, and what may become one */
    bool huge_pages;       /* processes can have some: look often */
};

/* Starts at once: the view's host, interval_ns, begin_ns and what else is known are set, `run_dirfd` is borrowed; the
 * view's file is made there. Returns 0, or -1 with a line in err. */
int mw_sampler_init(struct mw_sampler *sampler, struct mw_view *view, int run_dirfd, struct mw_err *err);

/* Takes a sample, and sets when the next is due: at first after a millisecond, then after twice as long each time up to
 * the interval. Never so soon that sampling would take more than a tenth of a CPU. */
void mw_sampler_sample(struct mw_sampler *sampler);

/* When `fd` is readable: notes how ranks ended, and samples then, while the others are still there; a new rank's first
 * moments are sampled often again. Returns whether a watched process has ended. */
bool mw_sampler_wake(struct mw_sampler *sampler);

/* A child of this process was collected by wait(2); to be called before the next mw_sampler_wake(). */
void mw_sampler_collected(struct mw_sampler *sampler, pid_t pid, int wait_status);

/* Ranks of this host that live, as of the last sample. */
size_t mw_sampler_ranks(const struct mw_sampler *sampler);

/* Ends sampling: the view is whole, its file as well. */
void mw_sampler_finish(struct mw_sampler *sampler);

/* Unmaps the view's file: its processes and slices are gone from memory then. */
void mw_sampler_fini(struct mw_sampler *sampler);

#endif
