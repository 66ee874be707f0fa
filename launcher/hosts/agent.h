/* SPDX-License-Identifier: MIT */
/* memwatch on a host other than the launcher's: samples the ranks there, and sends the launcher what lies in the run
 * directory. Started by a rank (memwatch-agent(1)). */
#ifndef MW_LAUNCHER_HOSTS_AGENT_H
#define MW_LAUNCHER_HOSTS_AGENT_H

#include "collector/base/hostname.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct mw_agent_settings {
    char run_dir[PATH_MAX];
    int dirfd;               /* of it */
    int lock_fd;             /* the lock file, held; ranks read there how we are */
    char host[MW_HOSTNAME_SIZE];  /* of this host */
    const char *launcher;    /* the launcher's host; "" unknown */
    const char *connect;
    const char *secret;
    uint64_t interval_ns;    /* between samples */
};

/* Until all ranks of this host have ended and the launcher has everything, or the launcher is gone. `again`: in the
 * place of one that was killed. Returns the exit status: 0 when it has everything. */
int mw_agent_run(const struct mw_agent_settings *settings, bool again);

#endif
