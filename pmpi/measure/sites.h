/* SPDX-License-Identifier: MIT */
/* Call sites: an MPI call, on communicators of one size, from one place of the program. */
#ifndef MW_PMPI_MEASURE_SITES_H
#define MW_PMPI_MEASURE_SITES_H

#include "pmpi/base/stack.h"
#include "pmpi/measure/places.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Number of the program's frames that identify a site, 1 to MW_RECORD_SITE_FRAMES. */
void mw_sites_set_depth(int depth);

/* Known calls by the fingerprint of their stack, in sets of four. The first stack seen at a place is in the set of
 * that place and stack pointer, usually in its first entry. Others are in the set of the place and its caller,
 * whatever the stack pointer (recursion, many callers of one function). */
#define MW_SITES_SETS 256
struct mw_sites_entry {
    struct mw_sites_key key;
    void *return_address;
    uintptr_t stack_pointer; /* 0: empty */
    uint32_t site;
    bool may_be_unloaded; /* a frame is in a library that may be unloaded */
    struct mw_stack_fingerprint fingerprint;
};

extern struct mw_sites_entry mw_sites_entries[MW_SITES_SETS][4];

static inline struct mw_sites_entry *mw_sites_set(const void *return_address, uintptr_t stack_pointer)
{
    return mw_sites_entries[((uintptr_t)return_address ^ stack_pointer >> 4) % MW_SITES_SETS];
}

static inline bool mw_sites_entry_matches(const struct mw_sites_entry *entry, const struct mw_sites_key *key,
                                          void *return_address, uintptr_t stack_pointer)
{
    return entry->stack_pointer == stack_pointer && entry->return_address == return_address &&
           !memcmp(&entry->key, key, sizeof(*key)) && mw_stack_fingerprint_matches(&entry->fingerprint, stack_pointer);
}

/* Repairs the tables after an update was interrupted. */
void mw_sites_repair(void);

uint32_t mw_sites_search(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer);

/* Index of the site of a call, added if it is new and the table has an entry for it; else of an entry shared with
 * other calls (pmpi/measure/site_table.h). `return_address`: of the wrapper; `stack_pointer`: always taken in the
 * same function below the wrapper. Callers hold the rank's lock. */
static inline uint32_t mw_sites_find(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer)
{
    const struct mw_sites_entry *entry = mw_sites_set(return_address, stack_pointer);

    return !entry->may_be_unloaded && mw_sites_entry_matches(entry, key, return_address, stack_pointer)
               ? entry->site
               : mw_sites_search(key, return_address, stack_pointer);
}

/* For a call with a shared entry to which `bytes` of memory or the rank's highest peak belong: index of an entry
 * with its name, for this call's counters (further use: see mw_site_table_find_reusable()), or UINT32_MAX. */
uint32_t mw_sites_find_own(const struct mw_sites_key *key, void *return_address, uint64_t bytes);

#endif
