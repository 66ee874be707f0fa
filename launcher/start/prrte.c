/* SPDX-License-Identifier: MIT */
#include "launcher/start/prrte.h"

#include "launcher/process/program.h"

#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_program(const char *word)
{
    char path[PATH_MAX];

    return mw_program_find(word, path, sizeof(path)) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

struct needs {
    bool pmix, orte;
};

static void note_library(struct needs *needs, const char *name)
{
    needs->pmix |= name && (!strncmp(name, "libpmix.", 8) || !strncmp(name, "libprrte.", 9));
    needs->orte |= name && !strncmp(name, "libopen-rte.", 12); /* Open MPI 4 may need PMIx as well */
}

static struct needs needs_of(int fd)
{
    Elf *elf = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_begin(fd, ELF_C_READ, NULL);
    struct needs needs = {false, false};
    GElf_Shdr header;
    GElf_Dyn entry;

    for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section));) {
        Elf_Data *data = gelf_getshdr(section, &header) && header.sh_type == SHT_DYNAMIC ? elf_getdata(section, NULL) : NULL;
        for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++)
            if (entry.d_tag == DT_NEEDED)
                note_library(&needs, elf_strptr(elf, header.sh_link, entry.d_un.d_val));
    }
    elf_end(elf);
    return needs;
}

bool mw_prrte_is(const char *word)
{
    int fd = open_program(word);
    struct needs needs = {false, false};

    if (fd >= 0) {
        needs = needs_of(fd);
        close(fd);
    }
    return needs.pmix && !needs.orte;
}
