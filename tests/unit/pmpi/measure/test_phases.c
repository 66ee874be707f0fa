/* SPDX-License-Identifier: MIT */
/* How calls and the program's marks become phases: loops fold, nested phases have parents, a name ends the phase that it
 * began. The kernel's readings are synthetic; random programs are compared with a simple account of their visits. */
#include "pmpi/measure/phases.h"

#include "pmpi/measure/governor.h"
#include "pmpi/measure/phase_table.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_rank mw_rank;

#define MIB ((uint64_t)1 << 20)
#define FIRST_NS 1000
#define STEP_NS 10

static uint64_t now_ns;

static struct mw_timestamp later(void)
{
    now_ns += STEP_NS;
    return (struct mw_timestamp){now_ns, now_ns, true};
}

static void start(bool exact)
{
    memset(&mw_phases, 0, sizeof(mw_phases));
    mw_rank.journal.state->tick_ns = 1000000;
    now_ns = FIRST_NS;
    made_meter_start(100 * MIB);
    mw_governor_start(now_ns, 0, exact);
    mw_observe_start(now_ns);
    mw_phases_start(now_ns);
}

static int make_journal(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    start(true);
    return 0;
}

static int free_journal(void **state)
{
    free(*state);
    return 0;
}

static uint32_t used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_PHASE);
}

/* The only phase like this one; NULL if there is none. */
static const struct mw_phase *find(uint32_t kind, uint32_t parent, uint32_t from, uint32_t to, const char *name)
{
    const struct mw_phase *found = NULL;

    for (uint32_t i = 0; i < used(); i++) {
        const struct mw_phase *p = &mw_rank.journal.phases[i];
        if (p->kind != kind || p->parent != parent || p->from_site != from || p->to_site != to || strcmp(p->name, name))
            continue;
        assert_null(found);
        found = p;
    }
    return found;
}

static const struct mw_phase *between(uint32_t from, uint32_t to)
{
    return find(MW_PHASE_BETWEEN, 0, from, to, "");
}

static const struct mw_phase *named(const char *name, const struct mw_phase *parent)
{
    return find(MW_PHASE_USER, parent ? (uint32_t)(parent - mw_rank.journal.phases) + 1 : 0, 0, 0, name);
}

static void enter(uint32_t site)
{
    struct mw_timestamp now = later();

    mw_phases_enter_measured_call(site, &now, mw_observe(now.ns, 0));
}

static void leave(uint32_t site, int64_t grown)
{
    struct mw_timestamp now = later();

    mw_phases_leave_measured_call(site, &now, mw_observe(now.ns, site + 1), grown);
}

static void call(uint32_t site)
{
    enter(site);
    leave(site, 0);
}

static void begin(const char *name)
{
    struct mw_timestamp now = later();

    mw_phases_begin(name, &now);
}

static void end(const char *name)
{
    struct mw_timestamp now = later();

    mw_phases_end(name, &now);
}

static void end_all(void)
{
    struct mw_timestamp now = later();

    mw_phases_end_all(&now);
}

static const struct mw_phase *open_phase(void)
{
    uint32_t phase = mw_rank.journal.state->phase;

    return phase ? &mw_rank.journal.phases[phase - 1] : NULL;
}

/* ---- folding ---- */

static void a_loop_becomes_one_phase_for_each_interval(void **state)
{
    const struct mw_phase *inside, *around;

    (void)state;
    for (int i = 0; i < 500; i++) {
        call(3);
        made_meter_set((100 + (uint64_t)i) * MIB);
        made_meter_peak((i == 400 ? 900 : 200) * MIB);
        call(8);
    }
    assert_int_equal(used(), 3);
    assert_int_equal(find(MW_PHASE_START, 0, 0, 4, "")->visits, 1);
    inside = between(4, 9);
    around = between(9, 4);
    assert_int_equal(inside->visits, 500);
    assert_int_equal(inside->measured, 500);
    assert_int_equal(around->visits, 499);
    assert_int_equal(inside->time_ns, 500 * STEP_NS);
    assert_int_equal(inside->growth, 499 * (int64_t)MIB);
    assert_int_equal(around->growth, 0);
    assert_int_equal(inside->peak, 900 * MIB);
    assert_int_equal(inside->peak_visit, 401);
    assert_int_equal(inside->entry_rss, 100 * MIB);
    assert_int_equal(inside->exit_rss, 599 * MIB);
    assert_int_equal(inside->coarse_peak, 0);
    assert_int_equal(mw_rank.journal.state->peak_phase, inside - mw_rank.journal.phases + 1);
}

