/* SPDX-License-Identifier: MIT */
#include "launcher/sample/evidence.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/journal/procmem.h"
#include "collector/journal/seen.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBRARY MW_FILE_SHIM

/* ---- the environment ---- */

/* Finds the path of memwatch's library in a value of LD_PRELOAD; false: it is not there. */
static bool find_library(const char *preload, char *path, size_t size)
{
    for (const char *at = preload; *at;) {
        size_t length = strcspn(at, ": \t");
        snprintf(path, size, "%.*s", (int)length, at);
        if (strstr(path, LIBRARY))
            return true;
        at += length;
        at += strspn(at, ": \t");
    }
    return false;
}

/* Whether the process, which may have another root or mount namespace, can read this file. */
static bool can_see(int procfd, pid_t pid, const char *path)
{
    char name[PATH_MAX];

    if (snprintf(name, sizeof(name), "%ld/root%s", (long)pid, path) >= (int)sizeof(name))
        return true;
    return !faccessat(procfd, name, R_OK, 0) || (errno != ENOENT && errno != ENOTDIR);
}

/* Whether it has another mount namespace or root than this process: only then can files be missing. */
static bool has_other_files(int procfd, pid_t pid)
{
    static const char *const names[] = {"ns/mnt", "root"};
    struct stat ours, theirs;
    char path[64];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char own[64];
        snprintf(path, sizeof(path), "%ld/%s", (long)pid, names[i]);
        snprintf(own, sizeof(own), "self/%s", names[i]);
        if (!fstatat(procfd, path, &theirs, 0) && !fstatat(procfd, own, &ours, 0) &&
            (ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev))
            return true;
    }
    return false;
}

static void note_files(struct mw_view_process *entry, int procfd, const char *library, const char *dir)
{
    if (!has_other_files(procfd, entry->pid))
        return;
    entry->facts |= MW_SEEN_ROOT;
    if (library && library[0] == '/' && !can_see(procfd, entry->pid, library))
        entry->facts |= MW_SEEN_NO_FILE;
    if (dir && dir[0] == '/' && !can_see(procfd, entry->pid, dir))
        entry->facts |= MW_SEEN_NO_DIR;
}

static void note_environment(struct mw_view_process *entry, int procfd, const struct mw_environment *environment)
{
    const char *preload = mw_environment_value(environment->text, environment->size, "LD_PRELOAD");
    const char *dir = mw_environment_value(environment->text, environment->size, "MEMWATCH_RUN_DIR");
    char library[PATH_MAX];
    bool has = preload && find_library(preload, library, sizeof(library));

    entry->facts |= MW_SEEN_ENVIRON | (has ? MW_SEEN_PRELOAD : 0) | (dir ? MW_SEEN_RUN : 0);
    if (!has)
        snprintf(entry->preload, sizeof(entry->preload), "%s", preload ? preload : "");
    else
        note_files(entry, procfd, library, dir);
}

/* ---- the program file ---- */

union head {
    char bytes[4096];
    ElfW(Ehdr) elf;
};

/* Its first bytes; false: unreadable, or not a program. */
static bool read_head(int procfd, const char *name, union head *head)
{
    int fd = openat(procfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t length = fd < 0 ? -1 : mw_io_pread(fd, head->bytes, sizeof(head->bytes), 0);

    if (fd >= 0)
        close(fd);
    return length >= (ssize_t)sizeof(head->elf) && !memcmp(head->elf.e_ident, ELFMAG, SELFMAG);
}

/* Whether the program has no loader; a loader that is started as a program does not count. */
static bool is_static(const union head *head, const char *exe)
{
    const char *slash = strrchr(exe, '/'), *base = slash ? slash + 1 : exe;
    const ElfW(Phdr) *segments = (const void *)(head->bytes + head->elf.e_phoff);
    size_t end = sizeof(head->bytes);

    if (head->elf.e_phentsize != sizeof(*segments) || head->elf.e_phoff % sizeof(long) || head->elf.e_phoff >= end ||
        head->elf.e_phnum > (end - head->elf.e_phoff) / sizeof(*segments) || !strncmp(base, "ld", 2))
        return false;
    for (size_t i = 0; i < head->elf.e_phnum; i++)
        if (segments[i].p_type == PT_INTERP)
            return false;
    return true;
}

static void note_program(struct mw_view_process *entry, int procfd)
{
    static union head own; /* read once */
    union head head;
    char name[32];

    snprintf(name, sizeof(name), "%ld/exe", (long)entry->pid);
    if ((!own.bytes[0] && !read_head(procfd, "self/exe", &own)) || !read_head(procfd, name, &head))
        return;
    entry->facts |= MW_SEEN_ELF;
    if (head.elf.e_ident[EI_CLASS] != own.elf.e_ident[EI_CLASS] || head.elf.e_machine != own.elf.e_machine)
        entry->facts |= MW_SEEN_FOREIGN;
    else if (is_static(&head, entry->exe))
        entry->facts |= MW_SEEN_STATIC;
}

static void note_auxv(struct mw_view_process *entry, int procfd)
{
    ElfW(auxv_t) vector[64];
    int fd = entry->facts & MW_SEEN_FOREIGN ? -1 : mw_procmem_open(procfd, entry->pid, "auxv");
    ssize_t length = fd < 0 ? -1 : read(fd, vector, sizeof(vector));

    if (fd >= 0)
        close(fd);
    for (size_t i = 0; length > 0 && i < (size_t)length / sizeof(vector[0]); i++)
        if (vector[i].a_type == AT_SECURE)
            entry->facts |= MW_SEEN_AUXV | (vector[i].a_un.a_val ? MW_SEEN_SECURE : 0);
}

/* ---- */

void mw_evidence_start(struct mw_view_process *entry, int procfd, const struct mw_environment *environment)
{
    struct stat st;
    char name[16];

    entry->facts &= MW_SEEN_MAPS | MW_SEEN_LIBRARY; /* keep facts from other sources */
    entry->preload[0] = '\0';
    snprintf(name, sizeof(name), "%ld", (long)entry->pid);
    if (environment && environment->complete && entry->command[0] != '[') /* empty in the middle of an exec */
        note_environment(entry, procfd, environment);
    else if (!environment && geteuid() && !fstatat(procfd, name, &st, 0) && st.st_uid != geteuid())
        entry->facts |= MW_SEEN_USER;
    note_program(entry, procfd);
    note_auxv(entry, procfd);
}

void mw_evidence_look(struct mw_view_process *entry, int procfd)
{
    struct mw_procmem_maps maps;

    if (mw_procmem_maps_read(procfd, entry->pid, &maps))
        return;
    entry->facts |= MW_SEEN_MAPS | (maps.shim ? MW_SEEN_LIBRARY : 0);
    if (maps.mpi[0])
        snprintf(entry->mpi, sizeof(entry->mpi), "%s", maps.mpi);
}
