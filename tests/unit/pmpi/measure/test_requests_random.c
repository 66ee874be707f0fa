/* SPDX-License-Identifier: MIT */
/* Requests of random programs, compared with what their MPI knows. */
#include "pmpi/abi/ops.h"
#include "pmpi/measure/requests.h"
#include "tests/unit/draw.h"
#include "tests/unit/pmpi/measure/made_requests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

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

static uint32_t handle_of(int i)
{
    return made_next_handle + (uint32_t)i * 0x40; /* spaced like addresses of objects */
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
    truth->base = truth->peak = made_rss;
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
        made_create(handle_of(i), truth->count, size);
        truth->is = INACTIVE;
    } else {
        made_ibcast(handle_of(i), size, site, measured);
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
    made_start_all(handles, 8, site, measured);
}

static void random_free(int i)
{
    if (truths[i].is != INACTIVE || truths[i].waited)
        return;
    made_forget(handle_of(i));
    truths[i].is = NONE;
}

static void random_rise(void)
{
    uint64_t peak = (100 + draw(100)) * MIB;

    made_rise_to(peak);
    for (int i = 0; i < HANDLES; i++)
        if (is_started(&truths[i]) && truths[i].peak < peak)
            truths[i].peak = peak;
    made_rss = (80 + draw(30)) * MIB;
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
        assert_int_equal(made_is_active(handle_of(i)), started);
    }
    for (int k = 0; k < WAITERS; k++)
        for (int i = 0; waiters[k].inside && i < waiters[k].pending.count; i++) {
            const struct truth *now = &truths[waiters[k].handles[i]];
            bool held = now->is == NONE && now->life == waiters[k].lives[i];
            known += held;
            watched += held && waiters[k].truths[i].measured;
        }
    assert_int_equal(mw_requests_live, known);
    assert_int_equal(made_window_count, watched);
}

static void random_programs(void **state)
{
    (void)state;
    draw_seed = 12;
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
        assert_int_equal(made_wait_for(handle_of(i), &base, &peak), is_started(&truths[i]));
        if (truths[i].is == INACTIVE || truths[i].is == STARTED)
            made_forget(handle_of(i));
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
