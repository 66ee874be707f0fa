/* SPDX-License-Identifier: MIT */
#include "launcher/doctor/checks.h"

#include "collector/base/io.h"
#include "collector/base/units.h"
#include "collector/journal/journal.h"
#include "collector/journal/segment.h"
#include "collector/symbols/symbols.h"
#include "launcher/rundir/rundir.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <link.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FILES_LEAST 256 /* descriptors that an MPI library may need on a large node */

/* Callback: takes the first object, which is the program itself. */
static int take_build_id(struct dl_phdr_info *info, size_t size, void *context)
{
    struct mw_module *module = context;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const char *at = (const char *)(uintptr_t)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        const char *end = at + info->dlpi_phdr[i].p_memsz;
        while (info->dlpi_phdr[i].p_type == PT_NOTE && end - at > (ptrdiff_t)sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *note = (const void *)at;
            const char *id = at + sizeof(*note) + (note->n_namesz + 3U) / 4 * 4;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_descsz <= sizeof(module->build_id)) {
                memcpy(module->build_id, id, note->n_descsz);
                module->build_id_length = note->n_descsz;
                return 1;
            }
            at = id + (note->n_descsz + 3U) / 4 * 4;
        }
    }
    return 1;
}

/* Looks up this function's address in the program's file. */
static enum mw_doctor_state check_libdw(struct mw_doctor_text *found)
{
    struct mw_symbols *symbols = mw_symbols_create();
    struct mw_module module = {.build_id_length = 0};
    enum mw_doctor_state state = MW_DOCTOR_INFO;
    const struct mw_symbols_place *place;
    struct link_map *map = NULL;
    Dl_info info;

    if (readlink("/proc/self/exe", module.path, sizeof(module.path) - 1) < 0 || !symbols ||
        !dladdr1((void *)(uintptr_t)check_libdw, &info, (void **)&map, RTLD_DL_LINKMAP) || !map) {
        mw_symbols_destroy(symbols);
        mw_doctor_print(found, "cannot find this program's file");
        return MW_DOCTOR_BAD;
    }
    dl_iterate_phdr(take_build_id, &module);
    place = mw_symbols_find(symbols, mw_symbols_module(symbols, &module), (uint64_t)(uintptr_t)check_libdw - map->l_addr + 5);
    if (place->line) {
        mw_doctor_print(found, "libdw finds %s in memwatch's own binary", place->label);
        state = MW_DOCTOR_GOOD;
    } else
        mw_doctor_print(found, "libdw is available; memwatch has no line table to test it with (%s)", place->label);
    mw_symbols_destroy(symbols);
    return state;
}

static void remove_again(struct mw_rundir *dir)
{
    mw_rundir_remove(dir);
    mw_rundir_close(dir);
}

/* Prints how many journals fit into a directory, or why it cannot hold any. */
static bool has_room(struct mw_doctor_text *found, const char *base)
{
    struct mw_rundir dir;
    struct statvfs fs;
    struct mw_err err;

    mw_doctor_print(found, "%s", found->length ? "\n" : "");
    if (mw_rundir_create(&dir, base, &err) < 0) {
        mw_doctor_print(found, "%s", err.text);
        return false;
    }
    if (!fstatvfs(dir.fd, &fs))
        mw_doctor_print(found, "%s: room for %s ranks", base,
                        mw_units_count((uint64_t)fs.f_bavail * fs.f_frsize / mw_journal_length()).text);
    remove_again(&dir);
    return true;
}

static enum mw_doctor_state check_room(struct mw_doctor_text *found)
{
    const char *bases[] = {"/dev/shm", getenv("TMPDIR"), "/tmp"};
    struct mw_rundir dir;
    struct mw_err err;
    bool any = false;

    for (size_t i = 0; i < 3; i++)
        if (bases[i] && *bases[i] && (i == 0 || !bases[i - 1] || strcmp(bases[i], bases[i - 1])))
            any = has_room(found, bases[i]) || any;
    if (any && mw_rundir_create(&dir, NULL, &err) < 0) { /* needs more room than a --run-dir has to have */
        mw_doctor_print(found, "\n%s", err.text);
        return MW_DOCTOR_BAD;
    }
    if (any)
        remove_again(&dir);
    return any ? MW_DOCTOR_GOOD : MW_DOCTOR_BAD;
}

/* Makes a segment the way a rank does. */
static bool try_segment(struct mw_err *err)
{
    struct mw_journal journal;
    struct mw_rundir dir;
    bool made;

    if (mw_rundir_create(&dir, NULL, err) < 0)
        return false;
    made = !mw_journal_create_segment(&journal, dir.fd, dir.path, "journal", err);
    if (made) {
        mw_journal_unmap(&journal);
        mw_segment_remove(dir.fd, "journal");
    }
    remove_again(&dir);
    return made;
}

static uint64_t read_limit(const char *path)
{
    char text[32];

    return mw_io_read_text(AT_FDCWD, path, text, sizeof(text)) > 0 ? strtoull(text, NULL, 10) : 0;
}

