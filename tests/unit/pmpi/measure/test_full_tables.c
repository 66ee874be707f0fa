/* SPDX-License-Identifier: MIT */
/* Which call sites and phases get an entry if there are more than entries: nothing is lost or counted twice; frequent ones
 * and those with much memory have a name, and so does the rank's peak, whenever it comes. */
#include "collector/journal/journal.h"
#include "pmpi/base/quota.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/phase_table.h"
#include "pmpi/measure/site_table.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

struct mw_rank mw_rank;

#define MIB ((uint64_t)1 << 20)

static int make_journal(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    mw_phase_table_start();
    mw_site_table_start();
    return 0;
}

static int free_journal(void **state)
{
    free(*state);
    return 0;
}

static uint32_t sites_used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_SITE);
}

static uint32_t phases_used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_PHASE);
}

/* ---- quotas ---- */

static void parts_are_replaced_in_turn(void **state)
{
    struct mw_quota quota = {0, 0};
    uint32_t used = 0;

    (void)state;
    for (; used < MW_QUOTA_PLAIN; used++)
        assert_true(mw_quota_take(&quota, used, &(struct mw_quota_claim){.seen = 1}));
    assert_false(mw_quota_take(&quota, used, &(struct mw_quota_claim){.seen = 1}));
    assert_true(mw_quota_take(&quota, used, &(struct mw_quota_claim){.seen = 1, .bytes = MIB}));
    for (; used < MW_QUOTA_PLAIN + MW_QUOTA_TWICE; used++)
        assert_true(mw_quota_take(&quota, used, &(struct mw_quota_claim){.seen = 2}));
    assert_true(mw_quota_is_scarce(used));
    assert_false(mw_quota_take(&quota, used, &(struct mw_quota_claim){.seen = MW_QUOTA_SEEN - 1}));
    assert_true(mw_quota_take(&quota, used, &(struct mw_quota_claim){.seen = MW_QUOTA_SEEN}));
}

/* Returns how many of a kind get an entry, one after another. */
static uint32_t count_taken(struct mw_quota *quota, struct mw_quota_claim claim)
{
    uint32_t taken = 0;

    while (taken < MW_QUOTA && mw_quota_take(quota, MW_QUOTA_PLAIN + MW_QUOTA_TWICE + taken, &claim))
        taken++;
    return taken;
}

static void frequent_ones_leave_room_for_more_frequent_and_for_heavy_ones(void **state)
{
    struct mw_quota quota = {0, 0};

    (void)state;
    assert_int_equal(count_taken(&quota, (struct mw_quota_claim){.seen = 7}), MW_QUOTA_SEEN_STEP);
    assert_int_equal(count_taken(&quota, (struct mw_quota_claim){.seen = 100}), 4 * MW_QUOTA_SEEN_STEP);
    assert_int_equal(count_taken(&quota, (struct mw_quota_claim){.seen = UINT32_MAX}), MW_QUOTA_OFTEN - 5 * MW_QUOTA_SEEN_STEP);
    assert_int_equal(count_taken(&quota, (struct mw_quota_claim){.seen = UINT32_MAX}), 0);
    assert_int_equal(count_taken(&quota, (struct mw_quota_claim){.bytes = MIB}), 3 * MW_QUOTA_BYTES_STEP);
    assert_int_equal(count_taken(&quota, (struct mw_quota_claim){.bytes = 300 * MIB}), 8 * MW_QUOTA_BYTES_STEP);
    assert_int_equal(count_taken(&quota, (struct mw_quota_claim){.bytes = UINT64_MAX}),
                     MW_QUOTA_HEAVY - 11 * MW_QUOTA_BYTES_STEP);
    assert_int_equal(quota.often + quota.heavy, MW_QUOTA_OFTEN + MW_QUOTA_HEAVY);
}

/* ---- call sites ---- */

static struct mw_site stack_of(const char *call, unsigned place, unsigned caller)
{
    struct mw_site site = {
        .comm_size = 7, .depth = 2, .frames = {{.offset = place, .module = 1}, {.offset = caller, .module = 1}}};

