/* SPDX-License-Identifier: MIT */
/* Watches a job that was started, until nothing more is to be learnt of it: samples, passes on signals, reaps children, serves the
 * agents. One thread; the functions are called in this order. */
#ifndef MW_LAUNCHER_RUN_WATCH_H
#define MW_LAUNCHER_RUN_WATCH_H

#include "launcher/run/job.h"

/* Samples until the command has ended, and once more, to see what it leaves running. Its status is in the view. */
void mw_watch_command(struct mw_job *job);

/* After mpirun is killed, ranks end slightly later; waits shortly for that, to report how they ended. */
void mw_watch_ranks(struct mw_job *job);

/* Processes that ranks and launchers started usually end shortly after them. Those that do not are left running and not
 * waited for. */
void mw_watch_rest(struct mw_job *job);

/* After mw_sampler_finish(): agents send their remaining data; signals are held meanwhile. The hub is closed then. */
void mw_watch_agents(struct mw_job *job);

#endif
