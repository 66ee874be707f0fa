/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/blocks.h"

#include "pmpi/heap/filter.h"
#include "pmpi/heap/memory.h"

#include <string.h>

uint64_t mw_heap_filter[1 << (MW_HEAP_FILTER_BITS - 6)] __attribute__((aligned(64)));
uint8_t mw_heap_filter_counts[UINT16_MAX + 1] __attribute__((aligned(64)));

struct bucket {
    uintptr_t keys[MW_HEAP_WAYS]; /* 0: free */
    struct mw_heap_block blocks[MW_HEAP_WAYS];
};

static struct bucket *buckets;
static uint32_t bucket_count; /* a power of two */
static uint32_t count;

#define FIRST_BUCKETS 64

bool mw_heap_blocks_start(void)
{
    buckets = mw_heap_memory_reserve(MW_HEAP_BUCKETS * sizeof(*buckets));
    bucket_count = FIRST_BUCKETS;
    count = 0;
    return buckets != NULL;
}

/* Two independent hashes of a class: with neighbours as second buckets full ones would lie side by side. All addresses of
 * a class have the same two buckets, so that one search tells whether the class is empty. */
static uint32_t hash(uint32_t class, int choice)
{
    static const uint32_t factors[2] = {0x9E3779B1u, 0x85EBCA77u};
    uint32_t mixed = (class + 0x5BD1u) * factors[choice];

    return mixed ^ mixed >> 15;
}

static struct bucket *bucket_of(uint32_t class, int choice)
{
    return &buckets[hash(class, choice) & (bucket_count - 1)];
}

static int free_ways(const struct bucket *bucket, int *free_way)
{
    int number = 0;

    for (int way = 0; way < MW_HEAP_WAYS; way++)
        if (!bucket->keys[way]) {
            number++;
            *free_way = way;
        }
    return number;
}

/* In the bucket that has more room: with 4 blocks in each on average, hardly any is full. */
static bool put(uint32_t class, uintptr_t address, const struct mw_heap_block *block)
{
    struct bucket *bucket = bucket_of(class, 0), *other = bucket_of(class, 1);
    int way = 0, other_way = 0, number = free_ways(bucket, &way);

    if (free_ways(other, &other_way) > number) {
        bucket = other;
        way = other_way;
    } else if (!number)
        return false;
    bucket->blocks[way] = *block;
    bucket->keys[way] = address;
    return true;
}

/* Each block of a bucket stays in it or moves to the one that is `bucket_count` further, which gets no others. */
static void split(uint32_t index)
{
    struct bucket *from = &buckets[index], *to = &buckets[index + bucket_count];
    int used = 0;

    for (int way = 0; way < MW_HEAP_WAYS; way++) {
        uint32_t class = mw_heap_filter_class(from->keys[way]);
        int choice = (hash(class, 0) & (bucket_count - 1)) == index ? 0 : 1;
        if (!from->keys[way] || !(hash(class, choice) & bucket_count))
            continue;
        to->blocks[used] = from->blocks[way];
        to->keys[used++] = from->keys[way];
        from->keys[way] = 0;
    }
}

static void grow(void)
{
    for (uint32_t i = 0; i < bucket_count; i++)
        split(i);
    bucket_count *= 2;
}

bool mw_heap_blocks_add(uintptr_t address, const struct mw_heap_block *block)
{
    uint32_t class = mw_heap_filter_class(address);

    if (bucket_count < MW_HEAP_BUCKETS && count > bucket_count * MW_HEAP_WAYS / 2)
        grow();
    while (!put(class, address, block)) {
        if (bucket_count == MW_HEAP_BUCKETS)
            return false;
        grow();
    }
    mw_heap_filter[class >> 6] |= 1ULL << (class & 63);
    if (mw_heap_filter_counts[mw_heap_filter_count_of(address)] < MW_HEAP_FILTER_FULL)
        mw_heap_filter_counts[mw_heap_filter_count_of(address)]++;
    count++;
    return true;
}

struct mw_heap_block *mw_heap_blocks_find(uintptr_t address)
{
    uint32_t class = mw_heap_filter_class(address);

    for (int choice = 0; choice < 2 && address; choice++) {
        struct bucket *bucket = bucket_of(class, choice);
        for (int way = 0; way < MW_HEAP_WAYS; way++)
            if (bucket->keys[way] == address)
                return &bucket->blocks[way];
    }
    return NULL;
}

static bool has_class(uint32_t class)
{
    for (int choice = 0; choice < 2; choice++) {
        const struct bucket *bucket = bucket_of(class, choice);
        for (int way = 0; way < MW_HEAP_WAYS; way++)
            if (bucket->keys[way] && mw_heap_filter_class(bucket->keys[way]) == class)
                return true;
    }
    return false;
}

/* Empties the entry of a block. */
static void empty(uintptr_t *key)
{
    uint32_t class = mw_heap_filter_class(*key);
    uint8_t *in_class = &mw_heap_filter_counts[mw_heap_filter_count_of(*key)];

    *key = 0;
    count--;
    if (*in_class < MW_HEAP_FILTER_FULL)
        (*in_class)--;
    if (!has_class(class))
        mw_heap_filter[class >> 6] &= ~(1ULL << (class & 63));
}

void mw_heap_blocks_take_out(struct mw_heap_block *block)
{
    struct bucket *bucket = &buckets[(size_t)((char *)block - (char *)buckets) / sizeof(*buckets)];

    empty(&bucket->keys[block - bucket->blocks]);
}

bool mw_heap_blocks_remove(uintptr_t address, struct mw_heap_block *block)
{
    struct mw_heap_block *found = mw_heap_blocks_find(address);

    if (!found)
        return false;
    *block = *found;
    mw_heap_blocks_take_out(found);
    return true;
}

uint32_t mw_heap_blocks_count(void)
{
    return count;
}

bool mw_heap_blocks_is_full(void)
{
    return count > MW_HEAP_BUCKETS * MW_HEAP_WAYS / 2;
}

void mw_heap_blocks_each(bool (*visit)(uintptr_t address, struct mw_heap_block *block))
{
    for (uint32_t i = 0; i < bucket_count; i++)
        for (int way = 0; way < MW_HEAP_WAYS; way++)
            if (buckets[i].keys[way] && !visit(buckets[i].keys[way], &buckets[i].blocks[way]))
                empty(&buckets[i].keys[way]);
}

void mw_heap_blocks_memory(uintptr_t *start, size_t *size)
{
    *start = (uintptr_t)buckets;
    *size = bucket_count * sizeof(*buckets);
}
