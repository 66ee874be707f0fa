/* SPDX-License-Identifier: MIT */
/* Stacks and their fingerprints: of this thread and others, deep ones, a coroutine's. */
#include "pmpi/base/stack.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"
#include "tests/unit/in_range.h"

/* The upper bits may be a signature (PAC of aarch64). */
static bool is_stored_at(uintptr_t place, const void *address)
{
    return place && !((*(const uintptr_t *)place ^ (uintptr_t)address) << 16);
}

/* What a wrapper does at its entry. */
struct seen {
    struct mw_stack stack;
    struct mw_stack_fingerprint fingerprint;
    uintptr_t stack_pointer;
    int in_slot; /* frames whose address is stored at the reported place */
    bool made, matches;
};

static struct seen seen;

__attribute__((noinline)) static void wrapper(int room)
{
    seen.stack_pointer = (uintptr_t)__builtin_frame_address(0);
    mw_stack_capture(&seen.stack, room, __builtin_return_address(0));
    for (seen.in_slot = 0; seen.in_slot < seen.stack.depth; seen.in_slot++)
        if (!is_stored_at(seen.stack.slots[seen.in_slot], seen.stack.frames[seen.in_slot]))
            break;
    seen.made = mw_stack_fingerprint_make(&seen.fingerprint, seen.stack_pointer, &seen.stack, seen.stack.depth);
    seen.matches = seen.made && mw_stack_fingerprint_matches(&seen.fingerprint, seen.stack_pointer);
}

/* Whether an earlier fingerprint matches the stack of this call. */
__attribute__((noinline)) static bool matches_now(const struct mw_stack_fingerprint *fingerprint, uintptr_t stack_pointer)
{
    return stack_pointer == (uintptr_t)__builtin_frame_address(0) && mw_stack_fingerprint_matches(fingerprint, stack_pointer);
}

__attribute__((noinline)) static void descend(int depth, int room)
{
    if (depth)
        descend(depth - 1, room);
    else
        wrapper(room);
    __asm__ volatile("" ::: "memory"); /* no tail calls */
}

static void innermost_first_and_no_further_than_asked(void **state)
{
    (void)state;
    descend(10, 8);
    assert_int_equal(seen.stack.depth, 8);
    for (int i = 2; i < 8; i++) /* all from the same line of descend() */
        assert_ptr_equal(seen.stack.frames[i], seen.stack.frames[1]);
    assert_ptr_not_equal(seen.stack.frames[0], seen.stack.frames[1]);
    assert_int_equal(seen.in_slot, 8);
}

/* The complete stack of this program has fewer frames than there are entries, and no null at its end. */
static void ends_with_the_program(void **state)
{
    (void)state;
    descend(1, MW_STACK_FRAMES);
    assert_uint_in_range(seen.stack.depth, 3, MW_STACK_FRAMES - 1);
    for (int i = 0; i < seen.stack.depth; i++)
        assert_non_null(seen.stack.frames[i]);
}

static void one_frame_when_the_wrapper_is_not_there(void **state)
{
    struct mw_stack stack;
    char somewhere;

    (void)state;
    mw_stack_capture(&stack, 8, &somewhere);
    assert_int_equal(stack.depth, 1);
    assert_ptr_equal(stack.frames[0], &somewhere);
}

static void a_fingerprint_matches_while_the_return_addresses_are_in_place(void **state)
{
    uintptr_t copy[512];
    uintptr_t stack_pointer;

    (void)state;
    descend(8, 6);
    assert_true(seen.matches);
    assert_int_equal(seen.fingerprint.count, 5);
    stack_pointer = seen.stack_pointer;
    assert_false(matches_now(&seen.fingerprint, stack_pointer)); /* another stack pointer */
    for (size_t i = 0; i < seen.fingerprint.count; i++) {
        memset(copy, 0, sizeof(copy));
        for (size_t k = 0; k < seen.fingerprint.count; k++)
            if (k != i)
                memcpy((char *)copy + seen.fingerprint.offsets[k], &seen.fingerprint.frames[k], sizeof(void *));
        assert_false(mw_stack_fingerprint_matches(&seen.fingerprint, (uintptr_t)copy)); /* one address differs */
        memcpy((char *)copy + seen.fingerprint.offsets[i], &seen.fingerprint.frames[i], sizeof(void *));
        assert_true(mw_stack_fingerprint_matches(&seen.fingerprint, (uintptr_t)copy));
    }
}

static void a_stack_is_too_deep_for_a_fingerprint(void **state)
{
    (void)state;
    descend(20, MW_STACK_FINGERPRINT_FRAMES + 2);
    assert_int_equal(seen.stack.depth, MW_STACK_FINGERPRINT_FRAMES + 2);
    assert_false(seen.made);
    descend(20, MW_STACK_FINGERPRINT_FRAMES + 1);
    assert_true(seen.matches);
}

/* Like a wrapper: makes the fingerprint of its stack, or compares an earlier one with its stack. */
static struct mw_stack_fingerprint kept;
static bool is_kept;

