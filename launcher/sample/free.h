/* SPDX-License-Identifier: MIT */
/* How much is left, on one host, of the nearest limit, as of the last sample in a view. */
#ifndef MW_LAUNCHER_SAMPLE_FREE_H
#define MW_LAUNCHER_SAMPLE_FREE_H

#include "collector/view/view.h"

struct mw_free {
    enum mw_limit_kind kind; /* MW_LIMIT_NONE: unknown */
    uint64_t limit, left;    /* bytes */
    int32_t pid;             /* the process, for a limit of one process; else 0 */
};

/* Over all limits that can end a job (memory.high only slows it down). */
struct mw_free mw_free_find(const struct mw_view *view);

/* The name of a limit in messages: "the node's memory", "ulimit -v". */
const char *mw_free_words(enum mw_limit_kind kind);

#endif
