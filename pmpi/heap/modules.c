/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/modules.h"

#include "pmpi/base/compat.h"
#include "pmpi/base/elf_object.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/heap/link.h"

#include <link.h>
#include <string.h>

/* A loaded object: a range of addresses, and what the loader knows of it. */
struct object {
    uintptr_t start, end;
    uintptr_t bias;
    const char *name; /* the loader's; "" for the program */
};

/* ---- looking up ---- */

#ifdef DLFO_STRUCT_HAS_EH_DBASE /* the headers declare _dl_find_object() */

static __typeof__(_dl_find_object) *real_find_object;

static void find_lookup(void)
{
    *(void **)&real_find_object = mw_compat_dlsym(RTLD_DEFAULT, "_dl_find_object");
}

/* Returns false if this way does not exist. Without a lock. */
static bool find_by_loader(uintptr_t address, struct object *object)
{
    struct dl_find_object found;

    if (!real_find_object)
        return false;
    *object = (struct object){0};
    if (real_find_object((void *)address, &found))
        return true;
    *object = (struct object){.start = (uintptr_t)found.dlfo_map_start,
                              .end = (uintptr_t)found.dlfo_map_end,
                              .bias = found.dlfo_link_map->l_addr,
                              .name = found.dlfo_link_map->l_name};
    return true;
}

#else

static void find_lookup(void)
{
}

static bool find_by_loader(uintptr_t address, struct object *object)
{
    (void)address;
    (void)object;
    return false;
}

#endif

struct search {
    uintptr_t address;
    struct object object;
    const uint8_t *build_id;
    uint32_t build_id_length;
};

static void find_range(const struct dl_phdr_info *info, struct object *object)
{
    object->start = UINTPTR_MAX;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type != PT_LOAD)
            continue;
        object->start = start < object->start ? start : object->start;
        object->end = start + segment->p_memsz > object->end ? start + segment->p_memsz : object->end;
    }
}

static int examine(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *search = data;

    (void)size;
    if (!mw_elf_contains(info, (const void *)search->address))
        return 0;
    find_range(info, &search->object);
    search->object.bias = info->dlpi_addr;
    search->object.name = info->dlpi_name;
    search->build_id = mw_elf_build_id(info, sizeof(((struct mw_module *)0)->build_id), &search->build_id_length);
    return 1;
}

/* `end` is 0 if the address is in no object. */
static struct object object_of(uintptr_t address)
{
    struct search search = {.address = address};
    struct object object;

    if (find_by_loader(address, &object))
        return object;
    dl_iterate_phdr(examine, &search);
    return search.object;
}

/* ---- what the program was started with ---- */

#define STARTED 96

static struct {
    uintptr_t start, end;
} started[STARTED];
static int started_count;

static int note_started(struct dl_phdr_info *info, size_t size, void *data)
{
    struct object object = {0};

    (void)size;
    (void)data;
    find_range(info, &object);
    if (started_count < STARTED && object.end) {
        started[started_count].start = object.start;
        started[started_count++].end = object.end;
    }
    return 0;
}

void mw_heap_modules_start(void)
{
    find_lookup();
    started_count = 0;
    dl_iterate_phdr(note_started, NULL);
}

bool mw_heap_modules_may_be_unloaded(const void *address)
{
    for (int i = 0; i < started_count; i++)
        if ((uintptr_t)address - started[i].start < started[i].end - started[i].start)
            return false;
    return true;
}

bool mw_heap_modules_has(const void *address)
{
    return !mw_heap_modules_may_be_unloaded(address) || object_of((uintptr_t)address).end != 0;
}

bool mw_heap_modules_is_same(const void *one, const void *other)
{
    struct object object = object_of((uintptr_t)one);

    return (uintptr_t)other - object.start < object.end - object.start;
}

/* ---- the table ---- */

static struct mw_module first_modules[MW_HEAP_MODULES]; /* until the journal exists */
static uint32_t first_used;
static struct mw_module *modules = first_modules;
static uint32_t *used = &first_used;

