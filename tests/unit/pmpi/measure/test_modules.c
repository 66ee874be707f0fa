/* SPDX-License-Identifier: MIT */
/* Code addresses of this process as module and offset: the program, its libraries, one that is loaded and unloaded. */
#include "pmpi/measure/modules.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

struct mw_rank mw_rank;

static int make_journal(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    mw_syscalls_over = false;
    return 0;
}

static int free_journal(void **state)
{
    free(*state);
    return 0;
}

static uint32_t used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_MODULE);
}

static const struct mw_module *module_of(struct mw_frame frame)
{
    assert_true(frame.module > 0 && frame.module <= used());
    return &mw_rank.journal.modules[frame.module - 1];
}

/* Of the C library, whatever its name. */
static const void *libc_code(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

static void the_program_itself(void **state)
{
    const void *here = (const void *)the_program_itself, *there = (const void *)make_journal;
    struct mw_frame frame = mw_modules_frame(here), other = mw_modules_frame(there);
    char path[256] = "";

    (void)state;
    skip_if_emulated(); /* /proc/self/exe */
    assert_true(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    assert_string_equal(module_of(frame)->path, path);
    assert_int_equal(module_of(frame)->base + frame.offset, (uintptr_t)here);
    assert_int_equal(other.module, frame.module);
    assert_int_equal(other.offset - frame.offset, (uintptr_t)there - (uintptr_t)here);
    assert_int_equal(used(), 1);
}

static void a_library(void **state)
{
    const void *code = libc_code("qsort");
    struct mw_frame own = mw_modules_frame((const void *)a_library), frame;
    Dl_info info;

    (void)state;
    assert_true(dladdr(code, &info) != 0);
    frame = mw_modules_frame(code);
    assert_int_not_equal(frame.module, own.module);
    assert_int_equal(module_of(frame)->path[0], '/');
    assert_string_equal(module_of(frame)->path, info.dli_fname);
    assert_int_equal(module_of(frame)->base, (uintptr_t)info.dli_fbase);
    assert_int_equal(frame.offset, (uintptr_t)code - (uintptr_t)info.dli_fbase);
    assert_int_equal(mw_modules_frame(libc_code("bsearch")).module, frame.module);
    assert_int_equal(used(), 2);
}

static void code_in_no_module(void **state)
{
    struct mw_frame frame = mw_modules_frame(*state); /* on the heap */

    assert_int_equal(frame.module, 0);
    assert_int_equal(frame.offset, (uintptr_t)*state);
    assert_int_equal(mw_modules_frame(NULL).module, 0);
    assert_true(mw_modules_may_be_unloaded(*state));
    assert_int_equal(used(), 0);
}

static void what_is_mpis(void **state)
{
    (void)state;
    assert_true(mw_modules_is_mpi((const void *)what_is_mpis)); /* the shim is where its code is: here */
    assert_true(mw_modules_is_mpi_unlocked((const void *)what_is_mpis));
    assert_false(mw_modules_is_mpi(libc_code("qsort")));
    assert_false(mw_modules_is_mpi_unlocked(libc_code("qsort")));
    assert_false(mw_modules_is_mpi(*state));
    assert_false(mw_modules_started_with_mpi());
}

/* A small library that hardly any program has loaded. */
static const char *const seldom[] = {"libBrokenLocale.so.1", "libutil.so.1", "libanl.so.1", "libresolv.so.2"};

static void *open_one(const void **code)
{
    static const char *const names[] = {"__ctype_get_mb_cur_max", "openpty", "getaddrinfo_a", "__res_init", "res_init"};

    for (size_t i = 0; i < sizeof(seldom) / sizeof(seldom[0]); i++) {
        void *library = dlopen(seldom[i], RTLD_NOLOAD | RTLD_LAZY);
        Dl_info info;
        if (library || !(library = dlopen(seldom[i], RTLD_NOW | RTLD_LOCAL)))
            continue;
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            *code = dlsym(library, names[k]);
            if (*code && dladdr(*code, &info) && strstr(info.dli_fname, seldom[i]))
                return library;
        }
        dlclose(library);
    }
    return NULL;
}

static void a_library_that_comes_and_goes(void **state)
{
    const void *code;
    void *library;
    uint64_t unloads, changes = mw_modules_changes();
    struct mw_frame frame, again;

    (void)state;
    assert_false(mw_modules_may_be_unloaded((const void *)a_library_that_comes_and_goes));
    assert_false(mw_modules_may_be_unloaded(libc_code("qsort")));
    library = open_one(&code);
    if (!library)
        skip();
    unloads = mw_modules_unloads();
    assert_true(mw_modules_changes() > changes);
    assert_true(mw_modules_may_be_unloaded(code));
    frame = mw_modules_frame(code);
    assert_int_equal(module_of(frame)->base + frame.offset, (uintptr_t)code);
    changes = mw_modules_changes();
    dlclose(library);
    if (mw_modules_unloads() == unloads) /* musl unloads nothing */
        skip();
    assert_true(mw_modules_changes() > changes);
    assert_int_equal(mw_modules_frame(code).module, 0); /* not the earlier module */
    library = open_one(&code);
    assert_non_null(library);
    again = mw_modules_frame(code); /* wherever it is loaded now, it is the same module */
    assert_int_equal(again.module, frame.module);
    assert_int_equal(again.offset, frame.offset);
    dlclose(library);
}

static void a_full_table(void **state)
{
    const void *code = libc_code("qsort");
    struct mw_frame frame;

    (void)state;
    for (uint32_t i = 0; i < MW_RECORD_MODULES; i++) {
        snprintf(mw_rank.journal.modules[i].path, sizeof(mw_rank.journal.modules[i].path), "/lib/%u", i);
        mw_journal_publish(&mw_rank.journal, MW_SECTION_MODULE, i);
    }
    frame = mw_modules_frame(code);
    assert_int_equal(frame.module, 0);
    assert_int_equal(frame.offset, (uintptr_t)code);
    assert_int_equal(mw_rank.journal.cost->lost_modules, 1);
    assert_int_equal(used(), MW_RECORD_MODULES);
}

/* Reading the path takes system calls: known objects are identified by their address, and nothing new is entered. */
static void in_a_sandbox(void **state)
{
    const void *code = libc_code("qsort");
    struct mw_frame own = mw_modules_frame((const void *)in_a_sandbox), before, after;

    (void)state;
    before = own;
    mw_syscalls_over = true;
    after = mw_modules_frame((const void *)in_a_sandbox);
    assert_int_equal(after.module, before.module);
    assert_int_equal(after.offset, before.offset);
    after = mw_modules_frame(code);
    assert_int_equal(after.module, 0);
    assert_int_equal(after.offset, (uintptr_t)code);
    assert_int_equal(used(), 1);
    assert_int_equal(mw_syscalls_running, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_journal, free_journal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_program_itself),
        TEST(a_library),
        TEST(code_in_no_module),
        TEST(what_is_mpis),
        TEST(a_library_that_comes_and_goes),
        TEST(a_full_table),
        TEST(in_a_sandbox),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
