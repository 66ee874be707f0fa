/* SPDX-License-Identifier: MIT */
/* --live: one line on the terminal that tells how the job's memory stands, drawn over itself. */
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
    uint64_t next_ns; /* when it may be drawn again; UINT64_MAX never */
    bool shown;
};

void mw_live_init(struct mw_live *live, enum mw_live_when when, uint64_t now);

/* After a sample: draws the line when it is due, when we are in the terminal's foreground and it takes what we write. */
void mw_live_draw(struct mw_live *live, const struct mw_sampler *sampler);

/* Takes the line away: before anything else is written, and at the end. */
void mw_live_clear(struct mw_live *live);

#endif
