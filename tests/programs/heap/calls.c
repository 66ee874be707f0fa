/* SPDX-License-Identifier: MIT */
/* malloc() and its kin: what they promise, also when they fail, and what is held through each of them. */
#define _GNU_SOURCE
#include "held.h"

#include <malloc.h>
#include <unistd.h>

/* A number that the compiler does not know. */
static volatile size_t huge = SIZE_MAX / 2 - 4096, zero, alignment_of_three = 3;

static void hold_to_the_end(void *block, size_t size)
{
    memset(block, 1, size);
    KEEP(block);
}

/* ---- errors ---- */

static void large_failures(void)
{
    char *block = hold_large(40 * MIB);

    errno = 0;
    EXPECT(!malloc(huge) && errno == ENOMEM);
    errno = 0;
    EXPECT(!calloc(huge, 1) && errno == ENOMEM);
    errno = 0;
    EXPECT(!calloc(huge, 16) && errno == ENOMEM);
    errno = 0;
    EXPECT(!realloc(block, huge) && errno == ENOMEM);
    EXPECT(block[0] == 1 && block[40 * MIB - 1] == 1);
    errno = 0;
    EXPECT(!reallocarray(block, huge, 16) && errno == ENOMEM);
    errno = 0;
    EXPECT(!reallocarray(block, 1, huge) && errno == ENOMEM);
    EXPECT(block[0] == 1 && block[40 * MIB - 1] == 1);
    errno = 0;
    EXPECT(!memalign(4096, huge) && errno == ENOMEM);
    errno = 0;
    EXPECT(!aligned_alloc(4096, huge & ~(size_t)4095) && errno == ENOMEM);
    KEEP(block);
    tell("hold_large", 40 * MIB);
}

/* Small blocks, of which a few are entered: each is asked to grow too much. */
static void small_failures(void)
{
    struct link *list = hold_small(1000, 50000);

    for (struct link *link = list; link; link = link->next)
        EXPECT(!realloc(link, huge) && errno == ENOMEM);
    KEEP(list);
    tell_small("hold_small", 50000000, 1000);
}

static void errors_of_posix_memalign(void)
{
    static char other;
    void *block = &other;

    errno = 1234;
    EXPECT(posix_memalign(&block, alignment_of_three, 100) == EINVAL && block == &other);
    EXPECT(posix_memalign(&block, 64, huge) == ENOMEM && block == &other);
    EXPECT(!posix_memalign(&block, 64, 100) && block != &other);
    free(block);
}

static void nothing(void)
{
    for (int i = 0; i < 100000; i++) {
        void *one = malloc(zero), *other = malloc(zero);
        errno = 1234;
        free(NULL);
        EXPECT(one && other && one != other && errno == 1234);
        free(one);
        free(other);
        one = realloc(NULL, zero);
        EXPECT(one);
        other = calloc(zero, 8);
        EXPECT(other && other != one);
        free(one);
        free(other);
    }
}

/* A call that succeeds leaves errno alone, whatever happens inside: a sample, a thread's first call, a mark that rose. */
static void errno_is_kept(void)
{
    errno = 4711;
    churn(100000);
    EXPECT(errno == 4711);
}

static void failures(void)
{
    nothing();
    errors_of_posix_memalign();
    errno_is_kept();
    large_failures();
    small_failures();
}

/* ---- each of them ---- */

#define HOLDS(name, call)             \
    NOINLINE void name(size_t size);  \
    NOINLINE void name(size_t size)   \
    {                                 \
        void *block = NULL;           \
        call;                         \
        EXPECT(block);                \
        hold_to_the_end(block, size); \
    }

HOLDS(hold_calloc, block = calloc(size / 8, 8))
HOLDS(hold_memalign, block = memalign(4096, size))
HOLDS(hold_aligned_alloc, block = aligned_alloc(1 << 20, size))
HOLDS(hold_posix_memalign, EXPECT(!posix_memalign(&block, 2 << 20, size)))
HOLDS(hold_valloc, block = valloc(size))
HOLDS(hold_pvalloc, block = pvalloc(size))
HOLDS(hold_reallocarray, block = reallocarray(NULL, size / 16, 16))

