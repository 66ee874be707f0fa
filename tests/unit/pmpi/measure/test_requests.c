/* SPDX-License-Identifier: MIT */
/* Requests from the call to their completion: when handles are reused, also in other threads, and when there are too many.
 * Random programs are compared with what their MPI knows. */
#include "pmpi/measure/requests.h"

#include "pmpi/abi/library.h"
#include "pmpi/abi/ops.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_rank mw_rank;
struct mw_library mw_library;

#define MIB ((uint64_t)1 << 20)

/* ---- what requests.c calls ---- */

static struct mw_window *windows[MW_REQUESTS];
static int window_count;
static uint64_t rss;
static jmp_buf out;
static bool jumps_from_size, jumps_from_open; /* as in a thread that is left in the middle of it */

void mw_observe_open(struct mw_window *window, bool measured)
{
    assert_true(measured);
    if (jumps_from_open)
        longjmp(out, 1);
    *window = (struct mw_window){.peak = rss, .exact = true};
    assert_true(window_count < MW_REQUESTS);
    windows[window_count++] = window;
}

void mw_observe_close(struct mw_window *window)
{
    int i = 0;

    while (i < window_count && windows[i] != window)
        i++;
    assert_true(i < window_count || jumps_from_open);
    if (i < window_count)
        windows[i] = windows[--window_count];
}

static void rise_to(uint64_t peak)
{
    for (int i = 0; i < window_count; i++)
        if (windows[i]->peak < peak)
            windows[i]->peak = peak;
}

uint32_t mw_bytes_comm_size(uintptr_t comm)
{
    if (jumps_from_size)
        longjmp(out, 1);
    return (uint32_t)comm % 1000;
}

struct mw_bytes mw_bytes_of(const struct mw_op_info *op, const uintptr_t *arguments)
{
    (void)op;
    return (struct mw_bytes){arguments[1], 2 * arguments[1]}; /* the count */
}

/* ---- an MPI whose handles are numbers ---- */

static uint32_t next_handle = 0x1000; /* tests use different handles */
static struct mw_requests_pending pending;

static int set_up(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    mw_library.abi = &mw_abi_mpich;
    rss = 100 * MIB;
    next_handle += 0x10000;
    assert_int_equal(mw_requests_live, 0);
    return 0;
}

static void forget_persistent(uint32_t handle)
{
    mw_requests_freed(&handle);
}

static int tear_down(void **state)
{
    free(*state);
    assert_int_equal(mw_requests_live, 0);
    assert_int_equal(window_count, 0);
    return 0;
}

#define COMM(size) (0xABCDEF0000000000 | (uintptr_t)(size)) /* the bits above the handle in a register are arbitrary */

static void create(uint32_t handle, uint32_t count, uint32_t size)
{
    const uintptr_t arguments[] = {0, count, 0, 0, COMM(size), 0, (uintptr_t)&handle}; /* of MPI_Bcast_init */

    mw_requests_created(&mw_ops[MW_OP_MPI_Bcast_init], arguments);
}

static void start(uint32_t handle, uint32_t site, bool measured)
{
    const uintptr_t arguments[] = {(uintptr_t)&handle};

    mw_requests_started(&mw_ops[MW_OP_MPI_Start], arguments, site, measured, rss, rss);
}

static void start_all(const uint32_t *handles, int count, uint32_t site, bool measured)
{
    const uintptr_t arguments[] = {(uintptr_t)count, (uintptr_t)handles};

    mw_requests_started(&mw_ops[MW_OP_MPI_Startall], arguments, site, measured, rss, rss);
}

static void ibcast(uint32_t handle, uint32_t size, uint32_t site, bool measured)
{
    const uintptr_t arguments[] = {0, 0, 0, 0, COMM(size), (uintptr_t)&handle};

    mw_requests_started(&mw_ops[MW_OP_MPI_Ibcast], arguments, site, measured, rss, rss);
}

/* MPI_Wait on one request: returns whether it was ours. */
static bool wait_for(uint32_t handle, uint64_t *base, uint64_t *peak)
{
    bool found = mw_requests_find(&pending, 1, &handle);

    *base = *peak = 0;
    for (int i = 0; i < pending.count; i++)
        pending.items[i].done = true;
    if (found)
        mw_requests_completed(&pending, base, peak);
    if (found)
        mw_requests_release(&pending);
    return found;
}

