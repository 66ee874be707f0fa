/* SPDX-License-Identifier: MIT */
/* MPI as programs will find it: its libraries, its launchers, and the shim. */
#include "launcher/doctor/checks.h"
#include "launcher/process/program.h"
#include "launcher/start/preload.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum family { NONE = 0, OPEN_MPI = 1, MPICH = 2 };

/* Names that programs are linked to, in any version. */
static const char *const sonames[] = {"libmpi.so.40", "libmpich.so.12", "libmpi.so.12", "libmpi.so.20"};
static const char *const launchers[] = {"mpirun", "mpiexec", "srun", "mpirun.openmpi", "mpirun.mpich"};

/* A symbol that only this family's library has; a shim built for the family contains its name. */
static const char *const marks[] = {[OPEN_MPI] = "ompi_mpi_comm_world", [MPICH] = "MPIR_Err_create_code"};
static const char *const names[] = {[OPEN_MPI] = "Open MPI", [MPICH] = "MPICH"};

static int families_found; /* set by the check of libraries, which runs before that of the shim */

/* In a child: loads a library and prints its version. Returns its family. */
static int load_library(void *context, struct mw_doctor_text *said)
{
    void *library = dlopen(context, RTLD_LAZY | RTLD_LOCAL);
    void *function = library ? dlsym(library, "MPI_Get_library_version") : NULL;
    char version[16384] = "", path[PATH_MAX];
    int length = 0, family = NONE;
    Dl_info info;

    if (!function)
        return NONE;
    for (int i = OPEN_MPI; i <= MPICH; i++)
        if (dlsym(library, marks[i]))
            family = i;
    ((int (*)(char *, int *))function)(version, &length);
    version[strcspn(version, ",\n")] = '\0';
    for (char *c = version; *c; c++)
        if (*c == '\t')
            *c = ' ';
    if (!dladdr(function, &info) || !realpath(info.dli_fname, path))
        snprintf(path, sizeof(path), "%s", (char *)context);
    mw_doctor_print(said, "%s: %s%s", version[0] ? version : "an MPI", path, family ? "" : " (not supported by memwatch)");
    return family;
}

static void try_library(struct mw_doctor_text *found, const char *name)
{
    struct mw_doctor_text one = {.length = 0};
    int family = mw_doctor_try(load_library, (void *)(uintptr_t)name, MW_DOCTOR_SECONDS, &one);

    if (!one.length || strstr(found->text, one.text))
        return;
    if (family > 0)
        families_found |= 1 << family;
    mw_doctor_print(found, "%s%s", found->length ? "\n" : "", one.text);
}

/* Where a module or a package installs it if the loader does not find it: relative to its launcher. */
static void try_beside(struct mw_doctor_text *found, const char *launcher)
{
    static const char *const folders[] = {"lib", "lib64"};
    char path[PATH_MAX], real[PATH_MAX], *slash;

    if (!mw_program_find(launcher, path, sizeof(path)) || !realpath(path, real) || !(slash = strrchr(real, '/')))
        return;
    *slash = '\0';
    for (size_t i = 0; i < sizeof(sonames) / sizeof(sonames[0]); i++)
        for (size_t k = 0; k < 2; k++) {
            char library[PATH_MAX + 64];
            snprintf(library, sizeof(library), "%s/../%s/%s", real, folders[k], sonames[i]);
            if (!access(library, R_OK))
                try_library(found, library);
        }
}

enum mw_doctor_state mw_doctor_libraries(struct mw_doctor_text *found)
{
    for (size_t i = 0; i < sizeof(sonames) / sizeof(sonames[0]); i++)
        try_library(found, sonames[i]);
    for (size_t i = 0; i < sizeof(launchers) / sizeof(launchers[0]); i++)
        try_beside(found, launchers[i]);
    if (!found->length)
        mw_doctor_print(found, "none found by the loader or relative to a launcher");
    return families_found ? MW_DOCTOR_GOOD : MW_DOCTOR_BAD;
}

