/* SPDX-License-Identifier: MIT */
#include "collector/symbols/pymethods.h"

#include <ctype.h>
#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool mw_pymethods_module(const char *path, char name[200])
{
    static const char *const roots[] = {"dist-packages", "site-packages", "lib-dynload"};
    const char *base = strrchr(path, '/'), *package = base;
    int length;

    if (!base || (!strstr(base, ".cpython-") && !strstr(base, ".abi3.")))
        return false;
    while (package > path && package[-1] != '/')
        package--;
    length = (int)(base - package);
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
        if ((size_t)length == strlen(roots[i]) && strncmp(package, roots[i], (size_t)length) == 0)
            length = 0;
    base++;
    snprintf(name, 200, "%.*s%s%.*s", length > 90 ? 90 : length, package, length ? "." : "",
             (int)strcspn(base, ".") > 90 ? 90 : (int)strcspn(base, "."), base);
    return true;
}

/* The bytes of the file's section from an address on. NULL if there is none. */
static const char *bytes_at(Elf *elf, GElf_Addr address, size_t *room)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        const Elf_Data *data;
        if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS || !(header.sh_flags & SHF_ALLOC) ||
            address - header.sh_addr >= header.sh_size || !(data = elf_rawdata(section, NULL)) || !data->d_buf ||
            address - header.sh_addr >= data->d_size)
            continue;
        *room = data->d_size - (size_t)(address - header.sh_addr);
        return (const char *)data->d_buf + (address - header.sh_addr);
    }
    return NULL;
}

static GElf_Addr find_unwind_index(Elf *elf)
{
    GElf_Phdr segment;
    size_t count;

    if (elf_getphdrnum(elf, &count) != 0)
        return 0;
    for (size_t i = 0; i < count && gelf_getphdr(elf, (int)i, &segment); i++)
        if (segment.p_type == PT_GNU_EH_FRAME)
            return segment.p_vaddr;
    return 0;
}

/* The start of the function at an address, by the unwinder's index (.eh_frame_hdr), which stripped files have as well: four
 * bytes of encodings, the address of .eh_frame, a count, then sorted pairs (function start, its entry), relative to the
 * index. All linkers use these encodings. */
static bool find_start(Elf *elf, GElf_Addr address, GElf_Addr *start)
{
    static const char usual[] = {1, 0x1b, 0x03, 0x3b};
    GElf_Addr index = find_unwind_index(elf);
    size_t room = 0;
    const char *bytes = index ? bytes_at(elf, index, &room) : NULL;
    uint32_t count;
    bool found = false;

    if (!bytes || room < 12 || memcmp(bytes, usual, sizeof(usual)) != 0)
        return false;
    memcpy(&count, bytes + 8, sizeof(count));
    for (uint32_t i = 0; i < count && i < (room - 12) / 8; i++) {
        int32_t distance;
        memcpy(&distance, bytes + 12 + 8 * (size_t)i, sizeof(distance));
        if (index + (GElf_Addr)(int64_t)distance > address)
            break;
        *start = index + (GElf_Addr)(int64_t)distance;
        found = true;
    }
    return found;
}

/* The identifier at an address of the file; NULL if there is none. */
static const char *read_identifier(Elf *elf, GElf_Addr address)
{
    size_t room = 0, length = 0;
    const char *text = bytes_at(elf, address, &room);

    while (length < room && length < 100 && (isalnum((unsigned char)text[length]) || text[length] == '_'))
        length++;
    return length && length < room && text[length] == '\0' && !isdigit((unsigned char)text[0]) ? text : NULL;
}

/* Finds, in one table of relocations, the function's address directly after the address of a name. */
static const char *find_pair(Elf *elf, Elf_Data *data, size_t count, GElf_Addr start)
{
    GElf_Rela before = {0}, rela;
    const char *name = NULL;

    for (size_t i = 0; i < count && !name && gelf_getrela(data, (int)i, &rela); i++) {
        if (GELF_R_SYM(rela.r_info) == 0 && (GElf_Addr)rela.r_addend == start &&
            before.r_offset + sizeof(uint64_t) == rela.r_offset)
            name = read_identifier(elf, (GElf_Addr)before.r_addend);
        before = rela;
    }
    return name;
}

const char *mw_pymethods_find(Dwfl_Module *module, Dwarf_Addr address)
{
    GElf_Addr bias;
    GElf_Addr start;
    Elf *elf = dwfl_module_getelf(module, &bias);
    const char *name = NULL;

    if (!elf || !find_start(elf, address - bias, &start))
        return NULL;
    for (Elf_Scn *section = NULL; !name && (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        Elf_Data *data;
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_RELA && header.sh_entsize &&
            (header.sh_flags & SHF_ALLOC) && (data = elf_getdata(section, NULL)))
            name = find_pair(elf, data, (size_t)(header.sh_size / header.sh_entsize), start);
    }
    return name;
}