static bool is_active(uint32_t handle)
{
    bool found = mw_requests_find(&pending, 1, &handle);

    if (found)
        mw_requests_release(&pending);
    return found;
}

/* ---- lives ---- */

static void a_nonblocking_one(void **state)
{
    uint32_t handle = next_handle;
    uint64_t base, peak;

    (void)state;
    assert_false(mw_requests_are_live());
    ibcast(handle, 6, 41, true);
    assert_true(mw_requests_are_live());
    rss = 90 * MIB;
    rise_to(130 * MIB);
    assert_true(mw_requests_find(&pending, 1, &handle));
    assert_int_equal(pending.count, 1);
    assert_string_equal(pending.call, "MPI_Ibcast");
    assert_int_equal(pending.start_site, 42);
    assert_int_equal(pending.comm_size, 6);
    assert_int_equal(pending.items[0].index, 0);
    assert_false(pending.items[0].done);
    base = 0;
    peak = 30 * MIB; /* the rise of the call itself: the pair's is not higher */
    pending.items[0].done = true;
    mw_requests_completed(&pending, &base, &peak);
    mw_requests_release(&pending);
    assert_int_equal(base, 0);
    assert_int_equal(peak, 30 * MIB);
    assert_false(mw_requests_are_live());
    assert_false(is_active(handle));

    ibcast(handle, 6, 41, true); /* the same again */
    rise_to(130 * MIB);
    assert_true(wait_for(handle, &base, &peak));
    assert_int_equal(base, 90 * MIB);
    assert_int_equal(peak, 130 * MIB);
}

static void what_rose_when_it_was_started_is_the_pairs(void **state)
{
    uint32_t handle = next_handle;
    const uintptr_t arguments[] = {0, 0, 0, 0, COMM(3), (uintptr_t)&handle};
    uint64_t base, peak;

    (void)state;
    mw_requests_started(&mw_ops[MW_OP_MPI_Ibcast], arguments, 1, true, 70 * MIB, 170 * MIB);
    assert_true(wait_for(handle, &base, &peak));
    assert_int_equal(base, 70 * MIB);
    assert_int_equal(peak, 170 * MIB);
}

static void one_that_was_not_measured(void **state)
{
    uint64_t base, peak;

    (void)state;
    ibcast(next_handle, 6, 41, false);
    assert_int_equal(window_count, 0);
    assert_true(wait_for(next_handle, &base, &peak));
    assert_int_equal(peak, 0);
}

static void a_call_that_did_not_complete_it(void **state)
{
    uint64_t base = 0, peak = 0;

    (void)state;
    ibcast(next_handle, 6, 41, true);
    rise_to(200 * MIB);
    assert_true(mw_requests_find(&pending, 1, &next_handle));
    mw_requests_completed(&pending, &base, &peak); /* MPI_Test returned false */
    mw_requests_release(&pending);
    assert_int_equal(peak, 0);
    assert_true(wait_for(next_handle, &base, &peak));
    assert_int_equal(peak, 200 * MIB);
}

static void a_persistent_one(void **state)
{
    uint32_t handle = next_handle;
    const uintptr_t arguments[] = {(uintptr_t)&handle};
    struct mw_bytes bytes = {0, 0};
    uint32_t size = 0;
    uint64_t base, peak;

    (void)state;
    assert_false(mw_requests_to_start(&mw_ops[MW_OP_MPI_Start], arguments, &bytes, &size));
    create(handle, 500, 8);
    assert_false(is_active(handle));
    assert_int_equal(window_count, 0);
    for (uint32_t turn = 0; turn < 3; turn++) {
        bytes = (struct mw_bytes){0, 0};
        size = 0;
        assert_true(mw_requests_to_start(&mw_ops[MW_OP_MPI_Start], arguments, &bytes, &size));
        assert_int_equal(bytes.sent, 500);
        assert_int_equal(bytes.received, 1000);
        assert_int_equal(size, 8);
        start(handle, 10 + turn, true);
        assert_true(mw_requests_find(&pending, 1, &handle));
        assert_string_equal(pending.call, "MPI_Bcast_init");
        assert_int_equal(pending.start_site, 11 + turn);
        assert_int_equal(pending.comm_size, 8);
        mw_requests_release(&pending);
        rise_to((300 + turn) * MIB);
        assert_true(wait_for(handle, &base, &peak));
        assert_int_equal(peak, (300 + turn) * MIB);
        assert_false(wait_for(handle, &base, &peak)); /* MPI_Wait on an inactive one returns at once */
        assert_true(mw_requests_are_live());
    }
    mw_requests_freed(&handle);
    assert_false(mw_requests_are_live());
    mw_requests_freed(&handle); /* a request that is not a collective's */
    assert_false(mw_requests_to_start(&mw_ops[MW_OP_MPI_Start], arguments, &bytes, &size));
}

