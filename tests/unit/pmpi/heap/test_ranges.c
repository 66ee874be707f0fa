/* SPDX-License-Identifier: MIT */
/* The table of mappings against a map of pages: cuts in every position, with pages of which some are resident. */
#include "pmpi/heap/ranges.h"

#include "pmpi/heap/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PAGE 4096u
#define PAGES 4096

/* ---- the model: whose each page is, and whether it is resident ---- */

static uint16_t owner[PAGES]; /* site + 1; 0: in no range */
static bool is_resident[PAGES];

/* Instead of the kernel (linked with --wrap). Page numbers start at 16. */
uint64_t __wrap_mw_heap_memory_resident(uintptr_t start, size_t size);
uint64_t __wrap_mw_heap_memory_resident(uintptr_t start, size_t size)
{
    uint64_t sum = 0;

    assert_true(size > 0 && start % PAGE == 0 && size % PAGE == 0);
    for (uintptr_t at = start; at < start + size; at += PAGE)
        sum += is_resident[at / PAGE - 16] ? PAGE : 0;
    return sum;
}

#define SITES 40

static int64_t held[SITES];
static int32_t pieces[SITES];

static void counted(struct mw_heap_range *range, uint64_t resident)
{
    held[range->site] += (int64_t)(resident - range->resident);
    range->resident = resident;
}

static void gone(const struct mw_heap_range *part, int32_t more)
{
    held[part->site] -= (int64_t)part->resident;
    pieces[part->site] += more;
}

static const struct mw_heap_ranges_visitor visitor = {counted, gone};

static uintptr_t address_of(uint32_t page)
{
    return (uintptr_t)(page + 16) * PAGE;
}

static bool add(uint32_t from, uint32_t to, uint16_t site)
{
    const struct mw_heap_range range = {.start = address_of(from), .end = address_of(to), .site = site};

    if (!mw_heap_ranges_add(&range))
        return false;
    for (uint32_t page = from; page < to; page++)
        owner[page] = (uint16_t)(site + 1);
    pieces[site]++;
    return true;
}

static void cut(uint32_t from, uint32_t to)
{
    mw_heap_ranges_cut(address_of(from), address_of(to), &visitor);
    for (uint32_t page = from; page < to; page++)
        owner[page] = 0;
}

static uint32_t range_count;
static uint32_t covered[PAGES];

static void note_range(const struct mw_heap_range *range)
{
    assert_true(range->start < range->end);
    range_count++;
    for (uintptr_t page = range->start / PAGE - 16; page < range->end / PAGE - 16; page++) {
        covered[page]++;
        assert_int_equal(owner[page], range->site + 1);
    }
}

/* The same pages in both, none twice. */
static void compare_pages(void)
{
    memset(covered, 0, sizeof(covered));
    range_count = 0;
    mw_heap_ranges_each(note_range);
    for (uint32_t page = 0; page < PAGES; page++)
        if (covered[page] != (owner[page] != 0))
            fail_msg("page %u is in %u ranges", page, covered[page]);
}

/* After counting, each site holds its resident pages, and is told how many ranges it has. */
static void compare_sums(void)
{
    int64_t expected[SITES] = {0};
    int32_t ranges = 0;

    mw_heap_ranges_count(true, &visitor);
    for (uint32_t page = 0; page < PAGES; page++)
        if (owner[page] && is_resident[page])
            expected[owner[page] - 1] += PAGE;
    for (int site = 0; site < SITES; site++) {
        if (held[site] != expected[site])
            fail_msg("site %d holds %lld, not %lld", site, (long long)held[site], (long long)expected[site]);
        ranges += pieces[site];
    }
    compare_pages();
    assert_int_equal(ranges, range_count);
}

static int empty(void **state)
{
    (void)state;
    mw_heap_ranges_cut(address_of(0), address_of(PAGES), &visitor);
    memset(owner, 0, sizeof(owner));
    memset(is_resident, 0, sizeof(is_resident));
    memset(held, 0, sizeof(held));
    memset(pieces, 0, sizeof(pieces));
    return 0;
}

/* ---- tests ---- */

/* One range of six pages, cut at each pair of positions around it, for each set of resident pages. */
static void cuts_in_every_position(void **state)
{
    for (uint32_t set = 0; set < 64; set++)
        for (uint32_t from = 0; from < 10; from++)
            for (uint32_t to = from + 1; to <= 10; to++) {
                empty(state);
                for (uint32_t page = 0; page < 6; page++)
                    is_resident[2 + page] = set >> page & 1;
                assert_true(add(2, 8, 1));
                assert_int_equal(mw_heap_ranges_overlaps(address_of(from), address_of(to)), from < 8 && to > 2);
                if ((from + to) % 2)
                    mw_heap_ranges_count(false, &visitor); /* counted before, or for the first time by the cut */
                cut(from, to);
                compare_sums();
                cut(0, 12);
                compare_sums();
                assert_int_equal(held[1], 0);
                assert_int_equal(pieces[1], 0);
            }
}

