/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/base/made_sections.h"

#include "pmpi/base/lock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

static _Thread_local struct mw_guard guard;
static struct mw_lock lock;
uint64_t made_unrecorded;
bool made_again;
enum mw_lock_result made_locked_again;
void (*made_in_handler)(void);

int made_set_up(void **state)
{
    (void)state;
    guard = (struct mw_guard){0};
    memset(&lock, 0, sizeof(lock));
    made_unrecorded = 0;
    mw_lock_unrecorded = &made_unrecorded;
    return 0;
}

__attribute__((noinline)) static bool raise_guard(void *return_address)
{
    return mw_guard_raise(&guard, (uintptr_t)__builtin_frame_address(0), return_address);
}

__attribute__((noinline)) bool made_wrapper(void (*call)(void))
{
    bool raised = raise_guard(__builtin_return_address(0));

    if (call)
        call();
    if (raised)
        mw_guard_lower(&guard);
    return raised;
}

__attribute__((noinline)) enum mw_lock_result made_section(void (*inside)(void))
{
    enum mw_lock_result result = mw_lock_lock(&lock, true);

    if (inside)
        inside();
    if (result != MW_LOCK_BUSY)
        mw_lock_unlock(&lock);
    __asm__ volatile("" ::: "memory");
    return result;
}

void made_try_again(void)
{
    made_again = made_wrapper(NULL);
}

void made_try_lock(void)
{
    made_locked_again = made_section(NULL);
}

static void handle(int signal)
{
    (void)signal;
    made_in_handler();
}

void made_interrupt(void)
{
    raise(SIGUSR1);
}

void made_handle_on(void *stack, size_t size)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = stack ? SA_ONSTACK : 0};
    stack_t alternate = {.ss_sp = stack, .ss_size = size, .ss_flags = stack ? 0 : SS_DISABLE};

    sigaltstack(&alternate, NULL);
    sigaction(SIGUSR1, &action, NULL);
}
