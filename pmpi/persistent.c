/* SPDX-License-Identifier: MIT */
#include "pmpi/persistent.h"

#include "pmpi/library.h"

#include <stdatomic.h>
#include <string.h>

/* Live persistent collective requests. A program with more of them has the rest's bytes left out. */
#define MAX_REQUESTS 1024

struct entry {
    uintptr_t request; /* handle; 0 free */
    struct mw_bytes bytes;
    uint32_t comm_size;
};

static struct entry entries[MAX_REQUESTS];
static unsigned highest; /* no entry at or above this index is in use */
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void take(void)
{
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        ;
}

static void give(void)
{
    atomic_flag_clear_explicit(&lock, memory_order_release);
}

static struct entry *find(uintptr_t request)
{
    for (unsigned i = 0; i < highest; i++)
        if (entries[i].request == request)
            return &entries[i];
    return NULL;
}

/* Index of the request pointer among the arguments: behind the collective's own and the info. */
static const void *new_request(const struct mw_op_info *op, const uintptr_t *arguments)
{
    return (const void *)arguments[op->comm + 2];
}

void mw_persistent_created(const struct mw_op_info *op, const uintptr_t *arguments)
{
    uintptr_t request = mw_abi_load(mw_library.abi, new_request(op, arguments), 0);
    uintptr_t comm = mw_abi_handle(mw_library.abi, arguments[op->comm]);
    struct entry entry = {request, mw_bytes_of(op, arguments), mw_bytes_comm_size(comm)};
    struct entry *place;

    if (!request)
        return;
    take();
    place = find(request);
    if (!place)
        place = find(0);
    if (!place && highest < MAX_REQUESTS)
        place = &entries[highest++];
    if (place)
        *place = entry;
    give();
}

bool mw_persistent_started(const struct mw_op_info *op, const uintptr_t *arguments, struct mw_bytes *bytes,
                           uint32_t *comm_size)
{
    bool all = op == &mw_ops[MW_OP_MPI_Startall];
    int count = all ? (int)arguments[0] : 1;
    const void *requests = (const void *)arguments[all ? 1 : 0];
    bool any = false;

    if (!highest || !mw_library.abi)
        return false;
    take();
    for (int i = 0; i < count; i++) {
        uintptr_t request = mw_abi_load(mw_library.abi, requests, i);
        struct entry *entry = request ? find(request) : NULL;
        if (!entry)
            continue;
        any = true;
        bytes->sent += entry->bytes.sent;
        bytes->received += entry->bytes.received;
        if (entry->comm_size > *comm_size)
            *comm_size = entry->comm_size;
    }
    give();
    return any;
}

void mw_persistent_freed(const void *request)
{
    struct entry *entry;

    if (!highest || !mw_library.abi)
        return;
    take();
    entry = find(mw_abi_load(mw_library.abi, request, 0));
    if (entry)
        entry->request = 0;
    give();
}