/* Started again before its completion was seen: one reading earlier, the first peak is over. */
static void a_persistent_one_that_is_started_twice(void **state)
{
    uint64_t base, peak;

    (void)state;
    create(next_handle, 1, 8);
    start(next_handle, 10, true);
    rise_to(900 * MIB);
    start(next_handle, 11, true);
    assert_int_equal(window_count, 1);
    assert_true(wait_for(next_handle, &base, &peak));
    assert_int_equal(peak, 0);
    forget_persistent(next_handle);
}

static void many_are_started_and_completed_at_once(void **state)
{
    const uint32_t h = next_handle, all[] = {h, h + 1, 77 /* a message's */, h + 2, 0x2c000000 /* null */};
    const uint32_t waited[] = {77, h + 5, h + 1, 0x2c000000, h, h + 2};
    const uintptr_t arguments[] = {5, (uintptr_t)all};
    static const int indices[] = {1, 2, 4, 5}; /* of `waited` */
    struct mw_bytes bytes = {0, 0};
    uint64_t base = 0, peak = 0;
    uint32_t size = 0;

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        create(h + i, 100 << i, 4 + 2 * (i == 1));
    assert_true(mw_requests_to_start(&mw_ops[MW_OP_MPI_Startall], arguments, &bytes, &size));
    assert_int_equal(bytes.sent, 700);
    assert_int_equal(bytes.received, 1400);
    assert_int_equal(size, 6);
    start_all(all, 5, 20, true);
    rise_to(110 * MIB);
    rss = 105 * MIB;
    ibcast(h + 5, 9, 33, true);
    rise_to(120 * MIB);
    assert_true(mw_requests_find(&pending, 6, waited));
    assert_int_equal(pending.count, 4);
    assert_int_equal(pending.start_site, 34); /* of the first one */
    assert_string_equal(pending.call, "MPI_Ibcast");
    for (int i = 0; i < 4; i++)
        assert_int_equal(pending.items[i].index, indices[i]);
    pending.items[0].done = pending.items[2].done = true;
    mw_requests_completed(&pending, &base, &peak);
    mw_requests_release(&pending);
    assert_int_equal(base, 100 * MIB); /* rose by 20 */
    assert_int_equal(peak, 120 * MIB);
    assert_false(is_active(h));
    assert_false(is_active(h + 5));
    assert_true(wait_for(h + 1, &base, &peak));
    assert_true(wait_for(h + 2, &base, &peak));
    for (uint32_t i = 0; i < 3; i++)
        forget_persistent(h + i);
}

static void nothing_is_asked_of_no_array(void **state)
{
    const uintptr_t arguments[] = {0, 0};
    struct mw_bytes bytes = {0, 0};
    uint32_t size = 0;

    (void)state;
    create(next_handle, 1, 1);
    assert_false(mw_requests_find(&pending, 0, NULL));
    assert_false(mw_requests_find(&pending, 5, NULL));
    assert_int_equal(pending.count, 0);
    assert_false(mw_requests_to_start(&mw_ops[MW_OP_MPI_Startall], arguments, &bytes, &size));
    assert_int_equal(bytes.sent, 0);
    forget_persistent(next_handle);
}

