/* SPDX-License-Identifier: MIT */
/* Places of calls, by the wrapper's return address. They bound the cost of calls without an entry in the table of
 * sites, and find known stacks at other stack pointers. Fixed memory. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_PLACES_H
#define MW_PMPI_MEASURE_PLACES_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* What distinguishes sites besides the place. Strings must be constants: they are compared by address. */
struct mw_sites_key {
    const char *call;
    uint32_t comm_size;
    uint32_t completes; /* 0, or 2 plus the index of the site of the call that is completed: a separate site,
                           "...+Wait" */
};

struct mw_place {
    const void *return_address; /* NULL: empty */
    struct mw_sites_key key;
    uint32_t caller;      /* stack slot of the next return address, in bytes from the stack pointer; 0: not known */
    uint16_t skipped;     /* calls since the last walk */
    uint8_t misses;       /* walks that found no recorded site, minus HIT_WEIGHT for each that did */
    bool may_be_unloaded; /* in a library that may be unloaded */
};

/* Slots, of which at most half are used. A site may have several places. */
#define MW_PLACES 4096

/* NULL: no recorded site has this return address and key. */
struct mw_place *mw_places_find(const struct mw_sites_key *key, const void *return_address);

/* The same, added if it is new. NULL: the table is full. */
struct mw_place *mw_places_make(const struct mw_sites_key *key, const void *return_address, bool may_be_unloaded);

/* With the table of sites full: whether to walk the stack of this call. False for nearly all calls from places where
 * walks did not find a recorded site. */
bool mw_places_is_worth_walking(struct mw_place *place);

/* Call it after a walk. `found`: the stack belongs to a recorded site. */
void mw_places_walked(struct mw_place *place, bool found);

/* Forgets places in libraries that may have been unloaded. */
void mw_places_forget_unloaded(void);

#endif
