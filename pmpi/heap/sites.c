/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/sites.h"

#include "collector/base/python_path.h"
#include "pmpi/base/elf_find.h"
#include "pmpi/base/functions.h"
#include "pmpi/base/index.h"
#include "pmpi/heap/blocks.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/modules.h"

#include <string.h>

static struct mw_heap_site *sites;
static uint32_t first_used; /* until the journal exists */
static uint32_t *used = &first_used;

/* pthread_getattr_np() holds a lock of the thread while it allocates; asking for the bounds of the stack then would lock it
 * again. */
static uintptr_t getattr_code;
#define GETATTR_SIZE 4096

/* ---- by their frames ---- */

static uint16_t slots[2 * MW_HEAP_SITES];

struct key {
    uint64_t frames[MW_HEAP_FRAMES];
    uint8_t depth;
    uint16_t flags;
};

static bool has_key(uint32_t site, const void *data)
{
    const struct key *key = data;

    return sites[site].depth == key->depth && sites[site].flags == key->flags &&
           !memcmp(sites[site].frames, key->frames, key->depth * sizeof(key->frames[0]));
}

static uint64_t hash_of(const struct key *key)
{
    uint64_t hash = key->flags;

    for (int i = 0; i < key->depth; i++)
        hash = mw_index_mix(hash, key->frames[i]);
    return hash;
}

bool mw_heap_sites_start(void)
{
    getattr_code = (uintptr_t)mw_elf_find_symbol("pthread_getattr_np", false);
    sites = mw_heap_memory_reserve(MW_HEAP_SITES * sizeof(*sites));
    return sites != NULL;
}

void mw_heap_sites_move(struct mw_heap_site *to, uint32_t *to_used)
{
    memcpy(to, sites, *used * sizeof(*to));
    __atomic_store_n(to_used, *used, __ATOMIC_RELEASE);
    sites = to;
    used = to_used;
}

struct mw_heap_site *mw_heap_sites_at(uint32_t site)
{
    return &sites[site];
}

uint32_t mw_heap_sites_count(void)
{
    return *used;
}

static uint16_t add(const struct key *key, uint32_t mpi_site, uint16_t *slot)
{
    uint32_t index = *used;
    struct mw_heap_site *site = &sites[index];

    if (index == MW_HEAP_SITES)
        return MW_HEAP_NO_SITE;
    memcpy(site->frames, key->frames, sizeof(site->frames));
    site->depth = key->depth;
    site->flags = key->flags;
    site->mpi_site = mpi_site;
    *slot = (uint16_t)(index + 1);
    __atomic_store_n(used, index + 1, __ATOMIC_RELEASE);
    return (uint16_t)index;
}

/* ---- by the fingerprint of the stack ---- */

#define SETS 512
#define WAYS 2

/* Objects that may be unloaded, with the stack's first frame in each: other code may be at its address later. */
#define OBJECTS 4

static struct entry {
    struct mw_heap_caller caller;
    uint16_t site;
    uint8_t object_count;
    uint8_t objects[OBJECTS]; /* index of a frame */
    const void *addresses[OBJECTS];
    struct mw_stack_fingerprint fingerprint;
} entries[SETS][WAYS];

static struct entry *set_of(const struct mw_heap_caller *caller)
{
    return entries[mw_index_mix((uintptr_t)caller->return_address, caller->stack_pointer >> 4) >> 40 & (SETS - 1)];
}

static bool are_still_loaded(const struct entry *entry)
{
    for (int i = 0; i < entry->object_count; i++)
        if (!mw_heap_modules_is_still(sites[entry->site].frames[entry->objects[i]], entry->addresses[i]))
            return false;
    return true;
}

/* ---- by Python frames ---- */

/* Identified by a hash of 64 bits. Modules of Python are never unloaded. */
static struct python_entry {
    uint64_t hash; /* 0: empty */
    uint16_t site;
} python_entries[SETS][WAYS];

static uint64_t python_hash(const struct mw_heap_caller *caller, uint64_t frames)
{
    return mw_index_mix(mw_index_mix(frames, (uintptr_t)caller->return_address), caller->stack_pointer) | 1;
}