/* The first reading is the mark since exec: it belongs to the time before the first call. */
static void what_was_before_the_first_call(void **state)
{
    const struct mw_phase *first;

    (void)state;
    made_meter_peak(700 * MIB);
    call(0);
    first = find(MW_PHASE_START, 0, 0, 1, "");
    assert_int_equal(first->peak, 700 * MIB);
    assert_int_equal(first->coarse_peak, 0);
    assert_int_equal(first->first_ns, FIRST_NS);
    assert_int_equal(first->last_ns, FIRST_NS + STEP_NS);
    assert_int_equal(first->measured, 0); /* its start was not measured */
}

/* A rise inside a call does not belong to the phase after it. */
static void a_calls_peak_is_not_that_of_the_phases_around(void **state)
{
    (void)state;
    call(1);
    enter(2);
    made_meter_peak(500 * MIB);
    leave(2, 0);
    call(1);
    assert_int_equal(between(2, 3)->peak, 100 * MIB);
    assert_int_equal(between(3, 2)->peak, 100 * MIB);
}

/* The shortcut by the site at which an interval ends must compare its start. */
static void two_ways_to_one_site_are_two_phases(void **state)
{
    (void)state;
    call(0);
    for (int i = 0; i < 10; i++) {
        call(5);
        call(6);
        call(9);
        call(5);
        call(9);
        if (i == 4)
            begin("solve");
    }
    assert_int_equal(between(6, 10)->visits, 5);
    assert_int_equal(between(7, 10)->visits, 5);
    assert_int_equal(find(MW_PHASE_BETWEEN, 1 + (uint32_t)(open_phase() - mw_rank.journal.phases), 6, 10, "")->visits, 5);
}

static void counted_calls_cut_phases_by_the_kernels_tick(void **state)
{
    struct mw_timestamp now = later();
    const struct mw_phase *phase;

    (void)state;
    call(1);
    now.exact = false;
    for (int i = 0; i < 100; i++) {
        now.ns++;
        mw_observe_skipped();
        mw_phases_enter_counted_call(2, &now);
        now.ns++;
        mw_phases_leave_counted_call(2, &now);
        now.tick += i % 10 == 9 ? 4000 : 0;
    }
    phase = between(3, 3);
    assert_int_equal(phase->visits, 99);
    assert_int_equal(phase->measured, 0);
    assert_int_equal(phase->time_ns, 9 * 4000); /* the last one is not over */
    assert_int_equal(phase->peak, 0);
    now_ns = now.ns;
    made_meter_peak(400 * MIB);
    call(1); /* all of them share the next reading */
    assert_int_equal(between(3, 3)->coarse_peak, 400 * MIB);
    assert_int_equal(between(3, 2)->coarse_peak, 400 * MIB);
    assert_int_equal(between(3, 2)->peak, 0);
    assert_int_equal(mw_rank.journal.state->peak_phase, 0);
}

/* ---- the program's phases ---- */

