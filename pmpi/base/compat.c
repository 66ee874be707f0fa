/* SPDX-License-Identifier: MIT */
/* Replacements for functions that glibc 2.17 or musl lacks, or has under another symbol version. They are hidden, so
 * that the linker prefers them both for this library and for GCC's unwinder, which is linked in. In preloaded
 * libraries only: see pmpi/base/compat.h. */
#include "pmpi/base/compat.h"

#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDE(name) extern __typeof__(name) name __attribute__((visibility("hidden")))

/* ---- system calls without a function in old C libraries ---- */

HIDE(fstat); /* GLIBC_2.33; older glibc has an inline function that calls __fxstat(), which musl lacks */
int fstat(int fd, struct stat *st)
{
    return (int)syscall(SYS_fstat, fd, st);
}

HIDE(stat); /* likewise */
int stat(const char *path, struct stat *st)
{
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, 0);
}

HIDE(pthread_sigmask); /* GLIBC_2.32; before that in libpthread */
int pthread_sigmask(int how, const sigset_t *set, sigset_t *before)
{
    int saved = errno;
    int error = syscall(SYS_rt_sigprocmask, how, set, before, 8 /* bytes of the kernel's set */) ? errno : 0;

    errno = saved;
    return error;
}

HIDE(getrandom); /* GLIBC_2.25, and Linux 3.17 */
ssize_t getrandom(void *buffer, size_t size, unsigned flags)
{
    return syscall(SYS_getrandom, buffer, size, flags);
}

/* ---- fork ---- */

extern int __register_atfork(void (*before)(void), void (*parent)(void), void (*child)(void), void *object)
    __attribute__((weak)); /* glibc; musl has pthread_atfork() itself */
extern void *__dso_handle __attribute__((visibility("hidden")));

HIDE(pthread_atfork); /* in glibc's static part, which refers to __register_atfork() unconditionally */
int pthread_atfork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
    int (*next)(void (*)(void), void (*)(void), void (*)(void));

    if (__register_atfork)
        return __register_atfork(before, parent, child, &__dso_handle);
    *(void **)&next = mw_compat_dlsym(RTLD_NEXT, "pthread_atfork");
    return next ? next(before, parent, child) : ENOSYS;
}

/* ---- what GCC's unwinder needs ---- */

HIDE(pthread_once); /* GLIBC_2.34; older glibc has it in libpthread. The unwinder initializes its table of registers
                       with it: a function that cannot be left early */
int pthread_once(pthread_once_t *once, void (*run)(void))
{
    int none = 0;

    if (__atomic_load_n(once, __ATOMIC_ACQUIRE) == 2)
        return 0;
    if (__atomic_compare_exchange_n(once, &none, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
        run();
        __atomic_store_n(once, 2, __ATOMIC_RELEASE);
    }
    while (__atomic_load_n(once, __ATOMIC_ACQUIRE) != 2)
        ;
    return 0;
}

/* GLIBC_2.34; older glibc has it in libpthread. The unwinder takes its presence to mean that the process may have
 * threads, and never calls it. */
extern int __pthread_key_create(pthread_key_t *key, void (*destroy)(void *)) __attribute__((visibility("hidden")));
int __pthread_key_create(pthread_key_t *key, void (*destroy)(void *))
{
    (void)key;
    (void)destroy;
    return ENOSYS;
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE /* the headers declare _dl_find_object(), so this GCC's unwinder uses it, and only it */

HIDE(_dl_find_object); /* GLIBC_2.35 */

#define KEPT 8

/* The objects found last. The loader's two counters show whether an object was loaded or unloaded since. */
static struct {
    unsigned long long loads, unloads;
    struct dl_find_object objects[KEPT];
    unsigned next;
} kept; /* protected by the loader's lock, which dl_iterate_phdr() holds */

struct search {
    uintptr_t address;
    struct dl_find_object *found;
    bool has_asked_kept;
};

static bool holds(const struct dl_find_object *object, uintptr_t address)
{
    return address >= (uintptr_t)object->dlfo_map_start && address < (uintptr_t)object->dlfo_map_end;
}

static bool look_in_kept(struct search *search, const struct dl_phdr_info *info)
{
    if (kept.loads != info->dlpi_adds || kept.unloads != info->dlpi_subs) {
        memset(&kept, 0, sizeof(kept));
        kept.loads = info->dlpi_adds;
        kept.unloads = info->dlpi_subs;
    }
    for (int i = 0; i < KEPT; i++)
        if (holds(&kept.objects[i], search->address)) {
            *search->found = kept.objects[i];
            return true;
        }
    return false;
}

static int examine(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *search = data;
    struct dl_find_object object = {0};
    const ElfW(Phdr) *table = NULL;

    (void)size;
    if (!search->has_asked_kept && look_in_kept(search, info))
        return 1;
    search->has_asked_kept = true;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && search->address - start < segment->p_memsz) {
            object.dlfo_map_start = (void *)start;
            object.dlfo_map_end = (void *)(start + segment->p_memsz);
        }
        if (segment->p_type == PT_GNU_EH_FRAME)
            table = segment;
    }
    if (!object.dlfo_map_end || !table)
        return object.dlfo_map_end != NULL;
    object.dlfo_eh_frame = (void *)(info->dlpi_addr + table->p_vaddr);
    *search->found = kept.objects[kept.next++ % KEPT] = object;
    return 1;
}

static __typeof__(_dl_find_object) *real_find_object;

__attribute__((constructor)) static void find_real(void)
{
    *(void **)&real_find_object = mw_compat_dlsym(RTLD_DEFAULT, "_dl_find_object");
}

int _dl_find_object(void *address, struct dl_find_object *found)
{
    struct search search = {.address = (uintptr_t)address, .found = found};

    if (real_find_object)
        return real_find_object(address, found);
    found->dlfo_eh_frame = NULL;
    dl_iterate_phdr(examine, &search);
    return found->dlfo_eh_frame ? 0 : -1;
}

#endif
