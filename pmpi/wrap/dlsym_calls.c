/* SPDX-License-Identifier: MIT */
/* Interposes dlsym(), so that programs that load MPI with dlopen() and look up its functions with dlsym(), as
 * language bindings do, get the shim's, and that libraries that overwrite mmap() and its kin find libc's. Every other call of dlsym() jumps to the real one, which evaluates its
 * return address for RTLD_NEXT and RTLD_DEFAULT; no frame of the shim is left on the stack.
 *
 * Part of preloaded libraries only. */
#include "pmpi/base/compat.h"
#include "pmpi/base/dlsym.h"
#include "pmpi/base/elf_find.h"
#include "pmpi/heap/link.h"

#include <stdbool.h>
#include <stddef.h>

/* The fallback in a program without libdl, before glibc 2.34: the program has tested whether dlsym() exists, and has
 * found this one. No handles exist there, and RTLD_NEXT would need the caller's address. */
static void *find_without_libdl(void *handle, const char *name)
{
    return handle == RTLD_DEFAULT ? mw_elf_find_symbol(name, false) : NULL;
}

/* The function that the assembly code below jumps to. */
mw_dlsym_function *mw_dlsym_target = find_without_libdl;
void *mw_dlsym_choose(void *handle, const char *name, const void *caller);

mw_dlsym_function *mw_dlsym_real(void)
{
    mw_dlsym_function *real = __atomic_load_n(&mw_dlsym_target, __ATOMIC_RELAXED);

    if (real != find_without_libdl)
        return real;
    /* libdl may have been loaded since. ThreadSanitizer calls this before its dl_iterate_phdr() works, which the
     * search needs */
    *(void **)&real = MW_COMPAT_HAS(dlvsym) ? dlvsym(RTLD_NEXT, "dlsym", MW_COMPAT_OLDEST) : mw_elf_find_symbol("dlsym", true);
    if (real)
        __atomic_store_n(&mw_dlsym_target, real, __ATOMIC_RELAXED);
    return real;
}

/* Resolved before main(), so that no signal handler has to search. */
__attribute__((constructor)) static void find_real(void)
{
    mw_dlsym_real();
}

/* Calls no libc function: an interceptor may be looking up just that one. */
static bool is_mpi_name(const char *name)
{
    name += *name == 'P';
    return name[0] == 'M' && name[1] == 'P' && name[2] == 'I';
}

/* The shim's definition of `name`, if `found` is the real function that it calls; else NULL: a tool's or a program's
 * function of that name is not replaced. Also NULL if the caller's object defines the name: it wraps MPI itself, and
 * needs the real function. */
static void *shim_definition(void *found, const char *name, const void *caller)
{
    void *shim = mw_elf_find_in((const void *)mw_dlsym_choose, name);

    if (!shim || shim == found || mw_elf_find_in(caller, name) || mw_elf_find_symbol(name, true) != found)
        return NULL;
    return shim;
}

/* Functions of the heap library whose code a library of the network (UCX, Open MPI, libfabric) overwrites, to learn which
 * memory is given back: it must overwrite libc's, through which malloc() gives memory back. */
static bool is_patched_name(const char *name)
{
    static const char *const names[] = {"mmap", "mmap64", "munmap", "mremap", "madvise", "brk", "sbrk"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *one = names[i], *other = name;
        while (*one && *one == *other)
            one++, other++;
        if (*one == *other)
            return true;
    }
    return false;
}

/* libc's definition of `name`, if the first one is the heap library's. NULL for an object that wraps the function itself. */
static void *libc_definition(const char *name, const void *caller)
{
    const void *heap = mw_elf_find_symbol(MW_HEAP_LINK_NAME, false);
    void *first = heap ? mw_elf_find_symbol(name, false) : NULL;
    const void *libc;

    if (!first || mw_elf_find_in(heap, name) != first || mw_elf_find_in(caller, name))
        return NULL;
    libc = mw_elf_find_symbol("gnu_get_libc_version", true); /* before 2.34 libpthread has an __errno_location, too */
    return mw_elf_find_in(libc ? libc : mw_elf_find_symbol("__errno_location", true), name);
}

/* The result of dlsym() if the shim replaces it; NULL: call the real one. */
void *mw_dlsym_choose(void *handle, const char *name, const void *caller)
{
    mw_dlsym_function *real = mw_dlsym_real();
    void *found;

    if (real && handle == RTLD_DEFAULT && name && is_patched_name(name))
        return libc_definition(name, caller);
    if (!real || handle == RTLD_NEXT || handle == RTLD_DEFAULT || !name || !is_mpi_name(name))
        return NULL;
    found = real(handle, name);
    return found ? shim_definition(found, name, caller) : NULL;
}

/* clang-format off */
#define BEGIN ".text\n.globl dlsym\n.type dlsym, %function\n.balign 16\ndlsym:\n.cfi_startproc\n"
#define END "\n.cfi_endproc\n.size dlsym, .-dlsym\n"

#if defined __x86_64__

__asm__(BEGIN "endbr64\n"
        "movq (%rsp), %rdx\n"
        "pushq %rdi\n.cfi_adjust_cfa_offset 8\npushq %rsi\n.cfi_adjust_cfa_offset 8\n"
        "subq $8, %rsp\n.cfi_adjust_cfa_offset 8\n"
        "call mw_dlsym_choose\n"
        "addq $8, %rsp\n.cfi_adjust_cfa_offset -8\n"
        "popq %rsi\n.cfi_adjust_cfa_offset -8\npopq %rdi\n.cfi_adjust_cfa_offset -8\n"
        "testq %rax, %rax\njne 1f\n"
        "jmp *mw_dlsym_target(%rip)\n"
        "1: ret" END);

#elif defined __aarch64__

__asm__(BEGIN "hint #34\n"
        "stp x29, x30, [sp, #-32]!\n.cfi_def_cfa_offset 32\n.cfi_offset 29, -32\n.cfi_offset 30, -24\n"
        "mov x29, sp\nstp x0, x1, [sp, #16]\nmov x2, x30\n"
        "bl mw_dlsym_choose\n"
        "mov x16, x0\nldp x0, x1, [sp, #16]\n"
        "ldp x29, x30, [sp], #32\n.cfi_restore 30\n.cfi_restore 29\n.cfi_def_cfa_offset 0\n"
        "cbnz x16, 1f\n"
        "adrp x16, mw_dlsym_target\nldr x16, [x16, #:lo12:mw_dlsym_target]\nbr x16\n"
        "1: mov x0, x16\nret" END);

#endif
/* clang-format on */
