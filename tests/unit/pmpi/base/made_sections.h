/* SPDX-License-Identifier: MIT */
/* One guard and one lock, and what holds them: a wrapper and a section, which a handler may interrupt. */
#ifndef MW_TESTS_UNIT_PMPI_BASE_MADE_SECTIONS_H
#define MW_TESTS_UNIT_PMPI_BASE_MADE_SECTIONS_H

#include "pmpi/base/lock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MADE_STACK (256u << 10)

extern uint64_t made_unrecorded;              /* requests that were refused */
extern bool made_again;                       /* what made_try_again() got */
extern enum mw_lock_result made_locked_again; /* and made_try_lock() */
extern void (*made_in_handler)(void);

/* For each test: neither is held. */
int made_set_up(void **state);

/* What a wrapper does: raises the guard in a function that it calls, then calls MPI (`call`, or nothing), then lowers it. Whether
 * the guard was raised. */
bool made_wrapper(void (*call)(void));

/* Calls `inside` (or nothing) with the lock, if it was got. */
enum mw_lock_result made_section(void (*inside)(void));

/* The same with nothing inside; the results are in made_again and made_locked_again. */
void made_try_again(void);
void made_try_lock(void);

/* Calls made_in_handler in a handler, on the stack that was named last (NULL: that of the thread). */
void made_interrupt(void);
void made_handle_on(void *stack, size_t size);

#endif