    strcpy(site.call, call);
    return site;
}

/* Does what a call of that stack does. */
static uint32_t call_from(const struct mw_site *site, uint32_t seen)
{
    uint32_t index = mw_site_table_find(site, &(struct mw_quota_claim){.seen = seen});

    if (index == UINT32_MAX)
        index = mw_site_table_share(site);
    mw_rank.journal.sites[index].calls++;
    return index;
}

static void fill_sites(void)
{
    for (unsigned i = 0; i < 3 * MW_RECORD_SITES; i++) {
        struct mw_site site = stack_of("MPI_Scan", i, i % 31);
        call_from(&site, i < MW_RECORD_SITES ? 2 : 3);
    }
    assert_true(mw_site_table_is_scarce());
}

static uint64_t all_calls(void)
{
    uint64_t calls = 0;

    for (uint32_t i = 0; i < sites_used(); i++)
        calls += mw_rank.journal.sites[i].calls;
    return calls;
}

static void what_comes_once_is_counted_by_place(void **state)
{
    const uint32_t places = 40, callers = 50;
    const struct mw_site *site;
    uint32_t index;

    (void)state;
    for (unsigned i = 0; i < places * callers; i++) {
        struct mw_site one = stack_of("MPI_Bcast", i % places, i);
        call_from(&one, 1);
    }
    assert_int_equal(sites_used(), MW_QUOTA_PLAIN + places);
    assert_int_equal(all_calls(), places * callers);
    site = &mw_rank.journal.sites[MW_QUOTA_PLAIN + 1];
    assert_int_equal(site->flags, MW_SITE_SHARED);
    assert_int_equal(site->depth, 1);
    assert_int_equal(site->comm_size, 7);
    index = call_from(&(struct mw_site){.call = "MPI_Bcast", .comm_size = 7, .depth = 2, .frames = {{3, 1, 0}, {9999, 1, 0}}},
                      2);
    assert_int_equal(mw_rank.journal.sites[index].flags, 0); /* its second call */
}

static void rare_places_are_counted_by_call(void **state)
{
    struct mw_site other = stack_of("MPI_Alltoall", 5, 5);
    uint32_t scan, alltoall;

    (void)state;
    fill_sites();
    scan = mw_site_table_share_call("MPI_Scan", false);
    alltoall = call_from(&other, 1);
    assert_int_not_equal(scan, alltoall);
    assert_string_equal(mw_rank.journal.sites[scan].call, "MPI_Scan");
    assert_string_equal(mw_rank.journal.sites[alltoall].call, "MPI_Alltoall");
    assert_int_equal(mw_rank.journal.sites[alltoall].depth, 0);
    assert_int_equal(mw_site_table_share_call("MPI_Alltoall", false), alltoall);
    assert_int_equal(mw_site_table_share_call("MPI_Alltoall", false), alltoall);
    assert_int_not_equal(mw_site_table_share_call("MPI_Alltoall", true), alltoall);
    assert_true(mw_governor.watched[alltoall] > 0);
    assert_int_equal(all_calls(), 3 * MW_RECORD_SITES + 1);
}

static void frequent_and_heavy_sites_have_an_entry(void **state)
{
    struct mw_site often = stack_of("MPI_Gather", 70001, 1), heavy = stack_of("MPI_Gather", 70002, 1);
    uint32_t index;

    (void)state;
    fill_sites();
    assert_int_equal(mw_site_table_find(&often, &(struct mw_quota_claim){.seen = 3}), UINT32_MAX);
    index = mw_site_table_find(&often, &(struct mw_quota_claim){.seen = 1000});
    assert_int_equal(mw_rank.journal.sites[index].frames[0].offset, 70001);
    assert_int_equal(mw_site_table_find(&often, &(struct mw_quota_claim){.seen = 1}), index);
    index = mw_site_table_find(&heavy, &(struct mw_quota_claim){.bytes = 64 * MIB});
    assert_int_equal(mw_rank.journal.sites[index].frames[0].offset, 70002);
}

