/* SPDX-License-Identifier: MIT */
/* Stacks of threads whose guard is no mapping of its own: glibc 2.42 and later mark its pages in the page tables
 * (MADV_GUARD_INSTALL, Linux 6.13), and the kernel joins the stacks of several threads to one mapping. */
#ifndef MW_PMPI_HEAP_GUARDS_H
#define MW_PMPI_HEAP_GUARDS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this C library makes such guards, where the kernel has them. */
bool mw_heap_guards_are_used(void);

/* Calls `each` for what follows each guard in the mapping [start, end), up to the next guard or the end. `pagemap`: descriptor
 * of /proc/self/pagemap. Takes some 3 µs for each MiB of the mapping that is resident. Does nothing on kernels before
 * Linux 6.16, which do not say where guards are. */
void mw_heap_guards_each(int pagemap, uintptr_t start, uintptr_t end,
                         void (*each)(void *context, uintptr_t start, uintptr_t end), void *context);

#endif
