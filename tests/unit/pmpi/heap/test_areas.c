/* SPDX-License-Identifier: MIT */
/* Blocks of glibc's malloc(): in its heap, in the arena of a thread, or in a mapping of their own; what their headers take,
 * and how much of the areas is resident. */
#include "pmpi/heap/areas.h"

#include "pmpi/heap/memory.h"
#include "pmpi/heap/next.h"
#include "pmpi/heap/ranges.h"

#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

#define MIB ((size_t)1 << 20)

static int start(void **state)
{
    (void)state;
    mw_heap_page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mw_heap_areas_start();
    return 0;
}

/* Under a sanitizer, or with another C library. */
static bool has_areas(void)
{
    return mw_heap_next_is_glibc();
}

static void headers_of_all_sizes(void **state)
{
    (void)state;
    for (size_t size = 1; size < 3000000; size += size / 7 + 1) {
        char *block = malloc(size);
        size_t headers, usable = malloc_usable_size(block);
        bool in_area = mw_heap_areas_note(block, size, &headers);
        if (!has_areas()) {
            assert_false(in_area);
            assert_int_equal(headers, usable - size);
        } else if (in_area) { /* of the large ones only what has room at its end: 1 MiB where the break cannot be moved */
            assert_true(size < 2 * MIB);
            assert_true(headers >= usable - size && headers <= usable - size + 32);
        } else {
            assert_true(size >= 128 << 10);
            assert_true(headers >= 16 && headers <= mw_heap_page_bytes + 32);
        }
        free(block);
    }
}

static void aligned_blocks(void **state)
{
    (void)state;
    for (size_t alignment = 16; alignment <= 2 * MIB; alignment *= 2)
        for (size_t size = 10; size < 4 * MIB; size *= 9) {
            void *block = NULL;
            size_t headers;
            assert_int_equal(posix_memalign(&block, alignment, size), 0);
            mw_heap_areas_note(block, size, &headers);
            assert_true(headers < mw_heap_page_bytes + alignment + 64);
            free(block);
        }
}

static bool is_close(uint64_t value, uint64_t expected, uint64_t by)
{
    return value <= expected + by && value + by >= expected;
}

static void resident_heap(void **state)
{
    static char *blocks[640];
    uint64_t before;
    size_t headers;

    (void)state;
    skip_if_emulated();
    if (!has_areas())
        skip();
    mw_heap_areas_note(malloc(100), 100, &headers);
    before = mw_heap_areas_resident();
    for (int i = 0; i < 640; i++) {
        blocks[i] = malloc(100000);
        memset(blocks[i], 1, 100000);
        assert_true(mw_heap_areas_note(blocks[i], 100000, &headers));
    }
    assert_true(is_close(mw_heap_areas_resident(), before + 640 * 100000, MIB));
    for (int i = 0; i < 639; i++) /* the last one stays, so nothing is given back */
        free(blocks[i]);
    assert_true(is_close(mw_heap_areas_resident(), before + 640 * 100000, MIB));
    free(blocks[639]);
    malloc_trim(0);
    assert_true(is_close(mw_heap_areas_resident(), before, MIB));
}

/* In a thread's arena, and more than one of its heaps of 64 MiB. */
static void *fill_arena(void *argument)
{
    char **blocks = argument;
    size_t headers;

    for (int i = 0; i < 900; i++) {
        blocks[i] = malloc(100000);
        if (!blocks[i])
            return NULL;
        memset(blocks[i], 1, 100000);
        if (!mw_heap_areas_note(blocks[i], 100000, &headers))
            return NULL;
    }
    return argument;
}

static void resident_arena(void **state)
{
    static char *blocks[900];
    uint64_t before = mw_heap_areas_resident();
    pthread_t thread;
    void *result;

    (void)state;
    skip_if_emulated();
    if (!has_areas())
        skip();
    assert_int_equal(pthread_create(&thread, NULL, fill_arena, blocks), 0);
    pthread_join(thread, &result);
    assert_non_null(result);
    assert_true(is_close(mw_heap_areas_resident(), before + 900 * 100000, 2 * MIB));
    for (int i = 0; i < 900; i++)
        free(blocks[i]);
}

/* What the program has moved the break by is in a range, and not counted here, too. */
static void break_of_program(void **state)
{
    struct mw_heap_range range = {.resident = 8 * MIB};
    uint64_t before = mw_heap_areas_resident();
    char *memory;

    (void)state;
    skip_if_emulated();
    if (!has_areas())
        skip();
    memory = sbrk((intptr_t)(8 * MIB));
    assert_true(memory != (void *)-1);
    memset(memory, 1, 8 * MIB);
    assert_true(is_close(mw_heap_areas_resident(), before + 8 * MIB, MIB));
    range.start = (uintptr_t)memory;
    range.end = (uintptr_t)memory + 8 * MIB;
    assert_true(mw_heap_ranges_add(&range));
    assert_true(is_close(mw_heap_areas_resident(), before, MIB));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_of_all_sizes), cmocka_unit_test(aligned_blocks),   cmocka_unit_test(resident_heap),
        cmocka_unit_test(resident_arena),       cmocka_unit_test(break_of_program),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
