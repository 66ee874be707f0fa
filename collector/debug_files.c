/* SPDX-License-Identifier: MIT */
#include "collector/debug_files.h"

#include "collector/io.h"
#include "collector/safe_open.h"

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

static bool has_build_id(int fd, const void *bits, int length)
{
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    const void *own = NULL;
    ssize_t own_length = elf ? dwelf_elf_gnu_build_id(elf, &own) : -1;
    bool same = own_length == length && memcmp(own, bits, (size_t)length) == 0;

    elf_end(elf);
    return same;
}

/* As in a debug link: CRC-32 of the whole file (that of zlib and Ethernet). */
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

/* What shows that a file belongs to a module. */
struct proof {
    const unsigned char *bits; /* build id */
    int length;                /* 0: it has none */
    uint32_t crc;              /* 0: any will do, mw_debug_files_are_known() looks */
};

/* Opens `path` when it is there and belongs to the module. */
static int try(const char *path, const struct proof *proof, char **found)
{
    int fd = mw_safe_open_path(path, NULL, NULL);

    if (fd < 0)
        return -1;
    if (proof->crc && (proof->length > 0 ? !has_build_id(fd, proof->bits, proof->length) : crc_of(fd) != proof->crc)) {
        close(fd);
        return -1;
    }
    *found = strdup(path);
    return fd;
}

static int find_by_build_id(const struct proof *proof, char **found)
{
    char path[PATH_MAX];
    size_t used = (size_t)snprintf(path, sizeof(path), ROOT "/.build-id/");
    const struct proof sure = {proof->bits, proof->length, 1};

    if (proof->length < 2 || proof->length > 64)
        return -1;
    for (int i = 0; i < proof->length; i++)
        used += (size_t)snprintf(path + used, sizeof(path) - used, i ? "%02x" : "%02x/", proof->bits[i]);
    snprintf(path + used, sizeof(path) - used, ".debug");
    return try(path, &sure, found);
}

/* Beside the module, in .debug below it, and in the same place below /usr/lib/debug. */
static int find_by_link(const char *module, const char *link, const struct proof *proof, char **found)
{
    static const char *const forms[] = {"%.*s/%s", "%.*s/.debug/%s", ROOT "%.*s/%s"};
    const char *slash = strrchr(module, '/');
    char path[PATH_MAX];
    int fd = -1;

    if (link[0] == '/')
        return try(link, proof, found);
    for (size_t i = 0; slash && fd < 0 && i < sizeof(forms) / sizeof(forms[0]); i++) {
        int length;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        length = snprintf(path, sizeof(path), forms[i], (int)(slash - module), module, link);
#pragma GCC diagnostic pop
        if (length < (int)sizeof(path) && strcmp(path, module) != 0)
            fd = try(path, proof, found);
    }
    return fd;
}

/* By libdebuginfod, as libdwfl does: it is loaded when it is wanted. */
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
    return fd < 0 ? -1 : fd; /* the library stays: curl does not like to be unloaded */
}

int mw_debug_files_find(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *path,
                        const char *link, GElf_Word crc, char **found)
{
    struct proof proof = {.crc = crc};
    bool supplementary = link && !crc; /* dwz's: its build id is another one */
    GElf_Addr address;
    int fd = -1;

    (void)name;
    (void)base;
    proof.length = dwfl_module_build_id(module, &proof.bits, &address);
    if (!supplementary)
        fd = find_by_build_id(&proof, found);
    if (fd < 0 && link && path)
        fd = find_by_link(path, link, &proof, found);
    if (fd >= 0 && supplementary)
        *user = module; /* for mw_debug_files_are_known() */
    return fd < 0 && !supplementary ? ask_servers(&proof, found) : fd;
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
    return other && dwelf_elf_gnu_build_id(dwarf_getelf(other), &own) == length
           && memcmp(own, wanted, (size_t)length) == 0 && dwelf_dwarf_gnu_debugaltlink(other, &name, &wanted) <= 0;
}
