/* SPDX-License-Identifier: MIT */
/* Samples the memory of a process tree into a view in the run directory (collector/view/file.h). New ranks are noticed
 * when their journals appear there, and their ends without delay. */
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
    int fd;                 /* to poll: readable if mw_sampler_wake() has work */
    uint64_t next_ns;       /* when the next sample is due */
    uint64_t gap_ns;        /* current interval between samples: grows to the configured one */
    uint64_t rest_ns;       /* no sample before this time, to limit the cost */
    uint64_t now;           /* time of the current sample */
    uint64_t alive_next_ns; /* when the other ranks may next be checked after one has ended */
    struct mw_pss pss;
    uint64_t last_sum;       /* sum of RSS at the last sample */
    uint32_t ranks_seen;     /* of this host */
    uint32_t watched, ended; /* processes whose ends are watched: ranks, and possible ranks */
    bool huge_pages;         /* processes can have huge pages: read often */
};

/* Starts sampling. The view's host, interval_ns, begin_ns and other known fields are set, `run_dirfd` is borrowed; the
 * view's file is created there. Returns 0, or -1 with a line in err. */
int mw_sampler_init(struct mw_sampler *sampler, struct mw_view *view, int run_dirfd, struct mw_err *err);

/* Takes a sample, and sets when the next is due: first after a millisecond, then after intervals that double up to the
 * configured one; later if sampling would use more than a tenth of a CPU. */
void mw_sampler_sample(struct mw_sampler *sampler);

/* Call when `fd` is readable: notes how ranks ended, then samples, while the others are still running; after the start
 * of a rank, samples are frequent again. Returns whether a watched process has ended. */
bool mw_sampler_wake(struct mw_sampler *sampler);

/* A child of this process was reaped by wait(2); call before the next mw_sampler_wake(). */
void mw_sampler_collected(struct mw_sampler *sampler, pid_t pid, int wait_status);

/* Number of running ranks on this host, as of the last sample. */
size_t mw_sampler_ranks(const struct mw_sampler *sampler);

/* Ends sampling: the view and its file are complete. */
void mw_sampler_finish(struct mw_sampler *sampler);

/* Unmaps the view's file: its processes and slices are not accessible any more. */
void mw_sampler_fini(struct mw_sampler *sampler);

#endif
