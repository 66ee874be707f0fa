/* SPDX-License-Identifier: MIT */
/* Whose memory an allocation is, by the objects that its stack goes through. */
#ifndef MW_COLLECTOR_MODEL_HEAP_OWNER_H
#define MW_COLLECTOR_MODEL_HEAP_OWNER_H

#include "collector/model/model.h"

#include <stdbool.h>
#include <stddef.h>

enum mw_heap_object {
    MW_HEAP_OBJECT_PROGRAM, /* the executable, or a library that is not MPI's */
    MW_HEAP_OBJECT_RUNTIME, /* of the C library or of a language */
    MW_HEAP_OBJECT_MPI,     /* of an MPI library, or of one that only MPI libraries call */
    MW_HEAP_OBJECT_SHARED,  /* a library that both MPI and programs call */
    MW_HEAP_OBJECT_MEMWATCH
};

/* What an object is, by its path. "" (unknown) is a runtime library's. */
enum mw_heap_object mw_heap_object(const char *path);

/* The owner of a block that was allocated from a stack through these objects (paths, innermost first). `in_mpi`: it is MPI's
 * if the stack shows neither. Of MPI, *innermost becomes the index of the library that allocated, or `count` if it is not
 * known. */
enum mw_heap_owner mw_heap_owner(const char *const *paths, size_t count, bool in_mpi, size_t *innermost);

/* Whether a place at the inner end of a stack belongs to the allocator or to a container of the language, and is not the line
 * that a reader looks for: libraries of languages, operator new, std::vector, alloc::vec of Rust. */
bool mw_heap_is_inner(const struct mw_model_place *place);

/* The index of the frame that a reader looks for: the innermost, or, if that is in a helper for allocating, by its name
 * ("xmalloc", "allocate_chunk"), the first caller that is not one and has a line. */
uint32_t mw_heap_line_of(const struct mw_model_place *const *frames, uint32_t depth);

/* The same in a stack of Python: whether a place is in Python's library, an installed package, or an object without lines. */
bool mw_heap_is_library(const struct mw_model_place *place);

#endif
