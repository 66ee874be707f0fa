/* SPDX-License-Identifier: MIT */
/* Guards and locks that were left by a jump, or whose coroutine was suspended. */
#include "pmpi/base/lock.h"
#include "tests/unit/pmpi/base/made_sections.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

#include <cmocka.h>

/* ---- jumps ---- */

static jmp_buf back;
static sigjmp_buf signal_back;

static void jump(void)
{
    longjmp(back, 1);
}

__attribute__((noinline)) static void deeper(int depth, void (*call)(void))
{
    volatile char use[200];

    use[0] = (char)depth;
    if (depth)
        deeper(depth - 1, call);
    else
        call();
    use[1] = use[0];
}

static void jumping_call(void)
{
    made_wrapper(jump);
    __asm__ volatile("" ::: "memory"); /* no tail call */
}

static void jumping_section(void)
{
    made_section(jump);
    __asm__ volatile("" ::: "memory");
}

/* Jumps from every depth, and locks again at every other: the jump is detected immediately, nothing is lost. */
static void left_by_a_jump(void **state)
{
    (void)state;
    for (volatile int from = 0; from < 100; from += 9)
        for (volatile int to = 0; to < 100; to += 11) {
            if (!setjmp(back))
                deeper(from, jumping_call);
            made_again = false;
            deeper(to, made_try_again);
            assert_true(made_again);
            if (!setjmp(back))
                deeper(from, jumping_section);
            deeper(to, made_try_lock);
            assert_int_equal(made_locked_again, MW_LOCK_TAKEN_OVER);
        }
    assert_int_equal(made_unrecorded, 0);
}

static void jump_out_of_handler(void)
{
    siglongjmp(signal_back, 1);
}

static void left_by_a_handlers_jump(void **state)
{
    char *stack = malloc(MADE_STACK);
    void *const stacks[] = {NULL, stack};

    (void)state;
    made_in_handler = jump_out_of_handler;
    for (volatile int i = 0; i < 2; i++) {
        made_handle_on(stacks[i], MADE_STACK);
        if (!sigsetjmp(signal_back, 1))
            made_wrapper(made_interrupt);
        assert_true(made_wrapper(NULL));
        if (!sigsetjmp(signal_back, 1))
            made_section(made_interrupt);
        assert_int_equal(made_section(NULL), MW_LOCK_TAKEN_OVER);
        assert_int_equal(made_section(NULL), MW_LOCK_TAKEN);
    }
    made_handle_on(NULL, 0);
    free(stack);
}

static volatile long jumps;

static void jump_at_random(int signal)
{
    (void)signal;
    jumps++;
    siglongjmp(signal_back, 1);
}

/* Jumps out of every instruction: later requests are never refused. */
static void many_jumps(void **state)
{
    struct sigaction action = {.sa_handler = jump_at_random};
    struct itimerval timer = {{0, 211}, {0, 211}}, off = {{0, 0}, {0, 0}};
    volatile uint64_t refused = 0, calls = 0;

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    sigsetjmp(signal_back, 1);
    while (jumps < 1500) {
        bool raised = made_wrapper(made_try_lock);
        calls++;
        refused += !raised || made_locked_again == MW_LOCK_BUSY;
    }
    setitimer(ITIMER_REAL, &off, NULL);
    signal(SIGALRM, SIG_IGN);
    assert_true(calls > 1000);
    assert_true(refused <= 3 * MW_GUARD_DOUBTS); /* jumps from between two stores */
    made_set_up(state);
}

/* ---- coroutines ---- */

static ucontext_t main_context, coroutine;

static void suspend(void)
{
    swapcontext(&coroutine, &main_context);
}

static void run_coroutine(void)
{
    made_wrapper(suspend);
    made_section(suspend);
}

/* The owner may come back: for a while all others are refused, then they are accepted. The owner notices, and does nothing. */
static void a_coroutine_is_suspended_inside(void **state)
{
    void *stack = malloc(MADE_STACK);

    (void)state;
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = MADE_STACK;
    coroutine.uc_link = &main_context;
    makecontext(&coroutine, run_coroutine, 0);
    swapcontext(&main_context, &coroutine);
    for (int i = 0; i < MW_GUARD_DOUBTS; i++)
        assert_false(made_wrapper(NULL));
    assert_int_equal(made_unrecorded, MW_GUARD_DOUBTS);
    assert_true(made_wrapper(NULL));
    swapcontext(&main_context, &coroutine);
    for (int i = 0; i < MW_GUARD_DOUBTS; i++)
        assert_int_equal(made_section(NULL), MW_LOCK_BUSY);
    assert_int_equal(made_section(NULL), MW_LOCK_TAKEN_OVER);
    swapcontext(&main_context, &coroutine);
    assert_int_equal(made_section(NULL), MW_LOCK_TAKEN);
    assert_true(made_wrapper(NULL));
    free(stack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(left_by_a_jump, made_set_up),
        cmocka_unit_test_setup(left_by_a_handlers_jump, made_set_up),
        cmocka_unit_test_setup(many_jumps, made_set_up),
        cmocka_unit_test_setup(a_coroutine_is_suspended_inside, made_set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
