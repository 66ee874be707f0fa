/* SPDX-License-Identifier: MIT */
/* Which spikes are kept: the largest ones, but not only those of one site. */
#include "pmpi/measure/spikes.h"

#include "pmpi/base/stack.h"
#include "pmpi/measure/modules.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_rank mw_rank;

#define MIB ((uint64_t)1 << 20)
#define OF_ONE_SITE 4

/* ---- what spikes.c calls ---- */

void mw_lock_disable_cancel(void)
{
}

void mw_lock_restore_cancel(void)
{
}

void mw_stack_capture(struct mw_stack *stack, int room, void *from)
{
    assert_int_equal(room, MW_RECORD_SPIKE_FRAMES);
    stack->depth = 3;
    for (int i = 0; i < 3; i++)
        stack->frames[i] = (char *)from + i;
}

struct mw_frame mw_modules_frame(const void *address)
{
    return (struct mw_frame){.offset = (uintptr_t)address, .module = 9};
}

static int make_journal(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    return 0;
}

static int free_journal(void **state)
{
    free(*state);
    return 0;
}

static uint32_t used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_SPIKE);
}

static void note(uint32_t site, uint64_t rise)
{
    struct mw_spike spike = {.site = site, .entry_rss = 100 * MIB, .peak_rss = 100 * MIB + rise, .visit = rise};

    mw_spikes_note(&spike, (void *)0x5000);
}

/* How many spikes of a site are kept; their smallest and their largest rise. */
static int kept(uint32_t site, uint64_t *least, uint64_t *most)
{
    int count = 0;

    *least = UINT64_MAX;
    *most = 0;
    for (uint32_t i = 0; i < used(); i++) {
        const struct mw_spike *spike = &mw_rank.journal.spikes[i];
        uint64_t rise = spike->peak_rss - spike->entry_rss;
        if (spike->site != site)
            continue;
        count++;
        *least = rise < *least ? rise : *least;
        *most = rise > *most ? rise : *most;
    }
    return count;
}

static void all_of_it_is_kept(void **state)
{
    const struct mw_spike spike = {
        .site = 3, .phase = 2, .visit = 77, .entry_rss = 5, .peak_rss = 50, .exit_rss = 20, .entry_ns = 1000, .exit_ns = 2000};
    const struct mw_spike *entry = &mw_rank.journal.spikes[0];

    (void)state;
    mw_spikes_note(&spike, (void *)0x5000);
    assert_int_equal(used(), 1);
    assert_int_equal(entry->seq, 2); /* even: readers may use it */
    assert_int_equal(entry->site, 3);
    assert_int_equal(entry->phase, 2);
    assert_int_equal(entry->visit, 77);
    assert_int_equal(entry->entry_rss, 5);
    assert_int_equal(entry->peak_rss, 50);
    assert_int_equal(entry->exit_rss, 20);
    assert_int_equal(entry->entry_ns, 1000);
    assert_int_equal(entry->exit_ns, 2000);
    assert_int_equal(entry->depth, 3);
    assert_int_equal(entry->frames[2].offset, 0x5002);
    assert_int_equal(entry->frames[2].module, 9);
}

static void one_site_has_so_many(void **state)
{
    uint64_t least, most;

    (void)state;
    for (uint64_t i = 1; i <= 100; i++)
        note(1, (i * 37 % 101) * MIB); /* 1 to 100, in some order */
    assert_int_equal(kept(1, &least, &most), OF_ONE_SITE);
    assert_int_equal(most, 100 * MIB);
    assert_int_equal(least, 97 * MIB);
    assert_int_equal(used(), OF_ONE_SITE);
    note(2, MIB); /* there are entries for others */
    assert_int_equal(kept(2, &least, &most), 1);
}

static void the_largest_of_all_are_kept(void **state)
{
    uint64_t least, most;

    (void)state;
    for (uint32_t i = 0; i < 5 * MW_RECORD_SPIKES; i++)
        note(1 + i, (1 + i * 7919 % (5 * MW_RECORD_SPIKES)) * MIB);
    assert_int_equal(used(), MW_RECORD_SPIKES);
    for (uint32_t i = 0; i < 5 * MW_RECORD_SPIKES; i++) {
        uint64_t rise = (1 + i * 7919 % (5 * MW_RECORD_SPIKES)) * MIB;
        assert_int_equal(kept(1 + i, &least, &most), rise > 4 * MW_RECORD_SPIKES * MIB);
    }
    note(9999, 4 * MW_RECORD_SPIKES * MIB); /* not larger than the smallest one kept */
    assert_int_equal(kept(9999, &least, &most), 0);
    note(9999, (4 * MW_RECORD_SPIKES + 2) * MIB);
    assert_int_equal(kept(9999, &least, &most), 1);
}

/* A site that has used its share competes only with itself: larger and smaller spikes of other sites stay. */
static void a_site_with_its_share_takes_nothing_from_others(void **state)
{
    uint64_t least, most;

    (void)state;
    for (uint32_t i = 0; i < MW_RECORD_SPIKES - OF_ONE_SITE; i++)
        note(100 + i, MIB);
    for (uint32_t i = 0; i < 50; i++)
        note(7, (10 + i) * MIB);
    assert_int_equal(kept(7, &least, &most), OF_ONE_SITE);
    assert_int_equal(least, 56 * MIB);
    for (uint32_t i = 0; i < MW_RECORD_SPIKES - OF_ONE_SITE; i++)
        assert_int_equal(kept(100 + i, &least, &most), 1);
    note(7, 55 * MIB);
    kept(7, &least, &most);
    assert_int_equal(least, 56 * MIB);
}

static void a_rewritten_entry_is_never_half_readable(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 20; i++)
        note(1, i * MIB);
    for (uint32_t i = 0; i < used(); i++) {
        assert_int_equal(mw_rank.journal.spikes[i].seq % 2, 0);
        assert_true(mw_rank.journal.spikes[i].seq > 2);
    }
    mw_rank.journal.spikes[2].seq |= 1; /* a thread was left in the middle */
    for (uint64_t i = 21; i <= 24; i++)
        note(1, i * MIB);
    assert_int_equal(mw_rank.journal.spikes[2].seq % 2, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_journal, free_journal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_it_is_kept),
        TEST(one_site_has_so_many),
        TEST(the_largest_of_all_are_kept),
        TEST(a_site_with_its_share_takes_nothing_from_others),
        TEST(a_rewritten_entry_is_never_half_readable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
