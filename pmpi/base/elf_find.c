/* SPDX-License-Identifier: MIT */
#include "pmpi/base/elf_find.h"

#include "pmpi/base/elf_object.h"

#pragma weak _r_debug /* of glibc's loader */

/* The symbol table of one object, from its dynamic section. */
struct table {
    uintptr_t bias;
    const ElfW(Sym) * symbols;
    const char *strings;
    const uint16_t *versions;   /* NULL: the object has no version table */
    const uint32_t *gnu, *sysv; /* hash tables; one of them may be NULL */
};

struct search {
    const char *name;
    bool skipping;       /* until the object of this library has been seen */
    const void *address; /* in the object to search */
    void *found;
};

static void read_dynamic(struct table *table, const ElfW(Dyn) * entry)
{
    for (; entry->d_tag != DT_NULL; entry++) {
        const void *at = mw_elf_pointer(table->bias, entry->d_un.d_ptr);
        if (entry->d_tag == DT_SYMTAB)
            table->symbols = at;
        else if (entry->d_tag == DT_STRTAB)
            table->strings = at;
        else if (entry->d_tag == DT_VERSYM)
            table->versions = at;
        else if (entry->d_tag == DT_GNU_HASH)
            table->gnu = at;
        else if (entry->d_tag == DT_HASH)
            table->sysv = at;
    }
}

/* Not strcmp(): AddressSanitizer's interceptor of strcmp() may be looking for the real one through this function. */
static bool is_same(const char *one, const char *other)
{
    while (*one && *one == *other)
        one++, other++;
    return *one == *other;
}

/* Whether a symbol is a default-version definition of `name`. */
static bool matches(const struct table *table, uint32_t index, const char *name)
{
    const ElfW(Sym) *symbol = &table->symbols[index];
    unsigned type = symbol->st_info & 0xf;

    return symbol->st_shndx != SHN_UNDEF && symbol->st_value && type <= STT_FUNC &&
           !(table->versions && (table->versions[index] & 0x8000)) && is_same(table->strings + symbol->st_name, name);
}

/* Formats: System V ABI, and https://flapenguin.me/elf-dt-gnu-hash. Returns the symbol's index, or 0. */
static uint32_t find_gnu(const struct table *table, const char *name)
{
    const uint32_t *head = table->gnu; /* buckets, first symbol, words of the filter, its shift */
    const uint32_t *buckets = head + 4 + head[2] * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
    const uint32_t *chain = buckets + head[0];
    uint32_t hash = 5381, index;

    for (const char *c = name; *c; c++)
        hash = 33 * hash + (unsigned char)*c;
    index = head[0] ? buckets[hash % head[0]] : 0;
    for (; index >= head[1] && index; index++) {
        uint32_t other = chain[index - head[1]];
        if ((other | 1) == (hash | 1) && matches(table, index, name))
            return index;
        if (other & 1)
            break;
    }
    return 0;
}

static uint32_t find_sysv(const struct table *table, const char *name)
{
    const uint32_t *head = table->sysv; /* buckets, symbols */
    const uint32_t *chain = head + 2 + head[0];
    uint32_t hash = 0, index;

    for (const char *c = name; *c; c++) {
        hash = (hash << 4) + (unsigned char)*c;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    index = head[0] ? head[2 + hash % head[0]] : 0;
    while (index && !matches(table, index, name))
        index = chain[index];
    return index;
}

static void *find_by_dynamic(uintptr_t bias, const ElfW(Dyn) * dynamic, const char *name)
{
    struct table table = {.bias = bias};
    uint32_t index = 0;

    if (dynamic)
        read_dynamic(&table, dynamic);
    if (table.symbols && table.strings && (table.gnu || table.sysv))
        index = table.gnu ? find_gnu(&table, name) : find_sysv(&table, name);
    return index ? (void *)(table.bias + table.symbols[index].st_value) : NULL;
}

static void *find_in(const struct dl_phdr_info *info, const char *name)
{
    return find_by_dynamic(info->dlpi_addr, mw_elf_dynamic(info), name);
}

static int examine(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *search = data;

    (void)size;
    if (search->skipping) {
        search->skipping = !mw_elf_contains(info, (const void *)mw_elf_find_symbol);
        return 0;
    }
    search->found = find_in(info, search->name);
    return search->found != NULL;
}

static int examine_one(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *search = data;

    (void)size;
    if (!mw_elf_contains(info, search->address))
        return 0;
    search->found = find_in(info, search->name);
    return 1;
}

void *mw_elf_find_symbol(const char *name, bool next)
{
    struct search search = {.name = name, .skipping = next};

    dl_iterate_phdr(examine, &search);
    return search.found;
}

void *mw_elf_find_next_early(const char *name)
{
    const struct link_map *object = &_r_debug ? _r_debug.r_map : NULL;
    void *found = NULL;

    if (!object)
        return mw_elf_find_symbol(name, true);
    while (object && object->l_ld != _DYNAMIC)
        object = object->l_next;
    while (object && (object = object->l_next) && !found)
        found = find_by_dynamic(object->l_addr, object->l_ld, name);
    return found;
}

void *mw_elf_find_in(const void *address, const char *name)
{
    struct search search = {.name = name, .address = address};

    dl_iterate_phdr(examine_one, &search);
    return search.found;
}