/* In a library whose handles are pointers all 64 bits count. */
static void wide_handles(void **state)
{
    const uintptr_t low = 0x500000000000, other = 0x600000000000, array[] = {other, low};
    const uintptr_t arguments[] = {0, 0, 0, 0, 7, (uintptr_t)&low};

    (void)state;
    mw_library.abi = &mw_abi_openmpi;
    mw_requests_started(&mw_ops[MW_OP_MPI_Ibcast], arguments, 3, false, 0, 0);
    assert_true(mw_requests_find(&pending, 2, array));
    assert_int_equal(pending.count, 1);
    assert_int_equal(pending.items[0].index, 1);
    pending.items[0].done = true;
    mw_requests_completed(&pending, &(uint64_t){0}, &(uint64_t){0});
    mw_requests_release(&pending);
}

/* ---- handles that come again ---- */

/* MPI_Wait of one thread has freed the handle, and before it returns, another thread gets the same one. */
static void another_thread_gets_the_handle(void **state)
{
    static struct mw_requests_pending first;
    uint64_t base = 0, peak = 0;

    (void)state;
    ibcast(next_handle, 4, 1, true);
    rise_to(500 * MIB);
    assert_true(mw_requests_find(&first, 1, &next_handle));
    ibcast(next_handle, 5, 2, true);
    assert_int_equal(window_count, 1);
    first.items[0].done = true;
    mw_requests_completed(&first, &base, &peak);
    mw_requests_release(&first);
    assert_int_equal(peak, 0);
    assert_true(mw_requests_find(&pending, 1, &next_handle)); /* that of the other thread still exists */
    assert_int_equal(pending.start_site, 3);
    assert_int_equal(pending.comm_size, 5);
    mw_requests_release(&pending);
    rise_to(150 * MIB);
    assert_true(wait_for(next_handle, &base, &peak));
    assert_int_equal(peak, 150 * MIB);
}

/* The same, and the request completes there before the first thread has returned. */
static void another_thread_gets_and_completes_the_handle(void **state)
{
    static struct mw_requests_pending first;
    uint64_t base, peak;

    (void)state;
    ibcast(next_handle, 4, 1, true);
    assert_true(mw_requests_find(&first, 1, &next_handle));
    create(next_handle, 9, 5);
    start(next_handle, 2, true);
    assert_true(wait_for(next_handle, &base, &peak));
    start(next_handle, 3, true);
    first.items[0].done = true;
    mw_requests_completed(&first, &base, &peak);
    mw_requests_release(&first);
    assert_true(is_active(next_handle));
    assert_true(wait_for(next_handle, &base, &peak));
    forget_persistent(next_handle);
}

/* One handle for all requests that are complete from the start: it is seen twice without a wait, and is ignored from then
 * on. */
static void a_handle_for_many_requests_says_nothing(void **state)
{
    (void)state;
    ibcast(next_handle, 4, 1, true);
    ibcast(next_handle, 4, 2, true);
    assert_int_equal(window_count, 0);
    assert_false(is_active(next_handle));
    for (int i = 0; i < 5; i++) {
        ibcast(next_handle, 4, 3, true);
        assert_false(is_active(next_handle));
    }
    assert_int_equal(mw_requests_live, 0);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 0);
}

/* A thread that waited for the handle's last request waits for none of these. */
static void one_of_many_requests_in_the_middle_of_a_wait(void **state)
{
    static struct mw_requests_pending first;

    (void)state;
    ibcast(next_handle, 4, 1, true);
    assert_true(mw_requests_find(&first, 1, &next_handle));
    ibcast(next_handle, 4, 2, true);
    assert_true(is_active(next_handle));
    ibcast(next_handle, 4, 3, true);
    assert_false(is_active(next_handle));
    mw_requests_release(&first);
}

/* Another request has its entry now. */
static void the_entry_of_a_wait_is_given_to_another_request(void **state)
{
    static struct mw_requests_pending first;
    uint64_t base = 0, peak = 0;

    (void)state;
    ibcast(next_handle, 4, 1, true);
    assert_true(mw_requests_find(&first, 1, &next_handle));
    ibcast(next_handle, 4, 2, true);
    assert_true(wait_for(next_handle, &base, &peak));
    ibcast(next_handle + 1, 4, 3, true);
    rise_to(800 * MIB);
    first.items[0].done = true;
    mw_requests_completed(&first, &base, &peak);
    mw_requests_release(&first);
    assert_int_equal(peak, 0);
    assert_true(wait_for(next_handle + 1, &base, &peak));
    assert_int_equal(peak, 800 * MIB);
}

