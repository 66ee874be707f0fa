/* SPDX-License-Identifier: MIT */
/* Finds an entry of an array by its key: a hash table of fixed size (open addressing) whose slots hold numbers of entries plus
 * one. The array is its user's, who publishes it, counts it and gives entries away; the table never grows, never allocates and
 * has no lock. It must keep an empty slot: twice as many slots as entries. */
#ifndef MW_PMPI_BASE_INDEX_H
#define MW_PMPI_BASE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

/* A slot whose entry is gone, but behind which others are found. So no entry may have the number 65,534. */
#define MW_INDEX_GONE 0xFFFFu

struct mw_index {
    uint16_t *slots; /* entry + 1; 0 empty */
    unsigned room;
    bool (*has_key)(uint32_t entry, const void *key);
};

/* The slot that holds the entry with this key, or the empty one where its number is to be written. */
static inline uint16_t *mw_index_slot(const struct mw_index *index, uint64_t hash, const void *key)
{
    unsigned at = (unsigned)(hash >> 40) % index->room;

    while (index->slots[at] &&
           (index->slots[at] == MW_INDEX_GONE || !index->has_key(index->slots[at] - 1u, key)))
        at = (at + 1) % index->room;
    return &index->slots[at];
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
