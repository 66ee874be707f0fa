/* SPDX-License-Identifier: MIT */
#include "collector/base/map.h"

#include "collector/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64

struct entry {
    uint64_t hash;
    char *key;
    size_t length;
    uint32_t value;
};

struct mw_map {
    struct entry *entries;
    size_t count, room;
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

struct mw_map *mw_map_try_create(void)
{
    struct mw_map *map = calloc(1, sizeof(*map));

    if (!map)
        return NULL;
    map->slot_count = FIRST_SLOTS;
    map->slots = calloc(map->slot_count, sizeof(*map->slots));
    if (!map->slots) {
        free(map);
        return NULL;
    }
    return map;
}

struct mw_map *mw_map_create(void)
{
    struct mw_map *map = mw_map_try_create();

    if (!map)
        mw_mem_exhausted();
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

/* The same for a key that is in an entry. */
static uint32_t *slot_of(const struct mw_map *map, const struct entry *entry)
{
    return find_slot(map, entry->hash, entry->key, entry->length);
}

static struct entry *find_entry(const struct mw_map *map, const void *key, size_t length)
{
    uint32_t slot = *find_slot(map, hash_bytes(key, length), key, length);

    return slot ? &map->entries[slot - 1] : NULL;
}

uint32_t mw_map_find(const struct mw_map *map, const void *key, size_t length)
{
    const struct entry *entry = find_entry(map, key, length);

    return entry ? entry->value : MW_MAP_NONE;
}

static bool grow_entries(struct mw_map *map)
{
    size_t room = map->room ? 2 * map->room : FIRST_SLOTS / 2;
    struct entry *entries = reallocarray(map->entries, room, sizeof(*entries));

    if (!entries)
        return false;
    map->entries = entries;
    map->room = room;
    return true;
}

static bool grow_slots(struct mw_map *map)
{
    uint32_t *slots = calloc(2 * map->slot_count, sizeof(*slots));

    if (!slots)
        return false;
    free(map->slots);
    map->slots = slots;
    map->slot_count *= 2;
    for (size_t e = 0; e < map->count; e++)
        *slot_of(map, &map->entries[e]) = (uint32_t)e + 1;
    return true;
}

static bool make_room(struct mw_map *map)
{
    return (map->count < map->room || grow_entries(map)) && (2 * (map->count + 1) <= map->slot_count || grow_slots(map));
}

uint32_t mw_map_try_add(struct mw_map *map, const void *key, size_t length, uint32_t value)
{
    struct entry entry = {.hash = hash_bytes(key, length), .length = length, .value = value};
    uint32_t slot = *find_slot(map, entry.hash, key, length);

    if (slot)
        return map->entries[slot - 1].value;
    if (!make_room(map) || !(entry.key = malloc(length + 1)))
        return MW_MAP_NONE;
    memcpy(entry.key, key, length);
    slot = (uint32_t)map->count + 1;
    *slot_of(map, &entry) = slot;
    map->entries[map->count++] = entry;
    return value;
}

uint32_t mw_map_add(struct mw_map *map, const void *key, size_t length, uint32_t value)
{
    uint32_t stored = mw_map_try_add(map, key, length, value);

    if (stored == MW_MAP_NONE)
        mw_mem_exhausted();
    return stored;
}

void mw_map_replace(struct mw_map *map, const void *key, size_t length, uint32_t value)
{
    find_entry(map, key, length)->value = value;
}

/* Frees a slot. The search for a key ends at a free slot, so later keys move up, unless they are where a search for them begins. */
static void free_slot(struct mw_map *map, size_t gap)
{
    size_t mask = map->slot_count - 1;

    for (size_t i = (gap + 1) & mask; map->slots[i]; i = (i + 1) & mask) {
        uint64_t wanted = map->entries[map->slots[i] - 1].hash;
        if (((i - wanted) & mask) >= ((i - gap) & mask)) {
            map->slots[gap] = map->slots[i];
            gap = i;
        }
    }
    map->slots[gap] = 0;
}

void mw_map_remove(struct mw_map *map, const void *key, size_t length)
{
    uint32_t *slot = find_slot(map, hash_bytes(key, length), key, length);
    struct entry *removed, *last;

    if (!*slot)
        return;
    removed = &map->entries[*slot - 1];
    last = &map->entries[map->count - 1];
    *slot_of(map, last) = *slot; /* it replaces the removed one */
    free(removed->key);
    *removed = *last;
    map->count--;
    free_slot(map, (size_t)(slot - map->slots));
}
