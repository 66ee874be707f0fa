/* SPDX-License-Identifier: MIT */
/* Requests of an MPI whose handles are numbers, and what requests.c calls of the shim. */
#ifndef MW_TESTS_UNIT_PMPI_MEASURE_MADE_REQUESTS_H
#define MW_TESTS_UNIT_PMPI_MEASURE_MADE_REQUESTS_H

#include "pmpi/measure/requests.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define MIB ((uint64_t)1 << 20)

#define MADE_COMM(size) (0xABCDEF0000000000 | (uintptr_t)(size)) /* the bits above the handle in a register are arbitrary */

extern int made_window_count; /* windows that are open */
extern uint64_t made_rss;
extern jmp_buf made_out;
extern bool made_jumps_from_size, made_jumps_from_open; /* to made_out, as in a thread that is left in the middle of it */
extern uint32_t made_next_handle;                       /* tests use different handles */
extern struct mw_requests_pending made_pending;

/* A peak while all these windows are open. */
void made_rise_to(uint64_t peak);

/* For each test: no request is known before it, nor after it. */
int made_set_up(void **state);
int made_tear_down(void **state);

/* Calls of the program. */
void made_create(uint32_t handle, uint32_t count, uint32_t size);
void made_start(uint32_t handle, uint32_t site, bool measured);
void made_start_all(const uint32_t *handles, int count, uint32_t site, bool measured);
void made_ibcast(uint32_t handle, uint32_t size, uint32_t site, bool measured);
void made_forget(uint32_t handle); /* MPI_Request_free */

/* MPI_Wait on one request: returns whether it was ours. */
bool made_wait_for(uint32_t handle, uint64_t *base, uint64_t *peak);

bool made_is_active(uint32_t handle);

#endif
