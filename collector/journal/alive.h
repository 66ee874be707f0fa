/* SPDX-License-Identifier: MIT */
/* Whether a process that is named in a run directory is still running. Pids are comparable only within one host, boot and
 * PID namespace (collector/base/token). */
#ifndef MW_COLLECTOR_JOURNAL_ALIVE_H
#define MW_COLLECTOR_JOURNAL_ALIVE_H

#include "collector/base/token.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_alive {
    char host[64]; /* name of this host */
    int procfd;
    int dirfd;    /* the run directory; borrowed */
    int token_fd; /* -1: it has no token */
    struct mw_token token;
    bool pids_known; /* its pids are of this host, boot and namespace, unless outside-<host> exists */
};

void mw_alive_open(struct mw_alive *alive, int dirfd);
void mw_alive_close(struct mw_alive *alive);

/* Whether this process can find out which processes of `host` are running. */
bool mw_alive_is_here(const struct mw_alive *alive, const char *host);

/* Whether exactly that process is running here: same pid and start time (/proc/PID/stat field 22), and not a zombie. */
bool mw_alive_check(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks);

/* The state of the launcher, by its lock; by its pid on file systems without locks. */
enum mw_alive_state { MW_ALIVE_GONE, MW_ALIVE_LIVES, MW_ALIVE_UNKNOWN };
enum mw_alive_state mw_alive_launcher(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks);

#endif