static void handles_may_come_again_for_ever(void **state)
{
    uint64_t base, peak;

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        ibcast(next_handle + i % 3, 4, 1, true);
        assert_true(wait_for(next_handle + i % 3, &base, &peak));
    }
}

/* ---- room ---- */

static void more_than_there_is_room_for(void **state)
{
    uint32_t h = next_handle;
    uint64_t base, peak;

    (void)state;
    for (uint32_t i = 0; i < MW_REQUESTS; i++)
        ibcast(h + i, 2, i, true);
    assert_int_equal(mw_requests_live, MW_REQUESTS);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 0);
    ibcast(h + MW_REQUESTS, 2, 1, true);
    create(h + MW_REQUESTS + 1, 2, 1);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 2);
    assert_false(is_active(h + MW_REQUESTS));
    assert_true(wait_for(h + 700, &base, &peak));
    ibcast(h + MW_REQUESTS, 2, 1, true);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 2);
    for (uint32_t i = 0; i <= MW_REQUESTS; i++)
        assert_int_equal(wait_for(h + i, &base, &peak), i != 700);
}

/* All in one array: their entries are freed. */
static void all_in_one_call(void **state)
{
    static uint32_t handles[MW_REQUESTS];
    uint64_t base = 0, peak = 0;

    (void)state;
    for (uint32_t i = 0; i < MW_REQUESTS; i++)
        ibcast(handles[i] = next_handle + i, 2, i, i % 2);
    assert_true(mw_requests_find(&pending, MW_REQUESTS, handles));
    assert_int_equal(pending.count, MW_REQUESTS);
    for (int i = 0; i < pending.count; i++)
        pending.items[i].done = true;
    mw_requests_completed(&pending, &base, &peak);
    mw_requests_release(&pending);
}

/* ---- left in the middle ---- */

static void tables_that_were_left_half_written(void **state)
{
    uint64_t base, peak;

    (void)state;
    create(next_handle, 1, 1);
    jumps_from_size = true;
    if (!setjmp(out))
        ibcast(next_handle + 1, 3, 4, true);
    jumps_from_size = false;
    mw_requests_repair();
    assert_false(is_active(next_handle + 1));
    ibcast(next_handle + 1, 3, 4, true); /* the handle comes again */
    assert_true(is_active(next_handle + 1));
    jumps_from_open = true;
    if (!setjmp(out))
        ibcast(next_handle + 2, 3, 4, true);
    mw_requests_repair(); /* its window is on no list: closing it has no effect */
    assert_int_equal(mw_requests_live, 3);
    assert_true(wait_for(next_handle + 2, &base, &peak));
    jumps_from_open = false;
    assert_true(wait_for(next_handle + 1, &base, &peak));
    assert_int_equal(mw_requests_live, 1);
    start(next_handle, 5, true);
    assert_true(wait_for(next_handle, &base, &peak));
    forget_persistent(next_handle);
}

/* ---- random programs ---- */

#define HANDLES 300
#define WAITERS 3

/* What MPI knows of a handle. */
static struct truth {
    enum { NONE, INACTIVE, STARTED, NONBLOCKING } is;
    uint32_t site, size, count, life; /* `life`: how often it was used */
    uint64_t base, peak;
    bool measured, waited;
} truths[HANDLES];

/* A thread inside a completing call. */
static struct waiter {
    bool inside;
    struct mw_requests_pending pending;
    uint32_t lives[MW_REQUESTS];
    struct truth truths[MW_REQUESTS];
    int handles[MW_REQUESTS];
} waiters[WAITERS];

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 1) * below >> 31);
}

static uint32_t handle_of(int i)
{
    return next_handle + (uint32_t)i * 0x40; /* spaced like addresses of objects */
}

static bool is_started(const struct truth *truth)
{
    return truth->is == STARTED || truth->is == NONBLOCKING;
}

