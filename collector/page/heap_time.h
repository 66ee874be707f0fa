/* SPDX-License-Identifier: MIT */
/* The allocations of ranks over time, by line, for a page. */
#ifndef MW_COLLECTOR_PAGE_HEAP_TIME_H
#define MW_COLLECTOR_PAGE_HEAP_TIME_H

#include "collector/model/model.h"

#include <stdio.h>

/* "heap_unit" and the table "heap_series" of these ranks: the largest lines of each over time, and what is in no line. Values
 * are multiples of the unit, as those of mw_page_curves_write_packed(), one for each of the rank's ticks. */
void mw_page_heap_time(FILE *out, const struct mw_model *model, const uint32_t *ranks, size_t count);

#endif
