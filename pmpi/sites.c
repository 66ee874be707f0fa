/* SPDX-License-Identifier: MIT */
#include "pmpi/sites.h"

#include "pmpi/lock.h"
#include "pmpi/modules.h"
#include "pmpi/own_memory.h"
#include "pmpi/places.h"
#include "pmpi/rank.h"
#include "pmpi/stack.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Frames that language bindings put between the program and the wrapper: mpi_f08 -> mpifh -> PMPI_X. */
#define BINDING_FRAMES 3
_Static_assert(MW_RECORD_SITE_FRAMES + BINDING_FRAMES <= MW_STACK_FRAMES, "room for a site's stack");

/* Remembers which site a raw stack belongs to, in sets of four: a collision only costs a search. */
#define CACHE_SLOTS 2048
static unsigned victim; /* which of a set gives way next */
static struct slot {
    uint64_t hash;
    uint32_t site; /* + 1 */
    uint8_t frames; /* that tell the site */
    bool may_go;    /* a frame lies in a library that may be unloaded: its address may mean other code one day */
} cache[CACHE_SLOTS];

struct mw_sites_trail mw_sites_trails[MW_SITES_TRAILS][4];

static uint64_t unloads; /* of libraries, when the cache was last right */

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

/* Keeps the program's frames: those behind the language bindings, `site_depth` of them. Returns how many frames were
 * looked at. */
static int fill_frames(struct mw_site *site, void *const *raw, int depth)
{
    int at = 0;

    while (at < depth - 1 && mw_modules_is_mpi(raw[at]))
        at++;
    for (; at < depth && (int)site->depth < site_depth; at++)
        site->frames[site->depth++] = mw_modules_frame(raw[at]);
    return at;
}

/* Site + 1 by what tells sites apart; open addressing. */
#define INDEX_SLOTS (2 * MW_RECORD_SITES)
static uint16_t site_index[INDEX_SLOTS];

static unsigned index_home(const struct mw_site *site)
{
    uint64_t hash = (uint64_t)site->comm_size << 32 | site->start_site;

    for (const char *c = site->call; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3ULL;
    for (uint32_t i = 0; i < site->depth; i++)
        hash = mix(hash, site->frames[i].offset ^ (uint64_t)site->frames[i].module << 56);
    return (unsigned)(hash >> 40) % INDEX_SLOTS;
}

/* Where the site's number is, or is to be written. */
static uint16_t *index_slot(const struct mw_site *site)
{
    unsigned at = index_home(site);

    while (site_index[at] && !same_site(&mw_rank.journal.sites[site_index[at] - 1], site))
        at = (at + 1) % INDEX_SLOTS;
    return &site_index[at];
}

static bool is_full(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_SITE) == MW_RECORD_SITES;
}

static uint32_t add_site(const struct mw_site *site)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t used = mw_journal_used(journal, MW_SECTION_SITE);
    uint16_t *known = index_slot(site);

    if (*known)
        return *known - 1u;
    if (used == MW_RECORD_SITES)
        return used - 1;
    journal->sites[used] = *site;
    if (used == MW_RECORD_SITES - 1)
        journal->sites[used] = (struct mw_site){.call = "(other calls)"};
    else
        *known = (uint16_t)(used + 1);
    mw_journal_publish(journal, MW_SECTION_SITE, used);
    return used;
}

/* Stands for a raw stack and the key. Never 0, which is an empty slot. */
static uint64_t hash_of(const struct mw_stack *stack, const struct mw_sites_key *key)
{
    uint64_t hash = mix((uint64_t)key->completes << 32 | key->comm_size, (uintptr_t)key->call);

    for (int i = 0; i < stack->depth; i++)
        hash = mix(hash, (uintptr_t)stack->frames[i]);
    return hash | 1;
}

static unsigned home(uint64_t hash)
{
    return (unsigned)(hash >> 40) % CACHE_SLOTS;
}

static struct slot *look(uint64_t hash)
{
    for (unsigned way = 0; way < 4; way++)
        if (cache[home(hash) ^ way].hash == hash)
            return &cache[home(hash) ^ way];
    return NULL;
}

/* Was a library unloaded since the last time? Then forgets what may have lain in it. */
static bool forget_unloaded(void)
{
    uint64_t now = mw_modules_unloads();

    if (now == unloads)
        return false;
    unloads = now;
    for (unsigned i = 0; i < CACHE_SLOTS; i++)
        if (cache[i].may_go)
            cache[i].hash = 0;
    for (unsigned i = 0; i < 4 * MW_SITES_TRAILS; i++)
        if (mw_sites_trails[i / 4][i % 4].may_go)
            mw_sites_trails[i / 4][i % 4].stack = 0;
    mw_places_forget_unloaded();
    return true;
}

static struct slot *remember(const struct mw_stack *stack, uint64_t hash, const struct mw_sites_key *key)
{
    struct mw_site site = {.comm_size = key->comm_size, .start_site = key->completes ? key->completes - 1 : 0};
    struct slot *slot = &cache[home(hash) ^ victim++ % 4];

    snprintf(site.call, sizeof(site.call), "%s%s", key->call, key->completes ? "+Wait" : "");
    slot->hash = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* this may be left half-done */
    *slot = (struct slot){.frames = (uint8_t)fill_frames(&site, stack->frames, stack->depth)};
    slot->site = add_site(&site) + 1;
    for (int i = 0; i < stack->depth && !slot->may_go; i++)
        slot->may_go = mw_modules_may_go(stack->frames[i]);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    slot->hash = hash;
    return slot;
}

/* ---- by the stack's trail ---- */

/* The return address of the place's caller; NULL not known. */
static const void *caller_of(const struct mw_place *place, uintptr_t stands)
{
    return place->caller && mw_stack_is_own(stands, place->caller) ? *(void *const *)(stands + place->caller) : NULL;
}

