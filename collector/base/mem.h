/* SPDX-License-Identifier: MIT */
/* Memory for the collector. Out of memory ends the program with a message on stderr and status 125. This is safe: reports
 * are made after the job has ended, and the size of untrusted input is bounded before memory is allocated for it. */
#ifndef MW_COLLECTOR_BASE_MEM_H
#define MW_COLLECTOR_BASE_MEM_H

#include <stddef.h>

/* Ends the program, as all of these do if there is no memory. */
void mw_mem_exhausted(void) __attribute__((noreturn));

/* `count` zeroed items of `size` bytes. Never NULL. The caller frees it. */
void *mw_mem_alloc(size_t count, size_t size);

/* Resizes to `count` items; new ones are not zeroed. Never NULL. */
void *mw_mem_resize(void *items, size_t count, size_t size);

/* A copy of a string. Never NULL. The caller frees it. */
char *mw_mem_copy(const char *text);

/* Adds space for one zeroed item to an array of `count` items that was made by mw_mem_more(). */
void *mw_mem_more(void *items, size_t count, size_t size);

/* Appends a zeroed item to an array that only grows this way. Evaluates to its address. */
#define MW_MEM_PUSH(items, count) ((items) = mw_mem_more((items), (count), sizeof(*(items))), &(items)[(count)++])

#endif
