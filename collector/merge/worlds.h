/* SPDX-License-Identifier: MIT */
/* Joins parts of a world whose ranks have no common world id, by the properties of the ranks. Private to this folder. */
#ifndef MW_COLLECTOR_MERGE_WORLDS_H
#define MW_COLLECTOR_MERGE_WORLDS_H

#include "collector/merge/parts.h"

/* Joins worlds that are parts of one. Conditions: none of their ranks has a world id that covers its complete world; they
 * have the same size, library and way of start; no two ranks have the same number; and all ranks were in MPI_Init at the
 * same time, since no rank leaves it before all have entered. If that holds for the parts of several worlds, complete worlds
 * below one process are joined, provided that all parts have a position in the tree; parts that cannot be assigned stay
 * separate. Requires ranks and processes in order, and keeps them in order. */
void mw_merge_worlds(struct mw_merge *merge);

#endif