/* Grows in steps: what it held before is not held besides. */
NOINLINE void hold_realloc(size_t size);
NOINLINE void hold_realloc(size_t size)
{
    char *block = NULL;

    for (size_t now = 1000; now < size; now += now / 2)
        block = realloc(block, now);
    block = realloc(block, size);
    EXPECT(block);
    hold_to_the_end(block, size);
}

NOINLINE void hold_untouched(size_t size);
NOINLINE void hold_untouched(size_t size)
{
    char *block = calloc(1, size);

    EXPECT(block);
    KEEP(block);
}

static void alignments(void)
{
    for (size_t alignment = 16; alignment <= MIB; alignment *= 2)
        for (size_t size = 1; size < 600000; size = size * 5 + 3) {
            void *blocks[3] = {memalign(alignment, size), aligned_alloc(alignment, size), NULL};
            EXPECT(!posix_memalign(&blocks[2], alignment, size));
            for (int i = 0; i < 3; i++) {
                EXPECT(blocks[i] && (uintptr_t)blocks[i] % alignment == 0 && malloc_usable_size(blocks[i]) >= size);
                memset(blocks[i], i, size);
            }
            for (int i = 0; i < 3; i++)
                free(blocks[i]);
        }
}

static void each(void)
{
    alignments();
    hold_untouched(100 * MIB);
    hold_calloc(24 * MIB);
    hold_memalign(8 * MIB);
    hold_aligned_alloc(16 * MIB);
    hold_posix_memalign(32 * MIB);
    hold_valloc(4 * MIB);
    hold_pvalloc(4 * MIB);
    hold_realloc(64 * MIB);
    hold_reallocarray(16 * MIB);
    tell("hold_untouched", 0);
    tell("hold_calloc", 24 * MIB);
    tell("hold_memalign", 8 * MIB);
    tell("hold_aligned_alloc", 16 * MIB);
    tell("hold_posix_memalign", 32 * MIB);
    tell("hold_valloc", 4 * MIB);
    tell("hold_pvalloc", 4 * MIB);
    tell("hold_realloc", 64 * MIB);
    tell("hold_reallocarray", 16 * MIB);
}

/* ---- sizes ---- */

#define HOLDS_SIZE(size)                              \
    NOINLINE struct link *hold_##size(size_t number); \
    NOINLINE struct link *hold_##size(size_t number)  \
    {                                                 \
        struct link *first = NULL;                    \
        for (size_t i = 0; i < number; i++) {         \
            struct link *link = malloc(size);         \
            EXPECT(link);                             \
            link->next = first;                       \
            first = link;                             \
        }                                             \
        return first;                                 \
    }

HOLDS_SIZE(16)
HOLDS_SIZE(200)
HOLDS_SIZE(3000)

/* Others are allocated and freed meanwhile, so that more is allocated than ever held. */
static void sizes(void)
{
    struct link *lists[3], *gone = hold_16(2000000);

    release(gone);
    lists[0] = hold_16(3000000);
    gone = hold_200(100000);
    lists[1] = hold_200(300000);
    lists[2] = hold_3000(20000);
    release(gone);
    hold_large(64 * MIB);
    KEEP(lists[0]);
    KEEP(lists[1]);
    KEEP(lists[2]);
    tell("hold_large", 64 * MIB);
    tell_small("hold_16", 48000000, 16);
    tell_small("hold_200", 60000000, 200);
    tell_small("hold_3000", 60000000, 3000);
}

static void all_sizes(void)
{
    churn(200000);
    hold_large(100 * MIB);
    tell("hold_large", 100 * MIB);
}

int main(int argc, char **argv)
{
    static const struct held_case all[] = {{"failures", failures}, {"each", each}, {"sizes", sizes}, {"churn", all_sizes}};

    return run_case(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