static void begin(struct truth *truth, int is, uint32_t site, bool measured)
{
    truth->is = is;
    truth->site = site;
    truth->measured = measured;
    truth->base = truth->peak = rss;
}

static void random_new(int i)
{
    struct truth *truth = &truths[i];
    uint32_t site = draw(100), size = draw(50);
    bool measured = draw(3) > 0;

    if (truth->is != NONE)
        return;
    truth->size = size;
    truth->count = draw(1000);
    truth->life++;
    truth->waited = false;
    if (draw(2)) {
        create(handle_of(i), truth->count, size);
        truth->is = INACTIVE;
    } else {
        ibcast(handle_of(i), size, site, measured);
        begin(truth, NONBLOCKING, site, measured);
    }
}

static void random_start(int first)
{
    uint32_t handles[8], site = draw(100);
    const uintptr_t arguments[] = {8, (uintptr_t)handles};
    uint64_t sent = 0;
    struct mw_bytes bytes = {0, 0};
    uint32_t largest = 0, size = 0;
    bool measured = draw(2), any = false;

    for (int i = 0; i < 8; i++) {
        struct truth *truth = &truths[(first + i) % HANDLES];
        bool ours = truth->is == INACTIVE && !truth->waited;
        handles[i] = ours ? handle_of((first + i) % HANDLES) : 5 /* a message's */;
        any |= ours;
        sent += ours ? truth->count : 0;
        largest = ours && truth->size > largest ? truth->size : largest;
        if (ours)
            begin(truth, STARTED, site, measured);
    }
    assert_int_equal(mw_requests_to_start(&mw_ops[MW_OP_MPI_Startall], arguments, &bytes, &size), any);
    assert_int_equal(bytes.sent, sent);
    assert_int_equal(size, largest);
    start_all(handles, 8, site, measured);
}

static void random_free(int i)
{
    if (truths[i].is != INACTIVE || truths[i].waited)
        return;
    forget_persistent(handle_of(i));
    truths[i].is = NONE;
}

static void random_rise(void)
{
    uint64_t peak = (100 + draw(100)) * MIB;

    rise_to(peak);
    for (int i = 0; i < HANDLES; i++)
        if (is_started(&truths[i]) && truths[i].peak < peak)
            truths[i].peak = peak;
    rss = (80 + draw(30)) * MIB;
}

/* A thread enters MPI_Waitsome, where MPI completes some of them immediately. */
static void random_wait(struct waiter *w, int first)
{
    uint32_t handles[8];
    int expected = 0;

    for (int i = 0; i < 8; i++) {
        int at = (first + i) % HANDLES;
        bool mine = truths[at].is != NONE && !truths[at].waited;
        handles[i] = mine ? handle_of(at) : 0x2c000000;
        if (mine && is_started(&truths[at]))
            w->handles[expected++] = at;
    }
    assert_int_equal(mw_requests_find(&w->pending, 8, handles), expected > 0);
    assert_int_equal(w->pending.count, expected);
    w->inside = expected > 0;
    for (int i = 0; i < expected; i++) {
        struct truth *truth = &truths[w->handles[i]];
        assert_int_equal(handles[w->pending.items[i].index], handle_of(w->handles[i]));
        w->lives[i] = truth->life;
        truth->waited = true;
    }
    if (expected) {
        assert_int_equal(w->pending.start_site, truths[w->handles[0]].site + 1);
        assert_int_equal(w->pending.comm_size, truths[w->handles[0]].size);
    }
    for (int i = 0; i < expected; i++) {
        struct truth *truth = &truths[w->handles[i]];
        w->truths[i] = *truth;
        w->pending.items[i].done = draw(2);
        if (w->pending.items[i].done && truth->is == NONBLOCKING) {
            truth->is = NONE; /* the handle is free */
            truth->waited = false;
        }
    }
}

