/* SPDX-License-Identifier: MIT */
/* A table of fixed size for the processes that have ended. Of each program, the first processes and then those with
 * the highest peaks have an entry each; the others share one. These functions work on memory only. */
#ifndef MW_PMPI_BASE_EXIT_TABLE_H
#define MW_PMPI_BASE_EXIT_TABLE_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stddef.h>

/* Entries of one program, including the combined one. */
#define MW_EXIT_TABLE_ENTRIES 24

/* A slot that has changed. `text_from`: the slot whose text it gets (itself: unchanged), or MW_EXIT_TABLE_TEXT_NEW
 * for the text of the new process. */
struct mw_exit_table_change {
    size_t slot, text_from;
};
#define MW_EXIT_TABLE_TEXT_NEW SIZE_MAX

struct mw_exit_table_changes {
    struct mw_exit_table_change slots[2]; /* to be written in this order: if the writer is killed in between, no
                                             process is lost */
    size_t count;
    bool lanes; /* the lanes have changed, too; they are to be written first */
};

/* Adds one process (`entry->count` is 1). */
struct mw_exit_table_changes mw_exit_table_add(struct mw_exit_index *index, const struct mw_exit_entry *entry);

/* Adds `from` to `to`. Returns true if the highest peak is now that of `from`. */
bool mw_exit_table_join(struct mw_exit_entry *to, const struct mw_exit_entry *from);

#endif
