/* SPDX-License-Identifier: MIT */
/* Ranks that are no descendants of ours (srun, a daemon of the batch system) announce themselves by their journals. */
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
    uint64_t world; /* as its journal's name has it */
};

struct mw_adopt {
    int dirfd;           /* the run directory; borrowed */
    int fd;              /* inotify: readable when a file was added to the directory; -1 */
    uint64_t mtime_ns;   /* of it, at the last look */
    bool unsettled;      /* look again even when nothing was added */
    uint64_t *settled;   /* hashes of the names that need no second look; open addressing, 0 empty */
    size_t count, room;
    char host[64];       /* as names of journals have it */
    struct mw_adopt_rank *ranks; /* that the last look has found, each once */
    size_t rank_count, rank_room;
    struct mw_held held; /* journals of this host's ranks: whoever removes them takes nothing from us */
};

void mw_adopt_init(struct mw_adopt *adopt, int dirfd);

/* The directory was made again, and `dirfd` is open on the new one. */
void mw_adopt_watch_again(struct mw_adopt *adopt);

/* Takes processes of new journals into the tree: of this host (the directory may be a shared one), with the start time
 * that the journal has: they are in adopt->ranks then. Cheap while nothing was added to the directory. */
void mw_adopt_look(struct mw_adopt *adopt, struct mw_tree *tree);

/* Empties `fd`. Returns whether something was added since the last time. */
bool mw_adopt_was_woken(struct mw_adopt *adopt);

void mw_adopt_fini(struct mw_adopt *adopt);

#endif
