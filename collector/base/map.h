/* SPDX-License-Identifier: MIT */
/* A hash table from byte strings to numbers. */
#ifndef MW_COLLECTOR_BASE_MAP_H
#define MW_COLLECTOR_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define MW_MAP_NONE UINT32_MAX

struct mw_map;

struct mw_map *mw_map_create(void);
void mw_map_destroy(struct mw_map *map);

/* The number stored for a key, or MW_MAP_NONE. */
uint32_t mw_map_find(const struct mw_map *map, const void *key, size_t length);

/* Stores `value` unless the key exists. Returns the stored value: `value` if the key was new. The key is copied. */
uint32_t mw_map_add(struct mw_map *map, const void *key, size_t length, uint32_t value);

#endif
