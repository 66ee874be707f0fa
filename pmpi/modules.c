/* SPDX-License-Identifier: MIT */
#include "pmpi/modules.h"

#include "pmpi/rank.h"

#include <link.h>
#include <string.h>
#include <unistd.h>

/* What is known of the object that one address lies in. */
struct object {
    uintptr_t address; /* asked for */
    uintptr_t bias;
    const char *path;
    const uint8_t *build_id;
    uint32_t build_id_length;
    bool found;
};

/* Address ranges of modules that are in the journal already; bit for those of MPI. */
static struct {
    uintptr_t bias;
    bool mpi;
} known[MW_RECORD_MODULES];

static void find_build_id(const struct dl_phdr_info *info, const ElfW(Phdr) * segment, struct object *object)
{
    const char *at = (const char *)(info->dlpi_addr + segment->p_vaddr);
    const char *end = at + segment->p_memsz;

    while (at + sizeof(ElfW(Nhdr)) <= end) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *name = at + sizeof(*note);
        const char *value = name + ((note->n_namesz + 3u) & ~3u);
        if (value + note->n_descsz > end)
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4)) {
            object->build_id = (const uint8_t *)value;
            object->build_id_length = note->n_descsz;
            return;
        }
        at = value + ((note->n_descsz + 3u) & ~3u);
    }
}

static int examine(struct dl_phdr_info *info, size_t size, void *data)
{
    struct object *object = data;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum && !object->found; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        object->found = segment->p_type == PT_LOAD && object->address - start < segment->p_memsz;
    }
    if (!object->found)
        return 0;
    object->bias = info->dlpi_addr;
    object->path = info->dlpi_name;
    for (int i = 0; i < info->dlpi_phnum && !object->build_id; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            find_build_id(info, &info->dlpi_phdr[i], object);
    return 1;
}

static struct object object_of(const void *address)
{
    struct object object = {.address = (uintptr_t)address};

    dl_iterate_phdr(examine, &object);
    return object;
}

#ifdef MW_LINKED_IN /* our code lies in a module of the program's: nothing there is ours alone */
static bool is_ours(const struct object *object)
{
    (void)object;
    return false;
}
#else
static bool is_ours(const struct object *object)
{
    static uintptr_t own_bias;
    static bool looked;

    if (!looked) {
        struct object own = object_of((const void *)mw_modules_frame);
        own_bias = own.bias;
        looked = true;
    }
    return object->bias == own_bias;
}
#endif

/* libmpi.so, libmpich.so, libmpi_mpifh.so, libmpifort.so, ...: a line there tells the user nothing. */
static bool is_mpi(const struct object *object)
{
    const char *base;

    if (!object->found)
        return false;
    base = object->path ? strrchr(object->path, '/') : NULL;
    return (base && !strncmp(base, "/libmpi", 7)) || is_ours(object);
}

static uint32_t add_module(const struct object *object)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t index = mw_journal_used(journal, MW_SECTION_MODULE);
    struct mw_module *module = &journal->modules[index];

    if (index == MW_RECORD_MODULES) {
        journal->cost->lost_modules++;
        return 0;
    }
    module->base = object->bias;
    if (object->build_id_length <= sizeof(module->build_id)) {
        module->build_id_length = object->build_id_length;
        if (object->build_id)
            memcpy(module->build_id, object->build_id, object->build_id_length);
    }
    if (object->path && object->path[0])
        strncpy(module->path, object->path, sizeof(module->path) - 1);
    else if (readlink("/proc/self/exe", module->path, sizeof(module->path) - 1) < 0)
        module->path[0] = '\0';
    known[index].bias = object->bias;
    known[index].mpi = is_mpi(object);
    mw_journal_publish(journal, MW_SECTION_MODULE, index);
    return index + 1;
}

static uint32_t module_of(const struct object *object)
{
    uint32_t used = mw_journal_used(&mw_rank.journal, MW_SECTION_MODULE);

    for (uint32_t i = 0; i < used; i++)
        if (known[i].bias == object->bias)
            return i + 1;
    return add_module(object);
}

struct mw_frame mw_modules_frame(const void *address)
{
    struct object object = object_of(address);
    struct mw_frame frame = {.offset = (uintptr_t)address};

    if (object.found)
        frame.module = module_of(&object);
    if (frame.module)
        frame.offset -= object.bias;
    return frame;
}

bool mw_modules_is_mpi(const void *address)
{
    struct object object = object_of(address);

    return is_mpi(&object);
}
