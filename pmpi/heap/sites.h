/* SPDX-License-Identifier: MIT */
/* Allocation sites: the stacks from which blocks are allocated. Callers hold the heap's lock, but for walking. */
#ifndef MW_PMPI_HEAP_SITES_H
#define MW_PMPI_HEAP_SITES_H

#include "collector/journal/heap_record.h"
#include "pmpi/base/python.h"
#include "pmpi/base/stack.h"

#include <stdbool.h>
#include <stdint.h>

/* The caller of malloc(): its return address, and the stack pointer after the return. */
struct mw_heap_caller {
    void *return_address;
    uintptr_t stack_pointer;
};

bool mw_heap_sites_start(void);

/* The site of a caller whose stack has been seen before, or -1. In Python a stack is recognized by its Python frames: calls of
 * Python functions don't show in the interpreter's own. */
int32_t mw_heap_sites_recall(const struct mw_heap_caller *caller, const struct mw_python_stack *python);

/* Frames of C at the inner end of a Python stack: extension modules, and what they call. In MPI there are more. */
#define MW_HEAP_C_FRAMES 4
#define MW_HEAP_C_FRAMES_IN_MPI 6
#define MW_HEAP_PYTHON_FRAMES 8

/* A stack that was walked. */
struct mw_heap_walk {
    struct mw_stack stack; /* with Python frames, down to the interpreter; its depth may then be 0 */
    bool c_cut;
    uint32_t python_depth; /* 0: not in Python */
    bool python_cut;
    uint64_t hash;
    struct mw_python_place places[MW_HEAP_PYTHON_FRAMES];
    bool is_own; /* the thread's own stack: it may be recognized by its fingerprint */
    uint64_t took_ns;
};

/* Walks the caller's stack. Without the lock. */
void mw_heap_sites_walk(struct mw_heap_walk *walk, const struct mw_heap_caller *caller, const struct mw_python_stack *python,
                        bool in_mpi);

/* The site of a stack that was walked, added if it is new; MW_HEAP_NO_SITE if the table is full. */
uint16_t mw_heap_sites_of(const struct mw_heap_walk *walk, const struct mw_heap_caller *caller, uint16_t flags,
                          uint32_t mpi_site);

/* The site with the same stack for memory that MPI gives to the program (MW_HEAP_GIVEN). */
uint16_t mw_heap_sites_given(uint16_t site);

/* Entry of a site; not for MW_HEAP_NO_SITE. */
struct mw_heap_site *mw_heap_sites_at(uint32_t site);
uint32_t mw_heap_sites_count(void);

/* Where the table of sites is. Copies what is in it. */
void mw_heap_sites_move(struct mw_heap_site *sites, uint32_t *used);

#endif
