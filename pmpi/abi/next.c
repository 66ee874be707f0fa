/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/next.h"

#include "pmpi/base/compat.h"
#include "pmpi/base/say.h"

#include <link.h>
#include <stddef.h>

_Atomic(void *) mw_next_slots[2 * MW_OP_COUNT];

#define MAX_OBJECTS 1024

struct objects {
    const char *names[MAX_OBJECTS];
    int count;
};

static int collect(struct dl_phdr_info *info, size_t size, void *data)
{
    struct objects *objects = data;

    (void)size;
    if (info->dlpi_name && info->dlpi_name[0] == '/' && objects->count < MAX_OBJECTS)
        objects->names[objects->count++] = info->dlpi_name;
    return 0;
}

static void *object_of(void *address)
{
    Dl_info info;

    return mw_compat_dladdr(address, &info) ? info.dli_fbase : NULL;
}

/* dlsym() in every loaded object but our own. The objects stay loaded: RTLD_NOLOAD only borrows them. */
static void *search_objects(const char *name)
{
    struct objects objects = {.count = 0};
    void *found = NULL;

    dl_iterate_phdr(collect, &objects);
    for (int i = 0; i < objects.count && !found; i++) {
        void *handle = mw_compat_dlopen(objects.names[i], RTLD_LAZY | RTLD_NOLOAD);
        if (!handle)
            continue;
        found = mw_compat_dlsym(handle, name);
        if (found && object_of(found) == object_of((void *)mw_next_slots))
            found = NULL;
        mw_compat_dlclose(handle);
    }
    return found;
}

void *mw_next_symbol(const char *name)
{
    void *symbol = mw_compat_dlsym(RTLD_NEXT, name);

    return symbol ? symbol : search_objects(name);
}

void *mw_next_data(const char *name)
{
    void *symbol = mw_compat_dlsym(RTLD_DEFAULT, name);

    return symbol ? symbol : search_objects(name);
}

/* Stands in for a call that this MPI library lacks: a program that calls it would not have linked without us. */
static int missing(void)
{
    mw_say("memwatch: the program calls an MPI function that its MPI library does not have\n");
    return 16; /* MPI_ERR_OTHER or MPI_ERR_INTERN, by library: not MPI_SUCCESS */
}

void *mw_next_fill(unsigned slot, const char *name)
{
    void *next = mw_next_symbol(name);

    if (!next)
        next = (void *)missing;
    atomic_store_explicit(&mw_next_slots[slot], next, memory_order_release);
    return next;
}
