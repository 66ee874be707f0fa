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
static struct slot {
    uint64_t hash;
    uint32_t site; /* + 1 */
    uint16_t looks; /* how often it was looked for; stays at the most that fits */
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

/* A raw stack, and the hash that stands for it and the key. */
struct stack {
    void *raw[RAW_FRAMES];
    int depth;
    uint64_t hash; /* never 0, which is an empty slot */
};

static void capture(struct stack *stack, const struct mw_sites_key *key, void *return_address)
{
    uint64_t hash = mix((uint64_t)key->completes << 32 | key->comm_size, (uintptr_t)key->call);

    stack->depth = mw_stack_capture(stack->raw, site_depth + BINDING_FRAMES, return_address);
    for (int i = 0; i < stack->depth; i++)
        hash = mix(hash, (uintptr_t)stack->raw[i]);
    stack->hash = hash | 1;
}

static unsigned home(const struct stack *stack)
{
    return (unsigned)(stack->hash >> 40) % CACHE_SLOTS;
}

static struct slot *look(const struct stack *stack)
{
    for (unsigned way = 0; way < 4; way++)
        if (cache[home(stack) ^ way].hash == stack->hash)
            return &cache[home(stack) ^ way];
    return NULL;
}

/* Was a library unloaded since the last time? Then forgets what may have lain in it. */
static bool forget_unloaded(void)
{
    uint64_t now = mw_modules_unloads();
    bool any = false;

    if (now == unloads)
        return false;
    unloads = now;
    for (unsigned i = 0; i < CACHE_SLOTS; i++)
        if (cache[i].hash && cache[i].may_go) {
            cache[i].hash = 0;
            any = true;
        }
    for (unsigned i = 0; i < 4 * MW_SITES_TRAILS; i++)
        if (mw_sites_trails[i / 4][i % 4].may_go)
            mw_sites_trails[i / 4][i % 4].stack = 0;
    if (any)
        mw_stack_distrust();
    return any;
}

static struct slot *remember(const struct stack *stack, const struct mw_sites_key *key)
{
    struct mw_site site = {.comm_size = key->comm_size, .start_site = key->completes ? key->completes - 1 : 0};
    struct slot *slot = &cache[home(stack) ^ victim++ % 4];

    snprintf(site.call, sizeof(site.call), "%s%s", key->call, key->completes ? "+Wait" : "");
    *slot = (struct slot){.hash = stack->hash, .frames = (uint8_t)fill_frames(&site, stack->raw, stack->depth)};
    slot->site = add_site(&site) + 1;
    for (int i = 0; i < stack->depth && !slot->may_go; i++)
        slot->may_go = mw_modules_may_go(stack->raw[i]);
    return slot;
}

/* ---- by the stack's trail ---- */

static const struct mw_sites_trail *find_trail(const struct mw_sites_key *key, void *return_address, uintptr_t stack)
{
    const struct mw_sites_trail *set = mw_sites_trail_set(return_address, stack);

    for (int way = 0; way < 4 && mw_rank_main_thread; way++)
        if (mw_sites_is_trail_of(&set[way], key, return_address, stack))
            return set[way].may_go && mw_modules_unloads() != unloads ? NULL : &set[way];
    return NULL;
}

/* Following a stack is dear: done for those that come again and again, and ever more seldom when it does not help. */
static void keep_trail(struct slot *slot, const struct stack *stack, const struct mw_sites_key *key,
                       void *return_address, uintptr_t stands)
{
    struct mw_sites_trail *set = mw_sites_trail_set(return_address, stands);
    struct mw_sites_trail *trail = &set[victim % 4];

    if (slot->looks < UINT16_MAX)
        slot->looks++;
    if (slot->looks < 2 || slot->looks & (slot->looks - 1) || !mw_rank_main_thread)
        return;
    for (int way = 3; way >= 0; way--)
        if (!set[way].stack)
            trail = &set[way];
    *trail = (struct mw_sites_trail){
        .key = *key, .return_address = return_address, .site = slot->site - 1, .may_go = slot->may_go};
    victim++;
    if (mw_stack_trail_make(&trail->stands, stands, stack->raw, slot->frames))
        trail->stack = stands;
}

/* ---- all ---- */

static uint32_t find_by_walking(const struct mw_sites_key *key, void *return_address, uintptr_t stands)
{
    struct slot *slot;
    struct stack stack;

    capture(&stack, key, return_address);
    slot = look(&stack);
    if ((!slot || slot->may_go) && forget_unloaded()) {
        capture(&stack, key, return_address);
        slot = look(&stack);
    }
    if (!slot)
        slot = remember(&stack, key);
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
