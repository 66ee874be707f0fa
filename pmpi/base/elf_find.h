/* SPDX-License-Identifier: MIT */
/* dlsym() for programs that have none: until glibc 2.34 it is in libdl, which not every program needs. */
#ifndef MW_PMPI_BASE_ELF_FIND_H
#define MW_PMPI_BASE_ELF_FIND_H

#include <stdbool.h>

/* The address of a function or datum that an object defines: in the order of loading the first one, or, with `next`, the
 * first behind the object that this function is in. NULL when there is none. */
void *mw_elf_find_symbol(const char *name, bool next);

/* What the object that `address` lies in defines by that name. NULL when it does not. */
void *mw_elf_find_in(const void *address, const char *name);

#endif
