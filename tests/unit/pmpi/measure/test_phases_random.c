/* SPDX-License-Identifier: MIT */
/* Calls and phases of random programs, compared with a simple account of their visits. */
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/draw.h"
#include "tests/unit/pmpi/measure/made_meter.h"
#include "tests/unit/pmpi/measure/made_phases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A phase as a text: its kind, name and parents. */
#define KEY 512
struct account {
    char key[KEY];
    uint64_t visits, time_ns, peak;
    int64_t growth, growth_mpi;
};

#define ACCOUNTS 1000 /* as many as get an entry at the first visit */
static struct account accounts[ACCOUNTS];
static int account_count;

static struct account *account_of(const char *key)
{
    for (int i = 0; i < account_count; i++)
        if (!strcmp(accounts[i].key, key))
            return &accounts[i];
    assert_true(account_count < ACCOUNTS);
    snprintf(accounts[account_count].key, KEY, "%s", key);
    return &accounts[account_count++];
}

struct visit {
    char key[KEY / 2];
    uint64_t begin_ns, entry_rss, peak;
    int64_t grown_mpi;
    bool measured;
};

static struct visit stack[MW_PHASES_NESTED], gap;
static int depth;
static uint32_t gap_from, gap_kind;

static void see(uint64_t peak)
{
    for (int i = 0; i < depth; i++)
        if (stack[i].peak < peak)
            stack[i].peak = peak;
    if (gap.peak < peak)
        gap.peak = peak;
}

static void use_memory(void)
{
    uint64_t rss = (90 + draw(50)) * MIB, peak = rss + draw(60) * MIB;

    made_meter_set(rss);
    made_meter_peak(peak);
    see(peak);
}

static void book(const struct visit *visit)
{
    struct account *account = account_of(visit->key);

    account->visits++;
    account->time_ns += made_now_ns - visit->begin_ns;
    account->growth += visit->measured ? (int64_t)(made_meter.rss - visit->entry_rss) : 0;
    account->growth_mpi += visit->measured ? visit->grown_mpi : 0;
    if (account->peak < visit->peak)
        account->peak = visit->peak;
}

static void gap_begins(uint32_t kind, uint32_t from)
{
    gap = (struct visit){.begin_ns = made_now_ns, .entry_rss = made_meter.rss, .peak = made_meter.rss, .measured = true};
    gap_kind = kind;
    gap_from = from;
}

static void gap_ends(uint32_t to)
{
    snprintf(gap.key, sizeof(gap.key), "%s/%u:%u-%u:", depth ? stack[depth - 1].key : "", gap_kind, gap_from, to);
    book(&gap);
}

static void random_call(void)
{
    uint32_t site = draw(4);
    uint64_t before = made_meter.rss;

    made_enter(site);
    gap_ends(site + 1);
    use_memory();
    made_leave(site, (int64_t)(made_meter.rss - before));
    for (int i = 0; i < depth; i++)
        stack[i].grown_mpi += (int64_t)(made_meter.rss - before);
    gap_begins(MW_PHASE_BETWEEN, site + 1);
}

static void random_begin(void)
{
    static const char *const names[] = {"a", "b"};
    const char *name = names[draw(2)];

    if (depth == 3)
        return;
    made_begin(name);
    gap_ends(0);
    stack[depth] = (struct visit){
        .begin_ns = made_now_ns, .entry_rss = made_meter.rss, .peak = made_meter.rss, .measured = true};
    snprintf(stack[depth].key, sizeof(stack[depth].key), "%s/2:0-0:%s", depth ? stack[depth - 1].key : "", name);
    depth++;
    gap_begins(MW_PHASE_BETWEEN, 0);
}

static void random_end(void)
{
    if (!depth)
        return;
    made_end(NULL);
    gap_ends(0);
    depth--;
    book(&stack[depth]);
    gap_begins(MW_PHASE_BETWEEN, 0);
}

static void write_key(const struct mw_phase *phase, char *key)
{
    char parent[KEY] = "";

    if (phase->parent)
        write_key(&mw_rank.journal.phases[phase->parent - 1], parent);
    snprintf(key, KEY, "%.300s/%u:%u-%u:%s", parent, phase->kind, phase->from_site, phase->to_site, phase->name);
}

static void compare_accounts(void)
{
    char key[KEY];

    assert_int_equal(made_used(), account_count);
    for (uint32_t i = 0; i < made_used(); i++) {
        const struct mw_phase *phase = &mw_rank.journal.phases[i];
        const struct account *account = (write_key(phase, key), account_of(key));
        assert_int_equal(account_count, made_used()); /* it existed before */
        assert_int_equal(phase->visits, account->visits);
        assert_int_equal(phase->time_ns, account->time_ns);
        assert_int_equal(phase->peak, account->peak);
        assert_int_equal(phase->growth, account->growth);
        if (phase->kind == MW_PHASE_USER)
            assert_int_equal(phase->growth_mpi, account->growth_mpi);
        assert_int_equal(phase->coarse_peak, 0);
    }
}

static void random_programs(void **state)
{
    const struct mw_state *rank = mw_rank.journal.state;

    for (uint32_t i = 0; i < 40; i++) {
        draw_seed = i;
        memset(*state, 0, mw_journal_length());
        mw_journal_place(&mw_rank.journal, *state);
        made_start(true);
        memset(accounts, 0, sizeof(accounts));
        account_count = depth = 0;
        gap_begins(MW_PHASE_START, 0);
        gap.measured = false;
        for (int step = 0; step < 1000; step++) {
            use_memory();
            uint32_t what = draw(8);
            if (what < 5)
                random_call();
            else if (what == 5)
                random_begin();
            else
                random_end();
        }
        while (depth)
            random_end();
        compare_accounts();
        if (rank->peak_phase)
            assert_int_equal(mw_rank.journal.phases[rank->peak_phase - 1].peak, rank->peak);
        else
            assert_true(rank->peak_site != 0);
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
