/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/sites.h"

#include "collector/base/settings.h"
#include "pmpi/abi/ops.h"
#include "pmpi/base/index.h"
#include "pmpi/base/lock.h"
#include "pmpi/base/stack.h"
#include "pmpi/measure/modules.h"
#include "pmpi/measure/own_memory.h"
#include "pmpi/measure/places.h"
#include "pmpi/measure/scripts.h"
#include "pmpi/measure/site_table.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>
#include <string.h>

/* Maximum number of frames of language bindings between the program and the wrapper: mpi_f08 -> mpifh -> PMPI_X. */
#define BINDING_FRAMES 3
_Static_assert(MW_RECORD_SITE_FRAMES + BINDING_FRAMES <= MW_STACK_FRAMES, "a site's stack fits");

/* Cache of the site of each raw stack, in sets of four: a collision only costs a search. */
#define CACHE_SLOTS 2048
static unsigned victim; /* which entry of a set is replaced next */
static struct slot {
    uint64_t hash;
    uint32_t site;        /* + 1 */
    uint32_t seen;        /* walks of this stack until it got a separate entry */
    uint8_t frames;       /* number of frames that identify the site */
    bool shared;          /* it has no separate entry */
    bool may_be_unloaded; /* a frame is in a library that may be unloaded, so its address may become other code */
} cache[CACHE_SLOTS];

struct mw_sites_entry mw_sites_entries[MW_SITES_SETS][4];

static uint64_t unloads; /* mw_modules_unloads() for which the cache is valid */

static int site_depth = MW_SITE_DEPTH_DEFAULT;

void mw_sites_set_depth(int depth)
{
    site_depth = depth < 1 ? 1 : depth > MW_RECORD_SITE_FRAMES ? MW_RECORD_SITE_FRAMES : depth;
}

/* Stores the frames of the program, `site_depth` frames above the language bindings. Returns how many frames were
 * examined. */
static int fill_frames(struct mw_site *site, void *const *raw, int depth)
{
    int at = 0;

    while (at < depth - 1 && mw_modules_is_mpi(raw[at]))
        at++;
    for (; at < depth && (int)site->depth < site_depth; at++)
        site->frames[site->depth++] = mw_modules_frame(raw[at]);
    return at;
}

/* In Python: at most this many frames of the extension module, then those of scripts. */
#define EXTENSION_FRAMES 3

static int fill_python_frames(struct mw_site *site, const struct mw_stack *stack, const struct mw_python_stack *python)
{
    uint32_t room = MW_RECORD_SITE_FRAMES;
    int at = 0;

    while (at < stack->depth - 1 && mw_modules_is_mpi(stack->frames[at]))
        at++;
    site->depth = mw_scripts_extension(site->frames, EXTENSION_FRAMES, stack->frames + at, stack->depth - at);
    room -= site->depth;
    site->depth += mw_scripts_frames(site->frames + site->depth, room < (uint32_t)site_depth ? room : (uint32_t)site_depth,
                                     python);
    return at;
}

/* Hash of a stack of Python: its Python frames, the call and the key. */
static uint64_t hash_of_python(const struct mw_python_stack *python, const void *return_address, const struct mw_sites_key *key)
{
    uint64_t hash = mw_index_mix(python->hash, (uint64_t)key->completes << 32 | key->comm_size);

    return mw_index_mix(mw_index_mix(hash, (uintptr_t)key->call), (uintptr_t)return_address) | 1;
}

/* Hash of a raw stack and the key. Never 0, which is an empty slot. */
static uint64_t hash_of(const struct mw_stack *stack, const struct mw_sites_key *key)
{
    uint64_t hash = mw_index_mix((uint64_t)key->completes << 32 | key->comm_size, (uintptr_t)key->call);

    for (int i = 0; i < stack->depth; i++)
        hash = mw_index_mix(hash, (uintptr_t)stack->frames[i]);
    return hash | 1;
}

static unsigned home(uint64_t hash)
{
    return (unsigned)(hash >> 40) % CACHE_SLOTS;
}

