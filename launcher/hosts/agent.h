/* SPDX-License-Identifier: MIT */
/* memwatch on a host other than the launcher's: samples the ranks there, and sends the launcher the contents of the run
 * directory. Started by a rank (memwatch-agent(1)). */
#ifndef MW_LAUNCHER_HOSTS_AGENT_H
#define MW_LAUNCHER_HOSTS_AGENT_H

#include "collector/base/hostname.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct mw_agent_settings {
    char run_dir[PATH_MAX];
    int dirfd;                   /* of the run directory */
    int lock_fd;                 /* the lock file, locked; ranks read the agent's state from it */
    char host[MW_HOSTNAME_SIZE]; /* this host */
    const char *launcher;        /* the launcher's host; "" if unknown */
    const char *connect;
    const char *secret;
    uint64_t interval_ns; /* between samples */
};

/* Runs until all ranks of this host have ended and the launcher has all data, or the launcher is gone. `again`: this
 * process replaces one that was killed. Returns the exit status: 0 if the launcher has all data. */
int mw_agent_run(const struct mw_agent_settings *settings, bool again);

#endif
