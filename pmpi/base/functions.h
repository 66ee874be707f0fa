/* SPDX-License-Identifier: MIT */
/* The table of Python functions that frames in the journal refer to: one in each library. Callers hold its lock. */
#ifndef MW_PMPI_BASE_FUNCTIONS_H
#define MW_PMPI_BASE_FUNCTIONS_H

#include "collector/journal/record.h"

#include <stdint.h>

/* Where the table is: at most MW_RECORD_FUNCTIONS entries. Copies what is in it. */
void mw_functions_move(struct mw_function *entries, uint32_t *used);

/* Index of a function, added if it is new; MW_FUNCTION_OTHER if there is no room. The last quarter of the table is for
 * scripts of the user: libraries that are imported first have many functions. */
uint32_t mw_functions_find(const struct mw_function *function);

#endif
