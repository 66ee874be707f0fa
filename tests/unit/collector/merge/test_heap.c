/* SPDX-License-Identifier: MIT */
/* Whose memory a rank held at its peak: from sites to owners, lines and rows. */
#include "collector/model/heap_owner.h"
#include "collector/model/heap_largest.h"
#include "tests/unit/collector/merge/made_heap_job.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- owners ---- */

static void test_owner(void **state)
{
    static const struct {
        const char *paths[6];
        bool in_mpi;
        enum mw_heap_owner owner;
        size_t innermost; /* of MPI */
    } cases[] = {
        {{"/home/u/app"}, false, MW_HEAP_PROGRAM, 0},
        {{"/lib/libc.so.6", "/lib/libstdc++.so.6.0.30", "/home/u/app"}, true, MW_HEAP_PROGRAM, 0},
        {{"/opt/lib/libmpi.so.40", "/home/u/app"}, true, MW_HEAP_MPI, 0},
        {{"/opt/lib/libucp.so.0", "/opt/lib/openmpi/mca_pml_ucx.so", "/opt/lib/libmpi.so.40", "/home/u/app"},
         true,
         MW_HEAP_MPI,
         0},
        /* an operation of the program that MPI calls */
        {{"/home/u/app", "/opt/lib/libmpi.so.40", "/home/u/app"}, true, MW_HEAP_PROGRAM, 0},
        {{"/usr/lib/libpetsc.so.3.18", "/opt/lib/libmpi.so.40", "/home/u/app"}, true, MW_HEAP_PROGRAM, 0},
        /* libraries that both use */
        {{"/usr/lib/libhwloc.so.15", "/opt/lib/libopen-pal.so.80", "/home/u/app"}, true, MW_HEAP_MPI, 0},
        {{"/lib/libc.so.6", "/usr/lib/libxml2.so.2", "/usr/lib/libhwloc.so.15", "/opt/lib/libmpi.so.12"}, true, MW_HEAP_MPI, 1},
        {{"/usr/lib/libhwloc.so.15", "/home/u/app", "/opt/lib/libmpi.so.40"}, true, MW_HEAP_PROGRAM, 0},
        {{"/usr/lib/libz.so.1", "/lib/libc.so.6"}, false, MW_HEAP_PROGRAM, 0},
        /* the stack was cut */
        {{"/lib/libc.so.6", "/usr/lib/libz.so.1"}, true, MW_HEAP_MPI, 1},
        {{"", ""}, true, MW_HEAP_MPI, 2},
        {{""}, false, MW_HEAP_PROGRAM, 0},
        /* memwatch, and its wrapper between the program and MPI */
        {{"/lib/libc.so.6", "/usr/lib/libmemwatch-pmpi.so", "/home/u/app"}, true, MW_HEAP_MEMWATCH, 0},
        {{"/opt/lib/libmpi.so.40", "/usr/lib/libmemwatch-pmpi.so", "/home/u/app"}, true, MW_HEAP_MPI, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t count = 0, innermost = 99;
        while (count < 6 && cases[i].paths[count])
            count++;
        if (mw_heap_owner(cases[i].paths, count, cases[i].in_mpi, &innermost) != cases[i].owner)
            fail_msg("case %zu has another owner", i);
        if (cases[i].owner == MW_HEAP_MPI && innermost != cases[i].innermost)
            fail_msg("case %zu: library %zu", i, innermost);
    }
}

static void test_inner(void **state)
{
    static const struct {
        const char *function, *path, *module;
        bool inner;
    } cases[] = {
        {"malloc", "", "/lib/x86_64-linux-gnu/libc.so.6", true},
        {"operator new", "", "/lib/libstdc++.so.6", true},
        {"operator new[]", "", "/home/u/app", true},
        {"std::vector<int>::_M_realloc_insert<int>", "/usr/include/c++/12/bits/vector.tcc", "/home/u/app", true},
        {"__gnu_cxx::new_allocator<int>::allocate", "", "/home/u/app", true},
        {"alloc::vec::Vec<T>::with_capacity", "/rustc/90c541806f23a127002de5b4038be731ba1458ca/library/alloc/src/vec/mod.rs",
         "/home/u/app", true},
        {"<alloc::vec::Vec<T> as core::iter::FromIterator>::from_iter", "", "/home/u/app", true},
        {"_gfortran_allocate", "", "/lib/libgfortran.so.5", true},
        {"mesh::Field::resize", "/home/u/src/field.cpp", "/home/u/app", false},
        {"standard::make", "", "/home/u/app", false},
        {"PyArray_NewFromDescr", "", "/usr/lib/numpy/core/_multiarray_umath.so", false},
        {"", "", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct mw_model_place place = {
            .function = cases[i].function, .path = cases[i].path, .module = cases[i].module, .label = "", .file = ""};
        if (mw_heap_is_inner(&place) != cases[i].inner)
            fail_msg("case %zu: %s", i, cases[i].function);
    }
}

/* ---- one rank ---- */

/* In a stack of Python: what comes before the line that a reader looks for. */
static void test_library(void **state)
{
    static const struct {
        uint32_t line;
        const char *path, *module;
        bool library;
    } cases[] = {
        {0, "", "/usr/lib/python3/dist-packages/numpy/core/_multiarray_umath.so", true},
        {120, "/build/numpy/alloc.c", "/usr/lib/python3/dist-packages/numpy/core/_multiarray_umath.so", true},
        {0, "", "/home/u/fast.so", true},
        {30, "/home/u/fast.c", "/home/u/fast.so", false},
        {38, "/src/pmpi/wrap/lifecycle.c", "/usr/lib/libmemwatch-pmpi.so", true},
        {204, "/home/u/env/lib/python3.11/site-packages/numpy/core/numeric.py", "", true},
        {982, "/usr/lib/python3.11/threading.py", "", true},
        {241, "<frozen importlib._bootstrap>", "", true},
        {41, "/home/u/train.py", "", false},
        {41, "train.py", "", false},
        {0, "", "", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct mw_model_place place = {
            .line = cases[i].line, .label = "", .function = "f", .file = "", .path = cases[i].path, .module = cases[i].module};
        if (mw_heap_is_library(&place) != cases[i].library)
            fail_msg("case %zu", i);
    }
}

static const struct mw_model_heap_site *find_site(const struct mw_model_heap *heap, const char *label)
{
    for (uint32_t i = 0; i < heap->site_count; i++)
        if (!strcmp(heap->sites[i].label, label))
            return &heap->sites[i];
    fail_msg("no site %s", label);
    return NULL;
}

static void test_rows(void **state)
{
    struct mw_model *model = made_heap_job(4);
    const struct mw_model_heap *heap = &model->ranks[2].heap;

    (void)state;
    assert_int_equal(heap->why, MW_HEAP_RECORDING);
    assert_int_equal(heap->mark, 106 * MIB);
    assert_int_equal(heap->mark_ns, SYNTHETIC_BEGIN + 470 * MS);
    assert_int_equal(heap->rows[MW_HEAP_ROW_PROGRAM], (12 + 4 + 6 + 64 + 1) * MIB + 200 * KIB);
    assert_int_equal(heap->rows[MW_HEAP_ROW_MPI], 5 * MIB + 768 * KIB);
    assert_int_equal(heap->rows[MW_HEAP_ROW_MEMWATCH], STATE_OWN);
    assert_int_equal(heap->rows[MW_HEAP_ROW_HEADERS], 900 * KIB);
    assert_int_equal(heap->rows[MW_HEAP_ROW_KEPT], 3 * MIB - 900 * KIB);
    assert_int_equal(heap->rows[MW_HEAP_ROW_FILES], 2 * MIB + 100 * KIB);
    assert_int_equal(heap->rows[MW_HEAP_ROW_BEFORE], 0);
    assert_int_equal(made_heap_sum(heap), 106 * MIB);
    assert_int_equal(heap->site_count, 8);
    assert_int_equal(heap->more, 0);
    mw_model_destroy(model);
}

static void test_sites(void **state)
{
    struct mw_model *model = made_heap_job(4);
    const struct mw_model_rank *rank = &model->ranks[2];
    const struct mw_model_heap_site *site;

    (void)state;
    site = &rank->heap.sites[0];
    assert_string_equal(site->label, "app+0x3210"); /* inside MPI_Alltoall, but called by MPI */
    assert_int_equal(site->owner, MW_HEAP_PROGRAM);
    assert_int_equal(site->at_peak, 64 * MIB);
    assert_int_equal(site->at_peak_error, 0);
    assert_int_equal(site->blocks_at_peak, 1);
    assert_true(site->same_call);
    assert_string_equal(rank->sites[site->mpi_site].call, "MPI_Alltoall");
    assert_int_equal(site->depth, 3);
    assert_string_equal(site->frames[2]->label, "app+0x3220");
    site = find_site(&rank->heap, "app+0x3110"); /* not libc */
    assert_int_equal(site->depth, 2);
    assert_true(site->cut && !site->same_call);
    assert_int_equal(site->at_peak_error, 642119); /* sqrt(512 KiB * 6 MiB / 8) */
    assert_int_equal(site->mpi_site, MW_MODEL_NONE);
    site = find_site(&rank->heap, "libucp");
    assert_int_equal(site->owner, MW_HEAP_MPI);
    assert_null(site->place);
    assert_string_equal(site->library, "libucp");
    assert_string_equal(rank->sites[site->mpi_site].call, "MPI_Init");
    assert_string_equal(find_site(&rank->heap, "libhwloc")->library, "libhwloc");
    site = find_site(&rank->heap, "(other lines)");
    assert_int_equal(site->at_peak, 200 * KIB);
    assert_null(site->place);
    mw_model_destroy(model);
}

/* A site that has not changed since the peak holds now what it held then. */
static void test_unchanged(void **state)
{
    struct mw_model *model = made_heap_job(1);
    const struct mw_model_heap *heap = &model->ranks[0].heap;
    const struct mw_model_heap_site *site = NULL;

    (void)state;
    for (uint32_t i = 0; i < heap->site_count; i++)
        if (heap->sites[i].depth == 1 && heap->sites[i].owner == MW_HEAP_PROGRAM)
            site = &heap->sites[i];
    assert_non_null(site);
    assert_int_equal(site->at_peak, MIB);
    assert_int_equal(site->held, MIB);
    assert_int_equal(site->left_late, 924 * KIB);
    assert_int_equal(site->left_kib[0], 100);
    mw_model_destroy(model);
}

static void test_lists(void **state)
{
    struct mw_model *model = made_heap_job(2);
    const struct mw_model_heap *heap = &model->ranks[1].heap;

    (void)state;
    assert_int_equal(heap->phase_count, 2);
    assert_string_equal(model->ranks[1].phases[heap->phases[0].phase].name, "data distribution");
    assert_int_equal(heap->phases[0].lines, 3);
    assert_int_equal(heap->phases[0].line[1].bytes, 4 * MIB);
    assert_int_equal(heap->sites[heap->phases[0].line[1].site].at_peak, 4 * MIB);
    assert_int_equal(heap->tick_count, 3);
    assert_int_equal(heap->ticks[2].ns, SYNTHETIC_BEGIN + 400 * MS);
    assert_int_equal(heap->ticks[2].lines, 1);
    assert_int_equal(heap->sites[heap->ticks[2].line[0].site].at_peak, 12 * MIB);
    mw_model_destroy(model);
}

static void test_helpers(void **state)
{
    const struct mw_model_place helper = {.function = "xMalloc", .line = 7}, other = {.function = "allocate_chunk", .line = 9};
    const struct mw_model_place user = {.function = "mesh_read", .line = 30}, bare = {.function = "solve", .line = 0};

    (void)state;
    assert_int_equal(mw_heap_line_of((const struct mw_model_place *[]){&user, &helper}, 2), 0);
    assert_int_equal(mw_heap_line_of((const struct mw_model_place *[]){&helper, &user}, 2), 1);
    assert_int_equal(mw_heap_line_of((const struct mw_model_place *[]){&helper, &other, &user}, 3), 2);
    assert_int_equal(mw_heap_line_of((const struct mw_model_place *[]){&helper, &bare}, 2), 0); /* no better line */
    assert_int_equal(mw_heap_line_of((const struct mw_model_place *[]){&helper, &other}, 2), 0);
}

/* The callers of a line distinguish rows of a rank; lines over all ranks do not have them. */
static void test_lines_of_rank(void **state)
{
    struct mw_model *model = made_heap_job(1);
    struct mw_heap_largest *lines;
    size_t count;

    (void)state;
    lines = mw_heap_largest_stacks(&model->ranks[0].heap, MW_HEAP_PROGRAM, &count);
    assert_int_equal(count, 5);
    assert_string_equal(lines[0].site->label, "app+0x3010");
    assert_int_equal(lines[0].sites, 1);
    assert_int_equal(lines[0].bytes, 12 * MIB);
    assert_int_equal(lines[0].blocks, 3);
    assert_int_equal(lines[2].bytes, 4 * MIB);
    assert_int_equal(lines[0].site->merged, lines[2].site->merged);
    free(lines);
    lines = mw_heap_largest_stacks(&model->ranks[0].heap, MW_HEAP_MPI, &count);
    assert_int_equal(count, 2);
    assert_string_equal(lines[1].site->label, "libhwloc");
    free(lines);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owner),   cmocka_unit_test(test_inner),   cmocka_unit_test(test_rows),
        cmocka_unit_test(test_library), cmocka_unit_test(test_sites),   cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_lists),   cmocka_unit_test(test_helpers), cmocka_unit_test(test_lines_of_rank),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
