/* SPDX-License-Identifier: MIT */
/* The objects that code addresses are in, by the loader's own table, which can be read without a lock (glibc 2.35; before
 * that by dl_iterate_phdr()). Those that sites refer to are entered in the journal. */
#ifndef MW_PMPI_HEAP_MODULES_H
#define MW_PMPI_HEAP_MODULES_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* Notes what the program was started with: code that is never unloaded. */
void mw_heap_modules_start(void);

/* Whether this is code of a loaded object. */
bool mw_heap_modules_has(const void *address);

/* Whether it may be unloaded, and other code loaded at its address. */
bool mw_heap_modules_may_be_unloaded(const void *address);

/* Whether an address is still in the module of this frame, which was made of it: no other object has been loaded there.
 * Without a lock of the loader; always false where that is not possible (before glibc 2.35). */
bool mw_heap_modules_is_still(uint64_t frame, const void *address);

/* Whether both addresses are in the same object. */
bool mw_heap_modules_is_same(const void *one, const void *other);

/* The frame of a code address, in the form of struct mw_heap_site. Callers hold the heap's lock. */
uint64_t mw_heap_modules_frame(const void *address);

/* Where the table of modules is. Copies what is in it. */
void mw_heap_modules_move(struct mw_module *modules, uint32_t *used);

#endif
