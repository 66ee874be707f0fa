/* SPDX-License-Identifier: MIT */
/* Finds an entry of an array by its key: a hash table of fixed size (open addressing) whose slots hold the entry's
 * number plus one. The caller owns the array, and adds and removes its entries. The table never grows, never
 * allocates and has no lock. It must have an empty slot: make it twice as large as the array. */
#ifndef MW_PMPI_BASE_INDEX_H
#define MW_PMPI_BASE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

/* A slot whose entry was removed; the search goes on behind it. No entry may have the number 65,534. */
#define MW_INDEX_GONE 0xFFFFu

struct mw_index {
    uint16_t *slots; /* entry + 1; 0 empty */
    unsigned slot_count;
    bool (*has_key)(uint32_t entry, const void *key);
};

/* The slot of the entry with this key; if there is none, the empty slot in which to store its number. */
static inline uint16_t *mw_index_slot(const struct mw_index *index, uint64_t hash, const void *key)
{
    unsigned slot = (unsigned)(hash >> 40) % index->slot_count;

    while (index->slots[slot] && (index->slots[slot] == MW_INDEX_GONE || !index->has_key(index->slots[slot] - 1u, key)))
        slot = (slot + 1) % index->slot_count;
    return &index->slots[slot];
}

/* ---- hashes ---- */

static inline uint64_t mw_index_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 29);
}

static inline uint64_t mw_index_mix_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3ULL;
    return hash;
}

#endif
