/* SPDX-License-Identifier: MIT */
/* Which allocations belong to one site: real stacks of this program and of libraries, the recall by fingerprint, a table that
 * is full or moves. */
#include "pmpi/heap/sites.h"

#include "pmpi/heap/blocks.h"
#include "pmpi/heap/modules.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/pmpi/heap/plugins.h"

#define NOINLINE __attribute__((noinline))

static struct mw_module modules[MW_HEAP_MODULES];
static uint32_t modules_used;

static int start(void **state)
{
    (void)state;
    mw_heap_modules_start();
    mw_heap_modules_move(modules, &modules_used);
    return mw_heap_sites_start() ? 0 : -1;
}

/* ---- an allocation ---- */

static int32_t recalled; /* what the last allocation was before its stack was walked; -1: not known */
static uint16_t flags;
static const struct mw_python_stack no_python;

/* In the place of malloc(). */
static NOINLINE uint16_t site_here(void)
{
    const struct mw_heap_caller caller = {__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa()};
    struct mw_heap_walk walk;
    uint16_t site;

    recalled = mw_heap_sites_recall(&caller, &no_python);
    mw_heap_sites_walk(&walk, &caller, &no_python, false);
    site = mw_heap_sites_of(&walk, &caller, flags, 7);
    assert_true(recalled < 0 || recalled == site || flags);
    return site;
}

#define LEAVE(site)                                           \
    do {                                                      \
        __asm__ volatile("" : "+r"(site)); /* no tail call */ \
        return site;                                          \
    } while (0)

static NOINLINE uint16_t one(void)
{
    uint16_t site = site_here();

    LEAVE(site);
}

static NOINLINE uint16_t another(void)
{
    uint16_t site = site_here();

    LEAVE(site);
}

/* A path of so many calls, each by one of two functions: 2^depth stacks. */
static NOINLINE uint16_t left(uint32_t path, int depth);
static NOINLINE uint16_t right(uint32_t path, int depth);

__attribute__((always_inline)) static inline uint16_t step(uint32_t path, int depth)
{
    return !depth ? one() : path & 1 ? left(path >> 1, depth - 1) : right(path >> 1, depth - 1);
}

static NOINLINE uint16_t left(uint32_t path, int depth)
{
    uint16_t site = step(path, depth);

    LEAVE(site);
}

static NOINLINE uint16_t right(uint32_t path, int depth)
{
    uint16_t site = step(path, depth);

    LEAVE(site);
}

/* A number that the compiler does not know: so a loop stays a loop, with one call in it. */
static volatile int times_two = 2;

/* ---- tests ---- */

static void recalled_by_fingerprint(void **state)
{
    uint16_t first = 0, other = 0;

    (void)state;
    for (volatile int i = 0; i < 100; i++) {
        uint16_t site = one();
        assert_int_equal(recalled >= 0, i > 0);
        assert_true(i == 0 || site == first);
        first = site;
    }
    for (int i = 0; i < times_two; i++)
        other = another();
    assert_true(other != first && recalled == other);
    assert_int_equal(mw_heap_sites_at(first)->mpi_site, 7);
    assert_int_equal(mw_heap_sites_at(first)->frames[0] >> MW_HEAP_FRAME_OFFSET,
                     mw_heap_modules_frame((const void *)one) >> MW_HEAP_FRAME_OFFSET);
}

static void frames_of_this_program(void **state)
{
    const struct mw_heap_site *site;
    uint64_t offset;

    (void)state;
    site = mw_heap_sites_at(left(1, 2)); /* left, right or left, one */
    assert_true(site->depth >= 4);
    for (int i = 0; i < 4; i++) {
        offset = site->frames[i] & ((1ULL << MW_HEAP_FRAME_OFFSET) - 1);
        assert_true(site->frames[i] >> MW_HEAP_FRAME_OFFSET);
        assert_true(modules[(site->frames[i] >> MW_HEAP_FRAME_OFFSET) - 1].base + offset > (uintptr_t)1 << 12);
    }
    assert_true(site->frames[0] != site->frames[1]);
}

static void kinds_of_one_stack(void **state)
{
    uint16_t sites[2];

    (void)state;
    for (int i = 0; i < times_two; i++) {
        flags = i ? MW_HEAP_MAPPING : 0;
        sites[i] = left(0, 3);
        assert_int_equal(mw_heap_sites_at(sites[i])->flags & MW_HEAP_MAPPING, i ? MW_HEAP_MAPPING : 0);
    }
    flags = 0;
    assert_true(sites[0] != sites[1]);
}

static void deep_stacks(void **state)
{
    uint16_t site = left(0, 30), other;
    uint32_t count = mw_heap_sites_count();

    (void)state;
    assert_int_equal(mw_heap_sites_at(site)->depth, MW_HEAP_FRAMES);
    assert_true(mw_heap_sites_at(site)->flags & MW_HEAP_CUT);
    other = left(1 << 25, 30); /* differs below the frames that are kept, or above: what is kept decides */
    assert_true(other < mw_heap_sites_count() && mw_heap_sites_count() <= count + 1);
}

static void *in_thread(void *argument)
{
    uint16_t *sites = argument;

    for (int i = 0; i < times_two; i++)
        sites[i] = right(5, 6);
    return recalled >= 0 ? argument : NULL;
}

