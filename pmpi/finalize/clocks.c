/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/clocks.h"

#include "collector/base/clock.h"
#include "pmpi/abi/library.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>

#define PINGS 16
#define TAG 1 /* on a communicator of ours */

struct clock {
    int64_t shift_ns;
    uint64_t error_ns;
};

static bool send(uintptr_t comm, int rank, const void *bytes, int size)
{
    return !mw_library.send(bytes, size, mw_library.datatype_byte, rank, TAG, comm);
}

static bool receive(uintptr_t comm, int rank, void *bytes, int size)
{
    char status[MW_LIBRARY_STATUS];

    return !mw_library.recv(bytes, size, mw_library.datatype_byte, rank, TAG, comm, status);
}

static void note(const struct clock *clock)
{
    struct mw_state *state = mw_rank.journal.state;

    state->clock_shift_ns = clock->shift_ns;
    state->clock_error_ns = clock->error_ns;
    state->clock_known = 1;
}

/* The shortest of some round trips bounds the error: the answer was given somewhere within it. */
static bool measure(uintptr_t comm, int rank, struct clock *clock)
{
    for (int i = 0; i < PINGS; i++) {
        uint64_t before = mw_clock_now(), there, after;
        if (!send(comm, rank, &before, sizeof(before)) || !receive(comm, rank, &there, sizeof(there)))
            return false;
        after = mw_clock_now();
        if (i == 0 || (after - before) / 2 < clock->error_ns) {
            clock->error_ns = (after - before) / 2;
            clock->shift_ns = (int64_t)(before + (after - before) / 2 - there);
        }
    }
    return true;
}

void mw_clocks_ask(uintptr_t comm, const int *firsts, int count)
{
    struct clock own = {0, 0}, clock;

    note(&own);
    for (int i = 0; i < count; i++)
        if (measure(comm, firsts[i], &clock))
            send(comm, firsts[i], &clock, sizeof(clock));
}

void mw_clocks_answer(uintptr_t comm)
{
    struct clock clock;
    uint64_t word;

    for (int i = 0; i < PINGS; i++) {
        if (!receive(comm, 0, &word, sizeof(word)))
            return;
        word = mw_clock_now();
        if (!send(comm, 0, &word, sizeof(word)))
            return;
    }
    if (receive(comm, 0, &clock, sizeof(clock)))
        note(&clock);
}
