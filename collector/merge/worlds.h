/* SPDX-License-Identifier: MIT */
/* Parts of a world whose ranks had no number in common: joined by what the ranks are. Not for files outside of this folder. */
#ifndef MW_COLLECTOR_MERGE_WORLDS_H
#define MW_COLLECTOR_MERGE_WORLDS_H

#include "collector/merge/parts.h"

/* Joins worlds that are parts of one: no rank of them has a world id that stands for all of its world, they have the same
 * size, library and way of start, no two ranks have the same number, and all ranks were in MPI_Init at one time, which
 * ends for none before it has begun for all. Where that holds for parts of several worlds, whole worlds below one process
 * are joined, if all parts have a place in the tree; what nobody can tell stays apart. When ranks and processes are in order; they are afterwards, too. */
void mw_merge_worlds(struct mw_merge *merge);

#endif