/* The thread returns. */
static void random_return(struct waiter *w)
{
    uint64_t base = 0, peak = 0, rise = 0, got_base = 0, got_peak = 0;

    for (int i = 0; i < w->pending.count; i++) {
        struct truth *now = &truths[w->handles[i]];
        struct truth *then = &w->truths[i];
        bool again = now->life != w->lives[i]; /* another thread has got the handle */
        uint64_t risen = now->peak;            /* still open until here */
        if (!again && w->pending.items[i].done && then->measured) {
            if (now->is == NONE) /* requests that MPI has completed are watched until the call returns */
                risen = then->peak;
            if (risen > then->base && risen - then->base > rise) {
                rise = risen - then->base;
                base = then->base;
                peak = risen;
            }
        }
        if (again)
            continue;
        now->waited = false;
        if (w->pending.items[i].done && now->is == STARTED)
            now->is = INACTIVE;
    }
    mw_requests_completed(&w->pending, &got_base, &got_peak);
    mw_requests_release(&w->pending);
    assert_int_equal(got_peak - got_base, peak - base);
    if (peak > base)
        assert_int_equal(got_base, base);
    w->inside = false;
}

static bool is_completing(int handle)
{
    for (int k = 0; k < WAITERS; k++)
        for (int i = 0; waiters[k].inside && i < waiters[k].pending.count; i++)
            if (waiters[k].handles[i] == handle && waiters[k].lives[i] == truths[handle].life)
                return true;
    return false;
}

static void compare(void)
{
    unsigned known = 0;
    int watched = 0;

    for (int i = 0; i < HANDLES; i++) {
        bool started = is_started(&truths[i]);
        if (truths[i].is == NONE && is_completing(i))
            continue; /* is known until the call returns */
        known += truths[i].is != NONE;
        watched += started && truths[i].measured;
        assert_int_equal(is_active(handle_of(i)), started);
    }
    for (int k = 0; k < WAITERS; k++)
        for (int i = 0; waiters[k].inside && i < waiters[k].pending.count; i++) {
            const struct truth *now = &truths[waiters[k].handles[i]];
            bool held = now->is == NONE && now->life == waiters[k].lives[i];
            known += held;
            watched += held && waiters[k].truths[i].measured;
        }
    assert_int_equal(mw_requests_live, known);
    assert_int_equal(window_count, watched);
}

static void random_programs(void **state)
{
    (void)state;
    seed = 12;
    for (int step = 0; step < 40000; step++) {
        struct waiter *w = &waiters[draw(WAITERS)];
        int i = (int)draw(HANDLES);
        uint32_t what = draw(10);
        if (what < 3)
            random_new(i);
        else if (what < 5)
            random_start(i);
        else if (what < 6)
            random_free(i);
        else if (what < 7 && !waiters[0].inside && !waiters[1].inside && !waiters[2].inside)
            random_rise();
        else if (w->inside)
            random_return(w);
        else
            random_wait(w, i);
        if (step % 1000 == 0)
            compare();
        if (step % 5000 == 0)
            mw_requests_repair(); /* in consistent tables nothing is lost */
        if (step % 5000 == 0)
            compare();
    }
    for (int k = 0; k < WAITERS; k++)
        if (waiters[k].inside)
            random_return(&waiters[k]);
    compare();
    for (int i = 0; i < HANDLES; i++) {
        uint64_t base, peak;
        assert_int_equal(wait_for(handle_of(i), &base, &peak), is_started(&truths[i]));
        if (truths[i].is == INACTIVE || truths[i].is == STARTED)
            forget_persistent(handle_of(i));
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_nonblocking_one),
        TEST(what_rose_when_it_was_started_is_the_pairs),
        TEST(one_that_was_not_measured),
        TEST(a_call_that_did_not_complete_it),
        TEST(a_persistent_one),
        TEST(a_persistent_one_that_is_started_twice),
        TEST(many_are_started_and_completed_at_once),
        TEST(nothing_is_asked_of_no_array),
        TEST(wide_handles),
        TEST(another_thread_gets_the_handle),
        TEST(another_thread_gets_and_completes_the_handle),
        TEST(a_handle_for_many_requests_says_nothing),
        TEST(one_of_many_requests_in_the_middle_of_a_wait),
        TEST(the_entry_of_a_wait_is_given_to_another_request),
        TEST(handles_may_come_again_for_ever),
        TEST(more_than_there_is_room_for),
        TEST(all_in_one_call),
        TEST(tables_that_were_left_half_written),
        TEST(random_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
