/* SPDX-License-Identifier: MIT */
/* Looks itself up: the calls of this program must resolve to lines of this file. Built with -g. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr */
#endif
#include "collector/symbols/demangle.h"
#include "collector/symbols/pymethods.h"
#include "collector/symbols/symbols.h"
#include "tests/unit/synthetic.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct mw_module self;

static int find_self(void **state)
{
    (void)state;
    synthetic_self(&self);
    return self.path[0] ? 0 : -1;
}

static __attribute__((noinline)) uint64_t return_offset(void)
{
    __asm__ volatile(""); /* prevents a tail call */
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
    /* The same lookup returns the same place. */
    assert_ptr_equal(mw_symbols_find(symbols, mw_symbols_module(symbols, &self), offset), place);
    mw_symbols_destroy(symbols);
}

enum { INLINED_CALL = __LINE__ + 5 };
static void test_inlined(void **state)
{
    struct mw_symbols *symbols = mw_symbols_create();
    uint32_t module = mw_symbols_module(symbols, &self);
    const struct mw_symbols_place *place = mw_symbols_find(symbols, module, inlined_caller());

    (void)state;
    assert_string_equal(place->function, "inlined_caller");
    assert_int_equal(place->line, INLINED_LINE);
    assert_non_null(place->outer); /* the caller that it was inlined into */
    assert_string_equal(place->outer->function, "test_inlined");
    assert_string_equal(place->outer->file, "test_symbols.c");
    assert_int_equal(place->outer->line, INLINED_CALL);
    assert_null(place->outer->outer);
    assert_int_not_equal(place->outer->id, place->id);
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

/* Another program at the same path must not supply its lines. */
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

static void test_removed_file(void **state)
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

static void assert_short(const char *name, const char *expected)
{
    char text[200];

    snprintf(text, sizeof(text), "%s", name);
    mw_demangle_shorten(text);
    assert_string_equal(text, expected);
}

static void test_names(void **state)
{
    (void)state;
    assert_short("field::Mesh<double>::sum(int, std::vector<f (*)(int)>) const", "field::Mesh<double>::sum");
    assert_short("main::{lambda(int)#1}::operator()(int) const &", "main::{lambda(int)#1}::operator()");
    assert_short("(anonymous namespace)::add(void*)", "(anonymous namespace)::add");
    assert_short("step(int) [clone .cold]", "step");
    assert_short("ranks::sum::h0123456789abcdef", "ranks::sum");
    assert_short("rt::start::_$u7b$$u7b$closure$u7d$$u7d$::h0123456789abcdef", "rt::start::{{closure}}");
    assert_short("a..b", "a..b");
    assert_short(")", ")");
    assert_short("", "");
    assert_short("double field::sum<double, (a)1>(double)", "field::sum<double, (a)1>");
    assert_short("std::enable_if<(b)1, x::y>::type x::f<int>(int) const", "x::f<int>");
    assert_short("operator new(unsigned long)", "operator new");
    assert_short("a::T::operator std::string<c>()", "a::T::operator std::string<c>");
    assert_short("decltype (g->h) a::f<b>(c)", "a::f<b>");
    assert_null(mw_demangle("main"));
    assert_null(mw_demangle("_Znonsense"));
}

static void assert_plain(const char *mangled, const char *expected)
{
    char *plain = mw_demangle(mangled);

    if (!expected)
        assert_null(plain);
    else if (!plain)
        fail_msg("%s cannot be read", mangled);
    else
        assert_string_equal(plain, expected);
    free(plain);
}

static void test_fortran_names(void **state)
{
    (void)state;
    assert_plain("__mesh_MOD_total", "mesh::total");
    assert_plain("__mesh_tools_MOD_grow_2d", "mesh_tools::grow_2d");
    assert_plain("mesh_mp_total_", "mesh::total");
    assert_plain("_QMmeshPtotal", "mesh::total");
    assert_plain("_QMmeshFtotalPinner", "mesh::total::inner");
    assert_plain("__mesh_MOD_", NULL);
    assert_plain("___MOD_total", NULL);
    assert_plain("_mp_total_", NULL);
    assert_plain("mesh_mp_", NULL);
    assert_plain("mesh_mp_total", NULL);
    assert_plain("mesh_mp_Total_", NULL);
    assert_plain("_QM", NULL);
    assert_plain("_QMmeshX", NULL);
    assert_plain("solve_", NULL);
    assert_plain("solve.isra.0", "solve");
    assert_plain("solve.part.1.constprop.0", "solve");
    assert_plain("solve.cold", "solve");
    assert_plain("solve._omp_fn.0", NULL);
    assert_plain("", NULL);
}

static void test_rust_names(void **state)
{
    static const char whole[] = "_RNvXs_NtCs6GmmlP4bgsG_1r5ranksINtNtCslNYArtu3iFV_5alloc3vec3VechENtB4_2Do2goB6_";
    char cut[sizeof(whole)];

    (void)state;
    assert_plain("_RNvCsfLfy6EI15iL_7___rustc14___rust_realloc", "__rustc::__rust_realloc");
    assert_plain("_RNvMNtCs6GmmlP4bgsG_1r5ranksINtB2_3SumdE4over", "r::ranks::Sum::over");
    assert_plain("_RINvNtCs6GmmlP4bgsG_1r5ranks3genThAdj3_EEB4_", "r::ranks::gen");
    assert_plain("_RNvMNtCs1_1a1bSRNtB2_1c1f", "[_]::f");
    assert_plain("_RNCNCNvNtNtCs1_3std3sys9backtrace10__print_fmts_00B9_",
                 "std::sys::backtrace::_print_fmt::{{closure}}::{{closure}}");
    assert_plain(whole, "alloc::vec::Vec::go");
    assert_plain("_RNvB_1f", NULL);        /* what it goes back to has it in itself */
    assert_plain("_RINvC1a1bKB8_E", NULL); /* so has this constant */
    assert_plain("_RINvC1a1bKj3_KB8_E", "a::b");
    assert_plain("_RNvC1a99999f", NULL);
    assert_plain("_R", NULL);
    for (size_t i = 0; i < sizeof(whole); i++) {
        snprintf(cut, sizeof(cut), "%.*s", (int)i, whole);
        free(mw_demangle(cut));
    }
}

static void test_extension_names(void **state)
{
    char name[200];

    (void)state;
    assert_true(mw_pymethods_module("/usr/lib/python3/dist-packages/mpi4py/MPI.cpython-311-x86_64-linux-gnu.so", name));
    assert_string_equal(name, "mpi4py.MPI");
    assert_true(mw_pymethods_module("/opt/site-packages/fast.abi3.so", name));
    assert_string_equal(name, "fast");
    assert_false(mw_pymethods_module("/usr/lib/libmpi.so.40", name));
    assert_false(mw_pymethods_module("", name));
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

static void test_python(void **state)
{
    const struct mw_function step = {.name = "Solver.step", .file = "/home/a/train.py"};
    const struct mw_function nested = {.name = "main.<locals>.<listcomp>", .file = "/home/a/train.py"};
    const struct mw_function importer = {.name = "_find_and_load", .file = "<frozen importlib._bootstrap>"};
    struct mw_symbols *symbols = mw_symbols_create();
    const struct mw_symbols_place *place = mw_symbols_python(symbols, &step, 41);

    (void)state;
    assert_string_equal(place->label, "train.py:41");
    assert_string_equal(place->function, "Solver.step");
    assert_string_equal(place->path, "/home/a/train.py");
    assert_string_equal(place->module, "");
    assert_int_equal(place->line, 41);
    assert_ptr_equal(mw_symbols_python(symbols, &step, 41), place);
    assert_ptr_not_equal(mw_symbols_python(symbols, &step, 42), place);
    assert_string_equal(mw_symbols_python(symbols, &nested, 7)->function, "main.listcomp");
    assert_string_equal(mw_symbols_python(symbols, &importer, 241)->label, "<frozen importlib._bootstrap>:241");
    assert_string_equal(mw_symbols_python(symbols, NULL, 3)->label, "(other Python functions)");
    mw_symbols_destroy(symbols);
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
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_inlined),
        cmocka_unit_test(test_other_build),
        cmocka_unit_test(test_removed_file),
        cmocka_unit_test(test_strange_offsets),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_fortran_names),
        cmocka_unit_test(test_rust_names),
        cmocka_unit_test(test_extension_names),
        cmocka_unit_test(test_python),
    };

    return cmocka_run_group_tests(tests, find_self, NULL);
}
