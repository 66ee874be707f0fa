/* SPDX-License-Identifier: MIT */
/* Phases of a rank whose memory is that of made_meter: each boundary is MADE_STEP_NS after the last one. */
#ifndef MW_TESTS_UNIT_PMPI_MEASURE_MADE_PHASES_H
#define MW_TESTS_UNIT_PMPI_MEASURE_MADE_PHASES_H

#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"

#define MIB ((uint64_t)1 << 20)
#define MADE_FIRST_NS 1000
#define MADE_STEP_NS 10

extern uint64_t made_now_ns; /* the time of the last boundary */

/* The time of the next boundary. */
struct mw_timestamp made_later(void);

void made_start(bool exact);

/* For each test: an empty journal, all calls measured. */
int made_set_up(void **state);
int made_tear_down(void **state);

uint32_t made_used(void); /* phases in the journal */

/* The only phase like this one; NULL if there is none. */
const struct mw_phase *made_find(uint32_t kind, uint32_t parent, uint32_t from, uint32_t to, const char *name);
const struct mw_phase *made_between(uint32_t from, uint32_t to);
const struct mw_phase *made_named(const char *name, const struct mw_phase *parent);

/* Boundaries of the main thread, each at the next time. */
void made_enter(uint32_t site);
void made_leave(uint32_t site, int64_t grown);
void made_call(uint32_t site);
void made_begin(const char *name);
void made_end(const char *name);
void made_end_all(void);

/* The innermost phase of the program; NULL if none is open. */
const struct mw_phase *made_open_phase(void);

#endif