static void point_at(uint32_t index, uint32_t spike)
{
    mw_rank.journal.spikes[spike].site = index + 1;
    if (mw_journal_used(&mw_rank.journal, MW_SECTION_SPIKE) <= spike)
        mw_journal_publish(&mw_rank.journal, MW_SECTION_SPIKE, spike);
}

/* Each spike is larger than all before, at another place. */
static void the_places_of_spikes_are_kept(void **state)
{
    (void)state;
    fill_sites();
    for (unsigned i = 0; i < 1000; i++) {
        struct mw_site site = stack_of("MPI_Exscan", 60000 + i, i);
        uint32_t index = mw_site_table_find_reusable(&site);
        assert_int_not_equal(index, UINT32_MAX);
        mw_rank.journal.sites[index].calls++;
        point_at(index, i % MW_RECORD_SPIKES);
        if (i == 500)
            mw_rank.journal.state->peak_site = index + 1;
    }
    for (unsigned i = 0; i < MW_RECORD_SPIKES; i++) {
        uint64_t place = mw_rank.journal.sites[mw_rank.journal.spikes[i].site - 1].frames[0].offset;
        assert_uint_in_range(place, 60000 + 1000 - MW_RECORD_SPIKES, 60999);
        assert_int_equal((place - 60000) % MW_RECORD_SPIKES, i);
    }
    assert_int_equal(mw_rank.journal.sites[mw_rank.journal.state->peak_site - 1].frames[0].offset, 60500);
    assert_int_equal(all_calls(), 3 * MW_RECORD_SITES + 1000);
}

/* Each of 5,000 places has the highest peak for a while. */
static void the_place_of_the_peak_has_a_name_for_ever(void **state)
{
    const struct mw_site *share;
    uint32_t index = 0;

    (void)state;
    fill_sites();
    for (unsigned i = 0; i < 5000; i++) {
        struct mw_site site = stack_of("MPI_Reduce", 90000 + i, i);
        assert_int_equal(mw_site_table_find(&site, &(struct mw_quota_claim){.bytes = 4096}), UINT32_MAX);
        index = mw_site_table_find_reusable(&site);
        assert_int_not_equal(index, UINT32_MAX);
        mw_rank.journal.state->peak_site = index + 1;
        assert_int_equal(mw_rank.journal.sites[index].frames[0].offset, 90000 + i);
        assert_int_equal(mw_rank.journal.sites[index].flags, MW_SITE_NAME);
        mw_rank.journal.sites[index].calls++;
        mw_rank.journal.sites[index].growth += 10;
        mw_rank.journal.sites[index].first_ns = 1000 + i;
        mw_rank.journal.sites[index].last_ns = 2000 + i;
        mw_rank.journal.sites[index].coarse_spike = i == 40 ? 5 * MIB : MIB;
        assert_int_equal(mw_site_table_find_reusable(&site), index);
    }
    assert_int_equal(all_calls(), 3 * MW_RECORD_SITES + 5000);
    share = &mw_rank.journal.sites[mw_site_table_share_call("MPI_Reduce", false)];
    assert_int_equal(share->growth, 49980); /* two have entries */
    assert_int_equal(share->first_ns, 1000);
    assert_int_equal(share->last_ns, 2000 + 4997);
    assert_int_equal(share->coarse_spike, 5 * MIB);
    assert_true(sites_used() <= MW_RECORD_SITES);
}

