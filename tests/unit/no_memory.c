/* SPDX-License-Identifier: MIT */
#include "tests/unit/no_memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int no_memory_failures;
static int left = -1; /* allocations that succeed before the next one fails; -1: all succeed */
static bool always;

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *text);

void no_memory_begin(void)
{
    always = true;
}

void no_memory_end(void)
{
    always = false;
    left = -1;
}

void no_memory_once(int successes)
{
    left = successes;
}

static bool fails(void)
{
    bool failed = always || left == 0;

    if (left >= 0)
        left--;
    no_memory_failures += failed;
    return failed;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(memory, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}
