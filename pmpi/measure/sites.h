/* SPDX-License-Identifier: MIT */
/* Call sites: one MPI call, on communicators of one size, from one place of the program. */
#ifndef MW_PMPI_MEASURE_SITES_H
#define MW_PMPI_MEASURE_SITES_H

#include "pmpi/base/stack.h"
#include "pmpi/measure/places.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* How many frames of the program tell sites apart, 1 to MW_RECORD_SITE_FRAMES. */
void mw_sites_set_depth(int depth);

/* Calls, by the trail of their stack, in sets of four. The first stack that is seen from a place lies in the set of that
 * place and of the stack pointer, in the first way as a rule; others lie in the set of the place and of its caller,
 * wherever the stack pointer is (recursion, many callers of one function). */
#define MW_SITES_SETS 256
struct mw_sites_entry {
    struct mw_sites_key key;
    void *return_address;
    uintptr_t stack_pointer; /* 0: empty */
    uint32_t site;
    bool may_be_unloaded; /* a frame lies in a library that may be unloaded */
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

/* Makes the tables sound where they were left half-written. */
void mw_sites_repair(void);

uint32_t mw_sites_search(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer);

/* Index of the site of a call, made when it is new and there is room; else of an entry that it shares with others
 * (pmpi/measure/site_table.h). `return_address` is the wrapper's, `stack` where the stack stands, told always at the same place below
 * the wrapper. Callers hold the rank's lock. */
static inline uint32_t mw_sites_find(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer)
{
    const struct mw_sites_entry *entry = mw_sites_set(return_address, stack_pointer);

    return !entry->may_be_unloaded && mw_sites_entry_matches(entry, key, return_address, stack_pointer)
               ? entry->site : mw_sites_search(key, return_address, stack_pointer);
}

/* A call that shares an entry turns out to matter: `bytes` of memory belong to it, or the rank's highest peak. Index of an
 * entry with its name, for this call's counters (mw_site_table_name() says for what else), or UINT32_MAX. */
uint32_t mw_sites_find_own(const struct mw_sites_key *key, void *return_address, uint64_t bytes);

#endif
