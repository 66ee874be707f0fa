/* SPDX-License-Identifier: MIT */
/* Looks itself up: this program's own calls must come out as this file's lines. Built with -g. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr */
#endif
#include "collector/symbols.h"

#include <dirent.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct mw_module self;

/* The build id lies in a note of the loaded program. */
static void find_build_id(const struct dl_phdr_info *info)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const char *at = (const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        const char *end = at + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type != PT_NOTE)
            continue;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const void *)at;
            const char *name = at + sizeof(*note), *bits = name + ((note->n_namesz + 3) & ~3u);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4)) {
                self.build_id_length = note->n_descsz;
                memcpy(self.build_id, bits, note->n_descsz);
            }
            at = bits + ((note->n_descsz + 3) & ~3u);
        }
    }
}

static int take_first(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    (void)data;
    self.base = info->dlpi_addr;
    find_build_id(info);
    return 1; /* the first object is the program */
}

static int find_self(void **state)
{
    ssize_t length = readlink("/proc/self/exe", self.path, sizeof(self.path) - 1);

    (void)state;
    dl_iterate_phdr(take_first, NULL);
    return length > 0 ? 0 : -1;
}

static __attribute__((noinline)) uint64_t return_offset(void)
{
    __asm__ volatile(""); /* keeps the call a call */
    return (uint64_t)(uintptr_t)__builtin_return_address(0) - self.base;
}

enum { INLINED_LINE = __LINE__ + 3 };
static inline __attribute__((always_inline)) uint64_t inlined_caller(void)
{
    uint64_t offset = return_offset();
    __asm__ volatile("");
    return offset;
}

static void test_line(void **state)
{
    struct mw_symbols *symbols = mw_symbols_create();
    const struct mw_symbols_place *place;
    uint64_t offset;
    uint32_t line;
    char label[64];

    (void)state;
    line = __LINE__ + 1;
    offset = return_offset();
    place = mw_symbols_find(symbols, mw_symbols_module(symbols, &self), offset);
    snprintf(label, sizeof(label), "test_symbols.c:%u", (unsigned)line);
    assert_string_equal(place->label, label);
    assert_string_equal(place->function, "test_line");
    assert_string_equal(place->file, "test_symbols.c");
    assert_true(strstr(place->path, "test_symbols.c") != NULL);
    assert_int_equal(place->line, line);
    assert_string_equal(place->module, self.path);
    /* The same again is the same place. */
    assert_ptr_equal(mw_symbols_find(symbols, mw_symbols_module(symbols, &self), offset), place);
    mw_symbols_destroy(symbols);
}

static void test_inlined(void **state)
{
    struct mw_symbols *symbols = mw_symbols_create();
    uint32_t module = mw_symbols_module(symbols, &self);
    const struct mw_symbols_place *place = mw_symbols_find(symbols, module, inlined_caller());

    (void)state;
    assert_string_equal(place->function, "inlined_caller");
    assert_int_equal(place->line, INLINED_LINE);
    mw_symbols_destroy(symbols);
}

static void assert_unresolved(const struct mw_module *module, uint64_t offset, const char *label)
{
    struct mw_symbols *symbols = mw_symbols_create();
    const struct mw_symbols_place *place = mw_symbols_find(symbols, mw_symbols_module(symbols, module), offset);

    assert_string_equal(place->label, label);
    assert_int_equal(place->line, 0);
    assert_string_equal(place->function, "");
    mw_symbols_destroy(symbols);
}

/* Another program at the same path must not lend its lines. */
static void test_other_build(void **state)
{
    struct mw_module other = self;
    char label[300];

    (void)state;
    other.build_id[0] ^= 1;
    snprintf(label, sizeof(label), "%s+0x1234", strrchr(self.path, '/') + 1);
    assert_unresolved(&other, 0x1234, label);
    other.build_id_length = 0;
    assert_unresolved(&other, 0x1234, label);
}

static void test_gone(void **state)
{
    struct mw_module gone = {.path = "/nonexistent/dir/app"}, fifo = {.path = ""}, relative = {.path = "app"};
    char dir[] = "/tmp/mwtest-XXXXXX";

    (void)state;
    assert_unresolved(&gone, 0x10, "app+0x10");
    assert_unresolved(&relative, UINT64_MAX, "app+0xffffffffffffffff");
    assert_unresolved(NULL, 0x7f0012345678, "0x7f0012345678");
    assert_non_null(mkdtemp(dir));
    snprintf(fifo.path, sizeof(fifo.path), "%s/fifo", dir);
    assert_int_equal(mkfifo(fifo.path, 0600), 0);
    assert_unresolved(&fifo, 0x10, "fifo+0x10"); /* and does not wait for a writer */
    unlink(fifo.path);
    rmdir(dir);
}

static void test_strange_offsets(void **state)
{
    static const uint64_t offsets[] = {0, 1, 0x7fffffffffffffff, UINT64_MAX};
    struct mw_symbols *symbols = mw_symbols_create();

    (void)state;
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
        assert_int_equal(mw_symbols_find(symbols, mw_symbols_module(symbols, &self), offsets[i])->line, 0);
    mw_symbols_destroy(symbols);
}

static int count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void test_descriptors(void **state)
{
    int before = count_descriptors();

    (void)state;
    test_line(state);
    test_other_build(state);
    assert_int_equal(count_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),        cmocka_unit_test(test_inlined),
        cmocka_unit_test(test_other_build), cmocka_unit_test(test_gone),
        cmocka_unit_test(test_strange_offsets), cmocka_unit_test(test_descriptors),
    };

    return cmocka_run_group_tests(tests, find_self, NULL);
}
