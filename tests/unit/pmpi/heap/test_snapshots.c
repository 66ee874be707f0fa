/* SPDX-License-Identifier: MIT */
/* The lazy snapshots against a model that copies all values at each moment: after every one of millions of events every site
 * has the same value at every moment in both. */
#include "pmpi/heap/snapshots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SITES 12

/* ---- what is tested ---- */

static struct mw_heap_snapshot moments[MW_HEAP_MOMENTS];
static struct mw_heap_snapshots snapshots;
static struct site {
    struct mw_heap_amount amount;
    uint32_t blocks, at_blocks[MW_HEAP_MOMENTS];
} sites[SITES];

/* ---- the model ---- */

struct values {
    uint64_t total, held[SITES];
    uint32_t blocks[SITES];
};

static struct values present;
static struct model {
    struct values best, candidate;
    uint64_t adopted, floor;
} model[2];

static uint64_t slack;

static bool model_adopts(const struct model *pair, uint64_t mark)
{
    if (mark <= pair->floor || mark <= pair->adopted)
        return false;
    return !pair->adopted || mark > pair->adopted + slack + pair->adopted / 64 || pair->candidate.total >= pair->best.total;
}

static void model_mark(struct model *pair, uint64_t mark)
{
    if (model_adopts(pair, mark)) {
        pair->best = pair->candidate;
        pair->adopted = mark;
    }
    pair->candidate = present;
}

static void model_event(void)
{
    for (int p = 0; p < 2; p++)
        if (present.total >= model[p].candidate.total)
            model[p].candidate = present;
}

/* ---- events ---- */

static uint64_t state;

static uint64_t below(uint64_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % limit;
}

static void start(uint64_t seed, uint64_t new_slack)
{
    memset(moments, 0, sizeof(moments));
    memset(sites, 0, sizeof(sites));
    memset(&present, 0, sizeof(present));
    memset(model, 0, sizeof(model));
    mw_heap_snapshots_start(&snapshots, moments);
    snapshots.slack = slack = new_slack;
    state = seed * 0x9E3779B97F4A7C15ULL | 1;
}

/* One site changes, or several at once. */
static void change(int site, int64_t bytes, int32_t blocks)
{
    snapshots.total += (uint64_t)bytes;
    mw_heap_snapshots_save(&snapshots, &sites[site].amount, &sites[site].blocks, sites[site].at_blocks);
    sites[site].amount.held += (uint64_t)bytes;
    sites[site].blocks += (uint32_t)blocks;
    present.total += (uint64_t)bytes;
    present.held[site] += (uint64_t)bytes;
    present.blocks[site] += (uint32_t)blocks;
}

static void rise(uint64_t now_ns)
{
    for (uint64_t i = 1 + below(2); i > 0; i--)
        change((int)below(SITES), (int64_t)below(1000), 1);
    mw_heap_snapshots_after(&snapshots, now_ns);
    model_event();
}

static void fall(uint64_t now_ns)
{
    int site = (int)below(SITES);
    uint64_t held = sites[site].amount.held;

    mw_heap_snapshots_before_fall(&snapshots);
    if (sites[site].blocks)
        change(site, -(int64_t)below((held < 1500 ? held : 1500) + 1), -1);
    mw_heap_snapshots_after(&snapshots, now_ns);
    model_event();
}

static void drop_all(uint64_t now_ns)
{
    mw_heap_snapshots_before_fall(&snapshots);
    for (int site = 0; site < SITES; site++)
        change(site, -(int64_t)sites[site].amount.held, -(int32_t)sites[site].blocks);
    mw_heap_snapshots_after(&snapshots, now_ns);
    model_event();
}

static uint32_t adopted_by_run;

static void read_mark(uint64_t mark, uint64_t now_ns)
{
    bool expected = model_adopts(&model[MW_HEAP_RUN], mark);

    assert_int_equal(mw_heap_snapshots_mark(&snapshots, mark, now_ns), expected);
    adopted_by_run += expected;
    for (int p = 0; p < 2; p++)
        model_mark(&model[p], mark);
}

static void begin_phase(uint64_t rss, uint64_t mark, uint64_t now_ns)
{
    mw_heap_snapshots_begin_phase(&snapshots, rss, mark, now_ns);
    model[MW_HEAP_PHASE] = (struct model){.best = present, .candidate = present, .adopted = rss, .floor = mark};
}

/* ---- comparing ---- */

static void compare_moment(uint32_t moment, const struct values *values)
{
    for (int site = 0; site < SITES; site++) {
        const struct mw_heap_amount *amount = &sites[site].amount;
        bool is_past = !moments[moment].live && amount->epoch[moment] == moments[moment].epoch;
        if (mw_heap_snapshots_value(&snapshots, amount, moment) != values->held[site] ||
            (is_past ? sites[site].at_blocks[moment] : sites[site].blocks) != values->blocks[site])
            fail_msg("site %d differs at moment %u", site, moment);
    }
}

static void compare(void)
{
    for (int p = 0; p < 2; p++) {
        const struct mw_heap_pair *pair = &snapshots.pairs[p];
        uint32_t candidate = mw_heap_snapshots_candidate(pair);
        if (pair->adopted != model[p].adopted || pair->best_total != model[p].best.total ||
            moments[candidate].total != model[p].candidate.total || pair->best == candidate)
            fail_msg("pair %d differs", p);
        compare_moment(pair->best, &model[p].best);
        compare_moment(candidate, &model[p].candidate);
    }
}

