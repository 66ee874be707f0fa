/* SPDX-License-Identifier: MIT */
/* Which calls belong to one site: with real stacks of this program, thousands of them, and synthetic objects. */
#include "pmpi/measure/sites.h"

#include "pmpi/abi/ops.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/modules.h"
#include "pmpi/measure/own_memory.h"
#include "pmpi/measure/site_table.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/draw.h"
#include "tests/unit/emulated.h"
#include "tests/unit/in_range.h"

struct mw_rank mw_rank;

#define MIB ((uint64_t)1 << 20)

/* ---- what sites.c calls ---- */

static const void *binding; /* a return address in one of MPI's libraries */
static const void *plugin;  /* one in a library that may be unloaded */
static uint64_t unload_count, change_count;
static uint32_t plugin_module; /* the current module of that library */
static unsigned walks;

void mw_lock_disable_cancel(void)
{
}

void mw_lock_restore_cancel(void)
{
}

void mw_own_memory_walked(void)
{
    walks++;
}

struct mw_frame mw_modules_frame(const void *address)
{
    return (struct mw_frame){.offset = (uintptr_t)address, .module = address == plugin ? plugin_module : 1};
}

bool mw_modules_is_mpi(const void *address)
{
    return binding && address == binding;
}

bool mw_modules_may_be_unloaded(const void *address)
{
    return plugin && address == plugin;
}

uint64_t mw_modules_unloads(void)
{
    return unload_count;
}

uint64_t mw_modules_changes(void)
{
    return change_count;
}

static int make_journal(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    mw_site_table_start();
    mw_sites_set_depth(2); /* the wrapper's caller, and its caller */
    binding = plugin = NULL;
    return 0;
}

static int free_journal(void **state)
{
    free(*state);
    return 0;
}

/* ---- an MPI call ---- */

#ifdef __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noipa))
#endif
#define NO_TAIL_CALL() __asm__ volatile("" ::: "memory")

static struct mw_sites_key key;
static const void *return_address;
static bool requests_own;
static uint64_t bytes;

APART static uint32_t wrapper(void)
{
    uint32_t site;

    return_address = __builtin_return_address(0);
    if (requests_own)
        site = mw_sites_find_own(&key, __builtin_return_address(0), bytes);
    else
        site = mw_sites_find(&key, __builtin_return_address(0), (uintptr_t)__builtin_frame_address(0));
    NO_TAIL_CALL();
    return site;
}

/* Layers of a program that calls MPI. Each test uses different keys: caches outlive a journal. */
APART static uint32_t helper(void)
{
    uint32_t site = wrapper();

    NO_TAIL_CALL();
    return site;
}

APART static uint32_t first_caller(void)
{
    uint32_t site = helper();

    NO_TAIL_CALL();
    return site;
}

APART static uint32_t second_caller(void)
{
    uint32_t site = helper();

    NO_TAIL_CALL();
    return site;
}

APART static uint32_t deeper(int depth)
{
    uint32_t site = depth ? deeper(depth - 1) : helper();

    NO_TAIL_CALL();
    return site;
}

static void use_key(const char *call, uint32_t comm_size, uint32_t completes)
{
    memset(&key, 0, sizeof(key));
    key.call = call;
    key.comm_size = comm_size;
    key.completes = completes;
}

static const struct mw_site *site_of(uint32_t index)
{
    assert_true(index < mw_journal_used(&mw_rank.journal, MW_SECTION_SITE));
    return &mw_rank.journal.sites[index];
}

/* ---- few ---- */

static void a_stack_is_a_site(void **state)
{
    static const char call[] = "MPI_Allreduce";
    uint32_t first = 0, second = 0;

    (void)state;
    use_key(call, 8, 0);
    for (int i = 0; i < 10; i++) {
        uint32_t one = first_caller(), two = second_caller();
        assert_true(i == 0 || (one == first && two == second));
        first = one;
        second = two;
    }
    assert_int_not_equal(first, second); /* the same place, called from two others */
    assert_int_equal(mw_journal_used(&mw_rank.journal, MW_SECTION_SITE), 2);
    assert_string_equal(site_of(first)->call, "MPI_Allreduce");
    assert_int_equal(site_of(first)->comm_size, 8);
    assert_int_equal(site_of(first)->depth, 2);
    assert_int_equal(site_of(first)->flags, 0);
    assert_int_equal(site_of(first)->frames[0].offset, (uintptr_t)return_address);
    assert_int_equal(site_of(first)->frames[0].offset, site_of(second)->frames[0].offset);
    assert_int_not_equal(site_of(first)->frames[1].offset, site_of(second)->frames[1].offset);
}

