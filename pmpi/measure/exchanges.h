/* SPDX-License-Identifier: MIT */
/* Exchanges: runs of calls that move messages, one phase each, named by the first call and the last one. Without them, each of
 * 26 MPI_Irecv, 26 MPI_Isend and an MPI_Waitall would end a phase.
 *
 * An exchange goes on
 * - from a call that begins communication (MPI_Isend) up to the calls that complete it (MPI_Wait, several in a row);
 * - through blocking calls (MPI_Sendrecv), until one from the same place comes again: the next round of a loop;
 * and ends in any case at a collective, at another boundary of phases, and when communication begins after a completion. The
 * program's work between its calls is part of it; what follows its last call is a phase "between" as after any call. Only calls
 * of the main thread count. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_EXCHANGES_H
#define MW_PMPI_MEASURE_EXCHANGES_H

#include "pmpi/abi/ops.h"
#include "pmpi/measure/phases.h"
#include "pmpi/rank/timestamp.h"

#include <stdbool.h>
#include <stdint.h>

/* Initializes: no exchange has begun. After mw_phases_start(). */
void mw_exchanges_start(void);

/* `only`: collectives alone are boundaries of phases (--phases-by collectives). */
void mw_exchanges_by_collectives(bool only);

/* A call of the main thread is entered; it is left. `step`: enum mw_step. `measured`: the boundary was observed, and `rss` is
 * the RSS observed (bytes; else 0). `grown`: growth of RSS in the call, bytes. */
void mw_exchanges_enter(unsigned step, uint32_t site, const struct mw_timestamp *now, bool measured, uint64_t rss);
void mw_exchanges_leave(unsigned step, uint32_t site, const struct mw_timestamp *now, bool measured, uint64_t rss,
                        int64_t grown);

/* The same for calls that are only counted: fast for collectives while no exchange is open. */
extern bool mw_exchanges_is_open;
static inline void mw_exchanges_enter_counted(unsigned step, uint32_t site, const struct mw_timestamp *now)
{
    if (step == MW_STEP_COLLECTIVE && !mw_exchanges_is_open)
        mw_phases_enter_counted_call(site, now);
    else
        mw_exchanges_enter(step, site, now, false, 0);
}

static inline void mw_exchanges_leave_counted(unsigned step, uint32_t site, const struct mw_timestamp *now)
{
    if (step == MW_STEP_COLLECTIVE)
        mw_phases_leave_counted_call(site, now);
    else
        mw_exchanges_leave(step, site, now, false, 0, 0);
}

/* Another boundary: ends the exchange, if there is one. */
void mw_exchanges_finish(const struct mw_timestamp *now, bool measured, uint64_t rss);

#endif
