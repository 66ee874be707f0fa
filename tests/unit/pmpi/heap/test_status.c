/* SPDX-License-Identifier: MIT */
/* What the memory of a process consists of apart from blocks: known amounts of each kind are added, and must be found. */
#include "pmpi/heap/status.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/heap/blocks.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/ranges.h"

#include <pthread.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

#define MIB ((size_t)1 << 20)

static size_t page;

static int start(void **state)
{
    (void)state;
    page = mw_heap_page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    return 0;
}

/* Within 1/4 MiB: libc and the tests need memory, too. */
static void rose_by(uint64_t now, uint64_t before, uint64_t bytes)
{
    if (now + MIB / 4 < before + bytes || now > before + bytes + MIB / 4)
        fail_msg("%llu, was %llu: not %llu more", (unsigned long long)now, (unsigned long long)before,
                 (unsigned long long)bytes);
}

static char *map(size_t size, int flags, int fd)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

    assert_true(memory != MAP_FAILED);
    memset(memory, 1, size);
    return memory;
}

/* Read directly before and after, when the code in between has run before: what the kernel maps or reclaims of program
 * files is no part of it. */
static void map_and_read(struct mw_heap_status *before, struct mw_heap_status *now, size_t size, int flags, int fd)
{
    char *memory;

    for (int round = 0; round < 2; round++) {
        assert_true(mw_heap_status_read(before));
        memory = map(size, flags, fd);
        assert_true(mw_heap_status_read(now));
        munmap(memory, size);
    }
}

static void kinds_of_memory(void **state)
{
    struct mw_heap_status before, now;
    char name[] = "status-XXXXXX";
    int fd;

    (void)state;
    skip_if_emulated();
    fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(ftruncate(fd, (off_t)(4 * MIB)), 0);
    map_and_read(&before, &now, 32 * MIB, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    rose_by(now.anon, before.anon, 32 * MIB);
    map_and_read(&before, &now, 8 * MIB, MAP_SHARED | MAP_ANONYMOUS, -1);
    rose_by(now.shmem, before.shmem, 8 * MIB);
    rose_by(now.anon, before.anon, 0);
    map_and_read(&before, &now, 4 * MIB, MAP_SHARED, fd);
    rose_by(now.file + now.shmem, before.file + before.shmem, 4 * MIB); /* a file of a tmpfs is shared memory */
    close(fd);
}

/* ---- stacks ---- */

static struct mw_heap_parts parts_now(void)
{
    struct mw_heap_parts parts;

    assert_true(mw_heap_status_parts(&parts));
    return parts;
}

static pthread_barrier_t barrier;

static void *use_stack(void *argument)
{
    volatile char used[3 << 20];

    for (size_t i = 0; i < sizeof(used); i += 1024)
        used[i] = 1;
    (void)argument;
    pthread_barrier_wait(&barrier); /* is counted */
    pthread_barrier_wait(&barrier);
    return (void *)(uintptr_t)used[0];
}

static void stacks_of_threads(void **state)
{
    struct mw_heap_parts before = parts_now(), now;
    pthread_t threads[4];

    (void)state;
    skip_if_emulated();
    pthread_barrier_init(&barrier, NULL, 5);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_stack, NULL), 0);
    pthread_barrier_wait(&barrier);
    now = parts_now();
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    rose_by(now.stacks, before.stacks, 12 * MIB);
    rose_by(now.data, before.data, 0);
}

static __attribute__((noinline)) struct mw_heap_parts deeper(void)
{
    volatile char used[2 << 20];

    for (size_t i = 0; i < sizeof(used); i += 1024)
        used[i] = 1;
    return parts_now();
}

static void stack_of_the_program(void **state)
{
    struct mw_heap_parts before = parts_now(), now = deeper();

    (void)state;
    skip_if_emulated();
    rose_by(now.stacks, before.stacks, 2 * MIB);
}

/* A mapping behind a guard page looks like a stack; the program's own ones are known by line. */
static void own_mapping_is_no_stack(void **state)
{
    struct mw_heap_parts before = parts_now(), now;
    char *memory = mmap(NULL, 8 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const struct mw_heap_range range = {.start = (uintptr_t)memory + page, .end = (uintptr_t)memory + 7 * MIB};

    (void)state;
    skip_if_emulated();
    assert_int_equal(mprotect(memory + page, 7 * MIB - page, PROT_READ | PROT_WRITE), 0);
    memset(memory + page, 1, 7 * MIB - page);
    assert_true(mw_heap_ranges_add(&range));
    now = parts_now();
    rose_by(now.stacks, before.stacks, 0);
    munmap(memory, 8 * MIB);
}

/* ---- variables ---- */

static char never_initialized[16 << 20];
static char initialized[4 << 20] = {1};

static void variables(void **state)
{
    struct mw_heap_parts before = parts_now(), now;

    (void)state;
    skip_if_emulated();
    memset(never_initialized, 1, sizeof(never_initialized));
    memset(initialized + 1, 1, sizeof(initialized) - 1);
    __asm__ volatile("" : : "r"(never_initialized), "r"(initialized) : "memory"); /* as if they were read */
    now = parts_now();
    rose_by(now.data, before.data, 20 * MIB);
    rose_by(now.stacks, before.stacks, 0);
}

/* A mapping and a block of the program's own right behind a library's: the kernel does not say that they are not its variables. */
static void known_memory_is_no_variables(void **state)
{
    char *memory = mmap(NULL, 16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const struct mw_heap_range range = {
        .start = (uintptr_t)memory + page, .end = (uintptr_t)memory + 8 * MIB, .resident = 8 * MIB - page};
    const struct mw_heap_block block = {.size = 8 * MIB, .weight = 8 * MIB};
    struct mw_heap_parts before = parts_now(), now;
    int fd = open("/proc/self/exe", O_RDONLY);

    (void)state;
    skip_if_emulated();
    assert_true(fd >= 0 && mmap(memory, page, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == memory);
    close(fd);
    memset(memory + page, 1, 16 * MIB - page);
    now = parts_now();
    rose_by(now.data, before.data, 16 * MIB); /* not known */
    assert_true(mw_heap_ranges_add(&range) && mw_heap_blocks_start() && mw_heap_blocks_add(range.end, &block));
    now = parts_now();
    rose_by(now.data, before.data, 0);
    munmap(memory, 16 * MIB);
}

/* More lines in /proc/self/maps than fit in the buffer at once. */
static void many_mappings(void **state)
{
    struct mw_heap_parts before = parts_now(), now;
    const size_t number = 3000;
    char *memory = mmap(NULL, number * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    skip_if_emulated();
    assert_true(memory != MAP_FAILED);
    for (size_t i = 0; i < number; i += 2)
        assert_int_equal(mprotect(memory + i * page, page, PROT_NONE), 0);
    now = parts_now();
    rose_by(now.data, before.data, 0);
    rose_by(now.stacks, before.stacks, 0);
    munmap(memory, number * page);
}

static void without_system_calls(void **state)
{
    struct mw_heap_status status;
    struct mw_heap_parts parts;

    (void)state;
    mw_syscalls_over = true;
    assert_false(mw_heap_status_read(&status));
    assert_false(mw_heap_status_parts(&parts));
    mw_syscalls_over = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_memory),
        cmocka_unit_test(stacks_of_threads),
        cmocka_unit_test(stack_of_the_program),
        cmocka_unit_test(own_mapping_is_no_stack),
        cmocka_unit_test(variables),
        cmocka_unit_test(many_mappings),
        cmocka_unit_test(known_memory_is_no_variables),
        cmocka_unit_test(without_system_calls),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
