/* SPDX-License-Identifier: MIT */
/* Memory for the collector. Running out of it ends the program with a line on stderr and status 125: reports
 * are made after the job has ended, and everything read from outside is bounded before room is made for it. */
#ifndef MW_COLLECTOR_BASE_MEM_H
#define MW_COLLECTOR_BASE_MEM_H

#include <stddef.h>

/* `count` zeroed items of `size` bytes; never NULL. free() it. */
void *mw_mem_alloc(size_t count, size_t size);

/* Resizes to `count` items; new ones are not zeroed. Never NULL. */
void *mw_mem_resize(void *items, size_t count, size_t size);

/* A copy of a string; never NULL. free() it. */
char *mw_mem_copy(const char *text);

/* Room for one more zeroed item behind the `count` that an array of mw_mem_more() has. */
void *mw_mem_more(void *items, size_t count, size_t size);

/* Appends a zeroed item to an array that only grows this way, and gives its address. */
#define MW_MEM_PUSH(items, count) ((items) = mw_mem_more((items), (count), sizeof(*(items))), &(items)[(count)++])

#endif
