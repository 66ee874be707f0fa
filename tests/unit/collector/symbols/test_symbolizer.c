/* SPDX-License-Identifier: MIT */
/* Files that make the symbol reader stall, crash or run out of memory: mw_symbol_reader_find() is replaced by one that does
 * so if the path of a module requests it. */
#include "collector/base/clock.h"
#include "collector/symbols/symbolizer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"
#include "tests/unit/in_range.h"

unsigned __real_mw_symbol_reader_find(struct mw_symbol_reader *reader, const struct mw_module *key, uint64_t offset,
                                      enum mw_symbol_detail detail, struct mw_symbol_frame frames[MW_SYMBOL_FRAMES]);
unsigned __wrap_mw_symbol_reader_find(struct mw_symbol_reader *reader, const struct mw_module *key, uint64_t offset,
                                      enum mw_symbol_detail detail, struct mw_symbol_frame frames[MW_SYMBOL_FRAMES]);

static long limit_of(int resource)
{
    struct rlimit limit = {0};

    getrlimit(resource, &limit);
    return (long)limit.rlim_cur;
}

static int count_descriptors(void)
{
    int count = 0;

    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static bool does(const struct mw_module *key, enum mw_symbol_detail detail, const char *what)
{
    return strstr(key->path, what) && (detail == MW_SYMBOL_LINES || strstr(key->path, "always"));
}

unsigned __wrap_mw_symbol_reader_find(struct mw_symbol_reader *reader, const struct mw_module *key, uint64_t offset,
                                      enum mw_symbol_detail detail, struct mw_symbol_frame frames[MW_SYMBOL_FRAMES])
{
    (void)reader;
    if (does(key, detail, "stall"))
        while (true)
            pause();
    if (does(key, detail, "crash"))
        raise(SIGKILL); /* (sanitizers do not report it) */
    memset(frames, 0, 2 * sizeof(frames[0]));
    if (does(key, detail, "room")) {
        for (offset = 0; mmap(NULL, 1 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED && offset < 50;)
            offset++;
        snprintf(frames[0].function, sizeof(frames[0].function), "%d GiB, core %d, descriptors %d", (int)offset,
                 (int)limit_of(RLIMIT_CORE), count_descriptors());
        return 1;
    }
    if (does(key, detail, "lie")) {
        memset(frames, 'x', 2 * sizeof(frames[0]));
        return offset == 7 ? 2 : UINT32_MAX;
    }
    snprintf(frames[0].function, sizeof(frames[0].function), "f%u_%s", (unsigned)offset,
             getenv("DEBUGINFOD_URLS") ? "network" : "local");
    frames[0].line = detail == MW_SYMBOL_LINES ? 12 : 0;
    return 1;
}

static struct mw_symbolizer_module module(const char *path)
{
    struct mw_symbolizer_module made = {.detail = MW_SYMBOL_LINES};

    snprintf(made.key.path, sizeof(made.key.path), "%s", path);
    return made;
}

static struct mw_symbol_frame frames[MW_SYMBOL_FRAMES];

static void expect(struct mw_symbolizer *symbolizer, struct mw_symbolizer_module *from, const char *function, uint32_t line)
{
    assert_int_equal(mw_symbolizer_find(symbolizer, from, 3, frames), 1);
    assert_string_equal(frames[0].function, function);
    assert_int_equal(frames[0].line, line);
}

static void test_good(void **state)
{
    struct mw_symbolizer *symbolizer = mw_symbolizer_create();
    struct mw_symbolizer_module good = module("/good"), no_file = module("[vdso]");

    (void)state;
    setenv("DEBUGINFOD_URLS", "http://127.0.0.1:1/", 1);
    expect(symbolizer, &good, "f3_local", 12);
    expect(symbolizer, &no_file, "", 0);
    assert_null(mw_symbolizer_problem(symbolizer));
    mw_symbolizer_destroy(symbolizer);
    mw_symbolizer_use(MW_SYMBOLIZER_DEBUGINFOD);
    symbolizer = mw_symbolizer_create();
    expect(symbolizer, &good, "f3_network", 12);
    mw_symbolizer_destroy(symbolizer);
    mw_symbolizer_use(MW_SYMBOLIZER_NONE);
    symbolizer = mw_symbolizer_create();
    expect(symbolizer, &good, "", 0);
    mw_symbolizer_destroy(symbolizer);
    mw_symbolizer_use(MW_SYMBOLIZER_FILES);
}

/* The process cannot use all memory, leaves no core file, and holds none of our descriptors: a reader that waits for the end
 * of a pipe must not wait for it. */
static void test_limits(void **state)
{
    struct mw_symbolizer *symbolizer = mw_symbolizer_create();
    struct mw_symbolizer_module room = module("/room");
    int ends[2];

    (void)state;
    skip_if_emulated();
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(mw_symbolizer_find(symbolizer, &room, 3, frames), 1);
    assert_uint_in_range(atoi(frames[0].function), 3, 4);
    assert_string_equal(strchr(frames[0].function, ','), ", core 0, descriptors 4");
    close(ends[0]);
    close(ends[1]);
    mw_symbolizer_destroy(symbolizer);
}

/* A busy machine may leave no time even for names. */
static void expect_no_line(struct mw_symbolizer *symbolizer, struct mw_symbolizer_module *from)
{
    assert_int_equal(mw_symbolizer_find(symbolizer, from, 3, frames), 1);
    assert_int_equal(frames[0].line, 0);
    assert_true(!frames[0].function[0] || !strcmp(frames[0].function, "f3_local"));
}

/* A module that crashes the child has names if its symbol table can be read, and other modules keep everything. */
static void test_crash(void **state)
{
    struct mw_symbolizer *symbolizer = mw_symbolizer_create();
    struct mw_symbolizer_module good = module("/good"), crash = module("/crash"), always = module("/crash-always");

    (void)state;
    expect(symbolizer, &good, "f3_local", 12);
    expect_no_line(symbolizer, &crash);
    expect(symbolizer, &always, "", 0);
    expect(symbolizer, &good, "f3_local", 12);
    assert_string_equal(mw_symbolizer_problem(symbolizer), "no source lines of /crash and 1 other file: the process that "
                                                           "read its debug information ended (Killed)");
    mw_symbolizer_destroy(symbolizer);
}

/* So many crashes that no more processes are started. */
static void test_many_crash(void **state)
{
    struct mw_symbolizer *symbolizer = mw_symbolizer_create();

    (void)state;
    for (int i = 0; i < 500; i++) {
        struct mw_symbolizer_module always = module("/crash-always");
        expect(symbolizer, &always, "", 0);
    }
    assert_non_null(strstr(mw_symbolizer_problem(symbolizer), "and 499 other files: "));
    mw_symbolizer_destroy(symbolizer);
}

static void test_false_results(void **state)
{
    struct mw_symbolizer *symbolizer = mw_symbolizer_create();
    struct mw_symbolizer_module false_child = module("/lie"), other = module("/lie");

    (void)state;
    assert_int_equal(mw_symbolizer_find(symbolizer, &false_child, 7, frames), 2);
    assert_int_equal(strlen(frames[1].function), sizeof(frames[1].function) - 1);
    assert_int_equal(strlen(frames[1].path), sizeof(frames[1].path) - 1);
    expect_no_line(symbolizer, &other);
    mw_symbolizer_destroy(symbolizer);
}

/* All lookups together wait for at most MW_SYMBOLIZER_S; the time is not asserted, only that they end with what was known. */
static void test_stall(void **state)
{
    struct mw_symbolizer *symbolizer = mw_symbolizer_create();
    struct mw_symbolizer_module stall = module("/stall"), late = module("/late");

    (void)state;
    expect_no_line(symbolizer, &stall);
    assert_non_null(
        strstr(mw_symbolizer_problem(symbolizer), "no source lines of /stall: reading its debug information took more than "));
    for (int i = 0; i < 100; i++) {
        struct mw_symbolizer_module always = module("/stall-always");
        expect(symbolizer, &always, "", 0);
    }
    expect(symbolizer, &late, "", 0);
    assert_non_null(strstr(mw_symbolizer_problem(symbolizer), "and 101 other files: "));
    mw_symbolizer_destroy(symbolizer);
    symbolizer = mw_symbolizer_create(); /* for the next report: the process has used up its time, or nearly */
    stall = module("/stall-always");
    expect(symbolizer, &stall, "", 0);
    late = module("/late");
    expect(symbolizer, &late, "", 0);
    assert_non_null(strstr(mw_symbolizer_problem(symbolizer), "more than 5 s in total"));
    mw_symbolizer_destroy(symbolizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),          cmocka_unit_test(test_limits),
        cmocka_unit_test(test_crash),         cmocka_unit_test(test_many_crash),
        cmocka_unit_test(test_false_results), cmocka_unit_test(test_stall), /* last: it uses up the time of the process */
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
