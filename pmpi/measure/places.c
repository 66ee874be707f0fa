/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/places.h"

#include <string.h>

/* After MAX_MISSES walks without a recorded site, one call in WALK_ONE_IN is walked. */
#define MAX_MISSES 64
#define WALK_ONE_IN 32
/* A walk that finds a recorded site cancels this many misses. */
#define HIT_WEIGHT 8

static struct mw_place places[MW_PLACES];
static unsigned used; /* includes forgotten places: their slots are not reused */

static unsigned home(const struct mw_sites_key *key, const void *return_address)
{
    uint64_t hash = (uintptr_t)return_address ^ (uint64_t)key->comm_size << 44 ^ (uint64_t)key->completes << 20;

    return (unsigned)((hash ^ (uintptr_t)key->call) * 0x9E3779B97F4A7C15ULL >> 40) % MW_PLACES;
}

static struct mw_place *search(const struct mw_sites_key *key, const void *return_address)
{
    unsigned at = home(key, return_address);

    while (places[at].return_address &&
           (places[at].return_address != return_address || memcmp(&places[at].key, key, sizeof(*key)) != 0))
        at = (at + 1) % MW_PLACES;
    return &places[at];
}

struct mw_place *mw_places_find(const struct mw_sites_key *key, const void *return_address)
{
    struct mw_place *place = search(key, return_address);

    return place->return_address ? place : NULL;
}

struct mw_place *mw_places_make(const struct mw_sites_key *key, const void *return_address, bool may_be_unloaded)
{
    struct mw_place *place = search(key, return_address);

    if (place->return_address)
        return place;
    if (used >= MW_PLACES / 2)
        return NULL;
    used++;
    *place = (struct mw_place){.key = *key, .may_be_unloaded = may_be_unloaded};
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* written last: the update may be interrupted */
    place->return_address = return_address;
    return place;
}

bool mw_places_is_worth_walking(struct mw_place *place)
{
    if (place->misses < MAX_MISSES)
        return true;
    return ++place->skipped % WALK_ONE_IN == 0;
}

void mw_places_walked(struct mw_place *place, bool found)
{
    if (!found)
        place->misses += place->misses < MAX_MISSES;
    else
        place->misses = place->misses > HIT_WEIGHT ? place->misses - HIT_WEIGHT : 0;
}

/* Clears only the key's string: places behind it in the hash chain must still be found. */
void mw_places_forget_unloaded(void)
{
    for (unsigned i = 0; i < MW_PLACES; i++)
        if (places[i].may_be_unloaded)
            places[i].key.call = NULL;
}
