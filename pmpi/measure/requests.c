/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/requests.h"

#include "pmpi/abi/library.h"
#include "pmpi/base/index.h"
#include "pmpi/rank/rank.h"

#include <stdatomic.h>
#include <string.h>

struct entry {
    uintptr_t request; /* handle; 0 free */
    const struct mw_op_info *op;
    struct mw_bytes bytes; /* of a persistent request */
    struct mw_window window;
    uint64_t base; /* RSS when it was started, bytes */
    uint32_t comm_size;
    uint32_t start_site; /* + 1; 0: not started */
    uint16_t generation; /* incremented at each use of the entry */
    uint16_t completing; /* threads inside a call that may complete it */
    bool persistent;
    bool measured; /* window and base are valid */
};

/* Entries never move: windows are referenced by address. */
#define SLOTS (4 * MW_REQUESTS)
static struct entry entries[MW_REQUESTS];
static uint16_t slots[SLOTS];
static unsigned removed_slots; /* slots whose entries were removed */
_Atomic unsigned mw_requests_live;

static bool is_request(uint32_t entry, const void *request)
{
    return entries[entry].request == *(const uintptr_t *)request;
}

static const struct mw_index by_handle = {slots, SLOTS, is_request};

static uint16_t *slot_of(uintptr_t request)
{
    return mw_index_slot(&by_handle, mw_index_mix(0, request), &request);
}

static struct entry *find(uintptr_t request)
{
    uint16_t slot = request ? *slot_of(request) : 0;

    return slot ? &entries[slot - 1] : NULL;
}

static unsigned rebuild_index(void)
{
    unsigned count = 0;

    memset(slots, 0, sizeof(slots));
    removed_slots = 0;
    for (unsigned i = 0; i < MW_REQUESTS; i++)
        if (entries[i].request) {
            *slot_of(entries[i].request) = (uint16_t)(i + 1);
            count++;
        }
    return count;
}

void mw_requests_repair(void)
{
    for (unsigned i = 0; i < MW_REQUESTS; i++)
        if (!entries[i].op)
            entries[i].request = 0;
    atomic_store(&mw_requests_live, rebuild_index());
}

static void close_window(struct entry *entry)
{
    if (entry->measured)
        mw_observe_close(&entry->window);
    entry->measured = false;
    entry->start_site = 0;
}

static void forget(struct entry *entry)
{
    *slot_of(entry->request) = MW_INDEX_GONE;
    entry->request = 0;
    atomic_fetch_sub(&mw_requests_live, 1);
    if (++removed_slots > SLOTS / 4)
        rebuild_index();
}

/* Handles that the library returns for every request that is complete at once (Open MPI's empty request, MPICH's
 * lightweight ones). Detected when a handle is returned while it is still waited for. */
static uintptr_t shared_handles[8];

static bool is_shared(uintptr_t request)
{
    for (unsigned i = 0; i < sizeof(shared_handles) / sizeof(shared_handles[0]); i++)
        if (shared_handles[i] == request)
            return true;
    return false;
}

static void add_shared(uintptr_t request)
{
    static unsigned count;

    shared_handles[count++ % (sizeof(shared_handles) / sizeof(shared_handles[0]))] = request;
}

/* The entry of a handle: a new one, or that of an earlier request with the same handle, which has ended. NULL: the
 * request is not tracked. */
static struct entry *add(uintptr_t request)
{
    static unsigned next; /* where the search for a free entry starts */
    struct entry *known = find(request);

    if (known) {
        /* in MPI_Wait the handle may have been freed already, and reused by another thread */
        bool is_shared_handle = known->start_site && !known->persistent && !known->completing;
        close_window(known);
        known->generation++;
        known->completing = 0;
        if (!is_shared_handle)
            return known;
        forget(known); /* the handle is shared by requests that are complete at once: it does not identify one */
        add_shared(request);
        return NULL;
    }
    if (is_shared(request))
        return NULL;
    if (!request)
        return NULL;
    if (atomic_load(&mw_requests_live) == MW_REQUESTS) {
        mw_rank.journal.cost->lost_requests++;
        return NULL;
    }
    for (unsigned i = 0; entries[next].request && i < MW_REQUESTS; i++)
        next = (next + 1) % MW_REQUESTS;
    entries[next] = (struct entry){.request = request, .generation = (uint16_t)(entries[next].generation + 1)};
    *slot_of(request) = (uint16_t)(next + 1);
    atomic_fetch_add(&mw_requests_live, 1);
    return &entries[next];
}

static bool is_collective(const struct mw_op_info *op)
{
    return op->step == MW_STEP_COLLECTIVE;
}