/* ---- tests ---- */

/* The kernel's mark: what the sites hold and something that varies, as when malloc() keeps freed memory. */
static uint64_t kernel_mark;

static void one_event(uint64_t now_ns, bool grows)
{
    uint64_t kind = below(20000), rss = present.total + below(2000);

    kernel_mark = rss > kernel_mark ? rss : kernel_mark;
    if (kind < 1)
        drop_all(now_ns);
    else if (kind < 40) {
        bool is_reset = below(2);
        begin_phase(is_reset ? rss : 0, is_reset ? 0 : kernel_mark, now_ns);
        kernel_mark = is_reset ? rss : kernel_mark;
    } else if (kind < 4000)
        read_mark(kernel_mark, now_ns);
    else if (kind < (grows ? 15000u : 10000u))
        rise(now_ns);
    else
        fall(now_ns);
}

static void like_the_model(uint64_t seed, uint64_t with_slack, uint32_t events, uint32_t least_adopted)
{
    start(seed, with_slack);
    kernel_mark = adopted_by_run = 0;
    for (uint32_t i = 0; i < events; i++) {
        one_event(i, i / 500 % 2 == 0);
        compare();
    }
    if (adopted_by_run < least_adopted)
        fail_msg("seed %d: only %u adoptions", (int)seed, adopted_by_run);
}

static void random_events(void **unused)
{
    (void)unused;
    like_the_model(1, 0, 1200000, 1000);
    like_the_model(2, 300, 1200000, 1000);
    like_the_model(3, 1 << 20, 600000, 100);
}

/* Many short runs: beginnings, and few adoptions each. */
static void short_runs(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 2000; seed++)
        like_the_model(seed, below(3000), 400, 0);
}

static uint64_t at_peak(int site)
{
    return mw_heap_snapshots_value(&snapshots, &sites[site].amount, snapshots.pairs[MW_HEAP_RUN].best);
}

static void change_one(int site, int64_t bytes)
{
    if (bytes < 0)
        mw_heap_snapshots_before_fall(&snapshots);
    change(site, bytes, bytes < 0 ? -1 : 1);
    mw_heap_snapshots_after(&snapshots, 0);
}

/* The moment is that of the highest total before the mark was found to be higher, not the moment of reading. */
static void peak_before_the_frees(void **unused)
{
    (void)unused;
    start(1, 1 << 20);
    change_one(0, 100);
    change_one(1, 50);
    change_one(0, -100);
    change_one(2, 20);
    assert_true(mw_heap_snapshots_mark(&snapshots, 1000, 0));
    assert_int_equal(at_peak(0), 100);
    assert_int_equal(at_peak(1), 50);
    assert_int_equal(at_peak(2), 0);
}

/* On a plateau the mark creeps: a small rise while less is held is not the peak. */
static void small_rise(void **unused)
{
    const uint64_t mib = 1 << 20;

    (void)unused;
    start(1, mib);
    change_one(0, 100 * (int64_t)mib);
    assert_true(mw_heap_snapshots_mark(&snapshots, 110 * mib, 0));
    change_one(0, -100 * (int64_t)mib);
    assert_false(mw_heap_snapshots_mark(&snapshots, 110 * mib, 0)); /* the moment before the free ends here */
    change_one(1, 60 * (int64_t)mib);
    assert_false(mw_heap_snapshots_mark(&snapshots, 111 * mib, 0));
    assert_int_equal(at_peak(0), 100 * mib);
    assert_true(mw_heap_snapshots_mark(&snapshots, 114 * mib, 0)); /* more than 1 MiB and 1/64 */
    assert_int_equal(at_peak(0), 0);
    assert_int_equal(at_peak(1), 60 * mib);
}

/* A phase forgets what was before; a mark that was not reset counts from where it was. */
static void phase_begins(void **unused)
{
    const struct mw_heap_pair *phase = &snapshots.pairs[MW_HEAP_PHASE];

    (void)unused;
    start(1, 0);
    change_one(0, 1000);
    assert_true(mw_heap_snapshots_mark(&snapshots, 5000, 0));
    change_one(0, -900);
    mw_heap_snapshots_begin_phase(&snapshots, 0, 5000, 0);
    change_one(1, 40);
    assert_false(mw_heap_snapshots_mark(&snapshots, 5000, 0));
    assert_int_equal(mw_heap_snapshots_value(&snapshots, &sites[0].amount, phase->best), 100);
    assert_int_equal(mw_heap_snapshots_value(&snapshots, &sites[1].amount, phase->best), 0);
    change_one(1, 60);
    mw_heap_snapshots_mark(&snapshots, 5001, 0);
    assert_int_equal(mw_heap_snapshots_value(&snapshots, &sites[1].amount, phase->best), 100);
    assert_int_equal(at_peak(0), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_events), cmocka_unit_test(short_runs),   cmocka_unit_test(peak_before_the_frees),
        cmocka_unit_test(small_rise),    cmocka_unit_test(phase_begins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