/* A known stack is found without walking it, wherever the stack pointer is. */
static void a_stack_that_comes_again_is_not_walked(void **state)
{
    static const char call[] = "MPI_Bcast";
    uint32_t first = 0;
    unsigned before;

    (void)state;
    use_key(call, 8, 0);
    first_caller();
    second_caller();
    before = walks;
    first_caller();
    second_caller();
    assert_int_equal(walks, before);
    mw_sites_set_depth(3);
    use_key(call, 9, 0);
    for (int depth = 0; depth < 40; depth++) {
        uint32_t site = deeper(depth);
        if (depth == 1)
            first = site;
        if (depth != 0)
            assert_int_equal(site, first); /* wherever the stack is: three frames identify the site */
        else
            before = walks;
    }
    assert_int_equal(walks, before + 1);
    assert_int_not_equal(deeper(0), first);
}

static void frames_that_distinguish_sites(void **state)
{
    static const char one[] = "MPI_Scan", all[] = "MPI_Scan_all";

    (void)state;
    mw_sites_set_depth(-5); /* 1 */
    use_key(one, 8, 0);
    assert_int_equal(first_caller(), second_caller());
    assert_int_equal(site_of(first_caller())->depth, 1);
    mw_sites_set_depth(100);
    use_key(all, 8, 0);
    assert_int_equal(site_of(deeper(20))->depth, MW_RECORD_SITE_FRAMES);
    assert_int_not_equal(deeper(5), deeper(6));
    assert_int_equal(deeper(MW_RECORD_SITE_FRAMES), deeper(MW_RECORD_SITE_FRAMES + 1));
}

static void communicators_and_completions_have_sites_of_their_own(void **state)
{
    static const char call[] = "MPI_Ibarrier";
    static const uint32_t sizes[] = {8, 9, 8, 8, 8}, completes[] = {0, 0, 1 + 5, 1 + 6, 0};
    uint32_t sites[5];

    (void)state;
    for (int i = 0; i < 5; i++) { /* all from one line */
        use_key(call, sizes[i], completes[i]);
        sites[i] = first_caller();
        for (int k = 0; k < i; k++)
            assert_true((sites[k] == sites[i]) == (k == 0 && i == 4));
    }
    assert_string_equal(site_of(sites[0])->call, "MPI_Ibarrier");
    assert_int_equal(site_of(sites[1])->comm_size, 9);
    assert_string_equal(site_of(sites[2])->call, "MPI_Ibarrier+Wait");
    assert_int_equal(site_of(sites[2])->start_site, 5);
}

/* Language bindings call the wrapper: the program's line is the first frame. */
static void mpis_own_frames_are_left_out(void **state)
{
    static const char call[] = "MPI_Gather";
    const struct mw_site *site;

    (void)state;
    use_key(call, 7, 0);
    first_caller();
    binding = return_address; /* of the wrapper, in helper() */
    use_key(call, 8, 0);
    site = site_of(first_caller());
    assert_int_equal(site->depth, 2);
    assert_int_not_equal(site->frames[0].offset, (uintptr_t)binding);
    assert_int_not_equal(first_caller(), second_caller());
}

static void code_that_was_unloaded_is_forgotten(void **state)
{
    static const char call[] = "MPI_Scatter";
    static const uint32_t modules[] = {2, 2, 3, 3, 2}; /* the module at that address: the first one is loaded again */
    uint32_t sites[5];

    (void)state;
    use_key(call, 7, 0);
    first_caller();
    plugin = return_address;
    use_key(call, 8, 0);
    for (int i = 0; i < 5; i++) { /* all from one line */
        unload_count += i && modules[i] != modules[i - 1];
        plugin_module = modules[i];
        sites[i] = first_caller();
        assert_int_equal(site_of(sites[i])->frames[0].module, modules[i]);
    }
    assert_int_equal(sites[1], sites[0]);
    assert_int_not_equal(sites[2], sites[0]);
    assert_int_equal(sites[3], sites[2]);
    assert_int_equal(sites[4], sites[0]);
}

/* ---- many ---- */

/* What is around a call differs, so that the compiler makes four calls of it. */
#define CALL_AT(place)                      \
    do {                                    \
        __asm__ volatile(place);            \
        site = layer(path >> 2, depth - 1); \
        __asm__ volatile(place);            \
    } while (0)

/* A different stack for each path: four places call the next layer. */
APART static uint32_t layer(unsigned path, int depth)
{
    uint32_t site = 0;

    if (!depth) {
        site = helper();
    } else {
        switch (path & 3) {
        case 0: CALL_AT(""); break;
        case 1: CALL_AT("nop"); break;
        case 2: CALL_AT("nop; nop"); break;
        default: CALL_AT("nop; nop; nop");
        }
    }
    NO_TAIL_CALL();
    return site;
}

#define LAYERS 6
#define PATHS (1u << (2 * LAYERS))   /* 4,096, twice as many as there are entries */
static uint32_t site_of_path[PATHS]; /* + 1, once it has an entry */
static uint32_t path_of_site[MW_RECORD_SITES];
/* A call of a random stack. Returns whether it has a separate entry. */
static bool call_path(unsigned path)
{
    uint32_t site = layer(path, LAYERS);

    mw_rank.journal.sites[site].calls++;
    if (site_of(site)->flags & MW_SITE_SHARED) {
        assert_int_equal(site_of_path[path], 0); /* an entry is kept */
        return false;
    }
    assert_true(site_of_path[path] == 0 || site_of_path[path] == site + 1);
    assert_true(path_of_site[site] == 0 || path_of_site[site] == path + 1);
    site_of_path[path] = site + 1;
    path_of_site[site] = path + 1;
    return true;
}

