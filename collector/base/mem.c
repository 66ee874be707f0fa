/* SPDX-License-Identifier: MIT */
#include "collector/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mw_mem_exhausted(void)
{
    fputs("memwatch: out of memory\n", stderr);
    exit(125);
}

static void *checked(void *memory)
{
    if (!memory)
        mw_mem_exhausted();
    return memory;
}

void *mw_mem_alloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size));
}

void *mw_mem_resize(void *items, size_t count, size_t size)
{
    return checked(reallocarray(items, count ? count : 1, size));
}

char *mw_mem_copy(const char *text)
{
    return checked(strdup(text));
}

void *mw_mem_more(void *items, size_t count, size_t size)
{
    /* The capacity is the next power of two, so it is not stored. */
    if ((count & (count - 1)) == 0)
        items = mw_mem_resize(items, count ? 2 * count : 1, size);
    memset((char *)items + count * size, 0, size);
    return items;
}
