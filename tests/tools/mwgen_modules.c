/* SPDX-License-Identifier: MIT */
/* The modules in which the ranks' frames are. */
#include "tests/tools/mwgen.h"

#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void take_build_id(struct mw_module *module, const char *at, const char *end)
{
    while (at + sizeof(ElfW(Nhdr)) <= end) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *name = at + sizeof(*note), *bits = name + ((note->n_namesz + 3) & ~3u);
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4) &&
            note->n_descsz <= sizeof(module->build_id)) {
            module->build_id_length = note->n_descsz;
            memcpy(module->build_id, bits, note->n_descsz);
        }
        at = bits + ((note->n_descsz + 3) & ~3u);
    }
}

/* This program and the C library: existing files with build ids. */
static int take_module(struct dl_phdr_info *info, size_t size, void *data)
{
    struct generator *g = data;
    struct module module = {0};

    (void)size;
    if (g->module_count == 0)
        must(readlink("/proc/self/exe", module.record.path, sizeof(module.record.path) - 1) > 0, "/proc/self/exe");
    else if (strstr(info->dlpi_name, "/libc.so"))
        snprintf(module.record.path, sizeof(module.record.path), "%s", info->dlpi_name);
    else
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        const char *at = (const char *)info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_NOTE)
            take_build_id(&module.record, at, at + header->p_memsz);
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X)) {
            module.text = header->p_vaddr;
            module.length = header->p_memsz;
        }
    }
    g->modules[g->module_count++] = module;
    return g->module_count == MODULES - 1;
}

void mwgen_find_modules(struct generator *g)
{
    dl_iterate_phdr(take_module, g);
    g->modules[g->module_count++] = (struct module){
        .record = {.path = "/nonexistent/libsolver.so", .build_id_length = 20}, .text = 0x1000, .length = 0x8000};
}