static void phases_nest(void **state)
{
    const struct mw_phase *outer, *inner;

    (void)state;
    call(0);
    begin("outer");
    outer = open_phase();
    made_meter_set(110 * MIB);
    for (int i = 0; i < 3; i++) {
        begin("inner");
        inner = open_phase();
        assert_ptr_equal(inner, named("inner", outer));
        enter(4);
        made_meter_peak((200 + 10 * (uint64_t)i) * MIB);
        made_meter_set((113 + 3 * (uint64_t)i) * MIB);
        leave(4, 3 * (int64_t)MIB);
        end("inner");
        assert_ptr_equal(open_phase(), outer);
    }
    end(NULL);
    assert_null(open_phase());
    outer = named("outer", NULL);
    inner = named("inner", outer);
    assert_int_equal(outer->visits, 1);
    assert_int_equal(inner->visits, 3);
    assert_int_equal(outer->growth, 19 * (int64_t)MIB);
    assert_int_equal(outer->growth_mpi, 9 * (int64_t)MIB);
    assert_int_equal(inner->growth, 9 * (int64_t)MIB);
    assert_int_equal(inner->growth_mpi, 9 * (int64_t)MIB);
    assert_int_equal(inner->peak, 220 * MIB);
    assert_int_equal(inner->peak_visit, 3);
    assert_int_equal(outer->peak, 220 * MIB);
    assert_int_equal(outer->time_ns, (3 * 4 + 1) * STEP_NS);
    assert_int_equal(inner->time_ns, 3 * 3 * STEP_NS);
    /* the intervals in it are its children */
    assert_int_equal(find(MW_PHASE_BETWEEN, (uint32_t)(inner - mw_rank.journal.phases) + 1, 0, 5, "")->visits, 3);
    assert_int_equal(find(MW_PHASE_BETWEEN, (uint32_t)(inner - mw_rank.journal.phases) + 1, 5, 0, "")->visits, 3);
    assert_int_equal(find(MW_PHASE_BETWEEN, (uint32_t)(outer - mw_rank.journal.phases) + 1, 0, 0, "")->visits, 4);
}

static void the_same_name_in_another_phase_is_another_phase(void **state)
{
    (void)state;
    begin("io");
    end("io");
    begin("step");
    begin("io");
    begin("io");
    end("io");
    end("io");
    end("step");
    assert_int_equal(named("io", NULL)->visits, 1);
    assert_int_equal(named("io", named("step", NULL))->visits, 1);
    assert_int_equal(named("io", named("io", named("step", NULL)))->visits, 1);
}

static void a_name_ends_all_that_is_inside(void **state)
{
    const struct mw_phase *a, *b, *c;

    (void)state;
    begin("a");
    a = open_phase();
    begin("b");
    b = open_phase();
    begin("c");
    c = open_phase();
    end("unknown");
    assert_ptr_equal(open_phase(), c);
    end("b");
    assert_ptr_equal(open_phase(), a);
    assert_int_equal(b->visits, 1);
    assert_int_equal(c->visits, 1);
    end("b"); /* is over */
    end("c");
    assert_ptr_equal(open_phase(), a);
    end("a");
    assert_null(open_phase());
    end("a");
    end(NULL);
    assert_null(open_phase());
    assert_int_equal(a->visits + b->visits + c->visits, 3);
}

static void of_two_with_one_name_the_inner_one_ends(void **state)
{
    (void)state;
    begin("a");
    begin("b");
    begin("a");
    end("a");
    assert_ptr_equal(open_phase(), named("b", named("a", NULL)));
    end("a");
    assert_null(open_phase());
}

static void end_all_ends_all(void **state)
{
    (void)state;
    begin("a");
    begin("b");
    for (int i = 0; i < MW_PHASES_NESTED; i++)
        begin("deep");
    end_all();
    assert_null(open_phase());
    assert_int_equal(mw_phases.innermost, 0);
    assert_int_equal(named("a", NULL)->visits, 1);
    begin("c"); /* at the top again */
    assert_ptr_equal(open_phase(), named("c", NULL));
}

static void deeper_ones_are_counted_but_not_recorded(void **state)
{
    const struct mw_phase *deepest;
    char name[16];
    uint32_t before;

    (void)state;
    for (int i = 0; i < MW_PHASES_NESTED; i++)
        begin((snprintf(name, sizeof(name), "level %d", i), name));
    deepest = open_phase();
    assert_string_equal(deepest->name, "level 15");
    before = used();
    for (int i = 0; i < 3; i++)
        begin("too deep");
    assert_int_equal(mw_rank.journal.cost->lost_nested, 3);
    assert_int_equal(used(), before);
    made_meter_peak(500 * MIB);
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(open_phase(), deepest);
        end("too deep");
    }
    assert_ptr_equal(open_phase(), deepest);
    assert_int_equal(deepest->visits, 0); /* still open */
    for (int i = MW_PHASES_NESTED - 1; i >= 0; i--)
        end((snprintf(name, sizeof(name), "level %d", i), name));
    assert_null(open_phase());
    assert_int_equal(deepest->visits, 1);
    assert_int_equal(deepest->peak, 500 * MIB);
}