static struct slot *lookup(uint64_t hash)
{
    for (unsigned way = 0; way < 4; way++)
        if (cache[home(hash) ^ way].hash == hash)
            return &cache[home(hash) ^ way];
    return NULL;
}

/* If a library was unloaded since the last time, forgets what may have been in it and returns true. */
static bool forget_unloaded(void)
{
    uint64_t now = mw_modules_unloads();

    if (now == unloads)
        return false;
    unloads = now;
    for (unsigned i = 0; i < CACHE_SLOTS; i++)
        if (cache[i].may_be_unloaded)
            cache[i].hash = 0;
    for (unsigned i = 0; i < 4 * MW_SITES_SETS; i++)
        if (mw_sites_entries[i / 4][i % 4].may_be_unloaded)
            mw_sites_entries[i / 4][i % 4].stack_pointer = 0;
    mw_places_forget_unloaded();
    return true;
}

/* Returns how many frames were examined. `python`: NULL if there are no Python frames. */
static int make_site(struct mw_site *site, const struct mw_stack *stack, const struct mw_sites_key *key,
                     const struct mw_python_stack *python)
{
    *site = (struct mw_site){.comm_size = key->comm_size, .start_site = key->completes ? key->completes - 1 : 0};
    mw_site_table_call(site->call, key->call, key->completes != 0);
    return python ? fill_python_frames(site, stack, python) : fill_frames(site, stack->frames, stack->depth);
}

static bool is_once(const struct mw_sites_key *key)
{
    return key->call == mw_ops[MW_OP_MPI_Finalize].name;
}

/* The first site at a new place gets an entry at once, where others must occur twice. */
static void assign_site(struct slot *slot, const struct mw_site *site, const struct mw_sites_key *key, bool new_place)
{
    struct mw_quota_claim claim = {.seen = slot->seen + (new_place && !mw_site_table_is_scarce())};
    uint32_t index = mw_site_table_find(site, is_once(key) ? NULL : &claim);

    slot->shared = index == UINT32_MAX;
    slot->site = (slot->shared ? mw_site_table_share(site) : index) + 1;
}

static struct slot *remember(const struct mw_stack *stack, uint64_t hash, const struct mw_sites_key *key, bool new_place,
                             const struct mw_python_stack *python)
{
    struct slot *slot = &cache[home(hash) ^ victim++ % 4];
    struct mw_site site;

    slot->hash = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the update may be interrupted */
    *slot = (struct slot){.frames = (uint8_t)make_site(&site, stack, key, python), .seen = 1};
    assign_site(slot, &site, key, new_place);
    for (int i = 0; i < stack->depth && !slot->may_be_unloaded; i++)
        slot->may_be_unloaded = mw_modules_may_be_unloaded(stack->frames[i]);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    slot->hash = hash;
    return slot;
}

/* A stack with a shared entry has occurred again: tries to get a separate one. */
static void reconsider(struct slot *slot, const struct mw_stack *stack, const struct mw_sites_key *key,
                       const struct mw_python_stack *python)
{
    struct mw_site site;

    slot->seen += slot->seen < UINT32_MAX - 1;
    make_site(&site, stack, key, python);
    assign_site(slot, &site, key, false);
}

/* ---- by the stack's fingerprint ---- */

/* The return address of the place's caller; NULL: not known. */
static const void *caller_of(const struct mw_place *place, uintptr_t stack_pointer)
{
    if (!place->caller || !mw_stack_contains(stack_pointer, place->caller))
        return NULL;
    return *(void *const *)(stack_pointer + place->caller);
}

static struct mw_sites_entry *set_of_caller(const struct mw_place *place, uintptr_t stack_pointer)
{
    uint64_t hash = mw_index_mix((uintptr_t)place->return_address ^ mw_stack_thread,
                                 (uintptr_t)caller_of(place, stack_pointer));

    return mw_sites_entries[(hash >> 40) % MW_SITES_SETS];
}

