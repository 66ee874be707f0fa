/* SPDX-License-Identifier: MIT */
/* A loaded object, as dl_iterate_phdr() describes it. */
#ifndef MW_PMPI_BASE_ELF_OBJECT_H
#define MW_PMPI_BASE_ELF_OBJECT_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool mw_elf_contains(const struct dl_phdr_info *object, const void *address)
{
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_LOAD &&
            (uintptr_t)address - object->dlpi_addr - object->dlpi_phdr[i].p_vaddr < object->dlpi_phdr[i].p_memsz)
            return true;
    return false;
}

/* The dynamic section, which ends with DT_NULL. NULL: the object has none. */
static inline const ElfW(Dyn) * mw_elf_dynamic(const struct dl_phdr_info *object)
{
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
            return (const void *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
    return NULL;
}

/* An address from the dynamic section. The loader has added the bias to it in most objects, but not in all. */
static inline const void *mw_elf_pointer(uintptr_t bias, uintptr_t value)
{
    return (const void *)(value < bias ? value + bias : value);
}

/* The build id in the object's notes. NULL: it has none. Sets its length, at most `room` bytes. */
const uint8_t *mw_elf_build_id(const struct dl_phdr_info *object, uint32_t room, uint32_t *length);

/* An object's file as an absolute path, by the loader's name for it; "": unknown. The loader has no name for the program
 * itself, and dlopen() may have been given a relative path. Makes system calls. */
void mw_elf_path(const char *name, char *path, size_t size);

#endif
