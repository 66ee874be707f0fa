/* SPDX-License-Identifier: MIT */
/* Samples the memory of a process tree into a view in the run directory (collector/view/file.h). New ranks are noticed
 * when their journals appear there, and their ends without delay. */
#ifndef MW_LAUNCHER_SAMPLE_SAMPLER_H
#define MW_LAUNCHER_SAMPLE_SAMPLER_H

#include "collector/base/err.h"
#include "launcher/sample/state.h"

#include <stdbool.h>
#include <stdint.h>

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
