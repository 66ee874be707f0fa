/* SPDX-License-Identifier: MIT */
/* Windows of random programs, compared with their real peaks. */
#include "pmpi/measure/observe.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/draw.h"
#include "tests/unit/pmpi/measure/made_meter.h"
#include "tests/unit/pmpi/measure/made_windows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A window, and the real peak while it was open. */
struct tried {
    struct mw_window window;
    uint64_t truth;
    bool open, bounded; /* since it was opened, a reading also covered the time before */
};

#define WINDOWS 12
static struct tried tried[WINDOWS];
static uint64_t highest; /* since the start */
static void see(uint64_t rss)
{
    if (highest < rss)
        highest = rss;
    for (int i = 0; i < WINDOWS; i++)
        if (tried[i].open && tried[i].truth < rss)
            tried[i].truth = rss;
}

/* Some memory is allocated and freed. */
static void work(void)
{
    for (uint32_t i = draw(4); i > 0; i--) {
        uint64_t rss = MIB + draw(64) * 64 * KIB, peak = rss + (draw(3) ? 0 : draw(100) * MIB / 10);
        made_meter_set(rss);
        made_meter_peak(peak);
        see(peak);
    }
}

/* Memory rises and may stay, but none is freed: a short call frees nothing. */
static void work_shortly(void)
{
    uint64_t rss = made_meter.rss, peak = rss + (draw(3) ? 0 : draw(5) * 512 * KIB);

    made_meter_peak(peak);
    see(peak);
    made_meter_set(draw(2) ? rss : peak);
}

static void compare(bool resets)
{
    for (int i = 0; i < WINDOWS; i++) {
        const struct mw_window *w = &tried[i].window;
        uint64_t bound = w->peak > w->coarse_peak ? w->peak : w->coarse_peak;
        if (!tried[i].open)
            continue;
        assert_true(w->exact);
        assert_true(w->peak <= tried[i].truth);
        assert_true(tried[i].truth <= bound);
        if (!w->coarse_peak)
            assert_int_equal(w->peak, tried[i].truth);
        if (resets)
            assert_true(tried[i].bounded == (w->coarse_peak != 0));
    }
    assert_int_equal(made_state()->peak, highest);
}

static void open_one(bool measured)
{
    struct tried *one = &tried[draw(WINDOWS)];

    if (one->open)
        return;
    mw_observe_open(&one->window, measured);
    one->open = true;
    one->truth = made_meter.rss;
    one->bounded = !measured;
}

static void close_one(void)
{
    struct tried *one = &tried[draw(WINDOWS)];

    if (one->open)
        mw_observe_close(&one->window);
    one->open = false;
}

static void play(uint32_t start, bool resets)
{
    draw_seed = start;
    memset(tried, 0, sizeof(tried));
    made_meter_start(50 * MIB);
    made_meter.resets = resets;
    mw_observe_start(1);
    memset(mw_rank.journal.state, 0, sizeof(*mw_rank.journal.state));
    highest = 50 * MIB;
    mw_observe(2, 0);
    for (uint64_t now = 3; now < 400; now++) {
        work();
        if (draw(3) == 0) { /* a boundary that is not measured */
            mw_observe_skipped();
            close_one();
            if (draw(2))
                open_one(false);
            continue;
        }
        mw_observe(now, draw(3));
        compare(resets);
        close_one();
        for (int i = 0; i < 2; i++)
            open_one(true);
        if (resets && draw(2)) { /* a short call */
            work_shortly();
            assert_int_equal(mw_observe_short(now, 1), made_meter.rss);
            compare(resets);
            close_one();
            open_one(true);
        }
        assert_int_equal(made_state()->grown_program + made_state()->grown_mpi + made_state()->grown_shared,
                         (int64_t)made_meter.rss - 50 * (int64_t)MIB);
    }
}

static void random_programs(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 300; i++)
        play(i, true);
}

static void random_programs_whose_mark_is_never_reset(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 300; i++)
        play(i, false);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_programs),
        TEST(random_programs_whose_mark_is_never_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
