/* SPDX-License-Identifier: MIT */
/* Data of the sampler about each process of the tree: an array indexed by mw_tree_process.id. */
#ifndef MW_LAUNCHER_SAMPLE_SAMPLED_H
#define MW_LAUNCHER_SAMPLE_SAMPLED_H

#include "collector/view/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_sampled {
    size_t entry; /* index of its present program in view->processes; SIZE_MAX: none yet */
    bool is_rank;
    bool is_watched;    /* its end is watched */
    uint64_t world;     /* of a rank, from its journal's name */
    uint64_t looked_ns; /* when its status was last read; 0: not yet */
};

struct mw_sampled_table {
    struct mw_sampled *items;
    size_t room;
};

/* The data of the process with that id. If there was no memory for it, returns a dummy without an entry, whose contents
 * are lost. */
struct mw_sampled *mw_sampled_of(const struct mw_sampled_table *table, uint32_t id);

/* Its entry in the view, or NULL. */
struct mw_view_process *mw_sampled_entry(const struct mw_sampled_table *table, uint32_t id, const struct mw_view *view);

/* Makes room for ids below `count`. */
void mw_sampled_grow(struct mw_sampled_table *table, uint32_t count);

void mw_sampled_fini(struct mw_sampled_table *table);

#endif
