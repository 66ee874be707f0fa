/* SPDX-License-Identifier: MIT */
#include "collector/base/map.h"

#include "collector/base/mem.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t hash;
    char *key;
    size_t length;
    uint32_t value;
};

struct mw_map {
    struct entry *entries;
    size_t count;
    uint32_t *slots;   /* entry + 1, or 0; open addressing */
    size_t slot_count; /* a power of two, at least twice the entries */
};

/* Eight bytes at a time, since names are hashed for every call and phase of every rank. */
static uint64_t hash_bytes(const void *key, size_t length)
{
    const char *bytes = key;
    uint64_t hash = length;

    for (size_t done = 0; done < length; done += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + done, length - done < 8 ? length - done : 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

struct mw_map *mw_map_create(void)
{
    struct mw_map *map = mw_mem_alloc(1, sizeof(*map));

    map->slot_count = 64;
    map->slots = mw_mem_alloc(map->slot_count, sizeof(*map->slots));
    return map;
}

void mw_map_destroy(struct mw_map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < map->count; i++)
        free(map->entries[i].key);
    free(map->entries);
    free(map->slots);
    free(map);
}

/* The slot of a key: the one that holds it, or the free one where it would go. */
static uint32_t *find_slot(const struct mw_map *map, uint64_t hash, const void *key, size_t length)
{
    for (size_t i = hash;; i++) {
        uint32_t *slot = &map->slots[i & (map->slot_count - 1)];
        const struct entry *entry = *slot ? &map->entries[*slot - 1] : NULL;

        if (!entry || (entry->hash == hash && entry->length == length && !memcmp(entry->key, key, length)))
            return slot;
    }
}

static void widen(struct mw_map *map)
{
    free(map->slots);
    map->slot_count *= 2;
    map->slots = mw_mem_alloc(map->slot_count, sizeof(*map->slots));
    for (size_t e = 0; e < map->count; e++) {
        const struct entry *entry = &map->entries[e];
        *find_slot(map, entry->hash, entry->key, entry->length) = (uint32_t)e + 1;
    }
}

uint32_t mw_map_find(const struct mw_map *map, const void *key, size_t length)
{
    uint32_t slot = *find_slot(map, hash_bytes(key, length), key, length);

    return slot ? map->entries[slot - 1].value : MW_MAP_NONE;
}

uint32_t mw_map_add(struct mw_map *map, const void *key, size_t length, uint32_t value)
{
    uint64_t hash = hash_bytes(key, length);
    uint32_t *slot = find_slot(map, hash, key, length);
    struct entry *entry;

    if (*slot)
        return map->entries[*slot - 1].value;
    entry = MW_MEM_PUSH(map->entries, map->count);
    *entry = (struct entry){.hash = hash, .key = mw_mem_alloc(length + 1, 1), .length = length, .value = value};
    memcpy(entry->key, key, length);
    *slot = (uint32_t)map->count;
    if (map->count * 2 > map->slot_count)
        widen(map);
    return value;
}