/* Where the modules of the table were last seen. */
static struct {
    uintptr_t start, end;
    bool stays; /* it is never unloaded */
} seen[MW_HEAP_MODULES];

void mw_heap_modules_move(struct mw_module *to, uint32_t *to_used)
{
    memcpy(to, modules, *used * sizeof(*to));
    __atomic_store_n(to_used, *used, __ATOMIC_RELEASE);
    modules = to;
    used = to_used;
}

/* Another library may be at these addresses now. */
static bool is_still(uint32_t index, const struct object *object)
{
    return seen[index].stays || (modules[index].base == object->bias && seen[index].end == object->end && object->name &&
                                 !strcmp(modules[index].path, object->name));
}

static uint32_t find_seen(const struct object *object)
{
    for (uint32_t i = 0; i < *used; i++)
        if (seen[i].start == object->start && is_still(i, object))
            return i + 1;
    return 0;
}

bool mw_heap_modules_is_still(uint64_t frame, const void *address)
{
    uint32_t module = (uint32_t)(frame >> MW_HEAP_FRAME_OFFSET);
    struct object object;

    return module && find_by_loader((uintptr_t)address, &object) && object.end && seen[module - 1].start == object.start &&
           is_still(module - 1, &object);
}

static bool is_module(const struct mw_module *module, const struct search *search, const char *path)
{
    return module->base == search->object.bias && module->build_id_length == search->build_id_length &&
           !strcmp(module->path, path) &&
           (!search->build_id || !memcmp(module->build_id, search->build_id, search->build_id_length));
}

static uint32_t add(const struct search *search, const char *path)
{
    struct mw_module *module = &modules[*used];

    if (*used == MW_HEAP_MODULES)
        return 0;
    module->base = search->object.bias;
    module->build_id_length = search->build_id_length;
    if (search->build_id)
        memcpy(module->build_id, search->build_id, search->build_id_length);
    memcpy(module->path, path, strlen(path) + 1);
    __atomic_store_n(used, *used + 1, __ATOMIC_RELEASE);
    return *used;
}

/* What the object's file header says, which is mapped at its start. Unlike dl_iterate_phdr() it needs no lock. */
static bool read_header(struct search *search)
{
    const ElfW(Ehdr) * header;
    struct dl_phdr_info info = {0};

    if (!find_by_loader(search->address, &search->object) || !search->object.end)
        return false;
    header = (const void *)search->object.start;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    info.dlpi_addr = search->object.bias;
    info.dlpi_phdr = (const void *)(search->object.start + header->e_phoff);
    info.dlpi_phnum = header->e_phnum;
    search->build_id = mw_elf_build_id(&info, sizeof(((struct mw_module *)0)->build_id), &search->build_id_length);
    return true;
}

/* Module + 1 of an object that was not at this place before; 0: the table is full. */
static uint32_t enter(uintptr_t address)
{
    struct search search = {.address = address};
    char path[sizeof(((struct mw_module *)0)->path)] = "";
    uint32_t module = 0;

    if (!read_header(&search))
        dl_iterate_phdr(examine, &search);
    if (!search.object.end || !mw_syscalls_begin())
        return 0;
    mw_elf_path(search.object.name, path, sizeof(path));
    mw_syscalls_end();
    while (module < *used && !is_module(&modules[module], &search, path))
        module++;
    module = module < *used ? module + 1 : add(&search, path);
    if (module) {
        seen[module - 1].start = search.object.start;
        seen[module - 1].end = search.object.end;
        seen[module - 1].stays = !mw_heap_modules_may_be_unloaded((const void *)address);
    }
    return module;
}

uint64_t mw_heap_modules_frame(const void *address)
{
    struct object object = object_of((uintptr_t)address);
    uint32_t module = object.end ? find_seen(&object) : 0;

    if (object.end && !module)
        module = enter((uintptr_t)address);
    return (uint64_t)module << MW_HEAP_FRAME_OFFSET |
           (((uintptr_t)address - (module ? modules[module - 1].base : 0)) & ((1ULL << MW_HEAP_FRAME_OFFSET) - 1));
}
