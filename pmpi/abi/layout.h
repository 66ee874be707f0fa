/* SPDX-License-Identifier: MIT */
/* Where the arguments are that say how many bytes a call moves, from the rows of pmpi/abi/calls.def. */
#ifndef MW_PMPI_ABI_LAYOUT_H
#define MW_PMPI_ABI_LAYOUT_H

#include "pmpi/abi/ops.h"

#include <stdbool.h>
#include <stdint.h>

#define MW_LAYOUT_SEND 0 /* sides */
#define MW_LAYOUT_RECEIVE 1

/* The positions of a rule's arguments, by side. With a single count, type or peer, both sides have the same. */
struct mw_layout {
    uint8_t buffer[2], count[2], type[2], peer[2], root, op, partitions;
    bool is_array[2]; /* `count` is an array of counts */
    bool is_long;     /* `count` is MPI_Count in every form */
    bool has_peer;
};

extern struct mw_layout mw_layouts[MW_RULE_COUNT];

/* Fills mw_layouts. */
void mw_layout_start(void);

#endif
