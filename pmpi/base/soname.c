/* SPDX-License-Identifier: MIT */
#include "pmpi/base/soname.h"

#include "pmpi/base/elf_object.h"

struct query {
    const void *address;
    const char *soname;
};

static const char *read_name(uintptr_t bias, const ElfW(Dyn) * entry)
{
    const char *strings = NULL;
    uintptr_t name = 0;

    for (; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_STRTAB)
            strings = mw_elf_pointer(bias, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_SONAME)
            name = entry->d_un.d_val;
    return strings && name ? strings + name : NULL;
}

static int examine(struct dl_phdr_info *object, size_t size, void *data)
{
    struct query *query = data;
    const ElfW(Dyn) * dynamic;

    (void)size;
    if (!mw_elf_contains(object, query->address))
        return 0;
    dynamic = mw_elf_dynamic(object);
    query->soname = dynamic ? read_name(object->dlpi_addr, dynamic) : NULL;
    return 1;
}

const char *mw_soname(const void *address)
{
    struct query query = {.address = address};

    dl_iterate_phdr(examine, &query);
    return query.soname;
}
