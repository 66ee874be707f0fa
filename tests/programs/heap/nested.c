/* SPDX-License-Identifier: MIT */
/* Small blocks from calloc(), realloc() and posix_memalign(): with a malloc() in which these call the public malloc(), they
 * count once. */
#define _GNU_SOURCE
#include "held.h"

#define NUMBER 50000
#define BYTES 1000

#define HOLDS(name, call)                    \
    NOINLINE void name(void);                \
    NOINLINE void name(void)                 \
    {                                        \
        for (size_t i = 0; i < NUMBER; i++) { \
            void *block = NULL;              \
            call;                            \
            EXPECT(block);                   \
            memset(block, 1, BYTES);         \
            KEEP(block);                     \
        }                                    \
    }

HOLDS(hold_malloc, block = malloc(BYTES))
HOLDS(hold_calloc, block = calloc(BYTES / 8, 8))
HOLDS(hold_realloc, block = realloc(realloc(NULL, BYTES / 2), BYTES))
HOLDS(hold_aligned, EXPECT(!posix_memalign(&block, 64, BYTES)))

/* Large ones are exact. */
NOINLINE void hold_large_calloc(void);
NOINLINE void hold_large_calloc(void)
{
    char *block = calloc(32, MIB);

    EXPECT(block);
    memset(block, 1, 32 * MIB);
    KEEP(block);
}

/* Allocated by libc, on its own behalf: not inside of calloc(). That of musl cannot be unwound. */
#ifdef __GLIBC__
NOINLINE void hold_copies(void);
NOINLINE void hold_copies(void)
{
    static char text[BYTES];

    memset(text, 'x', BYTES - 1);
    for (size_t i = 0; i < NUMBER; i++) {
        char *copy = strdup(text);
        EXPECT(copy);
        KEEP(copy);
    }
}
#endif

int main(void)
{
    hold_malloc();
    hold_calloc();
    hold_realloc();
    hold_aligned();
#ifdef __GLIBC__
    hold_copies();
    tell_small("hold_copies", NUMBER * BYTES, BYTES);
#endif
    hold_large_calloc();
    tell_small("hold_malloc", NUMBER * BYTES, BYTES);
    tell_small("hold_calloc", NUMBER * BYTES, BYTES);
    tell_small("hold_realloc", NUMBER * BYTES, BYTES);
    tell_small("hold_aligned", NUMBER * BYTES, BYTES);
    tell("hold_large_calloc", 32 * MIB);
    puts("done");
    return 0;
}
