/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/modules.h"

#include "pmpi/base/elf_object.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <link.h>
#include <string.h>

/* The loaded object that contains an address. */
struct object {
    uintptr_t address; /* asked for */
    uintptr_t bias;
    const char *path;
    const uint8_t *build_id;
    uint32_t build_id_length;
    uint32_t index; /* in load order */
    bool found;
    uintptr_t start; /* start and size of the segment that contains the address */
    size_t size;
};

static uint32_t started_with; /* number of objects loaded at program start, which are never unloaded */
static uintptr_t shim_bias;   /* load bias of the shim */

static int examine(struct dl_phdr_info *info, size_t size, void *data)
{
    struct object *object = data;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum && !object->found; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        object->found = segment->p_type == PT_LOAD && object->address - start < segment->p_memsz;
        object->start = start;
        object->size = segment->p_memsz;
    }
    if (!object->found) {
        object->index++;
        return 0;
    }
    object->bias = info->dlpi_addr;
    object->path = info->dlpi_name;
    object->build_id = mw_elf_build_id(info, sizeof(((struct mw_module *)0)->build_id), &object->build_id_length);
    return 1;
}

/* Objects found before; valid until an object is unloaded. */
#define CACHED 16
static struct object cached[CACHED];
static uint64_t cached_unloads;

static const struct object *find_cached(uintptr_t address)
{
    uint64_t now = mw_modules_unloads();

    if (now != cached_unloads)
        memset(cached, 0, sizeof(cached));
    cached_unloads = now;
    for (int i = 0; i < CACHED; i++)
        if (address - cached[i].start < cached[i].size)
            return &cached[i];
    return NULL;
}

static struct object search_for(const void *address)
{
    struct object object = {.address = (uintptr_t)address};

    dl_iterate_phdr(examine, &object);
    return object;
}

/* Stores an object so that an interrupted call leaves an entry of size 0. */
static void store(struct object *entry, const struct object *object)
{
    struct object unsized = *object;

    entry->size = unsized.size = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    *entry = unsized;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    entry->size = object->size;
}

static struct object object_of(const void *address)
{
    static unsigned next;
    const struct object *before = find_cached((uintptr_t)address);
    struct object object;

    if (before)
        return *before;
    object = search_for(address);
    if (object.found)
        store(&cached[next++ % CACHED], &object);
    return object;
}

#ifdef MW_LINKED_IN /* the shim's code is part of a module of the program */
static bool is_shim(const struct object *object)
{
    (void)object;
    return false;
}
#else
static bool is_shim(const struct object *object)
{
    return object->bias == shim_bias;
}
#endif

/* Whether it is an MPI library (libmpi.so, libmpich.so, libmpi_mpifh.so, libmpifort.so, ...) or the shim: lines
 * there are of no use to the user. */
static bool is_mpi(const struct object *object)
{
    const char *base;

    if (!object->found)
        return false;
    base = object->path ? strrchr(object->path, '/') : NULL;
    return (base && !strncmp(base, "/libmpi", 7)) || is_shim(object);
}

static uint32_t add_module(const struct object *object, const char *path)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t index = mw_journal_used(journal, MW_SECTION_MODULE);
    struct mw_module *module = &journal->modules[index];

    if (index == MW_RECORD_MODULES) {
        journal->cost->lost_modules++;
        return 0;
    }
    module->base = object->bias;
    module->build_id_length = object->build_id_length;
    if (object->build_id)
        memcpy(module->build_id, object->build_id, object->build_id_length);
    memcpy(module->path, path, strlen(path) + 1);
    mw_journal_publish(journal, MW_SECTION_MODULE, index);
    return index + 1;
}

/* Not compared by address: another library may be loaded there now, and this one elsewhere. */
static bool is_module(const struct mw_module *module, const struct object *object, const char *path)
{
    return module->build_id_length == object->build_id_length && !strcmp(module->path, path) &&
           (!object->build_id || !memcmp(module->build_id, object->build_id, object->build_id_length));
}

/* Identifies a module by its base address, without its path, which takes system calls to find. Returns 0 if unknown. */
static uint32_t module_by_base(const struct object *object)
{
    uint32_t used = mw_journal_used(&mw_rank.journal, MW_SECTION_MODULE);

    for (uint32_t i = 0; i < used; i++)
        if (mw_rank.journal.modules[i].base == object->bias &&
            is_module(&mw_rank.journal.modules[i], object, mw_rank.journal.modules[i].path))
            return i + 1;
    return 0;
}

static uint32_t module_of(const struct object *object)
{
    uint32_t used = mw_journal_used(&mw_rank.journal, MW_SECTION_MODULE);
    char path[sizeof(((struct mw_module *)0)->path)];

    if (!mw_syscalls_begin())
        return module_by_base(object);
    mw_elf_path(object->path, path, sizeof(path));
    mw_syscalls_end();
    for (uint32_t i = 0; i < used; i++)
        if (is_module(&mw_rank.journal.modules[i], object, path))
            return i + 1;
    return add_module(object, path);
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

bool mw_modules_is_mpi_unlocked(const void *address)
{
    struct object object = search_for(address);

    return is_mpi(&object);
}

static int read_counts(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    *(struct dl_phdr_info *)data = *info;
    return 1; /* the counters are the same for every object */
}

static bool started_with_mpi;

static int find_mpi(struct dl_phdr_info *info, size_t size, void *data)
{
    const char *base = info->dlpi_name ? strrchr(info->dlpi_name, '/') : NULL;

    (void)size;
    (void)data;
    started_with_mpi |= base && !strncmp(base, "/libmpi", 7);
    return 0;
}

bool mw_modules_started_with_mpi(void)
{
    return started_with_mpi;
}

/* Runs when the shim is loaded, before main(). */
__attribute__((constructor)) static void initialize(void)
{
    struct dl_phdr_info first = {0};

    dl_iterate_phdr(read_counts, &first);
    started_with = (uint32_t)first.dlpi_adds;
    dl_iterate_phdr(find_mpi, NULL);
    shim_bias = search_for((const void *)mw_modules_frame).bias;
}

bool mw_modules_may_be_unloaded(const void *address)
{
    struct object object = object_of(address);

    return !object.found || object.index >= started_with;
}

uint64_t mw_modules_changes(void)
{
    struct dl_phdr_info first = {0};

    dl_iterate_phdr(read_counts, &first);
    return first.dlpi_adds + first.dlpi_subs;
}

uint64_t mw_modules_unloads(void)
{
    struct dl_phdr_info first = {0};

    dl_iterate_phdr(read_counts, &first);
    return first.dlpi_subs;
}