static void long_names_are_cut_and_end_all_the_same(void **state)
{
    char name[200];

    (void)state;
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    begin(name);
    assert_int_equal(strlen(open_phase()->name), sizeof(open_phase()->name) - 1);
    end(name);
    assert_null(open_phase());
    begin("");
    assert_non_null(open_phase());
    end("");
    assert_null(open_phase());
}

/* A boundary inside the program is measured while the budget lasts, and the first visits always are. */
static void visits_that_were_not_measured_are_counted(void **state)
{
    const struct mw_phase *phase;

    (void)state;
    start(false);
    for (int i = 0; i < 100000 && mw_governor_allows(now_ns, 0, 100); i++)
        mw_governor_spent(5000, 0);
    assert_false(mw_governor_allows(now_ns, 0, 100));
    for (int i = 0; i < 40; i++) {
        begin("step");
        made_meter_peak((200 + (uint64_t)i) * MIB);
        end("step");
    }
    phase = named("step", NULL);
    assert_int_equal(phase->visits, 40);
    assert_int_equal(phase->measured, 16);
    assert_int_equal(phase->peak, 215 * MIB);
    mw_observe(later().ns, 0);
    assert_int_equal(phase->coarse_peak, 239 * MIB);
}

/* However often a phase was visited, there are entries for the windows of others. */
static void ended_phases_are_watched_no_longer(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * (MW_OBSERVE_CALLS + MW_OBSERVE_REQUESTS); i++) {
        begin("step");
        end("step");
    }
    begin("step");
    begin("inner");
    call(3);
    made_meter_peak(700 * MIB);
    call(3);
    end_all();
    assert_int_equal(named("inner", named("step", NULL))->peak, 700 * MIB);
}

/* ---- the end ---- */

static void after_finalize(void **state)
{
    const struct mw_phase *last;
    struct mw_timestamp now;

    (void)state;
    call(0);
    enter(7);
    leave(7, 0);
    now = later();
    mw_phases_after_finalize(&now, true, mw_observe(now.ns, 0));
    made_meter_set(130 * MIB);
    made_meter_peak(400 * MIB);
    now = later();
    mw_phases_exit(&now, mw_observe(now.ns, 0));
    last = find(MW_PHASE_END, 0, 8, 0, "");
    assert_int_equal(last->visits, 1);
    assert_int_equal(last->measured, 1);
    assert_int_equal(last->growth, 30 * (int64_t)MIB);
    assert_int_equal(last->peak, 400 * MIB);
    assert_int_equal(mw_rank.journal.state->peak_phase, last - mw_rank.journal.phases + 1);
    assert_false(mw_phases.between.open);
    now = later();
    mw_phases_exit(&now, mw_observe(now.ns, 0)); /* once */
    assert_int_equal(last->visits, 1);
}

/* ---- visits that are kept one by one ---- */

static void kept_visits_are_spread_evenly(void **state)
{
    const struct mw_phase *phase;
    const uint32_t count = 5 * MW_RECORD_VISITS + 3;

    (void)state;
    call(0);
    for (uint32_t i = 1; i <= count; i++) {
        made_meter_set((100 + i) * MIB);
        call(0);
    }
    phase = between(1, 1);
    assert_int_equal(phase->visits, count);
    assert_int_equal(phase->visit_stride, 8);
    assert_int_equal(phase->visit_count, (count + 7) / 8);
    for (uint32_t i = 0; i < phase->visit_count; i++) {
        assert_int_equal(phase->kept[i].visit, 8 * i + 1);
        assert_int_equal(phase->kept[i].exit_kib, (100 + 8 * i + 1) * 1024);
    }
}

/* ---- more phases than entries ---- */

static void fill_the_table(void)
{
    char name[32];

    for (int i = 0; i < 2 * MW_RECORD_PHASES; i++) {
        begin((snprintf(name, sizeof(name), "task %d", i), name));
        end(NULL);
    }
    assert_true(mw_rank.journal.cost->lost_phases > 0);
}