__attribute__((noinline)) static void make_or_compare(bool keep)
{
    uintptr_t stack_pointer = (uintptr_t)__builtin_frame_address(0);
    struct mw_stack stack;

    if (keep) {
        mw_stack_capture(&stack, 4, __builtin_return_address(0));
        is_kept = mw_stack_fingerprint_make(&kept, stack_pointer, &stack, stack.depth);
    } else {
        is_kept = mw_stack_fingerprint_matches_anywhere(&kept, stack_pointer);
    }
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void common(bool keep)
{
    make_or_compare(keep);
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void one_caller(bool keep)
{
    common(keep);
    __asm__ volatile("nop" ::: "memory");
}

__attribute__((noinline)) static void another_caller(bool keep)
{
    common(keep);
    __asm__ volatile("nop; nop" ::: "memory");
}

static void two_stacks_with_one_innermost_frame_are_two(void **state)
{
    (void)state;
    for (volatile int turn = 0; turn < 3; turn++) { /* from one line each, and one instruction: not unrolled */
        one_caller(turn == 0);
        assert_true(is_kept);
        another_caller(false);
        assert_false(is_kept);
    }
}

/* The same functions call each other from one line, with any stack pointer. */
__attribute__((noinline)) static void from_deeper(int depth, bool keep)
{
    if (depth)
        from_deeper(depth - 1, keep);
    else
        common(keep);
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void with_room(size_t room, bool keep)
{
    volatile char *array = __builtin_alloca(room);

    array[0] = array[room - 1] = 0;
    from_deeper(6, keep);
    array[0] = 1;
}

static void frames_that_have_moved_are_found(void **state)
{
    (void)state;
    with_room(64, true);
    assert_true(is_kept);
    for (size_t room = 64; room < 100000; room = room * 3 + 16) {
        with_room(room, false);
        assert_true(is_kept);
    }
    with_room(64, false);
    assert_true(is_kept);
    from_deeper(0, false); /* another caller instead of the third one */
    assert_false(is_kept);
}

static void a_fingerprint_without_a_thread_matches_nowhere(void **state)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    struct mw_stack_fingerprint none = {0};

    (void)state;
    one_caller(true);
    assert_false(mw_stack_fingerprint_matches(&none, here));
    assert_true(mw_stack_contains(here, 8));
    assert_false(mw_stack_contains(here, UINT32_MAX));    /* beyond its end */
    assert_false(mw_stack_contains((uintptr_t)&kept, 8)); /* not on a stack */
    assert_false(mw_stack_contains(UINTPTR_MAX - 64, 8));
    kept.offsets[kept.count - 1] = UINT32_MAX; /* is not read */
    assert_false(mw_stack_fingerprint_matches_anywhere(&kept, here));
}

static void *in_thread(void *unused)
{
    (void)unused;
    descend(8, 6);
    return NULL;
}

static void a_fingerprint_belongs_to_its_thread(void **state)
{
    struct seen mine, first;
    pthread_t thread;

    (void)state;
    descend(8, 6);
    mine = seen;
    assert_int_equal(pthread_create(&thread, NULL, in_thread, NULL), 0);
    pthread_join(thread, NULL);
    first = seen;
    assert_true(first.matches);
    assert_int_not_equal(first.fingerprint.thread, mine.fingerprint.thread);
    assert_int_equal(pthread_create(&thread, NULL, in_thread, NULL), 0); /* usually gets the same memory */
    pthread_join(thread, NULL);
    assert_true(seen.matches);
    assert_int_not_equal(seen.fingerprint.thread, first.fingerprint.thread);
}

static ucontext_t here, there;

static void coroutine(void)
{
    descend(8, 6);
}

static void none_on_a_coroutines_stack(void **state)
{
    size_t size = 1 << 20;
    void *memory = malloc(size);

    (void)state;
    skip_if_emulated();
    assert_non_null(memory);
    getcontext(&there);
    there.uc_stack.ss_sp = memory;
    there.uc_stack.ss_size = size;
    there.uc_link = &here;
    makecontext(&there, coroutine, 0);
    swapcontext(&here, &there);
    assert_int_equal(seen.stack.depth, 6);
    assert_false(seen.made);
    free(memory);
}

/* Fortran's automatic arrays may be larger than the part that is known to be stack without a query. */
__attribute__((noinline)) static void with_large_array(void)
{
    volatile char array[200 << 20];

    array[0] = 1;
    descend(4, 4);
    array[1] = array[0];
}

static void also_very_deep(void **state)
{
    struct rlimit limit;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_STACK, &limit), 0);
    if (limit.rlim_cur < 256 << 20)
        skip();
    with_large_array();
    assert_true(seen.matches);
    descend(4, 4);
    assert_true(seen.matches);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(innermost_first_and_no_further_than_asked),
        cmocka_unit_test(ends_with_the_program),
        cmocka_unit_test(one_frame_when_the_wrapper_is_not_there),
        cmocka_unit_test(a_fingerprint_matches_while_the_return_addresses_are_in_place),
        cmocka_unit_test(a_stack_is_too_deep_for_a_fingerprint),
        cmocka_unit_test(two_stacks_with_one_innermost_frame_are_two),
        cmocka_unit_test(frames_that_have_moved_are_found),
        cmocka_unit_test(a_fingerprint_without_a_thread_matches_nowhere),
        cmocka_unit_test(a_fingerprint_belongs_to_its_thread),
        cmocka_unit_test(none_on_a_coroutines_stack),
        cmocka_unit_test(also_very_deep),
    };
    struct rlimit limit;

    /* The limit of the stack counts from exec on. */
    if (count == 1 && !getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur < 256 << 20 && limit.rlim_max >= 256 << 20) {
        limit.rlim_cur = 256 << 20;
        if (!setrlimit(RLIMIT_STACK, &limit))
            execl("/proc/self/exe", arguments[0], "again", (char *)NULL);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
