/* SPDX-License-Identifier: MIT */
/* Places that recorded call sites are reached from, by the wrapper's return address: what bounds the cost of calls that
 * have no room in the table of sites, and finds stacks again that lie elsewhere than they did before. Fixed memory. Callers
 * hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_PLACES_H
#define MW_PMPI_MEASURE_PLACES_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* What tells sites apart besides the place. Strings must be constants: they are compared by address. */
struct mw_sites_key {
    const char *call;
    uint32_t comm_size;
    uint32_t completes; /* 0, or 1 plus the site + 1 of the call that is completed: a site of its own, "...+Wait" */
};

struct mw_place {
    const void *return_address; /* NULL: empty */
    struct mw_sites_key key;
    uint32_t caller;   /* where the next return address lies, in bytes from the stack pointer; 0 not known */
    uint16_t skipped;  /* calls, since its stack was walked the last time */
    uint8_t misses;      /* walks that found no recorded site, less those that did */
    bool may_be_unloaded;       /* lies in a library that may be unloaded */
};

/* A third more than there are sites, as one may be reached from several places; never more than half full. */
#define MW_PLACES 4096

/* NULL when no recorded site has this return address, and this key. */
struct mw_place *mw_places_find(const struct mw_sites_key *key, const void *return_address);

/* The same, made when it is not there; NULL when there is no room. */
struct mw_place *mw_places_make(const struct mw_sites_key *key, const void *return_address, bool may_be_unloaded);

/* The table of sites is full: is the stack of this call to be walked? Not for nearly all calls from places where that has
 * been in vain. */
bool mw_places_is_worth_walking(struct mw_place *place);

/* Its stack was walked, and belongs to a recorded site or does not. */
void mw_places_walked(struct mw_place *place, bool found);

/* Forgets what lay in libraries that may have been unloaded. */
void mw_places_forget_unloaded(void);

#endif
