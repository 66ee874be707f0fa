/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/clocks.h"

#include "collector/base/clock.h"
#include "pmpi/abi/library.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>

#define PINGS 16
#define LONG_NS (5 * MW_NS_PER_MS) /* fewer pings if they take longer than this in total */
#define TAG 1                      /* on a separate communicator */

struct clock {
    int64_t shift_ns;
    uint64_t error_ns;
};

/* From rank 0: a question, answered with the clock (uint64_t), or the result. */
struct message {
    uint64_t is_answer;
    struct clock clock;
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

static bool ask_once(uintptr_t comm, int rank, struct clock *clock)
{
    struct message question = {0};
    uint64_t before = mw_clock_now(), there, after;

    if (!send(comm, rank, &question, sizeof(question)) || !receive(comm, rank, &there, sizeof(there)))
        return false;
    after = mw_clock_now();
    if ((after - before) / 2 < clock->error_ns) {
        clock->error_ns = (after - before) / 2;
        clock->shift_ns = (int64_t)(before + (after - before) / 2 - there);
    }
    return true;
}

/* The shortest of several round trips bounds the error: the answer was sent somewhere within it. The first one may be long,
 * since it sets up the connection. */
static void ask_host(uintptr_t comm, int rank)
{
    struct message message = {.is_answer = 1, .clock = {.error_ns = UINT64_MAX}};
    uint64_t begin = 0;

    for (int i = 0; i < PINGS && (i < 2 || mw_clock_now() - begin < LONG_NS); i++) {
        if (!ask_once(comm, rank, &message.clock))
            break;
        begin = i == 0 ? mw_clock_now() : begin;
    }
    send(comm, rank, &message, sizeof(message));
}

void mw_clocks_ask(uintptr_t comm, const int *firsts, int count)
{
    const struct clock own = {0, 0};

    note(&own);
    for (int i = 0; i < count; i++)
        ask_host(comm, firsts[i]);
}

void mw_clocks_answer(uintptr_t comm)
{
    struct message message = {0};
    uint64_t now;

    while (receive(comm, 0, &message, sizeof(message)) && !message.is_answer) {
        now = mw_clock_now();
        if (!send(comm, 0, &now, sizeof(now)))
            return;
    }
    if (message.is_answer && message.clock.error_ns != UINT64_MAX)
        note(&message.clock);
}
