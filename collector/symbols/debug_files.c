/* SPDX-License-Identifier: MIT */
#include "collector/symbols/debug_files.h"

#include "collector/base/io.h"
#include "collector/base/safe_open.h"

#include <dlfcn.h>
#include <elfutils/libdwelf.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROOT "/usr/lib/debug"

static bool network_allowed;

void mw_debug_files_allow_network(bool allow)
{
    network_allowed = allow;
}

bool mw_debug_files_network_allowed(void)
{
    return network_allowed;
}

enum match { SAME, OTHER, NO_ID };

static enum match compare_build_id(int fd, const void *bits, int length)
{
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    const void *own = NULL;
    ssize_t own_length = elf ? dwelf_elf_gnu_build_id(elf, &own) : -1;
    enum match match = length <= 0 || own_length <= 0                                   ? NO_ID
                       : own_length == length && memcmp(own, bits, (size_t)length) == 0 ? SAME
                                                                                        : OTHER;

    elf_end(elf);
    return match;
}

/* As in a debug link: CRC-32 of the complete file (that of zlib and Ethernet). */
static uint32_t crc_of(int fd)
{
    unsigned char buffer[16384];
    uint32_t table[256], crc = UINT32_MAX;
    off_t at = 0;
    ssize_t n;

    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
    }
    for (; (n = mw_io_pread(fd, buffer, sizeof(buffer), at)) > 0; at += n)
        for (ssize_t i = 0; i < n; i++)
            crc = table[(crc ^ buffer[i]) & 0xff] ^ crc >> 8;
    return ~crc;
}

/* How a file is matched with its module. */
struct proof {
    const unsigned char *bits; /* build id */
    int length;                /* 0: it has none */
    bool by_crc;               /* without build ids the checksum decides */
    uint32_t crc;
    bool any; /* not checked here: mw_debug_files_are_known() does */
};

static bool belongs(int fd, const struct proof *proof)
{
    enum match match = proof->any ? SAME : compare_build_id(fd, proof->bits, proof->length);

    return match == SAME || (match == NO_ID && proof->by_crc && crc_of(fd) == proof->crc);
}

/* Opens `path` if it exists and belongs to the module. */
static int try(const char *path, const struct proof *proof, char **found)
{
    int fd = mw_safe_open_path(path, NULL, NULL);

    if (fd < 0)
        return -1;
    if (!belongs(fd, proof)) {
        close(fd);
        return -1;
    }
    *found = strdup(path);
    return fd;
}

static int find_by_build_id(const struct proof *proof, const char *suffix, char **found)
{
    char path[PATH_MAX];
    size_t used = (size_t)snprintf(path, sizeof(path), ROOT "/.build-id/");
    const struct proof sure = {.bits = proof->bits, .length = proof->length};

    if (proof->length < 2 || proof->length > 64)
        return -1;
    for (int i = 0; i < proof->length; i++)
        used += (size_t)snprintf(path + used, sizeof(path) - used, i ? "%02x" : "%02x/", proof->bits[i]);
    snprintf(path + used, sizeof(path) - used, "%s", suffix);
    return try(path, &sure, found);
}

/* Next to the module, in .debug below it, and at the same path below /usr/lib/debug, which may use either name on systems
 * where /lib is /usr/lib. */
static int find_by_link(const char *module, const char *link, const struct proof *proof, char **found)
{
    static const struct {
        const char *before, *behind;
        const char *skip; /* prefix of the module's directory to remove; other directories have no such place */
    } places[] = {{"", "/", ""}, {"", "/.debug/", ""}, {ROOT, "/", ""}, {ROOT, "/", "/usr"}, {ROOT "/usr", "/", ""}};
    const char *slash = strrchr(module, '/');
    char path[PATH_MAX];
    int fd = -1;

    if (link[0] == '/')
        return try(link, proof, found);
    for (size_t i = 0; slash && fd < 0 && i < sizeof(places) / sizeof(places[0]); i++) {
        size_t skip = strlen(places[i].skip);
        int length;
        if (strncmp(module, places[i].skip, skip) != 0)
            continue;
        length = snprintf(path, sizeof(path), "%s%.*s%s%s", places[i].before, (int)(slash - module - (ptrdiff_t)skip),
                          module + skip, places[i].behind, link);
        if (length < (int)sizeof(path) && strcmp(path, module) != 0)
            fd = try(path, proof, found);
    }
    return fd;
}

