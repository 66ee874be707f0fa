/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/objects.h"

#include "pmpi/abi/library.h"
#include "pmpi/base/index.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>
#include <string.h>

/* A live object. Two calls may return one handle (groups of one communicator are counted references in both Open MPI and
 * MPICH): it then has several entries, the last one first. */
struct entry {
    uintptr_t handle;
    uint32_t site;
    uint16_t next;  /* entry + 1: the next one of this handle, or of the list of free entries; 0: none */
    uint8_t object; /* enum mw_object_kind; 0: free */
};

struct key {
    uintptr_t handle;
    uint8_t object;
};

#define SLOTS (2 * MW_OBJECTS)
static struct entry entries[MW_OBJECTS];
static uint16_t slots[SLOTS];
static uint16_t free_list;                  /* entry + 1; 0: empty */
static uint16_t used;                       /* entries from here on were never used */
static unsigned gone;                       /* slots of objects that were freed */
static uint64_t untracked[MW_OBJECT_KINDS]; /* live objects without an entry */

static bool is_object(uint32_t entry, const void *key)
{
    const struct key *wanted = key;

    return entries[entry].handle == wanted->handle && entries[entry].object == wanted->object;
}

static const struct mw_index by_handle = {slots, SLOTS, is_object};

static uint16_t *slot_of(enum mw_object_kind object, uintptr_t handle)
{
    const struct key key = {handle, (uint8_t)object};

    return mw_index_slot(&by_handle, mw_index_mix(object, handle), &key);
}

static void rebuild_index(void)
{
    memset(slots, 0, sizeof(slots));
    gone = 0;
    for (unsigned i = 0; i < used; i++) {
        struct entry *entry = &entries[i];
        uint16_t *slot;
        if (!entry->object)
            continue;
        slot = slot_of((enum mw_object_kind)entry->object, entry->handle);
        entry->next = *slot;
        *slot = (uint16_t)(i + 1);
    }
}

void mw_objects_repair(void)
{
    free_list = 0;
    for (unsigned i = 0; i < used; i++)
        if (!entries[i].object) {
            entries[i].next = free_list;
            free_list = (uint16_t)(i + 1);
        }
    rebuild_index();
}

/* ---- handles ---- */

uintptr_t mw_objects_handle(const struct mw_op_info *op, const uintptr_t *arguments)
{
    const void *argument = (const void *)arguments[op->handle];
    uintptr_t handle = 0;

    if (!argument || !mw_library.abi)
        return 0;
    if (op->object == MW_OBJECT_FILE) /* a pointer in every MPI */
        memcpy(&handle, argument, sizeof(handle));
    else
        handle = mw_abi_load(mw_library.abi, argument, 0);
    return handle;
}

/* What a call returns that creates nothing here: for a rank outside of the new communicator, of an empty set. */
static bool is_predefined(enum mw_object_kind object, uintptr_t handle)
{
    switch (object) {
    case MW_OBJECT_COMM: return handle == mw_library.comm_null;
    case MW_OBJECT_DATATYPE: return handle == mw_library.datatype_null;
    case MW_OBJECT_GROUP: return handle == mw_library.group_null || handle == mw_library.group_empty;
    case MW_OBJECT_OP: return handle == mw_library.op_null;
    case MW_OBJECT_INFO: return handle == mw_library.info_null;
    case MW_OBJECT_WINDOW: return handle == mw_library.win_null;
    case MW_OBJECT_FILE: return handle == mw_library.file_null;
    default: return !handle;
    }
}

/* ---- counting ---- */

static void count_created(struct mw_objects *objects)
{
    uint64_t live = ++objects->created - objects->freed;

    if (objects->most < live)
        objects->most = live;
}

static uint16_t take_entry(void)
{
    uint16_t entry = free_list;

    if (entry)
        free_list = entries[entry - 1].next;
    else if (used < MW_OBJECTS)
        entry = ++used;
    return entry;
}

void mw_objects_created(enum mw_object_kind object, uintptr_t handle, uint32_t site)
{
    struct mw_site *creator = &mw_rank.journal.sites[site];
    uint16_t entry, *slot;

    if (is_predefined(object, handle))
        return;
    creator->object = object;
    count_created(&creator->objects);
    count_created(&mw_rank.journal.state->objects[object]);
    entry = take_entry();
    if (!entry) {
        untracked[object]++;
        mw_rank.journal.cost->lost_objects++;
        return;
    }
    slot = slot_of(object, handle);
    entries[entry - 1] = (struct entry){.handle = handle, .site = site, .next = *slot, .object = (uint8_t)object};
    *slot = entry;
}

/* Removes the last entry of a handle. */
static void forget(uint16_t *slot)
{
    uint16_t number = *slot;
    struct entry *entry = &entries[number - 1];

    *slot = entry->next ? entry->next : MW_INDEX_GONE;
    gone += !entry->next;
    entry->object = MW_OBJECT_NONE;
    entry->next = free_list;
    free_list = number;
    if (gone > SLOTS / 4)
        rebuild_index();
}

void mw_objects_freed(enum mw_object_kind object, uintptr_t handle)
{
    uint16_t *slot = slot_of(object, handle);

    if (*slot) {
        mw_rank.journal.sites[entries[*slot - 1].site].objects.freed++;
        mw_rank.journal.state->objects[object].freed++;
        forget(slot);
    } else if (untracked[object]) {
        untracked[object]--;
        mw_rank.journal.state->objects[object].freed++;
    } /* else it was not created by a call that is wrapped: MPI_Comm_get_parent() */
}
