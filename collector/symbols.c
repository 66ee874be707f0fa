/* SPDX-License-Identifier: MIT */
#include "collector/symbols.h"

#include "collector/demangle.h"
#include "collector/map.h"
#include "collector/mem.h"
#include "collector/pymethods.h"
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

/* What is followed from one place outwards, and from one definition to the next: deeper ones are left out. */
#define INLINED_MAX 16
#define NAME_MAX_BYTES 200

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

static bool is_function(Dwarf_Die *die)
{
    int tag = dwarf_tag(die);

    return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_entry_point;
}

/* The scopes around an address, as the machine's code is nested: an inlined function stands inside its caller.
 * (dwarf_getscopes() alone goes on with what stands around the inlined function's definition.) Free *scopes. */
static int find_scopes(Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die **scopes)
{
    Dwarf_Die *innermost = NULL;
    int count = dwarf_getscopes(unit, address, &innermost);

    *scopes = NULL;
    if (count > 0)
        count = dwarf_getscopes_die(&innermost[0], scopes);
    free(innermost);
    return count > 0 ? count : 0;
}

/* Where a function was first declared: in its class or namespace. */
static Dwarf_Die declaration_of(const Dwarf_Die *function)
{
    Dwarf_Die at = *function;

    for (int i = 0; i < INLINED_MAX; i++) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;
        if (!dwarf_attr(&at, DW_AT_abstract_origin, &attribute) && !dwarf_attr(&at, DW_AT_specification, &attribute))
            break;
        if (!dwarf_formref_die(&attribute, &next))
            break;
        at = next;
    }
    return at;
}

/* "mesh::Field::sum". Fortran's modules are left out. */
static char *name_of(Dwarf_Die *function)
{
    Dwarf_Die declaration = declaration_of(function), *scopes = NULL;
    const char *own = dwarf_diename(function);
    char text[NAME_MAX_BYTES] = "";
    int count;

    if (!own)
        return NULL;
    count = dwarf_getscopes_die(&declaration, &scopes);
    for (int i = count - 1; i > 0; i--) {
        int tag = dwarf_tag(&scopes[i]);
        const char *part = dwarf_diename(&scopes[i]);
        size_t length = strlen(text);
        if (tag == DW_TAG_subprogram) /* a class inside a function is known by itself */
            text[0] = '\0';
        else if (tag == DW_TAG_namespace || (part && (tag == DW_TAG_class_type || tag == DW_TAG_structure_type)))
            snprintf(text + length, sizeof(text) - length, "%s::", part ? part : "(anonymous namespace)");
    }
    free(scopes);
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", own);
    return mw_mem_copy(text);
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

static struct mw_symbols_place *add_place(struct mw_symbols *symbols, uint64_t offset)
{
    struct mw_symbols_place *place = mw_mem_alloc(1, sizeof(*place));

    place->id = (uint32_t)symbols->place_count;
    place->offset = offset;
    return *MW_MEM_PUSH(symbols->places, symbols->place_count) = place;
}

/* What was found out of a place; NULL and 0 where nothing was. */
struct found {
    char *function;
    const char *path;
    int line;
};

static void set_place(struct mw_symbols_place *place, struct found *found, const char *module)
{
    place->function = clean_copy(found->function);
    place->path = clean_copy(found->line > 0 ? found->path : NULL);
    place->line = place->path[0] ? (uint32_t)found->line : 0;
    place->file = clean_copy(base_name(place->path));
    place->module = clean_copy(module);
    place->label = make_label(place);
    free(found->function);
}

/* Where an inlined function was called. */
static void take_caller(Dwarf_Die *unit, Dwarf_Die *inlined, struct found *found)
{
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0, line = 0;
    Dwarf_Files *files;
    size_t count;

    if (!dwarf_attr(inlined, DW_AT_call_file, &attribute) || dwarf_formudata(&attribute, &file) != 0
        || !dwarf_attr(inlined, DW_AT_call_line, &attribute) || dwarf_formudata(&attribute, &line) != 0
        || line > INT32_MAX || dwarf_getsrcfiles(unit, &files, &count) != 0)
        return;
    found->path = dwarf_filesrc(files, (size_t)file, NULL, NULL);
    found->line = (int)line;
}

/* The places around an address, from the inside out: one for each function that was inlined there, and the one that
 * is really called. `found` has the line of the first. */
static void set_nested(struct mw_symbols *symbols, struct mw_symbols_place *place, struct found *found,
                       Dwarf_Die *unit, Dwarf_Addr address, const char *module)
{
    Dwarf_Die *scopes;
    int count = find_scopes(unit, address, &scopes), nested = 0;

    for (int i = 0; i < count; i++) {
        struct mw_symbols_place *outer;
        if (!is_function(&scopes[i]))
            continue;
        free(found->function);
        found->function = name_of(&scopes[i]);
        if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine || ++nested > INLINED_MAX)
            break;
        outer = add_place(symbols, place->offset);
        place->outer = outer;
        set_place(place, found, module);
        *found = (struct found){NULL, NULL, 0};
        take_caller(unit, &scopes[i], found);
        place = outer;
    }
    free(scopes);
    set_place(place, found, module);
}

