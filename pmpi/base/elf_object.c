/* SPDX-License-Identifier: MIT */
#include "pmpi/base/elf_object.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const uint8_t *find_in_notes(const char *at, const char *end, uint32_t room, uint32_t *length)
{
    while (at + sizeof(ElfW(Nhdr)) <= end) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *name = at + sizeof(*note);
        const char *value = name + ((note->n_namesz + 3u) & ~3u);
        if (value + note->n_descsz > end)
            return NULL;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4) && note->n_descsz <= room) {
            *length = note->n_descsz;
            return (const uint8_t *)value;
        }
        at = value + ((note->n_descsz + 3u) & ~3u);
    }
    return NULL;
}

const uint8_t *mw_elf_build_id(const struct dl_phdr_info *object, uint32_t room, uint32_t *length)
{
    const uint8_t *found = NULL;

    *length = 0;
    for (int i = 0; i < object->dlpi_phnum && !found; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        const char *at = (const char *)(object->dlpi_addr + segment->p_vaddr);
        if (segment->p_type == PT_NOTE)
            found = find_in_notes(at, at + segment->p_memsz, room, length);
    }
    return found;
}

void mw_elf_path(const char *name, char *path, size_t size)
{
    ssize_t length = 0;

    if (!name)
        name = "";
    if (!name[0])
        length = readlink("/proc/self/exe", path, size - 1);
    else if (strchr(name, '/') && name[0] != '/' && getcwd(path, size))
        length = (ssize_t)strlen(path);
    path[length > 0 ? length : 0] = '\0';
    if (name[0])
        snprintf(path + strlen(path), size - strlen(path), "%s%s", path[0] ? "/" : "", name);
}