static void no_number_of_functions_is_too_many(void **state)
{
    char name[40];
    struct mw_site late = stack_of("MPI_Late", 1, 2);

    (void)state;
    fill_sites();
    for (int i = 0; i < 700; i++) {
        snprintf(name, sizeof(name), "MPI_Function_%d", i);
        struct mw_site site = stack_of(name, 1, 2);
        call_from(&site, 1);
    }
    assert_int_equal(all_calls(), 3 * MW_RECORD_SITES + 700);
    assert_int_not_equal(mw_site_table_find_reusable(&late), UINT32_MAX);
    assert_int_equal(sites_used(), MW_RECORD_SITES - MW_RECORD_SPIKES - 1); /* for other names */
    assert_string_equal(mw_rank.journal.sites[sites_used() - 2].call, "(other calls)");
    late.comm_size = 9;
    assert_int_equal(mw_site_table_find(&late, &(struct mw_quota_claim){UINT32_MAX, UINT64_MAX}), UINT32_MAX);
}

static void half_written_tables_are_made_sound(void **state)
{
    struct mw_site site = stack_of("MPI_Scan", 3, 3), peak = stack_of("MPI_Scan", 123456, 3);
    uint32_t index, used;

    (void)state;
    fill_sites();
    index = mw_site_table_find(&site, &(struct mw_quota_claim){.seen = 1});
    mw_site_table_find_reusable(&peak);
    used = sites_used();
    mw_site_table_repair();
    assert_int_equal(mw_site_table_find(&site, &(struct mw_quota_claim){.seen = 1}), index);
    assert_int_equal(mw_site_table_find(&peak, &(struct mw_quota_claim){.seen = 1}), UINT32_MAX);
    assert_int_equal(sites_used(), used);
}

/* ---- phases ---- */

static struct mw_phase named(const char *name, uint32_t parent)
{
    struct mw_phase phase = {.kind = MW_PHASE_USER, .parent = parent};

    snprintf(phase.name, sizeof(phase.name), "%s", name);
    return phase;
}

/* One visit. Returns its phase. */
static uint32_t visit(const struct mw_phase *key, uint64_t ns)
{
    uint32_t index = mw_phase_table_find(key, 0);

    if (index == MW_PHASE_TABLE_NONE) {
        index = mw_phase_table_find_reusable(key, mw_phase_table_share(key));
        mw_phase_table_keep(index, true);
    }
    mw_rank.journal.phases[index].first_ns = mw_rank.journal.phases[index].last_ns = ns;
    mw_rank.journal.phases[index].visits++;
    mw_rank.journal.phases[index].growth += 3;
    mw_phase_table_keep(index, false);
    return index;
}

static uint64_t all_visits(int64_t *growth)
{
    uint64_t visits = 0;

    *growth = 0;
    for (uint32_t i = 0; i < phases_used(); i++) {
        visits += mw_rank.journal.phases[i].visits;
        *growth += mw_rank.journal.phases[i].growth;
        assert_true(mw_rank.journal.phases[i].parent <= i); /* readers rely on it */
    }
    return visits;
}

static void visit_many(unsigned count, const char *kind, uint32_t parent)
{
    char name[64];

    for (unsigned i = 0; i < count; i++) {
        struct mw_phase key = (snprintf(name, sizeof(name), "%s %u", kind, i), named(name, parent));
        uint32_t index = visit(&key, 100 + i);
        assert_string_equal(mw_rank.journal.phases[index].name, name); /* as long as it is the last one */
    }
}

static void every_phase_has_its_name_while_it_is_open(void **state)
{
    int64_t growth;

    (void)state;
    visit_many(7000, "task", 0);
    assert_int_equal(all_visits(&growth), 7000);
    assert_int_equal(growth, 21000);
    assert_true(phases_used() < MW_QUOTA_PLAIN + 100);
    assert_int_equal(mw_rank.journal.cost->lost_phases, 7000 - MW_QUOTA_PLAIN);
}

static void a_phase_that_comes_again_has_an_entry(void **state)
{
    struct mw_phase key = named("solve", 0);
    uint32_t index;

    (void)state;
    visit_many(3000, "task", 0);
    visit(&key, 5000);
    index = visit(&key, 5001);
    assert_false(mw_phase_table_is_reusable(index));
    visit_many(3000, "other", 0);
    assert_int_equal(visit(&key, 5002), index);
    assert_int_equal(mw_rank.journal.phases[index].visits, 2);
}

