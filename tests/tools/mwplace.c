/* SPDX-License-Identifier: MIT */
/* mwplace FILE ADDRESS [BUILD-ID-OF]: the label and the function of a place, as a report would show them, innermost first.
 * FILE is absolute; if FILE no longer exists, the build id is that of the third argument. */
#include "collector/symbols/symbols.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_build_id(struct mw_module *module, const char *path)
{
    int fd = open(path, O_RDONLY);
    Elf *elf;
    const void *bits;
    ssize_t length;

    if (fd < 0)
        return;
    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ, NULL);
    length = elf ? dwelf_elf_gnu_build_id(elf, &bits) : -1;
    if (length > 0 && (size_t)length <= sizeof(module->build_id)) {
        memcpy(module->build_id, bits, (size_t)length);
        module->build_id_length = (uint32_t)length;
    }
    elf_end(elf);
    close(fd);
}

int main(int argc, char **argv)
{
    struct mw_symbols *symbols = mw_symbols_create();
    struct mw_module module = {.build_id_length = 0};
    const struct mw_symbols_place *place;

    if (argc < 3)
        return 2;
    snprintf(module.path, sizeof(module.path), "%s", argv[1]);
    read_build_id(&module, argv[argc > 3 ? 3 : 1]);
    place = mw_symbols_find(symbols, mw_symbols_module(symbols, &module), strtoull(argv[2], NULL, 0));
    for (; place; place = place->outer)
        printf("%s %s\n", place->label, place->function);
    if (mw_symbols_problem(symbols))
        fprintf(stderr, "%s\n", mw_symbols_problem(symbols));
    mw_symbols_destroy(symbols);
    return 0;
}