static const char *kind_of(const char *version)
{
    static const struct {
        const char *word, *name;
    } kinds[] = {{"Open MPI", "Open MPI"}, {"OpenRTE", "Open MPI"},    {"PRRTE", "Open MPI (PRRTE)"},
                 {"prte", "PRRTE"},        {"HYDRA", "MPICH (Hydra)"}, {"Intel", "Intel MPI"},
                 {"slurm", "Slurm"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strstr(version, kinds[i].word))
            return kinds[i].name;
    return NULL;
}

enum mw_doctor_state mw_doctor_launchers(struct mw_doctor_text *found)
{
    char path[PATH_MAX];
    bool any = false;

    for (size_t i = 0; i < sizeof(launchers) / sizeof(launchers[0]); i++) {
        char *const command[] = {path, (char *)(uintptr_t) "--version", NULL};
        struct mw_doctor_text said = {.length = 0};
        const char *kind;
        if (!mw_program_find(launchers[i], path, sizeof(path)))
            continue;
        mw_doctor_run(command, &said);
        kind = kind_of(said.text);
        any = any || kind;
        said.text[strcspn(said.text, "\n")] = '\0';
        mw_doctor_print(found, "%s%s: %s", found->length ? "\n" : "", path, kind ? kind : "unknown MPI: ");
        if (!kind)
            mw_doctor_print(found, "%s", said.text[0] ? said.text : "no answer to --version");
    }
    if (!found->length)
        mw_doctor_print(found, "no mpirun, mpiexec or srun on PATH");
    return any ? MW_DOCTOR_GOOD : MW_DOCTOR_BAD;
}

/* Which families the shim was built for: it contains the names of their marker symbols. */
static int families_of(const char *shim)
{
    int fd = open(shim, O_RDONLY | O_CLOEXEC);
    int families = 0;
    struct stat st;
    void *map = MAP_FAILED;

    if (fd < 0)
        return 0;
    if (!fstat(fd, &st) && st.st_size > 0)
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return 0;
    for (int i = OPEN_MPI; i <= MPICH; i++)
        if (memmem(map, (size_t)st.st_size, marks[i], strlen(marks[i])))
            families |= 1 << i;
    munmap(map, (size_t)st.st_size);
    return families;
}

/* If it cannot preload, the loader only warns, on stderr. */
static bool is_loadable(const char *shim, struct mw_doctor_text *said)
{
    char preload[PATH_MAX + 16];
    char *const command[] = {(char *)(uintptr_t) "env", preload, (char *)(uintptr_t) "true", NULL};

    snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", shim);
    return mw_doctor_run(command, said) == 0 && !said->length;
}

enum mw_doctor_state mw_doctor_shim(struct mw_doctor_text *found)
{
    struct mw_doctor_text said = {.length = 0};
    char shim[PATH_MAX];
    struct mw_err err;
    int built;

    if (mw_preload_find(shim, sizeof(shim), &err) < 0) {
        mw_doctor_print(found, "%s", err.text);
        return MW_DOCTOR_BAD;
    }
    built = families_of(shim);
    mw_doctor_print(found, "%s, built for", shim);
    for (int i = OPEN_MPI; i <= MPICH; i++)
        if (built & 1 << i)
            mw_doctor_print(found, "%s%s", i == MPICH && built & 1 << OPEN_MPI ? " and " : " ", names[i]);
    if (!built)
        mw_doctor_print(found, " no MPI: not memwatch's library");
    for (int i = OPEN_MPI; i <= MPICH; i++)
        if (families_found & ~built & 1 << i)
            mw_doctor_print(found, "\nnot for %s, which is installed here: rebuild memwatch where its mpi.h is", names[i]);
    if (is_loadable(shim, &said))
        return built && !(families_found & ~built) ? MW_DOCTOR_GOOD : MW_DOCTOR_BAD;
    said.text[strcspn(said.text, "\n")] = '\0';
    mw_doctor_print(found, "\ncannot be preloaded: %s",
                    said.text[0] ? said.text : "a program with it preloaded does not start");
    return MW_DOCTOR_BAD;
}
