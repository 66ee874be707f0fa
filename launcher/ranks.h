/* SPDX-License-Identifier: MIT */
/* The ranks of one host, by the journals in the run directory: is any still running? */
#ifndef MW_LAUNCHER_RANKS_H
#define MW_LAUNCHER_RANKS_H

#include "launcher/own_host.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_RANKS_MAX 65536

struct mw_rank_process {
    int32_t pid;
    bool ended; /* stays so: the number may come back as another process */
};

struct mw_ranks {
    int dirfd; /* borrowed */
    char host[MW_OWN_HOST];
    struct mw_rank_process *processes;
    size_t count, room;
};

void mw_ranks_init(struct mw_ranks *ranks, int dirfd, const char *host);
void mw_ranks_fini(struct mw_ranks *ranks);

/* Looks for new journals and ended processes. Returns how many are running; ranks->count is how many there were. */
size_t mw_ranks_look(struct mw_ranks *ranks);

#endif
