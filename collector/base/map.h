/* SPDX-License-Identifier: MIT */
/* A hash table from byte strings to numbers. If there is no memory, mw_map_create() and mw_map_add() end the program, as
 * collector/base/mem.h says; while a job runs, use mw_map_try_create() and mw_map_try_add(). */
#ifndef MW_COLLECTOR_BASE_MAP_H
#define MW_COLLECTOR_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_MAP_NONE UINT32_MAX

struct mw_map;

struct mw_map *mw_map_create(void);
void mw_map_destroy(struct mw_map *map);

/* The number stored for a key, or MW_MAP_NONE. */
uint32_t mw_map_find(const struct mw_map *map, const void *key, size_t length);

/* Stores `value` unless the key exists. Returns the stored value: `value` if the key was new. The key is copied. `value` is not
 * MW_MAP_NONE. */
uint32_t mw_map_add(struct mw_map *map, const void *key, size_t length, uint32_t value);

/* NULL, with errno, if there is no memory. */
struct mw_map *mw_map_try_create(void);

/* As mw_map_add(), but returns MW_MAP_NONE, and the map is unchanged, if there is no memory. */
uint32_t mw_map_try_add(struct mw_map *map, const void *key, size_t length, uint32_t value);

/* Changes the value of a key, which must exist. Needs no memory. */
void mw_map_replace(struct mw_map *map, const void *key, size_t length, uint32_t value);

/* Removes a key, if it exists. Needs no memory. */
void mw_map_remove(struct mw_map *map, const void *key, size_t length);

#endif
