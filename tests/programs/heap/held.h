/* SPDX-License-Identifier: MIT */
/* What the programs of this folder share: functions that hold memory, and lines that say how much of it there is when most is
 * held. Built with -rdynamic, so that functions can be told by name. */
#ifndef HELD_H
#define HELD_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif
#define MIB ((size_t)1 << 20)

#define EXPECT(condition)                                                    \
    do {                                                                     \
        if (!(condition)) {                                                  \
            printf("FAIL %s:%d: %s\n", __FILE_NAME__, __LINE__, #condition); \
            exit(1);                                                         \
        }                                                                    \
    } while (0)

#ifndef __FILE_NAME__
#define __FILE_NAME__ __FILE__
#endif

/* "TRUE function=NAME peak=BYTES": exactly, or of small blocks, within what sampling allows. */
static inline void tell(const char *function, size_t bytes)
{
    printf("TRUE function=%s peak=%zu\n", function, bytes);
}

static inline void tell_small(const char *function, size_t bytes, size_t each)
{
    printf("TRUE function=%s peak=%zu each=%zu\n", function, bytes, each);
}

/* Keeps the compiler from knowing what a pointer points to. */
#define KEEP(pointer) __asm__ volatile("" : "+r"(pointer) : : "memory")

NOINLINE char *hold_large(size_t size);
NOINLINE char *hold_large(size_t size)
{
    char *block = malloc(size);

    EXPECT(block);
    memset(block, 1, size);
    KEEP(block);
    return block;
}

struct link {
    struct link *next;
};

/* A list of `number` blocks. */
NOINLINE struct link *hold_small(size_t size, size_t number);
NOINLINE struct link *hold_small(size_t size, size_t number)
{
    struct link *first = NULL;

    for (size_t i = 0; i < number; i++) {
        struct link *link = malloc(size);
        EXPECT(link);
        memset(link, 1, size);
        link->next = first;
        first = link;
    }
    return first;
}

static inline void release(struct link *first)
{
    while (first) {
        struct link *next = first->next;
        free(first);
        first = next;
    }
}

/* Allocates and frees blocks of all sizes, and looks after their contents. */
static inline void churn(unsigned rounds)
{
    enum { KEPT = 32 };
    unsigned char *kept[KEPT] = {NULL};
    size_t sizes[KEPT] = {0};

    for (unsigned i = 0; i < rounds; i++) {
        unsigned at = i * 7 % KEPT;
        size_t size = i % 50 == 49 ? 150000 + i % 1000 : 16 + i * 31 % 3000;
        if (kept[at])
            EXPECT(kept[at][0] == at && kept[at][sizes[at] - 1] == at);
        if (i % 3) {
            free(kept[at]);
            kept[at] = i % 5 ? malloc(size) : calloc(1, size);
        } else
            kept[at] = realloc(kept[at], size);
        EXPECT(kept[at]);
        sizes[at] = size;
        kept[at][0] = kept[at][size - 1] = (unsigned char)at;
        KEEP(kept[at]);
    }
    for (unsigned at = 0; at < KEPT; at++)
        free(kept[at]);
}

/* What a program does, by its first argument. */
struct held_case {
    const char *name;
    void (*function)(void);
};

static inline int run_case(int argc, char **argv, const struct held_case *cases, size_t count)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (!strcmp(argv[1], cases[i].name)) {
            cases[i].function();
            puts("done");
            return 0;
        }
    return 2;
}

#endif