static struct python_entry *python_set_of(uint64_t hash)
{
    return python_entries[hash >> 40 & (SETS - 1)];
}

static int32_t recall_python(uint64_t hash)
{
    const struct python_entry *set = python_set_of(hash);

    for (int way = 0; way < WAYS; way++)
        if (set[way].hash == hash)
            return set[way].site;
    return -1;
}

static void keep_python(uint64_t hash, uint16_t site)
{
    struct python_entry *set = python_set_of(hash);

    memmove(&set[1], &set[0], (WAYS - 1) * sizeof(*set));
    set[0] = (struct python_entry){hash, site};
}

int32_t mw_heap_sites_recall(const struct mw_heap_caller *caller, const struct mw_python_stack *python)
{
    const struct entry *set = set_of(caller);

    if (python->depth)
        return recall_python(python_hash(caller, python->hash));
    for (int way = 0; way < WAYS; way++)
        if (set[way].caller.stack_pointer == caller->stack_pointer &&
            set[way].caller.return_address == caller->return_address &&
            mw_stack_fingerprint_matches(&set[way].fingerprint, caller->stack_pointer) && are_still_loaded(&set[way]))
            return set[way].site;
    return -1;
}

static bool has_object(const struct entry *entry, uint64_t frame)
{
    for (int i = 0; i < entry->object_count; i++)
        if (sites[entry->site].frames[entry->objects[i]] >> MW_HEAP_FRAME_OFFSET == frame >> MW_HEAP_FRAME_OFFSET)
            return true;
    return false;
}

/* Returns false if there are too many. */
static bool note_objects(struct entry *entry, const struct mw_stack *stack, int depth)
{
    for (int i = 0; i < depth; i++) {
        uint64_t frame = sites[entry->site].frames[i];
        if (!mw_heap_modules_may_be_unloaded(stack->frames[i]) || has_object(entry, frame))
            continue;
        if (entry->object_count == OBJECTS || !mw_heap_modules_is_still(frame, stack->frames[i]))
            return false;
        entry->objects[entry->object_count] = (uint8_t)i;
        entry->addresses[entry->object_count++] = stack->frames[i];
    }
    return true;
}

static void keep(const struct mw_stack *stack, int depth, const struct mw_heap_caller *caller, uint16_t site)
{
    struct entry *set = set_of(caller);
    struct entry entry = {.caller = *caller, .site = site};

    if (!note_objects(&entry, stack, depth) ||
        !mw_stack_fingerprint_make(&entry.fingerprint, caller->stack_pointer, stack, depth))
        return;
    memmove(&set[1], &set[0], (WAYS - 1) * sizeof(*set));
    set[0] = entry;
}

/* ---- walking ---- */

/* The unwinder reads the code at the next return address: it must be in a loaded object. */
static bool may_follow(const void *address)
{
    return mw_heap_modules_has(address);
}

static bool is_in_getattr(const struct mw_stack *stack)
{
    for (int i = 0; i < stack->depth; i++)
        if ((uintptr_t)stack->frames[i] - getattr_code < GETATTR_SIZE)
            return true;
    return false;
}

/* The same, and not the interpreter, whose frames say nothing. */
static bool may_follow_extension(const void *address)
{
    return may_follow(address) && !mw_python_is_interpreter(address);
}

/* The frames above the interpreter's. */
static void walk_extension(struct mw_heap_walk *walk, const struct mw_heap_caller *caller, int most)
{
    struct mw_stack *stack = &walk->stack;

    stack->depth = 0;
    if (mw_python_is_interpreter(caller->return_address))
        return;
    mw_stack_capture_if(stack, most + 1, caller->return_address, may_follow_extension);
    if (mw_python_is_interpreter(stack->frames[stack->depth - 1]))
        stack->depth--;
    else
        walk->c_cut = true;
    if (stack->depth > most)
        stack->depth = most;
}

/* The places of the innermost frames, without the importer's. The last one is the innermost of a script of the user, if that
 * would have no room. */