static char *symbol_name(Dwfl_Module *module, Dwarf_Addr address)
{
    const char *name = dwfl_module_addrname(module, address);
    char *plain = name ? mw_demangle(name) : NULL;

    return plain ? plain : name ? mw_mem_copy(name) : NULL;
}

/* A place of which there is no debug information. */
static void set_plain(struct mw_symbols_place *place, const struct module *module, Dwarf_Addr address)
{
    struct found found = {NULL, NULL, 0};
    char extension[NAME_MAX_BYTES], label[2 * NAME_MAX_BYTES];
    const char *method = NULL;
    bool python = module && mw_pymethods_module(module->key.path, extension);

    if (module && module->dwfl_module) {
        found.function = symbol_name(module->dwfl_module, address);
        if (python)
            method = mw_pymethods_find(module->dwfl_module, address);
    }
    if (method) {
        free(found.function);
        found.function = mw_mem_copy(method);
    }
    set_place(place, &found, module ? module->key.path : NULL);
    if (!python)
        return;
    if (method)
        snprintf(label, sizeof(label), "%s.%s", extension, method);
    else
        snprintf(label, sizeof(label), "%s+0x%llx", extension, (unsigned long long)place->offset);
    free((char *)(uintptr_t)place->label);
    place->label = clean_copy(label);
}

static void look_up(struct mw_symbols *symbols, struct mw_symbols_place *place, struct module *module)
{
    Dwarf_Addr address = place->offset - (place->offset > 0), bias = 0;
    Dwarf_Die *unit = NULL;
    struct found found = {NULL, NULL, 0};
    Dwarf_Line *line;

    if (module && !module->tried)
        open_module(module);
    if (module && module->dwfl_module)
        unit = find_unit(module->dwfl_module, address, &bias);
    if (!unit) {
        set_plain(place, module, address);
        return;
    }
    line = dwarf_getsrc_die(unit, address - bias);
    if (line && dwarf_lineno(line, &found.line) == 0)
        found.path = dwarf_linesrc(line, NULL, NULL);
    set_nested(symbols, place, &found, unit, address - bias, module->key.path);
    if (!place->function[0] && !place->outer) {
        free((char *)(uintptr_t)place->function);
        found.function = symbol_name(module->dwfl_module, address);
        place->function = clean_copy(found.function);
        free(found.function);
    }
}

const struct mw_symbols_place *mw_symbols_find(struct mw_symbols *symbols, uint32_t module, uint64_t offset)
{
    const uint64_t key[2] = {module, offset};
    uint32_t id = mw_map_add(symbols->place_map, key, sizeof(key), (uint32_t)symbols->place_count);
    struct mw_symbols_place *place;

    if (id < symbols->place_count)
        return symbols->places[id];
    place = add_place(symbols, offset);
    look_up(symbols, place, module && module < symbols->module_count ? &symbols->modules[module] : NULL);
    return place;
}
