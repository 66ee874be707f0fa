/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/real_symbol.h"

#include "pmpi/base/compat.h"
#include "pmpi/base/log.h"

#include <link.h>
#include <stddef.h>

_Atomic(void *) mw_real_symbol_slots[2 * MW_OP_COUNT];

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

/* dlsym() in every loaded object except the shim. RTLD_NOLOAD does not load anything, and dlclose() only drops the
 * reference. */
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
        if (found && object_of(found) == object_of((void *)mw_real_symbol_slots))
            found = NULL;
        mw_compat_dlclose(handle);
    }
    return found;
}

void *mw_real_symbol_find(const char *name)
{
    void *symbol = mw_compat_dlsym(RTLD_NEXT, name);

    return symbol ? symbol : search_objects(name);
}

void *mw_real_symbol_find_data(const char *name)
{
    void *symbol = mw_compat_dlsym(RTLD_DEFAULT, name);

    return symbol ? symbol : search_objects(name);
}

/* Replaces a function that this MPI library lacks. Without the shim, a program that calls it would not have linked. */
static int missing_function(void)
{
    mw_log("memwatch: the program calls an MPI function that its MPI library does not have\n");
    return 16; /* MPI_ERR_OTHER or MPI_ERR_INTERN, by library: not MPI_SUCCESS */
}

void *mw_real_symbol_fill(unsigned slot, const char *name)
{
    void *real = mw_real_symbol_find(name);

    if (!real)
        real = (void *)missing_function;
    atomic_store_explicit(&mw_real_symbol_slots[slot], real, memory_order_release);
    return real;
}