static void choose_places(struct mw_heap_walk *walk, const struct mw_python_stack *python)
{
    uint32_t room = MW_HEAP_FRAMES - (uint32_t)walk->stack.depth, count = 0;
    bool has_script = false;
    struct mw_python_place place;

    room = room < MW_HEAP_PYTHON_FRAMES ? room : MW_HEAP_PYTHON_FRAMES;
    walk->python_cut = python->cut;
    for (uint32_t i = 0; i < python->depth; i++) {
        bool is_script;
        mw_python_describe(&python->frames[i], &place);
        is_script = !mw_python_path_is_library(place.function.file);
        if (!strncmp(place.function.file, "<frozen ", 8) && i + 1 < python->depth)
            continue;
        if (count == room && (has_script || !is_script)) {
            walk->python_cut = true;
            if (has_script)
                break;
            continue;
        }
        walk->places[count < room ? count++ : count - 1] = place;
        has_script |= is_script;
    }
    walk->python_depth = count;
}

void mw_heap_sites_walk(struct mw_heap_walk *walk, const struct mw_heap_caller *caller, const struct mw_python_stack *python,
                        bool in_mpi)
{
    walk->c_cut = false;
    walk->python_depth = 0;
    if (python->depth) {
        walk->hash = python_hash(caller, python->hash);
        walk->is_own = false;
        walk_extension(walk, caller, in_mpi ? MW_HEAP_C_FRAMES_IN_MPI : MW_HEAP_C_FRAMES);
        choose_places(walk, python);
        return;
    }
    mw_stack_capture_if(&walk->stack, MW_HEAP_FRAMES, caller->return_address, may_follow);
    walk->is_own = !is_in_getattr(&walk->stack) && mw_stack_is_own(caller->stack_pointer);
    mw_python_look(walk->stack.frames, walk->stack.depth); /* for the next one: it may have been loaded */
}

static uint64_t python_frame(const struct mw_python_place *place)
{
    uint32_t function = mw_functions_find(&place->function);

    return (uint64_t)MW_FRAME_PYTHON << MW_HEAP_FRAME_OFFSET |
           MW_FUNCTION_FRAME(function, function == MW_FUNCTION_OTHER ? 0 : place->line);
}

static void add_python_frames(struct key *key, const struct mw_heap_walk *walk)
{
    for (uint32_t i = 0; i < walk->python_depth; i++)
        key->frames[key->depth++] = python_frame(&walk->places[i]);
    key->flags |= (walk->c_cut ? MW_HEAP_C_CUT : 0) | (walk->python_cut ? MW_HEAP_CUT : 0);
}

uint16_t mw_heap_sites_of(const struct mw_heap_walk *walk, const struct mw_heap_caller *caller, uint16_t flags,
                          uint32_t mpi_site)
{
    const struct mw_index index = {slots, sizeof(slots) / sizeof(slots[0]), has_key};
    const struct mw_stack *stack = &walk->stack;
    struct key key = {.depth = (uint8_t)(stack->depth < MW_HEAP_FRAMES ? stack->depth : MW_HEAP_FRAMES), .flags = flags};
    uint16_t *slot, site;

    for (int i = 0; i < key.depth; i++)
        key.frames[i] = mw_heap_modules_frame(stack->frames[i]);
    if (walk->python_depth)
        add_python_frames(&key, walk);
    else if (key.depth == MW_HEAP_FRAMES)
        key.flags |= MW_HEAP_CUT;
    slot = mw_index_slot(&index, hash_of(&key), &key);
    site = *slot ? (uint16_t)(*slot - 1) : add(&key, mpi_site, slot);
    if (site != MW_HEAP_NO_SITE && walk->python_depth)
        keep_python(walk->hash, site);
    else if (site != MW_HEAP_NO_SITE && walk->is_own)
        keep(stack, key.depth, caller, site);
    return site;
}

uint16_t mw_heap_sites_given(uint16_t site)
{
    const struct mw_index index = {slots, sizeof(slots) / sizeof(slots[0]), has_key};
    const struct mw_heap_site *from = &sites[site];
    struct key key = {.depth = from->depth, .flags = from->flags | MW_HEAP_GIVEN};
    uint16_t *slot;

    memcpy(key.frames, from->frames, sizeof(key.frames));
    slot = mw_index_slot(&index, hash_of(&key), &key);
    return *slot ? (uint16_t)(*slot - 1) : add(&key, from->mpi_site, slot);
}
