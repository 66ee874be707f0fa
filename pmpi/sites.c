/* SPDX-License-Identifier: MIT */
#include "pmpi/sites.h"

#include "pmpi/modules.h"
#include "pmpi/rank.h"
#include "pmpi/stack.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Frames that language bindings put between the program and the wrapper: mpi_f08 -> mpifh -> PMPI_X. */
#define BINDING_FRAMES 3
#define RAW_FRAMES (MW_RECORD_SITE_FRAMES + BINDING_FRAMES)

/* Remembers which site a raw stack belongs to, in sets of four: a collision only costs a search. */
#define CACHE_SLOTS 2048
static unsigned victim; /* which of a set gives way next */
static struct {
    uint64_t hash;
    uint32_t site; /* + 1 */
} cache[CACHE_SLOTS];

static int site_depth = 3;

void mw_sites_set_depth(int depth)
{
    site_depth = depth < 1 ? 1 : depth > MW_RECORD_SITE_FRAMES ? MW_RECORD_SITE_FRAMES : depth;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 29);
}

static bool same_site(const struct mw_site *a, const struct mw_site *b)
{
    return a->comm_size == b->comm_size && a->start_site == b->start_site && a->depth == b->depth && !strcmp(a->call, b->call) &&
           !memcmp(a->frames, b->frames, a->depth * sizeof(a->frames[0]));
}

/* Keeps the program's frames: those behind the language bindings, `site_depth` of them. */
static void fill_frames(struct mw_site *site, void *const *raw, int depth)
{
    int first = 0;

    while (first < depth - 1 && mw_modules_is_mpi(raw[first]))
        first++;
    for (int i = first; i < depth && (int)site->depth < site_depth; i++)
        site->frames[site->depth++] = mw_modules_frame(raw[i]);
}

static uint32_t add_site(const struct mw_site *site)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t used = mw_journal_used(journal, MW_SECTION_SITE);

    for (uint32_t i = 0; i < used; i++)
        if (same_site(&journal->sites[i], site))
            return i;
    if (used == MW_RECORD_SITES) {
        journal->cost->lost_sites++;
        return used - 1;
    }
    journal->sites[used] = *site;
    if (used == MW_RECORD_SITES - 1)
        journal->sites[used] = (struct mw_site){.call = "(other calls)"};
    mw_journal_publish(journal, MW_SECTION_SITE, used);
    if (used == MW_RECORD_SITES - 1)
        journal->cost->lost_sites++;
    return used;
}

uint32_t mw_sites_find(const struct mw_sites_key *key, void *return_address)
{
    void *raw[RAW_FRAMES];
    int depth = mw_stack_capture(raw, site_depth + BINDING_FRAMES, return_address);
    uint64_t hash = mix(mix((uint64_t)key->start_site << 32 | key->comm_size, (uintptr_t)key->call), (uintptr_t)key->suffix);
    struct mw_site site = {.comm_size = key->comm_size, .start_site = key->start_site};
    unsigned slot;

    for (int i = 0; i < depth; i++)
        hash = mix(hash, (uintptr_t)raw[i]);
    hash |= 1; /* 0 is an empty slot */
    slot = (unsigned)(hash >> 40) % CACHE_SLOTS;
    for (unsigned way = 0; way < 4; way++)
        if (cache[slot ^ way].hash == hash)
            return cache[slot ^ way].site - 1;
    slot ^= victim++ % 4;

    snprintf(site.call, sizeof(site.call), "%s%s", key->call, key->suffix);
    fill_frames(&site, raw, depth);
    cache[slot].site = add_site(&site) + 1;
    cache[slot].hash = hash;
    return cache[slot].site - 1;
}
