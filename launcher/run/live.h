/* SPDX-License-Identifier: MIT */
/* --live: a status line on the terminal with the job's memory, overwritten at each update. */
#ifndef MW_LAUNCHER_RUN_LIVE_H
#define MW_LAUNCHER_RUN_LIVE_H

#include "launcher/sample/sampler.h"

#include <stdbool.h>
#include <stdint.h>

enum mw_live_when {
    MW_LIVE_AUTO,  /* on a terminal, for runs over two seconds, and not in CI */
    MW_LIVE_START, /* on a terminal, from the start */
    MW_LIVE_NEVER
};

struct mw_live {
    uint64_t next_ns; /* earliest time of the next update; UINT64_MAX: never */
    bool shown;
};

void mw_live_init(struct mw_live *live, enum mw_live_when when, uint64_t now);

/* Call after a sample: draws the line if it is due, memwatch is in the terminal's foreground and the terminal accepts
 * output. */
void mw_live_draw(struct mw_live *live, const struct mw_sampler *sampler);

/* What the process of a rank is doing: `rank 3 412.0 MiB in MPI_Allreduce, "solve"`; before MPI_Init has returned `pid 77 1.0 MiB`. Its
 * journal is looked for in the run directory `dirfd`, of this host as journal names have it. Needs no memory, but for the list of the
 * directory. */
void mw_live_describe(char *text, size_t size, int dirfd, const char *host, const struct mw_view_process *process);

/* Clears the line: before other output, and at the end. */
void mw_live_clear(struct mw_live *live);

#endif
