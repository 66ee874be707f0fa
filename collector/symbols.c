/* SPDX-License-Identifier: MIT */
#include "collector/symbols.h"

#include "collector/map.h"
#include "collector/mem.h"
#include "collector/safe_open.h"
#include "collector/text.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct module {
    struct mw_module key; /* path and build id */
    bool tried;
    Dwfl *dwfl;
    Dwfl_Module *dwfl_module; /* NULL: gone, or not the file that ran */
};

struct mw_symbols {
    struct module *modules; /* 0 is "none" */
    size_t module_count;
    struct mw_map *module_map;
    struct mw_symbols_place **places;
    size_t place_count;
    struct mw_map *place_map;
};

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

struct mw_symbols *mw_symbols_create(void)
{
    struct mw_symbols *symbols = mw_mem_alloc(1, sizeof(*symbols));

    symbols->module_map = mw_map_create();
    symbols->place_map = mw_map_create();
    (void)MW_MEM_PUSH(symbols->modules, symbols->module_count);
    return symbols;
}

static void destroy_place(struct mw_symbols_place *place)
{
    free((char *)(uintptr_t)place->label);
    free((char *)(uintptr_t)place->function);
    free((char *)(uintptr_t)place->file);
    free((char *)(uintptr_t)place->path);
    free((char *)(uintptr_t)place->module);
    free(place);
}

void mw_symbols_destroy(struct mw_symbols *symbols)
{
    if (!symbols)
        return;
    for (size_t i = 0; i < symbols->module_count; i++)
        if (symbols->modules[i].dwfl)
            dwfl_end(symbols->modules[i].dwfl);
    for (size_t i = 0; i < symbols->place_count; i++)
        destroy_place(symbols->places[i]);
    free(symbols->modules);
    free(symbols->places);
    mw_map_destroy(symbols->module_map);
    mw_map_destroy(symbols->place_map);
    free(symbols);
}

uint32_t mw_symbols_module(struct mw_symbols *symbols, const struct mw_module *module)
{
    struct mw_module key = {0};
    uint32_t id = (uint32_t)symbols->module_count;

    if (!module)
        return 0;
    snprintf(key.path, sizeof(key.path), "%s", module->path);
    key.build_id_length = module->build_id_length;
    memcpy(key.build_id, module->build_id, module->build_id_length);
    if (mw_map_add(symbols->module_map, &key, sizeof(key), id) == id)
        MW_MEM_PUSH(symbols->modules, symbols->module_count)->key = key;
    return mw_map_find(symbols->module_map, &key, sizeof(key));
}

static bool is_same_build(Dwfl_Module *dwfl_module, const struct mw_module *key)
{
    const unsigned char *bits = NULL;
    GElf_Addr address;
    int length = dwfl_module_build_id(dwfl_module, &bits, &address);

    if (length <= 0)
        return key->build_id_length == 0; /* neither has one: nothing speaks against it */
    return (uint32_t)length == key->build_id_length && memcmp(bits, key->build_id, (size_t)length) == 0;
}

/* Opens the module's file, laid out so that addresses are offsets. */
static void open_module(struct module *module)
{
    Dwfl_Module *found;
    int fd;

    module->tried = true;
    if (module->key.path[0] != '/' || (fd = mw_safe_open_path(module->key.path, NULL, NULL)) < 0)
        return;
    module->dwfl = dwfl_begin(&callbacks);
    if (!module->dwfl) {
        close(fd);
        return;
    }
    dwfl_report_begin(module->dwfl);
    found = dwfl_report_elf(module->dwfl, module->key.path, module->key.path, fd, 0, true);
    if (!found)
        close(fd);
    dwfl_report_end(module->dwfl, NULL, NULL);
    if (found && is_same_build(found, &module->key))
        module->dwfl_module = found;
}

/* The compilation unit around an address. The index over units (.debug_aranges) is there with gcc; clang leaves it
 * out, and then every unit is asked. */
static Dwarf_Die *find_unit(Dwfl_Module *module, Dwarf_Addr address, Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);

    if (unit)
        return unit;
    while ((unit = dwfl_module_nextcu(module, unit, bias)))
        if (dwarf_haspc(unit, address - *bias) == 1)
            return unit;
    return NULL;
}

/* The innermost function around an address of a unit, inlined ones too. NULL unknown. */
static const char *find_function(Dwarf_Die *unit, Dwarf_Addr address)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes(unit, address, &scopes);
    const char *name = NULL;

    for (int i = 0; i < count && !name; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_entry_point)
            name = dwarf_diename(&scopes[i]);
    }
    free(scopes);
    return name;
}

static char *clean_copy(const char *text)
{
    char *copy = mw_mem_copy(text ? text : "");

    mw_text_clean(copy);
    return copy;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static char *make_label(const struct mw_symbols_place *place)
{
    char text[400];

    if (place->line)
        snprintf(text, sizeof(text), "%.360s:%u", place->file, (unsigned)place->line);
    else if (place->module[0])
        snprintf(text, sizeof(text), "%.360s+0x%llx", base_name(place->module), (unsigned long long)place->offset);
    else
        snprintf(text, sizeof(text), "0x%llx", (unsigned long long)place->offset);
    return clean_copy(text);
}

/* What the debug information says of an address; what it does not say stays as it is. */
static void ask_debug_info(Dwfl_Module *module, Dwarf_Addr address, const char **function, const char **path, int *line)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = find_unit(module, address, &bias);
    Dwarf_Line *found = unit ? dwarf_getsrc_die(unit, address - bias) : NULL;

    if (found && dwarf_lineno(found, line) == 0)
        *path = dwarf_linesrc(found, NULL, NULL);
    if (unit)
        *function = find_function(unit, address - bias);
    if (!*function)
        *function = dwfl_module_addrname(module, address);
}

static void look_up(struct mw_symbols_place *place, struct module *module)
{
    const char *function = NULL, *path = NULL;
    int line = 0;

    if (module && !module->tried)
        open_module(module);
    if (module && module->dwfl_module)
        ask_debug_info(module->dwfl_module, place->offset - (place->offset > 0), &function, &path, &line);
    place->function = clean_copy(function);
    place->path = clean_copy(line > 0 ? path : NULL);
    place->line = place->path[0] ? (uint32_t)line : 0;
    place->file = clean_copy(base_name(place->path));
    place->module = clean_copy(module ? module->key.path : NULL);
    place->label = make_label(place);
}

const struct mw_symbols_place *mw_symbols_find(struct mw_symbols *symbols, uint32_t module, uint64_t offset)
{
    const uint64_t key[2] = {module, offset};
    uint32_t id = mw_map_add(symbols->place_map, key, sizeof(key), (uint32_t)symbols->place_count);
    struct mw_symbols_place *place;

    if (id < symbols->place_count)
        return symbols->places[id];
    place = mw_mem_alloc(1, sizeof(*place));
    place->id = id;
    place->offset = offset;
    *MW_MEM_PUSH(symbols->places, symbols->place_count) = place;
    look_up(place, module && module < symbols->module_count ? &symbols->modules[module] : NULL);
    return place;
}
