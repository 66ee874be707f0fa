/* SPDX-License-Identifier: MIT */
/* Guards and locks that are requested again from handlers, on any stack, and in a child. */
#include "pmpi/base/lock.h"
#include "tests/unit/pmpi/base/made_sections.h"

#include <alloca.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The guard and the lock are refused on this stack, counted, and free afterwards. */
static void refused_in_a_handler_on(void *stack)
{
    made_handle_on(stack, MADE_STACK);
    made_unrecorded = 0;
    made_in_handler = made_try_again;
    made_again = true;
    assert_true(made_wrapper(made_interrupt));
    assert_false(made_again);
    assert_int_equal(made_unrecorded, 1);
    made_in_handler = made_try_lock;
    assert_int_equal(made_section(made_interrupt), MW_LOCK_TAKEN);
    assert_int_equal(made_locked_again, MW_LOCK_BUSY);
    assert_int_equal(made_unrecorded, 2);
    assert_true(made_wrapper(NULL));
    assert_int_equal(made_section(NULL), MW_LOCK_TAKEN);
    made_handle_on(NULL, 0);
}

/* Between two calls it is an ordinary call. */
static void accepted_in_a_handler_on(void *stack)
{
    made_handle_on(stack, MADE_STACK);
    made_in_handler = made_try_again;
    raise(SIGUSR1);
    assert_true(made_again);
    made_in_handler = made_try_lock;
    raise(SIGUSR1);
    assert_int_equal(made_locked_again, MW_LOCK_TAKEN);
    made_handle_on(NULL, 0);
}

static void in_handlers_on_any_stack(void **state)
{
    void *low = malloc(MADE_STACK), *own = alloca(MADE_STACK);
    static char lower[MADE_STACK];
    void *const stacks[] = {NULL, low, own, lower};

    (void)state;
    for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
        refused_in_a_handler_on(stacks[i]);
        accepted_in_a_handler_on(stacks[i]);
    }
    free(low);
}

static void *handlers_of_a_thread(void *state)
{
    in_handlers_on_any_stack(state);
    return NULL;
}

/* A thread's stack is below memory that was mapped before it, and above what is mapped later. */
static void in_handlers_of_threads(void **state)
{
    char *high = malloc(4 * MADE_STACK); /* mapped */
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, handlers_of_a_thread, state), 0);
    pthread_join(thread, NULL);
    made_handle_on(high, MADE_STACK);
    free(high);
    made_handle_on(NULL, 0);
}

/* ---- fork ---- */

static int child_status;

static void fork_and_try(void)
{
    pid_t child = fork();

    if (!child) {
        made_try_again();
        _exit(made_again);
    }
    waitpid(child, &child_status, 0);
}

/* Also in the child, whose stack is the parent's. */
static void a_fork_in_a_handler(void **state)
{
    (void)state;
    made_handle_on(NULL, 0);
    made_in_handler = fork_and_try;
    assert_true(made_wrapper(made_interrupt));
    assert_true(WIFEXITED(child_status));
    assert_int_equal(WEXITSTATUS(child_status), 0);
    assert_true(made_wrapper(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(in_handlers_on_any_stack, made_set_up),
        cmocka_unit_test_setup(in_handlers_of_threads, made_set_up),
        cmocka_unit_test_setup(a_fork_in_a_handler, made_set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
