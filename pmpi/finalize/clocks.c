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
    uint64_t is_result;
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

static void store(const struct clock *clock)
{
    struct mw_state *state = mw_rank.journal.state;

    state->clock_shift_ns = clock->shift_ns;
    state->clock_error_ns = clock->error_ns;
    state->clock_known = 1;
}

static bool ping(uintptr_t comm, int rank, struct clock *clock)
{
    struct message request = {0};
    uint64_t before = mw_clock_now(), remote_ns, after;

    if (!send(comm, rank, &request, sizeof(request)) || !receive(comm, rank, &remote_ns, sizeof(remote_ns)))
        return false;
    after = mw_clock_now();
    if ((after - before) / 2 < clock->error_ns) {
        clock->error_ns = (after - before) / 2;
        clock->shift_ns = (int64_t)(before + (after - before) / 2 - remote_ns);
    }
    return true;
}

/* The shortest of several round trips bounds the error: the answer was sent somewhere within it. The first one may be long,
 * since it sets up the connection. */
static void compare_host(uintptr_t comm, int rank)
{
    struct message message = {.is_result = 1, .clock = {.error_ns = UINT64_MAX}};
    uint64_t begin = 0;

    for (int i = 0; i < PINGS && (i < 2 || mw_clock_now() - begin < LONG_NS); i++) {
        if (!ping(comm, rank, &message.clock))
            break;
        begin = i == 0 ? mw_clock_now() : begin;
    }
    send(comm, rank, &message, sizeof(message));
}

void mw_clocks_compare(uintptr_t comm, const int *firsts, int count)
{
    const struct clock own = {0, 0};

    store(&own);
    for (int i = 0; i < count; i++)
        compare_host(comm, firsts[i]);
}

void mw_clocks_answer(uintptr_t comm)
{
    struct message message = {0};
    uint64_t now;

    while (receive(comm, 0, &message, sizeof(message)) && !message.is_result) {
        now = mw_clock_now();
        if (!send(comm, 0, &now, sizeof(now)))
            return;
    }
    if (message.is_result && message.clock.error_ns != UINT64_MAX)
        store(&message.clock);
}
