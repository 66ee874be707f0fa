/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/measure/made_requests.h"

#include "pmpi/abi/library.h"
#include "pmpi/abi/ops.h"
#include "pmpi/measure/requests.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_rank mw_rank;
struct mw_library mw_library;

/* ---- what requests.c calls ---- */

static struct mw_window *windows[MW_REQUESTS];
int made_window_count;
uint64_t made_rss;
jmp_buf made_out;
bool made_jumps_from_size, made_jumps_from_open;

void mw_observe_open(struct mw_window *window, bool measured)
{
    assert_true(measured);
    if (made_jumps_from_open)
        longjmp(made_out, 1);
    *window = (struct mw_window){.peak = made_rss, .exact = true};
    assert_true(made_window_count < MW_REQUESTS);
    windows[made_window_count++] = window;
}

void mw_observe_close(struct mw_window *window)
{
    int i = 0;

    while (i < made_window_count && windows[i] != window)
        i++;
    assert_true(i < made_window_count || made_jumps_from_open);
    if (i < made_window_count)
        windows[i] = windows[--made_window_count];
}

void made_rise_to(uint64_t peak)
{
    for (int i = 0; i < made_window_count; i++)
        if (windows[i]->peak < peak)
            windows[i]->peak = peak;
}

uint32_t mw_bytes_comm_size(uintptr_t comm)
{
    if (made_jumps_from_size)
        longjmp(made_out, 1);
    return (uint32_t)comm % 1000;
}

struct mw_bytes mw_bytes_of(const struct mw_op_info *op, const uintptr_t *arguments)
{
    (void)op;
    return (struct mw_bytes){arguments[1], 2 * arguments[1]}; /* the count */
}

uint32_t made_next_handle = 0x1000;
struct mw_requests_pending made_pending;

/* ---- an MPI whose handles are numbers ---- */

int made_set_up(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    mw_library.abi = &mw_abi_mpich;
    made_rss = 100 * MIB;
    made_next_handle += 0x10000;
    assert_int_equal(mw_requests_live, 0);
    return 0;
}

void made_forget(uint32_t handle)
{
    mw_requests_freed(&handle);
}

int made_tear_down(void **state)
{
    free(*state);
    assert_int_equal(mw_requests_live, 0);
    assert_int_equal(made_window_count, 0);
    return 0;
}

void made_create(uint32_t handle, uint32_t count, uint32_t size)
{
    const uintptr_t arguments[] = {0, count, 0, 0, MADE_COMM(size), 0, (uintptr_t)&handle}; /* of MPI_Bcast_init */

    mw_requests_created(&mw_ops[MW_OP_MPI_Bcast_init], arguments);
}

void made_start(uint32_t handle, uint32_t site, bool measured)
{
    const uintptr_t arguments[] = {(uintptr_t)&handle};

    mw_requests_started(&mw_ops[MW_OP_MPI_Start], arguments, site, measured, made_rss, made_rss);
}

void made_start_all(const uint32_t *handles, int count, uint32_t site, bool measured)
{
    const uintptr_t arguments[] = {(uintptr_t)count, (uintptr_t)handles};

    mw_requests_started(&mw_ops[MW_OP_MPI_Startall], arguments, site, measured, made_rss, made_rss);
}

void made_ibcast(uint32_t handle, uint32_t size, uint32_t site, bool measured)
{
    const uintptr_t arguments[] = {0, 0, 0, 0, MADE_COMM(size), (uintptr_t)&handle};

    mw_requests_started(&mw_ops[MW_OP_MPI_Ibcast], arguments, site, measured, made_rss, made_rss);
}

bool made_wait_for(uint32_t handle, uint64_t *base, uint64_t *peak)
{
    bool found = mw_requests_find(&made_pending, 1, &handle);

    *base = *peak = 0;
    for (int i = 0; i < made_pending.count; i++)
        made_pending.items[i].done = true;
    if (found)
        mw_requests_completed(&made_pending, base, peak);
    if (found)
        mw_requests_release(&made_pending);
    return found;
}

bool made_is_active(uint32_t handle)
{
    bool found = mw_requests_find(&made_pending, 1, &handle);

    if (found)
        mw_requests_release(&made_pending);
    return found;
}