static struct mw_sites_trail *set_of_caller(const struct mw_place *place, uintptr_t stands)
{
    uint64_t hash = mix((uintptr_t)place->return_address ^ mw_stack_thread, (uintptr_t)caller_of(place, stands));

    return mw_sites_trails[(hash >> 40) % MW_SITES_TRAILS];
}

static bool is_found_anywhere(const struct mw_sites_trail *trail, const struct mw_sites_key *key,
                              const void *return_address, uintptr_t stands)
{
    return trail->stack && trail->return_address == return_address && !memcmp(&trail->key, key, sizeof(*key)) &&
           mw_stack_trail_holds_anywhere(&trail->stands, stands);
}

static const struct mw_sites_trail *find_trail(const struct mw_sites_key *key, void *return_address, uintptr_t stands,
                                               const struct mw_place *place)
{
    const struct mw_sites_trail *set = mw_sites_trail_set(return_address, stands), *found = NULL;
    const struct mw_sites_trail *other = place ? set_of_caller(place, stands) : set;

    for (int way = 0; way < 4 && !found; way++) {
        if (mw_sites_is_trail_of(&set[way], key, return_address, stands))
            found = &set[way];
        else if (place && is_found_anywhere(&other[way], key, return_address, stands))
            found = &other[way];
    }
    return found && found->may_go && mw_modules_unloads() != unloads ? NULL : found;
}

/* So many come too late before one in a full set gives way: when there are more in turn than have room, half of them or so
 * are found, and not each one gone just before it comes again. */
#define GIVE_WAY 8

static struct mw_sites_trail *choose_way(struct mw_sites_trail *set)
{
    for (int way = 0; way < 4; way++)
        if (!set[way].stack)
            return &set[way];
    return ++victim % GIVE_WAY ? NULL : &set[victim / GIVE_WAY % 4];
}

static void keep_trail(const struct slot *slot, const struct mw_stack *stack, const struct mw_sites_key *key,
                       void *return_address, uintptr_t stands)
{
    struct mw_place *place = mw_places_find(key, return_address);
    bool first = !place;
    struct mw_sites_trail *trail;
    struct mw_stack_trail made;

    if (!place)
        place = mw_places_make(key, return_address, slot->may_go);
    if (!mw_stack_trail_make(&made, stands, stack, slot->frames))
        return;
    if (place && made.count)
        place->caller = made.offsets[0];
    trail = choose_way(first || !place ? mw_sites_trail_set(return_address, stands) : set_of_caller(place, stands));
    if (!trail)
        return;
    trail->stack = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* this may be left half-done */
    *trail = (struct mw_sites_trail){.key = *key,
                                     .return_address = return_address,
                                     .site = slot->site - 1,
                                     .may_go = slot->may_go,
                                     .stands = made};
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    trail->stack = stands;
}

/* ---- all ---- */

void mw_sites_repair(void)
{
    uint32_t used = mw_journal_used(&mw_rank.journal, MW_SECTION_SITE);

    memset(site_index, 0, sizeof(site_index));
    for (uint32_t i = 0; i < used && i < MW_RECORD_SITES - 1; i++)
        *index_slot(&mw_rank.journal.sites[i]) = (uint16_t)(i + 1);
}

static uint32_t find_by_walking(const struct mw_sites_key *key, void *return_address, uintptr_t stands)
{
    struct mw_place *place;
    struct mw_stack stack;
    struct slot *slot;
    uint64_t hash;

    mw_stack_capture(&stack, site_depth + BINDING_FRAMES, return_address);
    mw_own_memory_walked();
    hash = hash_of(&stack, key);
    slot = look(hash);
    if ((!slot || slot->may_go) && forget_unloaded())
        slot = look(hash);
    if (!slot)
        slot = remember(&stack, hash, key);
    if (slot->site == MW_RECORD_SITES)
        mw_rank.journal.cost->lost_sites++;
    else
        keep_trail(slot, &stack, key, return_address, stands);
    place = mw_places_find(key, return_address);
    if (place)
        mw_places_walked(place, slot->site != MW_RECORD_SITES);
    return slot->site - 1;
}

/* Since the last time: then known sites may be called from other addresses. */
static bool libraries_have_changed(void)
{
    static uint64_t changes;
    uint64_t now = mw_modules_changes();
    bool changed = now != changes;

    changes = now;
    return changed;
}

/* The table of sites is full, and a call comes from a place that no site is known at. So many of these are looked at all
 * the same whenever libraries were loaded or unloaded; nearly always none. */
#define LOOKED_AT 256
#define ASK_ONE_IN 64

static bool is_new_code(void)
{
    static unsigned asked, left;

    if (asked++ % ASK_ONE_IN == 0 && libraries_have_changed())
        left = LOOKED_AT;
    return left && left--;
}

static bool is_to_be_walked(struct mw_place *place)
{
    if (!is_full())
        return true;
    return place ? mw_places_is_worth_walking(place) : is_new_code();
}

static uint32_t find_uncancelled(const struct mw_sites_key *key, void *return_address, uintptr_t stands)
{
    uint32_t site;

    mw_lock_hold_cancel();
    site = find_by_walking(key, return_address, stands);
    mw_lock_release_cancel();
    return site;
}

uint32_t mw_sites_search(const struct mw_sites_key *key, void *return_address, uintptr_t stands)
{
    struct mw_place *place = mw_places_find(key, return_address);
    const struct mw_sites_trail *trail = find_trail(key, return_address, stands, place);

    if (trail)
        return trail->site;
    if (is_to_be_walked(place))
        return find_uncancelled(key, return_address, stands);
    mw_rank.journal.cost->lost_sites++;
    return MW_RECORD_SITES - 1;
}
