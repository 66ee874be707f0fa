/* SPDX-License-Identifier: MIT */
#include "collector/symbols/reader.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/base/safe_open.h"
#include "collector/symbols/debug_files.h"
#include "collector/symbols/demangle.h"
#include "collector/symbols/plt_names.h"
#include "collector/symbols/pymethods.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Maximum number of definitions that are followed; deeper ones are ignored. */
#define DEFINITIONS_MAX 16

struct module {
    struct mw_module key; /* path and build id */
    enum mw_symbol_detail detail;
    Dwfl *dwfl;
    Dwfl_Module *dwfl_module; /* NULL: missing, or not the file that ran */
};

struct mw_symbol_reader {
    struct module *modules;
    size_t module_count;
    struct mw_map *module_map;
};

/* The file is already open: libdwfl need not search for it. */
static int find_no_elf(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, char **path, Elf **elf)
{
    (void)module, (void)user, (void)name, (void)base, (void)path, (void)elf;
    return -1;
}

static int find_no_debug_file(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *path,
                              const char *link, GElf_Word crc, char **found)
{
    (void)module, (void)user, (void)name, (void)base, (void)path, (void)link, (void)crc, (void)found;
    return -1;
}

static const Dwfl_Callbacks with_debug_files = {
    .find_elf = find_no_elf, .find_debuginfo = mw_debug_files_find, .section_address = dwfl_offline_section_address};
static const Dwfl_Callbacks own_file_only = {
    .find_elf = find_no_elf, .find_debuginfo = find_no_debug_file, .section_address = dwfl_offline_section_address};

struct mw_symbol_reader *mw_symbol_reader_create(void)
{
    struct mw_symbol_reader *reader = mw_mem_alloc(1, sizeof(*reader));

    reader->module_map = mw_map_create();
    return reader;
}

void mw_symbol_reader_destroy(struct mw_symbol_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < reader->module_count; i++)
        if (reader->modules[i].dwfl)
            dwfl_end(reader->modules[i].dwfl);
    free(reader->modules);
    mw_map_destroy(reader->module_map);
    free(reader);
}

static bool is_same_build(Dwfl_Module *dwfl_module, const struct mw_module *key)
{
    const unsigned char *bits = NULL;
    GElf_Addr address;
    int length = dwfl_module_build_id(dwfl_module, &bits, &address);

    if (length <= 0)
        return key->build_id_length == 0; /* neither has a build id: accepted */
    return (uint32_t)length == key->build_id_length && memcmp(bits, key->build_id, (size_t)length) == 0;
}

/* Adds a file, whose descriptor libdwfl then owns, so that addresses are offsets. */
static void take_file(struct module *module, const char *path, int fd)
{
    Dwfl_Module *found;

    module->dwfl = dwfl_begin(module->detail == MW_SYMBOL_LINES ? &with_debug_files : &own_file_only);
    if (!module->dwfl) {
        close(fd);
        return;
    }
    dwfl_report_begin(module->dwfl);
    found = dwfl_report_elf(module->dwfl, path, path, fd, 0, true);
    if (!found)
        close(fd);
    dwfl_report_end(module->dwfl, NULL, NULL);
    if (found && is_same_build(found, &module->key))
        module->dwfl_module = found;
}

/* The debug file of a module that is missing here (from another host) or was replaced since. */
static void open_installed(struct module *module)
{
    char *path = NULL;
    int fd;

    if (!module->key.build_id_length || module->detail != MW_SYMBOL_LINES)
        return;
    fd = mw_debug_files_open(module->key.build_id, module->key.build_id_length, &path);
    if (fd >= 0) {
        if (module->dwfl)
            dwfl_end(module->dwfl);
        take_file(module, path, fd);
    }
    free(path);
}

static void open_module(struct module *module)
{
    int fd;

    if (module->key.path[0] != '/')
        return;
    fd = mw_safe_open_path(module->key.path, NULL, NULL);
    if (fd >= 0)
        take_file(module, module->key.path, fd);
    if (!module->dwfl_module)
        open_installed(module);
}

