/* SPDX-License-Identifier: MIT */
/* Whether a process that somebody wrote down still lives. Only of this host that can be told. */
#ifndef MW_COLLECTOR_ALIVE_H
#define MW_COLLECTOR_ALIVE_H

#include <stdbool.h>
#include <stdint.h>

struct mw_alive {
    char host[64]; /* this one's name */
    int procfd;
};

void mw_alive_open(struct mw_alive *alive);

/* Whether `host` is this one. */
bool mw_alive_is_here(const struct mw_alive *alive, const char *host);

/* Whether exactly that process lives here: same pid, same start time (/proc/PID/stat field 22), and no zombie. */
bool mw_alive_check(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks);

void mw_alive_close(struct mw_alive *alive);

#endif