static uint64_t random_state = 3;

static uint32_t below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % limit;
}

/* Mapping, unmapping of any part, writing, giving back pages. */
static void random_mappings(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint32_t from = below(PAGES - 200), to = from + 1 + below(200);
        uint32_t what = below(10);
        if (what < 4) {
            cut(from, to);
            assert_true(add(from, to, (uint16_t)below(SITES)));
        } else if (what < 6)
            cut(from, to);
        else
            for (uint32_t page = from; page < to; page++)
                is_resident[page] = owner[page] && what < 9;
        if (i % 20 == 0)
            compare_sums();
        compare_pages();
    }
}

static void several_at_once(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 20; i++)
        assert_true(add(10 * i, 10 * i + 10, i));
    memset(is_resident, true, sizeof(is_resident));
    mw_heap_ranges_count(false, &visitor);
    cut(35, 165);
    compare_sums();
    assert_int_equal(held[3], 5 * PAGE);
    assert_int_equal(held[4], 0);
    assert_int_equal(held[16], 5 * PAGE);
}

static void full_table(void **state)
{
    uint32_t page = 0;

    (void)state;
    memset(is_resident, true, sizeof(is_resident));
    for (int i = 0; i < MW_HEAP_RANGES; i++, page += 3)
        assert_true(add(page, page + 3, (uint16_t)(i % SITES)));
    assert_false(add(page, page + 1, 0));
    compare_sums();
    /* a hole in one: its upper side finds no room, and is not held any more, as far as is known */
    cut(1, 2);
    owner[2] = 0;
    compare_sums();
    cut(0, 3);
    assert_true(add(0, 3, 5));
    compare_sums();
}

/* Pages that were given back are noticed only if all ranges are counted. */
static void given_back(void **state)
{
    (void)state;
    assert_true(add(0, 100, 2));
    memset(is_resident, true, sizeof(is_resident));
    mw_heap_ranges_count(false, &visitor);
    assert_int_equal(held[2], 100 * PAGE);
    memset(is_resident, 0, 60);
    mw_heap_ranges_count(false, &visitor); /* known to be resident as a whole: not asked for again */
    assert_int_equal(held[2], 100 * PAGE);
    mw_heap_ranges_count(true, &visitor);
    assert_int_equal(held[2], 40 * PAGE);
}

static uintptr_t last_end;

static void note_end(const struct mw_heap_range *range)
{
    range_count++;
    last_end = range->end > last_end ? range->end : last_end;
}

static bool extend(uint32_t from, uint32_t to, uint16_t site)
{
    const struct mw_heap_range range = {.start = address_of(from), .end = address_of(to), .site = site};

    return mw_heap_ranges_extend(&range);
}

/* Only the range of the same site that ends there. */
static void extended(void **state)
{
    (void)state;
    assert_true(add(0, 10, 1) && add(20, 30, 2));
    assert_false(extend(10, 15, 2));
    assert_false(extend(31, 35, 2));
    assert_false(extend(11, 15, 1));
    for (uint32_t page = 30; page < 3000; page++)
        assert_true(extend(page, page + 1, 2));
    range_count = 0;
    last_end = 0;
    mw_heap_ranges_each(note_end);
    assert_int_equal(range_count, 2);
    assert_true(last_end == address_of(3000));
}

/* Steps that were made much later are another range, with a separate age; when the table is full they are not. */
static void extended_later(void **state)
{
    struct mw_heap_range step = {.start = address_of(0), .end = address_of(1), .site = 3, .born_ms = 1000};

    (void)state;
    assert_true(mw_heap_ranges_add(&step));
    step = (struct mw_heap_range){.start = address_of(1), .end = address_of(2), .site = 3, .born_ms = 1010};
    assert_true(mw_heap_ranges_extend(&step));
    step = (struct mw_heap_range){.start = address_of(2), .end = address_of(3), .site = 3, .born_ms = 1100};
    assert_false(mw_heap_ranges_extend(&step));
    for (uint32_t i = 1; i < MW_HEAP_RANGES; i++)
        assert_true(add(10 + 2 * i, 11 + 2 * i, 4));
    assert_true(mw_heap_ranges_extend(&step));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(cuts_in_every_position, empty),
        cmocka_unit_test_setup(random_mappings, empty),
        cmocka_unit_test_setup(several_at_once, empty),
        cmocka_unit_test_setup(full_table, empty),
        cmocka_unit_test_setup(given_back, empty),
        cmocka_unit_test_setup(extended, empty),
        cmocka_unit_test_setup(extended_later, empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