static bool matches_anywhere(const struct mw_sites_entry *entry, const struct mw_sites_key *key, const void *return_address,
                             uintptr_t stack_pointer)
{
    return entry->stack_pointer && entry->return_address == return_address && !memcmp(&entry->key, key, sizeof(*key)) &&
           mw_stack_fingerprint_matches_anywhere(&entry->fingerprint, stack_pointer);
}

static const struct mw_sites_entry *find_entry(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer,
                                               const struct mw_place *place)
{
    const struct mw_sites_entry *set = mw_sites_set(return_address, stack_pointer), *found = NULL;
    const struct mw_sites_entry *other = place ? set_of_caller(place, stack_pointer) : set;

    for (int way = 0; way < 4 && !found; way++) {
        if (mw_sites_entry_matches(&set[way], key, return_address, stack_pointer))
            found = &set[way];
        else if (place && matches_anywhere(&other[way], key, return_address, stack_pointer))
            found = &other[way];
    }
    return found && found->may_be_unloaded && mw_modules_unloads() != unloads ? NULL : found;
}

/* One in this many new entries replaces one of a full set: if more stacks alternate than fit, about half of them are
 * found, instead of each being replaced just before it occurs again. */
#define REPLACE_ONE_IN 8

static struct mw_sites_entry *choose_entry(struct mw_sites_entry *set)
{
    for (int way = 0; way < 4; way++)
        if (!set[way].stack_pointer)
            return &set[way];
    return ++victim % REPLACE_ONE_IN ? NULL : &set[victim / REPLACE_ONE_IN % 4];
}

static void add_entry(const struct slot *slot, const struct mw_stack *stack, const struct mw_sites_key *key,
                      void *return_address, uintptr_t stack_pointer)
{
    struct mw_place *place = mw_places_find(key, return_address);
    bool first = !place;
    struct mw_sites_entry *entry;
    struct mw_stack_fingerprint made;

    if (!place)
        place = mw_places_make(key, return_address, slot->may_be_unloaded);
    if (!mw_stack_fingerprint_make(&made, stack_pointer, stack, slot->frames))
        return;
    if (place && made.count)
        place->caller = made.offsets[0];
    entry = choose_entry(first || !place ? mw_sites_set(return_address, stack_pointer) : set_of_caller(place, stack_pointer));
    if (!entry)
        return;
    entry->stack_pointer = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the update may be interrupted */
    *entry = (struct mw_sites_entry){.key = *key,
                                     .return_address = return_address,
                                     .site = slot->site - 1,
                                     .may_be_unloaded = slot->may_be_unloaded,
                                     .fingerprint = made};
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    entry->stack_pointer = stack_pointer;
}

/* ---- lookup ---- */

void mw_sites_repair(void)
{
    mw_site_table_repair();
}

static struct slot *recall(uint64_t hash)
{
    struct slot *slot = lookup(hash);

    return (!slot || slot->may_be_unloaded) && forget_unloaded() ? lookup(hash) : slot;
}

static uint32_t find_by_walking(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer)
{
    struct mw_place *place = mw_places_find(key, return_address);
    struct mw_stack stack;
    struct slot *slot;
    uint64_t hash;

    mw_stack_capture(&stack, site_depth + BINDING_FRAMES, return_address);
    mw_python_look(stack.frames, stack.depth); /* for the next call: it may have been loaded */
    hash = hash_of(&stack, key);
    slot = recall(hash);
    if (!slot)
        slot = remember(&stack, hash, key, !place, NULL);
    else if (slot->shared)
        reconsider(slot, &stack, key, NULL);
    if (slot->shared)
        mw_rank.journal.cost->lost_sites++;
    else
        add_entry(slot, &stack, key, return_address, stack_pointer);
    place = mw_places_find(key, return_address);
    if (place)
        mw_places_walked(place, !slot->shared);
    return slot->site - 1;
}

/* Whether libraries were loaded or unloaded since the last call: known sites may then be called from other
 * addresses. */
