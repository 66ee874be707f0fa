/* SPDX-License-Identifier: MIT */
/* Allocations that fail, in a program that is linked with $(no_memory_ldflags): those of its own objects by calloc(), malloc(),
 * realloc(), reallocarray() and strdup(), not those inside of libc. */
#ifndef MW_TESTS_UNIT_NO_MEMORY_H
#define MW_TESTS_UNIT_NO_MEMORY_H

/* From now on every allocation fails, until no_memory_end(). */
void no_memory_begin(void);
void no_memory_end(void);

/* One allocation fails, after `successes` others. */
void no_memory_once(int successes);

/* How many have failed so far. */
extern int no_memory_failures;

#endif
