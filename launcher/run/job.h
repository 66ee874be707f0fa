/* SPDX-License-Identifier: MIT */
/* What one run of `memwatch run` consists of. resources.h opens and closes it, watch.h follows the command, report.h makes the
 * reports. */
#ifndef MW_LAUNCHER_RUN_JOB_H
#define MW_LAUNCHER_RUN_JOB_H

#include "collector/base/clock.h"
#include "launcher/hosts/hub.h"
#include "launcher/output/forms.h"
#include "launcher/output/results.h"
#include "launcher/process/post_run.h"
#include "launcher/process/relay.h"
#include "launcher/process/spawn.h"
#include "launcher/run/kill_over.h"
#include "launcher/run/live.h"
#include "launcher/run/options.h"
#include "launcher/run/remake.h"
#include "launcher/rundir/rundir.h"
#include "launcher/sample/sampler.h"
#include "launcher/start/inside.h"

#include <limits.h>
#include <stdbool.h>

struct mw_job {
    struct mw_run_options options;
    struct mw_spawn_inherit inherit; /* state at the start of this process */
    struct mw_inside inside;         /* set if an mpirun started memwatch */
    char *kept;                      /* PATH_MAX bytes for the path of the run directory, which is kept then; NULL: remove it */

    /* resources */
    struct mw_post_run post;
    struct mw_forms forms;
    struct mw_results results;
    int *judged; /* exit status of the checks; shared with the process that makes the report */
    char shim[PATH_MAX];
    struct mw_relay relay;
    struct mw_rundir dir;
    struct mw_view view;
    struct mw_sampler sampler;
    struct mw_hub *hub; /* NULL: no agents */
    int wake_fd;        /* epoll: the sampler or the hub has work */

    /* while the command runs */
    bool started; /* there is data to report and to keep */
    struct mw_kill_over over;
    struct mw_live live;
    struct mw_remake remake;

    bool unreported; /* the report could not be made */
};

/* `judged`: limits were not checked */
#define MW_JOB_NOT_JUDGED (-1)

/* Start of the job's time axis. */
static inline void mw_job_begin_clock(struct mw_job *job)
{
    job->view.begin_ns = mw_clock_now();
    job->view.begin_wall_ns = mw_clock_wall();
}

#endif