/* A later thread may have the stack of one that has ended, at the same addresses: its fingerprints are not that one's. */
static void stacks_of_threads(void **state)
{
    uint16_t sites[2], first[2];
    pthread_t thread;
    void *result;

    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pthread_create(&thread, NULL, in_thread, sites), 0);
        pthread_join(thread, &result);
        assert_ptr_equal(result, sites); /* the second one was recalled */
        assert_int_equal(sites[0], sites[1]);
        if (!i)
            memcpy(first, sites, sizeof(sites));
        assert_int_equal(sites[0], first[0]);
    }
}

static void *allocate(void *argument)
{
    uint16_t *site = argument;

    *site = one();
    return site;
}

/* The stack is the same to the last address, but its code is another library's. */
static void libraries_at_one_address(void **state)
{
    uint16_t sites[3] = {0};
    void *code = NULL;

    (void)state;
    for (volatile int i = 0; i < 3; i++) {
        struct plugin plugin = i ? plugin_open_at(1 + i % 2, code) : plugin_open(1);
        if (!plugin.handle)
            skip();
        code = plugin.code;
        for (int k = 0; k < times_two; k++)
            assert_ptr_equal((*(plugin_function **)&plugin.code)(allocate, &sites[i]), &sites[i]);
        plugin_close(&plugin);
    }
    assert_true(sites[0] != sites[1]);
    assert_int_equal(sites[0], sites[2]);
}

/* What the recall gives is never wrong, for thousands of stacks in random order. */
static void many_stacks(void **state)
{
    static uint16_t known[1 << 11];
    static bool is_known[1 << 11];
    uint32_t hits = 0;

    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        uint32_t path = (uint32_t)rand() % (1 << 11) / (1 + (uint32_t)rand() % 64);
        uint16_t site = 0;
        for (int k = 0; k < times_two; k++)
            site = left(path, 8);
        path &= 0xFF;
        hits += recalled >= 0;
        if (is_known[path])
            assert_int_equal(site, known[path]);
        known[path] = site;
        is_known[path] = true;
    }
    assert_int_equal(hits, 20000);
    for (int i = 0; i < 256; i++)
        for (int k = 0; k < i; k++)
            assert_true(!is_known[i] || !is_known[k] || known[i] != known[k]);
}

static struct mw_heap_site table[MW_HEAP_SITES];
static uint32_t used;

static void move_table(uint16_t known)
{
    uint32_t count = mw_heap_sites_count();
    struct mw_heap_site copy;

    mw_heap_sites_at(known)->samples = 42;
    mw_heap_sites_at(known)->amount.held = 4711;
    copy = *mw_heap_sites_at(known);
    mw_heap_sites_move(table, &used);
    assert_int_equal(used, count);
    assert_int_equal(mw_heap_sites_count(), count);
    assert_ptr_equal(mw_heap_sites_at(known), &table[known]);
    assert_memory_equal(&table[known], &copy, sizeof(copy));
}

/* More stacks than there is room for: each of 2^11 with three kinds. */
static void fill_table(uint16_t known)
{
    uint16_t site = 0;

    (void)known;
    for (flags = 1 << 4; flags < 4 << 4; flags += 1 << 4)
        for (uint32_t path = 0; path < 1 << 12; path++) {
            uint32_t before = used;
            site = left(path, 12);
            assert_true(site <= before || site == MW_HEAP_NO_SITE);
        }
    flags = 0;
    assert_int_equal(site, MW_HEAP_NO_SITE);
    assert_int_equal(used, MW_HEAP_SITES);
}

/* A known stack, before and after the table has moved or was filled: the same call, so one that the compiler does not double
 * for the first time and the others. */
static struct {
    void (*happens)(uint16_t known);
    uint16_t site[2], recalled[2];
    int count;
} known;

static NOINLINE void call(void)
{
    known.site[known.count] = left(1, 5);
    known.recalled[known.count++] = recalled;
}

static NOINLINE void let_happen(void)
{
    known.happens(known.site[0]);
}

static void (*volatile const steps[])(void) = {call, let_happen, call};
static volatile int times_three = 3;

static void known_site_stays(void (*happens)(uint16_t known))
{
    known.happens = happens;
    known.count = 0;
    for (int i = 0; i < times_three; i++)
        steps[i]();
    assert_int_equal(known.site[1], known.site[0]);
    assert_int_equal(known.recalled[1], known.site[0]);
}

static void moved_table(void **state)
{
    uint32_t count;

    (void)state;
    known_site_stays(move_table);
    count = used;
    assert_int_equal(left(0x155, 9), count);
    assert_int_equal(used, count + 1);
}

static void full_table(void **state)
{
    (void)state;
    known_site_stays(fill_table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recalled_by_fingerprint),
        cmocka_unit_test(frames_of_this_program),
        cmocka_unit_test(kinds_of_one_stack),
        cmocka_unit_test(deep_stacks),
        cmocka_unit_test(stacks_of_threads),
        cmocka_unit_test(libraries_at_one_address),
        cmocka_unit_test(many_stacks),
        cmocka_unit_test(moved_table),
        cmocka_unit_test(full_table),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
