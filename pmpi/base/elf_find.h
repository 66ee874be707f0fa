/* SPDX-License-Identifier: MIT */
/* Symbol lookup for programs without dlsym(): before glibc 2.34 it was in libdl, which not every program loads. Does
 * not allocate. */
#ifndef MW_PMPI_BASE_ELF_FIND_H
#define MW_PMPI_BASE_ELF_FIND_H

#include <stdbool.h>

/* The address of the first definition of a function or variable in load order. With `next`: of the first one after
 * the object that contains this function. NULL: not found. */
void *mw_elf_find_symbol(const char *name, bool next);

/* mw_elf_find_symbol(name, true) without a function of libc, and without the loader's lock: for the first moments of a process,
 * when no other thread loads objects. ThreadSanitizer allocates then, and its dl_iterate_phdr() cannot be called yet. */
void *mw_elf_find_next_early(const char *name);

/* The definition of `name` in the object that contains `address`. NULL: not found. */
void *mw_elf_find_in(const void *address, const char *name);

#endif
