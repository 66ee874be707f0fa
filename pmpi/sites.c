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

static uint32_t add_site(const struct mw_site *site)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t used = mw_journal_used(journal, MW_SECTION_SITE);

    for (uint32_t i = 0; i < used; i++)
        if (same_site(&journal->sites[i], site))
            return i;
    if (used == MW_RECORD_SITES)
        return used - 1;
    journal->sites[used] = *site;
    if (used == MW_RECORD_SITES - 1)
        journal->sites[used] = (struct mw_site){.call = "(other calls)"};
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
    return true;
}

static struct slot *remember(const struct mw_stack *stack, uint64_t hash, const struct mw_sites_key *key)
{
    struct mw_site site = {.comm_size = key->comm_size, .start_site = key->completes ? key->completes - 1 : 0};
    struct slot *slot = &cache[home(hash) ^ victim++ % 4];

    snprintf(site.call, sizeof(site.call), "%s%s", key->call, key->completes ? "+Wait" : "");
    *slot = (struct slot){.hash = hash, .frames = (uint8_t)fill_frames(&site, stack->frames, stack->depth)};
    slot->site = add_site(&site) + 1;
    for (int i = 0; i < stack->depth && !slot->may_go; i++)
        slot->may_go = mw_modules_may_go(stack->frames[i]);
    return slot;
}

/* ---- by the stack's trail ---- */

static const struct mw_sites_trail *find_trail(const struct mw_sites_key *key, void *return_address, uintptr_t stack)
{
    const struct mw_sites_trail *set = mw_sites_trail_set(return_address, stack);

    for (int way = 0; way < 4; way++)
        if (mw_sites_is_trail_of(&set[way], key, return_address, stack))
            return set[way].may_go && mw_modules_unloads() != unloads ? NULL : &set[way];
    return NULL;
}

/* So many come too late before one in a full set gives way: when there are more in turn than have room, half of them or so
 * are found, and not each one gone just before it comes again. */
#define GIVE_WAY 8

static void keep_trail(const struct slot *slot, const struct mw_stack *stack, const struct mw_sites_key *key,
                       void *return_address, uintptr_t stands)
{
    struct mw_sites_trail *set = mw_sites_trail_set(return_address, stands);
    struct mw_sites_trail *trail = NULL;

    for (int way = 3; way >= 0; way--)
        if (!set[way].stack)
            trail = &set[way];
    if (!trail && ++victim % GIVE_WAY)
        return;
    if (!trail)
        trail = &set[victim / GIVE_WAY % 4];
    *trail = (struct mw_sites_trail){
        .key = *key, .return_address = return_address, .site = slot->site - 1, .may_go = slot->may_go};
    if (mw_stack_trail_make(&trail->stands, stands, stack, slot->frames))
        trail->stack = stands;
}

/* ---- all ---- */

static uint32_t find_by_walking(const struct mw_sites_key *key, void *return_address, uintptr_t stands)
{
    struct mw_stack stack;
    struct slot *slot;
    uint64_t hash;

    mw_stack_capture(&stack, site_depth + BINDING_FRAMES, return_address);
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
    return slot->site - 1;
}

uint32_t mw_sites_search(const struct mw_sites_key *key, void *return_address, uintptr_t stack)
{
    const struct mw_sites_trail *trail = find_trail(key, return_address, stack);

    return trail ? trail->site : find_by_walking(key, return_address, stack);
}
