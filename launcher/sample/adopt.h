/* SPDX-License-Identifier: MIT */
/* Ranks that are not descendants of this process (srun, a daemon of the batch system) are found by their journals. */
#ifndef MW_LAUNCHER_SAMPLE_ADOPT_H
#define MW_LAUNCHER_SAMPLE_ADOPT_H

#include "launcher/sample/held.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A rank of this host whose process is in the tree. */
struct mw_adopt_rank {
    pid_t pid;
    uint64_t world; /* from its journal's name */
};

struct mw_adopt {
    int dirfd;                   /* the run directory; borrowed */
    int fd;                      /* inotify: readable when a file was added to the directory; -1 */
    uint64_t mtime_ns;           /* of the directory, at the last scan */
    bool unsettled;              /* scan again even if nothing was added */
    struct mw_map *settled;      /* names that need no second look; NULL: there was no memory for them */
    char host[64];               /* as in journal names */
    struct mw_adopt_rank *ranks; /* found by the last scan, each once */
    size_t rank_count, rank_room;
    struct mw_held held; /* journals of this host's ranks, kept open in case their files are removed */
};

void mw_adopt_init(struct mw_adopt *adopt, int dirfd);

/* The directory was created again, and `dirfd` is open on the new one. */
void mw_adopt_watch_again(struct mw_adopt *adopt);

/* Adds processes of new journals to the tree if they are on this host (the directory may be shared between hosts) and
 * have the start time in the journal; these are in adopt->ranks then. Inexpensive if nothing was added to the
 * directory. */
void mw_adopt_look(struct mw_adopt *adopt, struct mw_tree *tree);

/* Empties `fd`. Returns whether a file was added since the last call. */
bool mw_adopt_was_woken(struct mw_adopt *adopt);

void mw_adopt_fini(struct mw_adopt *adopt);

#endif
