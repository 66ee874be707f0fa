/* SPDX-License-Identifier: MIT */
/* How much is left now, on one host, of the limit that is nearest: as of the last sample in a view. */
#ifndef MW_LAUNCHER_SAMPLE_FREE_H
#define MW_LAUNCHER_SAMPLE_FREE_H

#include "collector/view/view.h"

struct mw_free {
    enum mw_limit_kind kind; /* MW_LIMIT_NONE: nothing is known */
    uint64_t limit, left;    /* bytes */
    int32_t pid;             /* whose, for a limit of one process; else 0 */
};

/* Over all limits that end a job (memory.high only slows it down). */
struct mw_free mw_free_find(const struct mw_view *view);

/* "the node's memory", "ulimit -v": what a limit is called in one line. */
const char *mw_free_words(enum mw_limit_kind kind);

#endif
