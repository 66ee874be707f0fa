/* SPDX-License-Identifier: MIT */
/* Memory that MPI gave to the program: its owner, and the line that it is shown at. The functions of this file are the program's,
 * and those of a shim that is linked into it. */
#include "collector/merge/merge.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SELF (SYNTHETIC_HEAP_MODULES + 1)
#define MPI(offset) SYNTHETIC_FRAME(SYNTHETIC_LIBMPI, offset)

__attribute__((noinline)) int PMPI_Alloc_mem(int size);
int PMPI_Alloc_mem(int size)
{
    return size + 1;
}

__attribute__((noinline)) int MPI_Win_allocate(int size);
int MPI_Win_allocate(int size)
{
    return size + 2;
}

static __attribute__((noinline)) int solve(int size)
{
    return PMPI_Alloc_mem(size) + MPI_Win_allocate(size);
}

/* A return address in a function: behind an instruction of four bytes, or after some. */
static uint64_t code(const struct mw_module *self, int (*function)(int))
{
    return SYNTHETIC_FRAME(SELF, (uint64_t)(uintptr_t)function - self->base + 4);
}

/* A rank with one site. The caller destroys the model. */
static struct mw_model *of_site(const uint64_t *frames, uint8_t depth, uint16_t flags)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_module self;
    struct mw_model *model;
    struct mw_heap_site *site;

    synthetic_make(&dir);
    synthetic_self(&self);
    synthetic_journal(&journal, 0, 1);
    synthetic_site(&journal, "MPI_Init", 0, 10);
    synthetic_finish(&journal, 900, 200 * MIB);
    synthetic_heap(&journal, 200 * MIB);
    journal.heap_modules[SELF - 1] = self;
    mw_journal_publish(&journal, MW_SECTION_HEAP_MODULE, SELF - 1);
    site = &journal.heap_sites[synthetic_heap_site(&journal, frames, depth, 64 * MIB, 1) - 1];
    site->flags = flags;
    site->mpi_site = 1;
    synthetic_write(&journal, &dir);
    synthetic_free(&journal);
    model = mw_merge_run(dir.fd, NULL, NULL);
    assert_non_null(model);
    synthetic_remove(&dir);
    return model;
}

static const struct mw_model_heap_site *site_of(const struct mw_model *model)
{
    assert_int_equal(model->ranks[0].heap.site_count, 1);
    return &model->ranks[0].heap.sites[0];
}

static void check_rows(const struct mw_model *model, uint64_t program, uint64_t mpi)
{
    assert_int_equal(model->ranks[0].heap.rows[MW_HEAP_ROW_PROGRAM], program);
    assert_int_equal(model->ranks[0].heap.rows[MW_HEAP_ROW_MPI], mpi);
}

/* The call, without the frames inside it, and its caller. */
static void test_line(void **state)
{
    struct mw_module self;
    const struct mw_model_heap_site *site;
    struct mw_model *model;

    (void)state;
    synthetic_self(&self);
    model = of_site((const uint64_t[]){SYNTHETIC_FRAME(SYNTHETIC_LIBC, 0x10), MPI(0x20), MPI(0x30), code(&self, PMPI_Alloc_mem),
                                       code(&self, solve)},
                    5, MW_HEAP_GIVEN);
    site = site_of(model);
    check_rows(model, 64 * MIB, 0);
    assert_int_equal(site->owner, MW_HEAP_PROGRAM);
    assert_string_equal(site->library, "");
    assert_int_equal(site->depth, 2);
    assert_string_equal(site->frames[0]->label, "MPI_Alloc_mem");
    assert_string_equal(site->frames[0]->function, "MPI_Alloc_mem");
    assert_string_equal(site->frames[1]->function, "solve");
    assert_ptr_equal(site->place, site->frames[1]);
    assert_non_null(strstr(site->label, "test_given.c:"));
    assert_non_null(strstr(site->label, " (via MPI_Alloc_mem)"));
    mw_model_destroy(model);
}

/* A binding is in between: the outermost call is the program's. */
static void test_binding(void **state)
{
    struct mw_module self;
    const struct mw_model_heap_site *site;
    struct mw_model *model;

    (void)state;
    synthetic_self(&self);
    model = of_site((const uint64_t[]){MPI(0x20), code(&self, PMPI_Alloc_mem), MPI(0x40), code(&self, MPI_Win_allocate),
                                       MPI(0x50), code(&self, solve)},
                    6, MW_HEAP_GIVEN);
    site = site_of(model);
    assert_int_equal(site->depth, 2);
    assert_string_equal(site->frames[0]->label, "MPI_Win_allocate");
    assert_string_equal(site->frames[1]->function, "solve");
    mw_model_destroy(model);
}

/* Without names, or without a frame of the program, it is still the program's. */
static void test_unknown(void **state)
{
    struct mw_module self;
    struct mw_model *model;

    (void)state;
    synthetic_self(&self);
    model = of_site((const uint64_t[]){MPI(0x20), MPI(0x30), code(&self, solve)}, 3, MW_HEAP_GIVEN);
    check_rows(model, 64 * MIB, 0);
    assert_int_equal(site_of(model)->depth, 1);
    assert_string_equal(site_of(model)->frames[0]->function, "solve");
    mw_model_destroy(model);
    model = of_site((const uint64_t[]){MPI(0x20), MPI(0x30)}, 2, MW_HEAP_GIVEN | MW_HEAP_CUT);
    check_rows(model, 64 * MIB, 0);
    assert_int_equal(site_of(model)->depth, 2);
    mw_model_destroy(model);
    model = of_site((const uint64_t[]){MPI(0x20), MPI(0x30)}, 0, MW_HEAP_GIVEN | MW_HEAP_CUT);
    check_rows(model, 64 * MIB, 0);
    mw_model_destroy(model);
}

/* The same stack without the mark: MPI allocated it for itself. */
static void test_of_mpi(void **state)
{
    struct mw_model *model;

    (void)state;
    model = of_site((const uint64_t[]){MPI(0x20), MPI(0x30), SYNTHETIC_FRAME(SYNTHETIC_APP, 0x10)}, 3, 0);
    check_rows(model, 0, 64 * MIB);
    assert_int_equal(site_of(model)->owner, MW_HEAP_MPI);
    assert_int_equal(model->ranks[0].held_mpi.bytes, 64 * MIB);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_binding),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_of_mpi),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