/* Without a debug link: the usual name, of a file with the module's build id. */
static int find_by_name(const char *module, const struct proof *proof, char **found)
{
    const char *slash = strrchr(module, '/');
    char name[NAME_MAX + 1];

    if (!slash || snprintf(name, sizeof(name), "%s.debug", slash + 1) >= (int)sizeof(name))
        return -1;
    return find_by_link(module, name, proof, found);
}

/* The file to which dwz has moved parts: by its build id, else by name. `path` is that of the debug file. */
static int find_supplementary(Dwfl_Module *module, const char *path, const char *link, char **found)
{
    Dwarf_Addr bias;
    Dwarf *dwarf = dwfl_module_getdwarf(module, &bias); /* libdwfl has opened it, and looks up the file it refers to */
    const void *bits = NULL;
    const char *name;
    ssize_t length = dwarf ? dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &bits) : -1;
    const struct proof own = {.bits = bits, .length = length > 0 && length <= 64 ? (int)length : 0};
    const struct proof any = {.any = true};
    int fd = find_by_build_id(&own, ".debug", found);

    return fd < 0 && path ? find_by_link(path, link, &any, found) : fd;
}

/* By libdebuginfod, which is loaded on first use, as libdwfl does. */
static int ask_servers(const struct proof *proof, char **found)
{
    union {
        void *address;
        void *(*begin)(void);
        int (*find)(void *client, const unsigned char *id, int length, char **path);
        void (*end)(void *client);
    } begin, find, end;
    void *library = network_allowed && proof->length > 0 ? dlopen("libdebuginfod.so.1", RTLD_LAZY) : NULL;
    void *client;
    int fd = -1;

    if (!library)
        return -1;
    begin.address = dlsym(library, "debuginfod_begin");
    find.address = dlsym(library, "debuginfod_find_debuginfo");
    end.address = dlsym(library, "debuginfod_end");
    client = begin.address && find.address && end.address ? begin.begin() : NULL;
    if (client) {
        fd = find.find(client, proof->bits, proof->length, found);
        end.end(client);
    }
    return fd < 0 ? -1 : fd; /* never unloaded: libcurl does not support it */
}

int mw_debug_files_find(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *path, const char *link,
                        GElf_Word crc, char **found)
{
    struct proof proof = {.by_crc = link, .crc = crc};
    GElf_Addr address;
    int fd;

    (void)name;
    (void)base;
    if (link && !crc) { /* dwz's */
        fd = find_supplementary(module, path, link, found);
        if (fd >= 0)
            *user = module; /* for mw_debug_files_are_known() */
        return fd;
    }
    proof.length = dwfl_module_build_id(module, &proof.bits, &address);
    fd = find_by_build_id(&proof, ".debug", found);
    if (fd < 0 && path)
        fd = link ? find_by_link(path, link, &proof, found) : find_by_name(path, &proof, found);
    return fd < 0 ? ask_servers(&proof, found) : fd;
}

int mw_debug_files_open(const void *build_id, size_t length, char **found)
{
    const struct proof proof = {.bits = build_id, .length = (int)length};
    int fd = find_by_build_id(&proof, ".debug", found);

    return fd < 0 ? find_by_build_id(&proof, "", found) : fd;
}

bool mw_debug_files_are_known(Dwfl_Module *module, Dwarf *dwarf)
{
    const void *wanted, *own;
    const char *name;
    ssize_t length = dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &wanted);
    void **found = NULL;
    Dwarf *other;

    if (length <= 0)
        return true;
    dwfl_module_info(module, &found, NULL, NULL, NULL, NULL, NULL, NULL);
    other = found && *found ? dwarf_getalt(dwarf) : NULL;
    return other && dwelf_elf_gnu_build_id(dwarf_getelf(other), &own) == length && memcmp(own, wanted, (size_t)length) == 0 &&
           dwelf_dwarf_gnu_debugaltlink(other, &name, &wanted) <= 0;
}
