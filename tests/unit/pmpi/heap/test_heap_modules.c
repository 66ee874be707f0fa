/* SPDX-License-Identifier: MIT */
/* Which object code is in: the program, libc, and libraries that are unloaded while another one takes their addresses. */
#include "pmpi/heap/modules.h"

#include "collector/journal/heap_record.h"

#include <dlfcn.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/pmpi/heap/plugins.h"

static uint32_t module_of(uint64_t frame)
{
    return (uint32_t)(frame >> MW_HEAP_FRAME_OFFSET);
}

static uint64_t offset_of(uint64_t frame)
{
    return frame & ((1ULL << MW_HEAP_FRAME_OFFSET) - 1);
}

static struct mw_module table[MW_HEAP_MODULES];
static uint32_t used;

static int start(void **state)
{
    (void)state;
    mw_heap_modules_start();
    mw_heap_modules_move(table, &used);
    return 0;
}

static bool has_lookup(void)
{
    return dlsym(RTLD_DEFAULT, "_dl_find_object") != NULL;
}

static void program_and_libc(void **state)
{
    const void *here = (const void *)program_and_libc, *there = dlsym(RTLD_DEFAULT, "getenv");
    uint64_t one = mw_heap_modules_frame(here), other = mw_heap_modules_frame(there);

    (void)state;
    assert_true(module_of(one) && module_of(other) && module_of(one) != module_of(other));
    assert_int_equal(table[module_of(one) - 1].base + offset_of(one), (uintptr_t)here);
    assert_int_equal(table[module_of(other) - 1].base + offset_of(other), (uintptr_t)there);
    assert_non_null(strstr(table[module_of(one) - 1].path, "test_heap_modules"));
    assert_non_null(strstr(table[module_of(other) - 1].path, "libc"));
    assert_int_equal(mw_heap_modules_frame(here), one);
    assert_int_equal(module_of(mw_heap_modules_frame((const void *)start)), module_of(one));
    assert_true(mw_heap_modules_has(here) && mw_heap_modules_has(there));
    assert_false(mw_heap_modules_may_be_unloaded(here) || mw_heap_modules_may_be_unloaded(there));
    assert_true(mw_heap_modules_is_same(here, (const void *)start));
    assert_false(mw_heap_modules_is_same(here, there));
}

static void no_code(void **state)
{
    static char data[1 << 20];
    void *block = calloc(1, 100000);
    uint64_t frame = mw_heap_modules_frame(block);

    (void)state;
    assert_false(mw_heap_modules_has(block));
    assert_false(mw_heap_modules_has(NULL));
    assert_false(mw_heap_modules_has(&frame));
    assert_int_equal(module_of(frame), 0);
    assert_int_equal(offset_of(frame), (uintptr_t)block);
    assert_false(mw_heap_modules_is_same(block, data));
    assert_false(mw_heap_modules_is_still(frame, block));
    free(block);
}

static void another_at_its_address(void **state)
{
    struct plugin first = plugin_open(1), second;
    uint64_t frame, other;

    (void)state;
    assert_true(mw_heap_modules_has(first.code) && mw_heap_modules_may_be_unloaded(first.code));
    frame = mw_heap_modules_frame(first.code);
    assert_true(module_of(frame));
    assert_non_null(strstr(table[module_of(frame) - 1].path, "plugin1"));
    assert_int_equal(mw_heap_modules_is_still(frame, first.code), has_lookup());
    plugin_close(&first);
    assert_false(mw_heap_modules_has(first.code));
    assert_false(mw_heap_modules_is_still(frame, first.code));

    second = plugin_open_at(2, first.code);
    if (!second.handle)
        skip();
    assert_true(mw_heap_modules_has(first.code));
    assert_false(mw_heap_modules_is_still(frame, first.code));
    other = mw_heap_modules_frame(second.code);
    assert_true(module_of(other) && module_of(other) != module_of(frame));
    assert_non_null(strstr(table[module_of(other) - 1].path, "plugin2"));
    assert_int_equal(offset_of(other), offset_of(frame));
    plugin_close(&second);
}

/* The same library again is the same module, at the same address or at another one of which the table has its base. */
static void loaded_again(void **state)
{
    uint32_t before = 0;
    uint64_t frame;

    (void)state;
    for (int i = 0; i < 300; i++) {
        struct plugin plugin = plugin_open(1);
        frame = mw_heap_modules_frame(plugin.code);
        assert_true(module_of(frame));
        assert_int_equal(table[module_of(frame) - 1].base + offset_of(frame), (uintptr_t)plugin.code);
        if (i == 0)
            before = used;
        plugin_close(&plugin);
    }
    assert_true(used <= before + 3);
}

static void build_ids(void **state)
{
    uint64_t frame = mw_heap_modules_frame(dlsym(RTLD_DEFAULT, "getenv"));

    (void)state;
    /* of Debian's libc 20 bytes; a system may have none */
    assert_true(table[module_of(frame) - 1].build_id_length <= sizeof(table[0].build_id));
    assert_true(table[module_of(frame) - 1].build_id_length == 20 || !getenv("MW_TEST_DEBIAN"));
}

/* Moving keeps what is there, and what is entered afterwards goes to the new place. */
static void moved(void **state)
{
    static struct mw_module other_table[MW_HEAP_MODULES];
    uint32_t other_used = 0, before = used;
    uint64_t frame = mw_heap_modules_frame((const void *)moved);

    (void)state;
    mw_heap_modules_move(other_table, &other_used);
    assert_int_equal(other_used, before);
    assert_memory_equal(other_table, table, before * sizeof(table[0]));
    assert_int_equal(mw_heap_modules_frame((const void *)moved), frame);
    start(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(program_and_libc), cmocka_unit_test(no_code),   cmocka_unit_test(another_at_its_address),
        cmocka_unit_test(loaded_again),     cmocka_unit_test(build_ids), cmocka_unit_test(moved),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