static void the_phase_of_the_peak_and_of_spikes_is_kept(void **state)
{
    struct mw_phase peak = named("highest", 0), spike = named("spiky", 0);
    uint32_t peak_index, spike_index;
    int64_t growth;

    (void)state;
    visit_many(2000, "task", 0);
    peak_index = visit(&peak, 3000);
    mw_rank.journal.state->peak_phase = peak_index + 1;
    spike_index = visit(&spike, 3001);
    mw_rank.journal.spikes[0].phase = spike_index + 1;
    mw_journal_publish(&mw_rank.journal, MW_SECTION_SPIKE, 0);
    visit_many(2000, "late", 0);
    assert_string_equal(mw_rank.journal.phases[peak_index].name, "highest");
    assert_string_equal(mw_rank.journal.phases[spike_index].name, "spiky");
    assert_int_equal(all_visits(&growth), 4002);
}

static void a_heavy_phase_gets_an_entry_at_its_end(void **state)
{
    struct mw_phase key = named("assembly", 0);
    uint32_t index;

    (void)state;
    visit_many(2 * MW_RECORD_PHASES, "task", 0);
    assert_int_equal(mw_phase_table_find_heavy(&key, 0), MW_PHASE_TABLE_NONE);
    index = mw_phase_table_find_heavy(&key, 5 * MIB);
    assert_false(mw_phase_table_is_reusable(index));
    assert_int_equal(mw_phase_table_find(&key, 0), index);
}

/* Parents whose children have no entries. */
static void parents_share_when_they_are_too_many(void **state)
{
    int64_t growth;

    (void)state;
    for (unsigned p = 0; p < 900; p++) {
        char name[32];
        snprintf(name, sizeof(name), "parent %u", p);
        struct mw_phase parent = named(name, 0);
        visit(&parent, p + 1);
    }
    for (uint32_t p = 1; p <= 900; p++)
        visit_many(5, "child", p);
    assert_int_equal(all_visits(&growth), 900 + 4500);
    assert_true(phases_used() <= MW_RECORD_PHASES);
}

static void intervals_between_calls_share_entries_too(void **state)
{
    int64_t growth;

    (void)state;
    for (uint32_t from = 1; from <= 60; from++)
        for (uint32_t to = 1; to <= 60; to++) {
            struct mw_phase key = {.kind = MW_PHASE_BETWEEN, .from_site = from, .to_site = to};
            uint32_t index = mw_phase_table_find(&key, 0);
            mw_rank.journal.phases[index == MW_PHASE_TABLE_NONE ? mw_phase_table_share(&key) : index].visits++;
        }
    assert_int_equal(all_visits(&growth), 3600);
    assert_int_equal(phases_used(), MW_QUOTA_PLAIN + 1);
    assert_string_equal(mw_rank.journal.phases[MW_QUOTA_PLAIN].name, "(other phases)");
    assert_int_equal(mw_rank.journal.phases[MW_QUOTA_PLAIN].visits, 3600 - MW_QUOTA_PLAIN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_journal, free_journal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_replaced_in_turn),
        cmocka_unit_test(frequent_ones_leave_room_for_more_frequent_and_for_heavy_ones),
        TEST(what_comes_once_is_counted_by_place),
        TEST(rare_places_are_counted_by_call),
        TEST(frequent_and_heavy_sites_have_an_entry),
        TEST(the_places_of_spikes_are_kept),
        TEST(the_place_of_the_peak_has_a_name_for_ever),
        TEST(no_number_of_functions_is_too_many),
        TEST(half_written_tables_are_made_sound),
        TEST(every_phase_has_its_name_while_it_is_open),
        TEST(a_phase_that_comes_again_has_an_entry),
        TEST(the_phase_of_the_peak_and_of_spikes_is_kept),
        TEST(a_heavy_phase_gets_an_entry_at_its_end),
        TEST(parents_share_when_they_are_too_many),
        TEST(intervals_between_calls_share_entries_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
