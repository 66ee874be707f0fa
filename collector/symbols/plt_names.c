/* SPDX-License-Identifier: MIT */
#include "collector/symbols/plt_names.h"

#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <string.h>

#define STUB 16 /* bytes, if the section has no entry size */
#define JUMP 6  /* bytes of "jmp *distance(%rip)" */

/* The section of stubs around an address. */
static Elf_Scn *find_section(Elf *elf, GElf_Addr address, GElf_Shdr *header)
{
    size_t names;

    if (elf_getshdrstrndx(elf, &names) != 0)
        return NULL;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        const char *name = gelf_getshdr(section, header) ? elf_strptr(elf, names, header->sh_name) : NULL;
        if (name && strncmp(name, ".plt", 4) == 0 && header->sh_type == SHT_PROGBITS && address >= header->sh_addr &&
            address - header->sh_addr < header->sh_size)
            return section;
    }
    return NULL;
}

/* The slot from which the stub reads its jump target; 0 if it is not such a stub. */
static GElf_Addr slot_of(Elf_Scn *section, const GElf_Shdr *header, GElf_Addr stub, size_t size)
{
    const Elf_Data *data = elf_rawdata(section, NULL);
    size_t at = (size_t)(stub - header->sh_addr);
    int32_t distance;

    if (!data || !data->d_buf || data->d_size < at + size)
        return 0;
    for (size_t i = 0; i + JUMP <= size; i++) {
        const unsigned char *code = (const unsigned char *)data->d_buf + at + i;
        if (code[0] != 0xff || code[1] != 0x25)
            continue;
        memcpy(&distance, code + 2, sizeof(distance));
        return stub + i + JUMP + (GElf_Addr)(int64_t)distance;
    }
    return 0;
}

/* The name of the symbol whose address the loader writes to a slot, from one table of relocations. */
static const char *find_name(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, GElf_Addr slot)
{
    Elf_Data *data = elf_getdata(section, NULL);
    Elf_Scn *symbols = elf_getscn(elf, header->sh_link);
    Elf_Data *symbol_data = symbols ? elf_getdata(symbols, NULL) : NULL;
    GElf_Shdr symbol_header;
    GElf_Rela rela;
    GElf_Sym symbol;

    if (!data || !symbol_data || !gelf_getshdr(symbols, &symbol_header))
        return NULL;
    for (int i = 0; gelf_getrela(data, i, &rela); i++)
        if (rela.r_offset == slot && GELF_R_SYM(rela.r_info) && gelf_getsym(symbol_data, (int)GELF_R_SYM(rela.r_info), &symbol))
            return elf_strptr(elf, symbol_header.sh_link, symbol.st_name);
    return NULL;
}

const char *mw_plt_names_find(Dwfl_Module *module, Dwarf_Addr address, GElf_Off *into)
{
    GElf_Addr bias, slot;
    GElf_Ehdr file;
    GElf_Shdr header;
    Elf *elf = dwfl_module_getelf(module, &bias);
    Elf_Scn *section = elf ? find_section(elf, address - bias, &header) : NULL;
    size_t size;
    const char *name = NULL;

    if (!section || !gelf_getehdr(elf, &file) || file.e_machine != EM_X86_64)
        return NULL;
    size = header.sh_entsize && header.sh_entsize <= STUB ? (size_t)header.sh_entsize : STUB;
    *into = (address - bias - header.sh_addr) % size;
    slot = slot_of(section, &header, address - bias - *into, size);
    for (Elf_Scn *table = NULL; slot && !name && (table = elf_nextscn(elf, table));)
        if (gelf_getshdr(table, &header) && header.sh_type == SHT_RELA && (header.sh_flags & SHF_ALLOC))
            name = find_name(elf, table, &header, slot);
    return name && name[0] ? name : NULL;
}