static uint64_t all_calls(void)
{
    uint64_t calls = 0;

    for (uint32_t i = 0; i < mw_journal_used(&mw_rank.journal, MW_SECTION_SITE); i++)
        calls += mw_rank.journal.sites[i].calls;
    return calls;
}

static void more_stacks_than_entries(void **state)
{
    static const char call[] = "MPI_Alltoall";
    uint64_t shared = 0;
    uint32_t own = 0;

    (void)state;
    memset(site_of_path, 0, sizeof(site_of_path));
    memset(path_of_site, 0, sizeof(path_of_site));
    mw_sites_set_depth(8);
    use_key(call, 8, 0);
    draw_seed = 3;
    for (int i = 0; i < 30000; i++)
        shared += !call_path(draw(PATHS));
    assert_int_equal(all_calls(), 30000);
    assert_int_equal(mw_rank.journal.cost->lost_sites, shared);
    for (unsigned i = 0; i < PATHS; i++)
        own += site_of_path[i] > 0;
    assert_true(mw_site_table_is_scarce());
    assert_uint_in_range(own, 1024 + 512, MW_RECORD_SITES);
    mw_sites_repair();
    for (unsigned i = 0; i < PATHS; i++)
        if (site_of_path[i])
            assert_true(call_path(i));
}

/* A call of a stack without an entry turns out to need much memory: it gets an entry, and keeps it. */
static void a_call_that_matters_gets_an_entry(void **state)
{
    static const char call[] = "MPI_Alltoallv";
    unsigned path = 0;
    uint32_t own;

    (void)state;
    memset(site_of_path, 0, sizeof(site_of_path));
    memset(path_of_site, 0, sizeof(path_of_site));
    mw_sites_set_depth(8);
    use_key(call, 8, 0);
    draw_seed = 5;
    for (int i = 0; i < 30000; i++)
        call_path(draw(PATHS));
    while (path < PATHS && site_of_path[path])
        path++;
    assert_true(path < PATHS);
    requests_own = true;
    bytes = 0; /* only the name at first */
    own = layer(path, LAYERS);
    assert_int_equal(site_of(own)->flags, MW_SITE_NAME);
    bytes = 64 * MIB;
    own = layer(path, LAYERS);
    requests_own = false;
    assert_int_equal(site_of(own)->flags, 0);
    assert_int_equal(site_of(own)->depth, 8);
    path_of_site[own] = 0;
    for (int i = 0; i < 64 && !site_of_path[path]; i++) /* as soon as its stack is walked again */
        call_path(path);
    assert_int_equal(site_of_path[path], own + 1);
}

/* However many calls there are, their stacks are not walked each time. */
static void unsuccessful_walks_end(void **state)
{
    static const char call[] = "MPI_Alltoallw", other[] = "MPI_Reduce";
    unsigned before;

    (void)state;
    mw_sites_set_depth(8);
    use_key(call, 8, 0);
    for (unsigned i = 0; i < 3 * PATHS; i++)
        layer(i, LAYERS);
    assert_true(mw_site_table_is_scarce());
    use_key(other, 8, 0); /* at a place without a known site */
    before = walks;
    mw_rank.journal.cost->lost_sites = 0;
    for (unsigned i = 0; i < 3200; i++)
        assert_int_equal(site_of(layer(i, LAYERS))->flags, MW_SITE_SHARED);
    assert_uint_in_range(walks - before, 90, 110);
    assert_int_equal(mw_rank.journal.cost->lost_sites, 3200); /* walked or not */
    change_count++;                                           /* a library was loaded: its calls are walked for some time */
    before = walks;
    for (unsigned i = 0; i < 3200; i++)
        layer(i, LAYERS);
    assert_uint_in_range(walks - before, 256, 256 + 110);
    use_key(mw_ops[MW_OP_MPI_Finalize].name, 0, 0); /* called once: always has an entry */
    assert_int_equal(site_of(deeper(3))->flags, 0);
    assert_string_equal(site_of(deeper(3))->call, "MPI_Finalize");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_journal, free_journal)

/* A separate process for each test would have empty caches; instead, each test uses different names, by whose addresses
 * caches distinguish calls. */
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stack_is_a_site),
        TEST(a_stack_that_comes_again_is_not_walked),
        TEST(frames_that_distinguish_sites),
        TEST(communicators_and_completions_have_sites_of_their_own),
        TEST(mpis_own_frames_are_left_out),
        TEST(code_that_was_unloaded_is_forgotten),
        TEST(more_stacks_than_entries),
        TEST(a_call_that_matters_gets_an_entry),
        TEST(unsuccessful_walks_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