/* Shared memory segments are optional: without them journals are files. */
static enum mw_doctor_state check_segments(struct mw_doctor_text *found)
{
    uint64_t most = read_limit("/proc/sys/kernel/shmmni");
    struct shm_info info = {.used_ids = 0};
    struct mw_err err;

    if (!try_segment(&err)) {
        mw_doctor_print(found, "%s; journals are mapped files: truncating one kills its rank", err.text);
        return MW_DOCTOR_INFO;
    }
    shmctl(0, SHM_INFO, (struct shmid_ds *)&info);
    mw_doctor_print(found, "%s for each rank, protected from truncation; %d of %llu are in use on this host",
                    mw_units_bytes(mw_segment_size(mw_journal_length())).text, info.used_ids, (unsigned long long)most);
    if (read_limit("/proc/sys/kernel/shm_rmid_forced"))
        mw_doctor_print(found, "\nkernel.shm_rmid_forced is 1: if memwatch and a rank are both killed, the data of that "
                               "rank is lost");
    return MW_DOCTOR_GOOD;
}

static enum mw_doctor_state check_files(struct mw_doctor_text *found)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur == RLIM_INFINITY)
        mw_doctor_print(found, "no limit");
    else
        mw_doctor_print(found, "%llu in each process", (unsigned long long)limit.rlim_cur);
    return limit.rlim_cur < FILES_LEAST ? MW_DOCTOR_BAD : MW_DOCTOR_GOOD;
}

static enum mw_doctor_state check_file_size(struct mw_doctor_text *found)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

    getrlimit(RLIMIT_FSIZE, &limit);
    if (limit.rlim_cur == RLIM_INFINITY)
        mw_doctor_print(found, "no limit");
    else
        mw_doctor_print(found, "%s; a rank's journal needs %s", mw_units_bytes(limit.rlim_cur).text,
                        mw_units_bytes(mw_journal_length_least()).text);
    return limit.rlim_cur < mw_journal_length_least() ? MW_DOCTOR_BAD : MW_DOCTOR_GOOD;
}

static enum mw_doctor_state look_network(struct mw_doctor_text *found)
{
    struct ifaddrs *all = NULL;
    char host[256] = "";

    gethostname(host, sizeof(host) - 1);
    mw_doctor_print(found, "%s", host);
    if (!getifaddrs(&all))
        for (struct ifaddrs *one = all; one; one = one->ifa_next)
            if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET && !(one->ifa_flags & IFF_LOOPBACK) &&
                one->ifa_flags & IFF_UP)
                mw_doctor_print(found, ", %s", one->ifa_name);
    freeifaddrs(all);
    mw_doctor_print(found, "; not required: only ranks on this host are reported");
    return MW_DOCTOR_INFO;
}

const struct mw_doctor_check mw_doctor_checks[] = {
    {"MPI libraries", mw_doctor_libraries,
     "install one (Debian: apt install libopenmpi-dev or libmpich-dev; Fedora: dnf install openmpi-devel), or on a "
     "cluster: module load openmpi (or mpich)"},
    {"MPI launchers", mw_doctor_launchers,
     "put it on PATH (Debian: apt install openmpi-bin or mpich; on a cluster: module load openmpi, or mpich)"},
    {"shim", mw_doctor_shim, "install memwatch with `make install`, or set MEMWATCH_SHIM to the path of libmemwatch-pmpi.so"},
    {"high-water mark", mw_doctor_reset,
     "the kernel needs CONFIG_PROC_PAGE_MONITOR, and /proc must be writable (containers may mount it read-only); "
     "with `memwatch run --no-reset` only whole-run peaks are known"},
    {"RSS counters", mw_doctor_precision,
     "ignore differences smaller than this error; bind ranks to few CPUs, or use Linux 6.16 or later"},
    {"getrusage", mw_doctor_floor, ""},
    {"memory", mw_doctor_memory, ""},
    {"control group", mw_doctor_cgroup, ""},
    {"process tree", mw_doctor_children, ""},
    {"other processes", mw_doctor_others,
     "allow access (ptrace_scope 0 or 1, /proc without hidepid); otherwise reports have no PSS"},
    {"causes of death", mw_doctor_deaths,
     "install memwatch with `make install`: libmemwatch-wait.so must be in the directory of libmemwatch-pmpi.so"},
    {"lines", check_libdw, "install libdw (Debian: apt install libdw1) and rebuild memwatch"},
    {"journals", check_room, "free space in /dev/shm or /tmp, or choose another directory with `memwatch run --run-dir DIR`"},
    {"shared memory", check_segments, ""},
    {"open files", check_files, "MPI needs more descriptors: ulimit -n 4096"},
    {"file size", check_file_size, "ranks cannot create their journals: ulimit -f unlimited"},
    {"network", look_network, ""},
};
const size_t mw_doctor_check_count = sizeof(mw_doctor_checks) / sizeof(mw_doctor_checks[0]);