/* The module of a key, opened at the first use. */
static struct module *find_module(struct mw_symbol_reader *reader, const struct mw_module *key, enum mw_symbol_detail detail)
{
    struct {
        struct mw_module module;
        uint32_t detail, zero;
    } whole = {.module = *key, .detail = detail};
    uint32_t next = (uint32_t)reader->module_count, id = mw_map_add(reader->module_map, &whole, sizeof(whole), next);

    if (id == next) {
        struct module *module = MW_MEM_PUSH(reader->modules, reader->module_count);
        module->key = *key;
        module->detail = detail;
        open_module(module);
    }
    return &reader->modules[id];
}

/* The compilation unit of an address. gcc writes an index of units (.debug_aranges); clang does not, and then all units are
 * searched. */
static Dwarf_Die *find_unit(Dwfl_Module *module, Dwarf_Addr address, Dwarf_Addr *bias)
{
    Dwarf *dwarf = dwfl_module_getdwarf(module, bias);
    Dwarf_Die *unit;

    if (!dwarf || !mw_debug_files_are_known(module, dwarf))
        return NULL;
    if ((unit = dwfl_module_addrdie(module, address, bias)))
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

static bool has_function(Dwarf_Die *scopes, int count)
{
    for (int i = 0; i < count; i++)
        if (is_function(&scopes[i]))
            return true;
    return false;
}

/* Like dwarf_getscopes(), but also searches in scopes without addresses: Fortran's modules, Rust's namespaces. */
static int search_scopes(Dwarf_Die *root, Dwarf_Addr address, Dwarf_Die **scopes, int depth)
{
    int count = dwarf_getscopes(root, address, scopes);
    Dwarf_Die child;

    if (count > 0 && has_function(*scopes, count))
        return count;
    if (count > 0)
        free(*scopes);
    *scopes = NULL;
    count = 0;
    for (bool more = depth < DEFINITIONS_MAX && dwarf_child(root, &child) == 0; more && !count;
         more = dwarf_siblingof(&child, &child) == 0)
        if (dwarf_tag(&child) == DW_TAG_module || dwarf_tag(&child) == DW_TAG_namespace)
            count = search_scopes(&child, address, scopes, depth + 1);
    return count;
}

/* The scopes of an address as the code is nested: an inlined function is inside its caller. (dwarf_getscopes() alone
 * continues with the scopes of the inlined function's definition.) The caller frees *scopes. */
static int find_scopes(Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die **scopes)
{
    Dwarf_Die *innermost = NULL;
    int count = search_scopes(unit, address, &innermost, 0);

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

    for (int i = 0; i < DEFINITIONS_MAX; i++) {
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

/* Stores "mesh::Field::sum" in a frame; also for Fortran modules. */
static void set_name(struct mw_symbol_frame *frame, Dwarf_Die *function)
{
    Dwarf_Die declaration = declaration_of(function), *scopes = NULL;
    const char *own = dwarf_diename(function);
    char *text = frame->function;
    size_t size = sizeof(frame->function);
    int count;

    text[0] = '\0';
    if (!own)
        return;
    count = dwarf_getscopes_die(&declaration, &scopes);
    for (int i = count - 1; i > 0; i--) {
        int tag = dwarf_tag(&scopes[i]);
        const char *part = dwarf_diename(&scopes[i]);
        size_t length = strlen(text);
        if (tag == DW_TAG_subprogram) /* a class inside a function: its name is enough */
            text[0] = '\0';
        else if (tag == DW_TAG_namespace || tag == DW_TAG_module ||
                 (part && (tag == DW_TAG_class_type || tag == DW_TAG_structure_type)))
            snprintf(text + length, size - length, "%s::", part ? part : "(anonymous namespace)");
    }
    free(scopes);
    snprintf(text + strlen(text), size - strlen(text), "%s", own);
}

static void set_line(struct mw_symbol_frame *frame, const char *path, int line)
{
    if (!path || line <= 0)
        return;
    snprintf(frame->path, sizeof(frame->path), "%s", path);
    frame->line = (uint32_t)line;
}

/* Where an inlined function was called. */
static void set_caller(struct mw_symbol_frame *frame, Dwarf_Die *unit, Dwarf_Die *inlined)
{
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0, line = 0;
    Dwarf_Files *files;
    size_t count;

    if (dwarf_attr(inlined, DW_AT_call_file, &attribute) && dwarf_formudata(&attribute, &file) == 0 &&
        dwarf_attr(inlined, DW_AT_call_line, &attribute) && dwarf_formudata(&attribute, &line) == 0 && line <= INT32_MAX &&
        dwarf_getsrcfiles(unit, &files, &count) == 0)
        set_line(frame, dwarf_filesrc(files, (size_t)file, NULL, NULL), (int)line);
}

/* The frames at an address, innermost first: one for each inlined function, and the function that contains them. The first
 * already has its line. Returns their number. */
static unsigned set_nested(struct mw_symbol_frame *frames, Dwarf_Die *unit, Dwarf_Addr address)
{
    Dwarf_Die *scopes;
    int count = find_scopes(unit, address, &scopes);
    unsigned nested = 0;

    for (int i = 0; i < count; i++) {
        if (!is_function(&scopes[i]))
            continue;
        set_name(&frames[nested], &scopes[i]);
        if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine || nested + 1 == MW_SYMBOL_FRAMES)
            break;
        nested++;
        memset(&frames[nested], 0, sizeof(frames[nested]));
        set_caller(&frames[nested], unit, &scopes[i]);
    }
    free(scopes);
    return nested + 1;
}

/* Split DWARF: the functions are in another file, which libdw would open without checks. */
static bool is_skeleton(Dwarf_Die *unit)
{
    return dwarf_hasattr(unit, DW_AT_dwo_name) || dwarf_hasattr(unit, DW_AT_GNU_dwo_name);
}

/* Names from symbol tables: .symtab, also of the separate file, .dynsym, .gnu_debugdata; for a stub, the function it calls.
 * Keeps a name from the debug information. */
static void set_symbol(struct mw_symbol_frame *frame, const struct module *module, Dwarf_Addr address)
{
    GElf_Off into = 0;
    GElf_Sym symbol;
    const char *name = dwfl_module_addrinfo(module->dwfl_module, address, &into, &symbol, NULL, NULL, NULL);
    const char *stub = name ? NULL : mw_plt_names_find(module->dwfl_module, address, &into);
    char *plain;

    name = stub ? stub : name;
    plain = name ? mw_demangle(name) : NULL;
    if (name && !frame->function[0])
        snprintf(frame->function, sizeof(frame->function), "%s%s", plain ? plain : name, stub ? "@plt" : "");
    if (name)
        frame->into = into + 1; /* `address` is one byte before the return address */
    free(plain);
}

/* A place without debug information. */
static void set_plain(struct mw_symbol_frame *frame, const struct module *module, Dwarf_Addr address)
{
    char extension[MW_PYMETHODS_NAME];
    const char *method = NULL;

    set_symbol(frame, module, address);
    if (mw_pymethods_module(module->key.path, extension))
        method = mw_pymethods_find(module->dwfl_module, address);
    if (!method)
        return;
    snprintf(frame->function, sizeof(frame->function), "%s", method);
    frame->method = 1;
}

unsigned mw_symbol_reader_find(struct mw_symbol_reader *reader, const struct mw_module *key, uint64_t offset,
                               enum mw_symbol_detail detail, struct mw_symbol_frame frames[MW_SYMBOL_FRAMES])
{
    const struct module *module = find_module(reader, key, detail);
    Dwarf_Addr address = offset - (offset > 0), bias = 0;
    Dwarf_Die *unit = NULL;
    Dwarf_Line *line;
    unsigned count;
    int number = 0;

    memset(&frames[0], 0, sizeof(frames[0]));
    if (!module->dwfl_module)
        return 1;
    if (detail == MW_SYMBOL_LINES)
        unit = find_unit(module->dwfl_module, address, &bias);
    if (!unit) {
        set_plain(&frames[0], module, address);
        return 1;
    }
    line = dwarf_getsrc_die(unit, address - bias);
    if (line && dwarf_lineno(line, &number) == 0)
        set_line(&frames[0], dwarf_linesrc(line, NULL, NULL), number);
    count = is_skeleton(unit) ? 1 : set_nested(frames, unit, address - bias);
    if (!frames[count - 1].line || !frames[count - 1].function[0])
        set_symbol(&frames[count - 1], module, address);
    return count;
}
