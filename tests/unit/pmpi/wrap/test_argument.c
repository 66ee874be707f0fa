/* SPDX-License-Identifier: MIT */
/* Which calls of a variadic function pass a second argument, determined from their code: compiled with and without
 * optimization, through wrappers, and after a call that has left a value in the register. */
#include "pmpi/wrap/argument.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

#ifdef __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noipa))
#endif

/* None is static: compilers change how static functions are called. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static bool passed;
int control(int level, ...);

APART int control(int level, ...)
{
    const void *const functions[2] = {(const void *)control, (const void *)control};
    va_list list;

    va_start(list, level);
    passed = mw_argument_is_passed(__builtin_return_address(0), va_arg(list, const void *), functions);
    va_end(list);
    return level;
}

/* Uses a text as its second argument, and leaves it in the register. */
APART int look(int number, const char *text)
{
#if defined __x86_64__
    __asm__ volatile("mov %0, %%rsi" : : "r"(text) : "rsi");
#elif defined __aarch64__
    __asm__ volatile("mov x1, %0" : : "r"(text) : "x1");
#endif
    return number + text[0];
}

static volatile int level = 1;
static const char *volatile variable = "variable";
static char buffer[64];

/* Each ends with a call or a jump. */
APART int literal(void)
{
    return control(1, "literal") + 1;
}
APART int computed(void)
{
    snprintf(buffer, sizeof(buffer), "%d", level);
    return control(1, buffer) + 1;
}
APART int from_memory(void)
{
    return control(level, variable) + 1;
}
APART int either(void)
{
    return control(1, level > 3 ? "more" : "less") + 1;
}
APART int local(void)
{
    char name[16];
    strcpy(name, variable);
    return control(1, name) + name[0];
}
APART int jump(void)
{
    return control(1, "jump");
}
APART int handed_on(int number, const char *name)
{
    return control(number, name);
}
APART int handed_on_and_more(int number, const char *name)
{
    return control(number, name) + number;
}
APART int through_more(void)
{
    return handed_on_and_more(1, "wrapped") + 1;
}
APART int through_wrapper(void)
{
    return handed_on(1, "wrapped") + 1;
}
APART int through_jump(void)
{
    return jump() + 1;
}
APART int by_pointer(void)
{
    int (*volatile f)(int, ...) = control;
    return f(1, "pointer") + 1;
}

APART int alone(void)
{
    return control(1) + 1;
}
APART int variable_level(void)
{
    return control(level) + 1;
}
APART int left_over(void)
{
    return look(2, "left over") + control(1);
}
APART int left_by_print(void)
{
    printf("# %d\n", level);
    return control(0) + 1;
}
APART int twice(void)
{
    return control(1, "first") + control(0);
}
APART int more_alone(int number)
{
    return control(number) + number;
}
APART int through_more_threads(void)
{
    return look(1, "before") + more_alone(2);
}
APART int jump_alone(void)
{
    return control(1);
}
APART int through_single_jump(void)
{
    return look(1, "before") + jump_alone();
}
APART int pointer_alone(void)
{
    int (*volatile f)(int, ...) = control;
    return look(1, "x") + f(1);
}

static bool after(int (*function)(void))
{
    passed = false;
    function();
    return passed;
}

#if defined __x86_64__ || defined __aarch64__
static void with_argument(void **state)
{
    (void)state;
    skip_if_emulated();
    assert_true(after(literal));
    assert_true(after(computed));
    assert_true(after(from_memory));
    assert_true(after(either));
    assert_true(after(local));
    assert_true(after(through_wrapper));
    assert_true(after(through_more));
    assert_true(after(through_jump));
    assert_true(after(by_pointer));
}
#endif

static void without(void **state)
{
    (void)state;
    assert_false(after(alone));
    assert_false(after(variable_level));
    assert_false(after(left_over));
    assert_false(after(left_by_print));
    assert_false(after(twice));
    assert_false(after(through_single_jump));
    assert_false(after(through_more_threads));
    assert_false(after(pointer_alone));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#if defined __x86_64__ || defined __aarch64__
        cmocka_unit_test(with_argument),
#endif
        cmocka_unit_test(without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
