/* SPDX-License-Identifier: MIT */
/* How processes that end find their place in a table of fixed size: the first ones, and then the largest, of each program
 * one by one, the others of a program counted together. Works on memory only. */
#ifndef MW_PMPI_BASE_EXIT_TABLE_H
#define MW_PMPI_BASE_EXIT_TABLE_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stddef.h>

/* Entries of one program, the one of those that are counted together included. */
#define MW_EXIT_TABLE_ENTRIES 24

/* A slot that has changed. Its text is to be that of another slot, of the new process, or what it is. */
struct mw_exit_table_change {
    size_t slot, text_from;
};
#define MW_EXIT_TABLE_TEXT_NEW SIZE_MAX

struct mw_exit_table_changes {
    struct mw_exit_table_change slots[2]; /* in the order in which they must be written: nothing is lost in between */
    size_t count;
    bool lanes; /* so have lanes, which come first */
};

/* Enters one process (count 1). */
struct mw_exit_table_changes mw_exit_table_add(struct mw_exit_index *index, const struct mw_exit_entry *entry);

/* Adds `from` to `to`. Returns whether the largest peak is now that of `from`. */
bool mw_exit_table_join(struct mw_exit_entry *to, const struct mw_exit_entry *from);

#endif