uintptr_t mw_requests_created(const struct mw_op_info *op, const uintptr_t *arguments)
{
    const void *argument = (const void *)arguments[op->comm + (op->kind == MW_KIND_PERSISTENT_MESSAGE ? 1 : 2)];
    uintptr_t request = mw_abi_load(mw_library.abi, argument, 0);
    uint32_t comm_size = mw_bytes_comm_size(mw_abi_handle(mw_library.abi, arguments[op->comm]));
    struct mw_bytes bytes = mw_bytes_of(op, arguments);
    struct entry *entry;

    entry = add(request);
    if (entry) {
        entry->op = op;
        entry->bytes = bytes;
        entry->comm_size = comm_size;
        entry->persistent = true;
    }
    return request;
}

/* The requests of MPI_Start or MPI_Startall. */
static const void *start_array(const struct mw_op_info *op, const uintptr_t *arguments, int *count)
{
    bool all = op == &mw_ops[MW_OP_MPI_Startall];

    *count = all ? (int)arguments[0] : 1;
    return (const void *)arguments[all ? 1 : 0];
}

bool mw_requests_to_start(const struct mw_op_info *op, const uintptr_t *arguments, struct mw_bytes *bytes, uint32_t *comm_size)
{
    bool any_collective = false;
    const void *requests;
    int count;

    if (!mw_requests_are_live())
        return false;
    requests = start_array(op, arguments, &count);
    if (!requests)
        return false;
    for (int i = 0; i < count; i++) {
        struct entry *entry = find(mw_abi_load(mw_library.abi, requests, i));
        if (!entry || !entry->persistent)
            continue;
        any_collective = any_collective || is_collective(entry->op);
        bytes->sent += entry->bytes.sent;
        bytes->received += entry->bytes.received;
        if (entry->comm_size > *comm_size)
            *comm_size = entry->comm_size;
    }
    return any_collective;
}

static void open_window(struct entry *entry, uint32_t site, bool measured, uint64_t base, uint64_t peak)
{
    close_window(entry);
    entry->start_site = site + 1;
    entry->measured = measured;
    entry->base = base;
    if (!measured)
        return;
    mw_observe_open(&entry->window, true);
    if (entry->window.peak < peak)
        entry->window.peak = peak;
}

void mw_requests_started(const struct mw_op_info *op, const uintptr_t *arguments, uint32_t site, bool measured, uint64_t base,
                         uint64_t peak)
{
    struct entry *entry;

    if (op->kind == MW_KIND_NONBLOCKING) {
        entry = add(mw_abi_load(mw_library.abi, (const void *)arguments[op->comm + 1], 0));
        if (entry) {
            entry->op = op;
            entry->comm_size = mw_bytes_comm_size(mw_abi_handle(mw_library.abi, arguments[op->comm]));
            entry->persistent = false;
            open_window(entry, site, measured, base, peak);
        }
    } else {
        int count;
        const void *requests = start_array(op, arguments, &count);
        for (int i = 0; i < count; i++) {
            entry = find(mw_abi_load(mw_library.abi, requests, i));
            if (entry && entry->persistent && is_collective(entry->op))
                open_window(entry, site, measured, base, peak);
        }
    }
}

bool mw_requests_find(struct mw_requests_pending *pending, int count, const void *requests)
{
    pending->count = 0;
    if (!requests)
        return false;
    for (int i = 0; i < count && pending->count < MW_REQUESTS_PENDING; i++) {
        struct entry *entry = find(mw_abi_load(mw_library.abi, requests, i));
        if (!entry || !entry->start_site)
            continue;
        if (pending->count == 0) {
            pending->call = entry->op->name;
            pending->start_site = entry->start_site;
            pending->comm_size = entry->comm_size;
        }
        pending->items[pending->count].entry = (uint16_t)(entry - entries);
        pending->items[pending->count].generation = entry->generation;
        entry->completing++;
        pending->items[pending->count].index = i;
        pending->items[pending->count].done = false;
        pending->count++;
    }
    return pending->count > 0;
}

void mw_requests_completed(const struct mw_requests_pending *pending, uint64_t *base, uint64_t *peak)
{
    for (int i = 0; i < pending->count; i++) {
        struct entry *entry = &entries[pending->items[i].entry];
        if (!pending->items[i].done || entry->generation != pending->items[i].generation || !entry->start_site)
            continue;
        if (entry->measured && entry->window.peak > entry->base && entry->window.peak - entry->base > *peak - *base) {
            *peak = entry->window.peak;
            *base = entry->base;
        }
        close_window(entry);
        if (!entry->persistent)
            forget(entry);
    }
}

void mw_requests_release(const struct mw_requests_pending *pending)
{
    for (int i = 0; i < pending->count; i++) {
        struct entry *entry = &entries[pending->items[i].entry];
        if (entry->generation == pending->items[i].generation && entry->completing)
            entry->completing--;
    }
}

void mw_requests_freed(const void *request)
{
    struct entry *entry;

    entry = find(mw_abi_load(mw_library.abi, request, 0));
    if (entry && !entry->measured) /* an active request is removed when it completes */
        forget(entry);
}
