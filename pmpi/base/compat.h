/* SPDX-License-Identifier: MIT */
/* Functions of libc whose library or symbol version differs between systems.
 *
 * A preloaded library is loaded into every process of a job, including those in a container with an older glibc or
 * with musl. A symbol version that this libc lacks would end each of them. A preloaded library therefore needs
 * GLIBC_2.17 at most (2.27 on riscv64, its first version), no library but libc, and no symbol that musl lacks.
 *
 * Before glibc 2.34 the functions here were in libdl and libpthread, which a program need not load. The references
 * are weak, and name the old symbol version, which later glibc has as well. pmpi/base/compat.c replaces other
 * functions altogether. In the archive, which is linked against the libc of the program's system, they are the plain
 * functions. */
#ifndef MW_PMPI_BASE_COMPAT_H
#define MW_PMPI_BASE_COMPAT_H

#include "pmpi/base/dlsym.h"
#include "pmpi/base/elf_find.h"

#include <dlfcn.h>
#include <errno.h>
#include <features.h>
#include <pthread.h>
#include <stddef.h>

#ifdef MW_LINKED_IN
#define MW_COMPAT_HAS(name) 1
#else
#define MW_COMPAT_HAS(name) (name)
#pragma weak dladdr
#pragma weak dlclose
#pragma weak dlopen
#pragma weak pthread_attr_getstack
#pragma weak pthread_getattr_np
#pragma weak pthread_testcancel
#if defined __x86_64__
#define MW_COMPAT_OLDEST "GLIBC_2.2.5"
#elif defined __riscv
#define MW_COMPAT_OLDEST "GLIBC_2.27"
#else /* aarch64, powerpc64le */
#define MW_COMPAT_OLDEST "GLIBC_2.17"
#endif
#pragma weak dlvsym
extern void *dlvsym(void *handle, const char *name, const char *version); /* musl has none */
#if defined __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 34) /* before 2.34 the plain names have this version */
#define MW_COMPAT_OLD(name) __asm__(".symver " #name ", " #name "@" MW_COMPAT_OLDEST)
MW_COMPAT_OLD(dladdr);
MW_COMPAT_OLD(dlclose);
MW_COMPAT_OLD(dlopen);
MW_COMPAT_OLD(dlvsym);
MW_COMPAT_OLD(pthread_attr_getstack);
MW_COMPAT_OLD(pthread_getattr_np);
MW_COMPAT_OLD(pthread_testcancel);
#endif
#endif
#endif

/* Like dlsym(), dlopen(), dlclose() and dladdr(). In a program without libdl, dlopen() and dladdr() fail. */
static inline void *mw_compat_dlsym(void *handle, const char *name)
{
#ifdef MW_LINKED_IN
    return dlsym(handle, name);
#else
    mw_dlsym_function *real = mw_dlsym_real();

    return real ? real(handle, name) : mw_elf_find_symbol(name, handle == RTLD_NEXT);
#endif
}

static inline void *mw_compat_dlopen(const char *file, int mode)
{
    return MW_COMPAT_HAS(dlopen) ? dlopen(file, mode) : NULL;
}

static inline int mw_compat_dlclose(void *handle)
{
    return MW_COMPAT_HAS(dlclose) ? dlclose(handle) : 0;
}

static inline int mw_compat_dladdr(const void *address, Dl_info *info)
{
    return MW_COMPAT_HAS(dladdr) ? dladdr(address, info) : 0;
}

/* Like pthread_getattr_np() and pthread_attr_getstack(). Return ENOSYS in a program without libpthread. */
static inline int mw_compat_getattr(pthread_t thread, pthread_attr_t *attributes)
{
    return MW_COMPAT_HAS(pthread_getattr_np) ? pthread_getattr_np(thread, attributes) : ENOSYS;
}

static inline int mw_compat_getstack(const pthread_attr_t *attributes, void **bottom, size_t *size)
{
    return MW_COMPAT_HAS(pthread_attr_getstack) ? pthread_attr_getstack(attributes, bottom, size) : ENOSYS;
}

/* Like pthread_testcancel(). Without libpthread there is no thread that could cancel this one. */
static inline void mw_compat_testcancel(void)
{
    if (MW_COMPAT_HAS(pthread_testcancel))
        pthread_testcancel();
}

#endif
