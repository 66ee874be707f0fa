/* SPDX-License-Identifier: MIT */
/* Whether a process that is named in a run directory still lives. Pids prove something only where they were given: on
 * this host, in this boot and in this PID namespace (collector/base/token). */
#ifndef MW_COLLECTOR_JOURNAL_ALIVE_H
#define MW_COLLECTOR_JOURNAL_ALIVE_H

#include "collector/base/token.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_alive {
    char host[64];   /* this one's name */
    int procfd;
    int dirfd;       /* the run directory; borrowed */
    int token_fd;    /* -1: it has no token */
    struct mw_token token;
    bool pids_known; /* pids in it are of this host, boot and namespace, unless outside-<host> is there */
};

void mw_alive_open(struct mw_alive *alive, int dirfd);
void mw_alive_close(struct mw_alive *alive);

/* Whether it can be known here which processes of `host` live. */
bool mw_alive_is_here(const struct mw_alive *alive, const char *host);

/* Whether exactly that process lives here: same pid, same start time (/proc/PID/stat field 22), and no zombie. */
bool mw_alive_check(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks);

/* The launcher, by its lock; by its pid on a file system that has no locks. */
enum mw_alive_state { MW_ALIVE_GONE, MW_ALIVE_LIVES, MW_ALIVE_UNKNOWN };
enum mw_alive_state mw_alive_launcher(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks);

#endif