static bool libraries_changed(void)
{
    static uint64_t changes;
    uint64_t now = mw_modules_changes();
    bool changed = now != changes;

    changes = now;
    return changed;
}

/* The table of sites is nearly full, and a call comes from a place without a known site. NEW_CODE_WALKS of these are
 * walked after libraries were loaded or unloaded, which is rarely checked (ASK_ONE_IN), and a few others always
 * (WALK_ONE_IN). */
#define NEW_CODE_WALKS 256
#define ASK_ONE_IN 64
#define WALK_ONE_IN 32

static bool is_new_code(void)
{
    static unsigned asked, left;

    if (asked++ % ASK_ONE_IN == 0 && libraries_changed())
        left = NEW_CODE_WALKS;
    return (left && left--) || asked % WALK_ONE_IN == 0;
}

static bool should_walk(struct mw_place *place, const struct mw_sites_key *key)
{
    if (!mw_site_table_is_scarce() || is_once(key))
        return true;
    return place ? mw_places_is_worth_walking(place) : is_new_code();
}

static uint32_t find_uncancelled(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer)
{
    uint32_t site;

    mw_lock_disable_cancel();
    site = find_by_walking(key, return_address, stack_pointer);
    mw_lock_restore_cancel();
    mw_own_memory_walked(); /* disables cancellation itself, which must not be nested */
    return site;
}

/* ---- in Python ---- */

/* Such a call has no entry with a fingerprint of its stack: calls of Python functions do not show in the interpreter's
 * frames. */
static uint32_t find_in_python(const struct mw_sites_key *key, void *return_address, const struct mw_python_stack *python)
{
    uint64_t hash = hash_of_python(python, return_address, key);
    struct slot *slot = recall(hash);
    struct mw_stack stack;

    if (!slot || (slot->shared && !mw_site_table_is_scarce())) {
        mw_lock_disable_cancel();
        mw_stack_capture(&stack, EXTENSION_FRAMES + 1 + BINDING_FRAMES, return_address);
        if (slot)
            reconsider(slot, &stack, key, python);
        else
            slot = remember(&stack, hash, key, true, python);
        mw_lock_restore_cancel();
        mw_own_memory_walked();
    }
    if (slot->shared)
        mw_rank.journal.cost->lost_sites++;
    return slot->site - 1;
}

uint32_t mw_sites_search(const struct mw_sites_key *key, void *return_address, uintptr_t stack_pointer)
{
    struct mw_place *place = mw_places_find(key, return_address);
    const struct mw_sites_entry *entry = find_entry(key, return_address, stack_pointer, place);
    struct mw_python_stack python;

    if (entry)
        return entry->site;
    mw_python_read(&python);
    if (python.depth)
        return find_in_python(key, return_address, &python);
    if (should_walk(place, key))
        return find_uncancelled(key, return_address, stack_pointer);
    mw_rank.journal.cost->lost_sites++;
    return mw_site_table_share_call(key->call, key->completes != 0);
}

/* ---- calls that turned out to matter ---- */

uint32_t mw_sites_find_own(const struct mw_sites_key *key, void *return_address, uint64_t bytes)
{
    struct mw_quota_claim claim = {.bytes = bytes};
    struct mw_python_stack python;
    struct mw_stack stack;
    struct mw_site site;
    struct slot *slot;
    uint32_t index;

    mw_lock_disable_cancel();
    mw_stack_capture(&stack, site_depth + BINDING_FRAMES, return_address);
    mw_python_read(&python);
    make_site(&site, &stack, key, python.depth ? &python : NULL);
    index = mw_site_table_find(&site, &claim);
    slot = recall(python.depth ? hash_of_python(&python, return_address, key) : hash_of(&stack, key));
    if (slot && slot->shared && index != UINT32_MAX) {
        slot->site = index + 1;
        slot->shared = false;
    }
    if (index == UINT32_MAX)
        index = mw_site_table_find_reusable(&site);
    mw_lock_restore_cancel();
    return index;
}
