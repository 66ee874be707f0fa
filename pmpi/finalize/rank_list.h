/* SPDX-License-Identifier: MIT */
/* A set of ranks as a short text, for a value of MPI's name service: "0:1:32+64:2:16", each part first:step:count. */
#ifndef MW_PMPI_FINALIZE_RANK_LIST_H
#define MW_PMPI_FINALIZE_RANK_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Writes `count` ranks, which it sorts. Returns false if the text does not fit, because the ranks are irregular, or if two
 * ranks are equal. */
bool mw_rank_list_write(int *ranks, int count, char *text, size_t size);

/* Marks the ranks of `text` in `marked`, which has `size` entries. Returns their number, or -1 if the text is not such a
 * list, or names a rank beyond `size` or one that is already marked. Some ranks may be marked then. */
int mw_rank_list_mark(const char *text, bool *marked, int size);

#endif