static void a_heavy_visit_gets_an_entry_for_good(void **state)
{
    const struct mw_phase *phase;
    uint64_t lost;

    (void)state;
    fill_the_table();
    lost = mw_rank.journal.cost->lost_phases;
    begin("heavy");
    assert_string_equal(open_phase()->name, "heavy");
    made_meter_peak(5000 * MIB);
    end("heavy");
    phase = &mw_rank.journal.phases[mw_rank.journal.state->peak_phase - 1];
    assert_string_equal(phase->name, "heavy");
    assert_false(mw_phase_table_is_reusable((uint32_t)(phase - mw_rank.journal.phases)));
    assert_int_equal(phase->visits, 1);
    assert_int_equal(phase->peak, 5000 * MIB);
    assert_int_equal(mw_rank.journal.cost->lost_phases, lost); /* the interval inside was lost, too */
    begin("heavy");
    assert_ptr_equal(open_phase(), phase);
}

/* Each open phase has its name, and no other gets its entry while it is open. */
static void open_phases_keep_their_names(void **state)
{
    char name[32];

    (void)state;
    fill_the_table();
    for (int turn = 0; turn < 50; turn++) {
        const struct mw_phase *opened[MW_PHASES_NESTED];
        for (int i = 0; i < MW_PHASES_NESTED; i++) {
            begin((snprintf(name, sizeof(name), "turn %d level %d", turn, i), name));
            opened[i] = open_phase();
        }
        for (int i = MW_PHASES_NESTED - 1; i >= 0; i--) {
            snprintf(name, sizeof(name), "turn %d level %d", turn, i);
            assert_ptr_equal(open_phase(), opened[i]);
            assert_string_equal(opened[i]->name, name);
            end(name);
        }
    }
}

/* ---- random programs ---- */

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
static uint32_t gap_from, gap_kind, seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 1) * below >> 31);
}

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
    account->time_ns += now_ns - visit->begin_ns;
    account->growth += visit->measured ? (int64_t)(made_meter.rss - visit->entry_rss) : 0;
    account->growth_mpi += visit->measured ? visit->grown_mpi : 0;
    if (account->peak < visit->peak)
        account->peak = visit->peak;
}

static void gap_begins(uint32_t kind, uint32_t from)
{
    gap = (struct visit){.begin_ns = now_ns, .entry_rss = made_meter.rss, .peak = made_meter.rss, .measured = true};
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

    enter(site);
    gap_ends(site + 1);
    use_memory();
    leave(site, (int64_t)(made_meter.rss - before));
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
    begin(name);
    gap_ends(0);
    stack[depth] = (struct visit){.begin_ns = now_ns, .entry_rss = made_meter.rss, .peak = made_meter.rss, .measured = true};
    snprintf(stack[depth].key, sizeof(stack[depth].key), "%s/2:0-0:%s", depth ? stack[depth - 1].key : "", name);
    depth++;
    gap_begins(MW_PHASE_BETWEEN, 0);
}

static void random_end(void)
{
    if (!depth)
        return;
    end(NULL);
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

    assert_int_equal(used(), account_count);
    for (uint32_t i = 0; i < used(); i++) {
        const struct mw_phase *phase = &mw_rank.journal.phases[i];
        const struct account *account = (write_key(phase, key), account_of(key));
        assert_int_equal(account_count, used()); /* it existed before */
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
        seed = i;
        memset(*state, 0, mw_journal_length());
        mw_journal_place(&mw_rank.journal, *state);
        start(true);
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

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_journal, free_journal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_loop_becomes_one_phase_for_each_interval),
        TEST(what_was_before_the_first_call),
        TEST(a_calls_peak_is_not_that_of_the_phases_around),
        TEST(two_ways_to_one_site_are_two_phases),
        TEST(counted_calls_cut_phases_by_the_kernels_tick),
        TEST(phases_nest),
        TEST(the_same_name_in_another_phase_is_another_phase),
        TEST(a_name_ends_all_that_is_inside),
        TEST(of_two_with_one_name_the_inner_one_ends),
        TEST(end_all_ends_all),
        TEST(deeper_ones_are_counted_but_not_recorded),
        TEST(long_names_are_cut_and_end_all_the_same),
        TEST(visits_that_were_not_measured_are_counted),
        TEST(ended_phases_are_watched_no_longer),
        TEST(after_finalize),
        TEST(kept_visits_are_spread_evenly),
        TEST(a_heavy_visit_gets_an_entry_for_good),
        TEST(open_phases_keep_their_names),
        TEST(random_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
