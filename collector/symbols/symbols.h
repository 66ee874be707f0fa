/* SPDX-License-Identifier: MIT */
/* From module + offset to function, file and line, after the run and outside of the program.
 *
 * The label is the best known name: the line; else the function's short name (collector/base/short_name.h) and the offset in
 * it; else module + offset. Names and lines are only used if the file on disk is the one that ran, by its build id.
 */
#ifndef MW_COLLECTOR_SYMBOLS_SYMBOLS_H
#define MW_COLLECTOR_SYMBOLS_SYMBOLS_H

#include "collector/journal/record.h"

#include <stddef.h>
#include <stdint.h>

/* A place in a program. Strings are owned by the symbols, clean (mw_text_clean), never NULL. */
struct mw_symbols_place {
    uint32_t id;                          /* 0, 1, ... in order of first look-up */
    uint32_t line;                        /* 0 unknown */
    uint64_t offset;                      /* offset of the return address in the module; absolute without a module */
    const char *label;                    /* "fft.c:120", "mesh::Field::sum+0x1f", "app+0x1f20", "0x7f0012345678" */
    const char *function;                 /* "mesh::Field::sum", without parameters; "" unknown */
    const char *file;                     /* base name of the source file; "" unknown */
    const char *path;                     /* the source file's path as the compiler recorded it; "" unknown */
    const char *module;                   /* path of the object; "" none */
    const struct mw_symbols_place *outer; /* the place whose function this one was inlined into; NULL if none */
};

struct mw_symbols;

struct mw_symbols *mw_symbols_create(void);
void mw_symbols_destroy(struct mw_symbols *symbols);

/* Returns a module's handle for mw_symbols_find(); the same for the same path and build id. `module` may be NULL: no
 * module. */
uint32_t mw_symbols_module(struct mw_symbols *symbols, const struct mw_module *module);

/* Module `index` (from 0) of all that mw_symbols_module() has seen; NULL behind the last one. */
const struct mw_module *mw_symbols_module_at(const struct mw_symbols *symbols, size_t index);

/* The place that a call returns to; the innermost one if functions were inlined there. The line is that of the call, one
 * byte before. Without a line, in a Python extension module, the label is the method ("mpi4py.MPI.Bcast"). Valid until
 * mw_symbols_destroy(). */
const struct mw_symbols_place *mw_symbols_find(struct mw_symbols *symbols, uint32_t module, uint64_t offset);

/* A place in a Python script; `function` NULL: in an unknown one. The label is the line. */
const struct mw_symbols_place *mw_symbols_python(struct mw_symbols *symbols, const struct mw_function *function, uint32_t line);

/* A call without a place, whose label is its name: "MPI_Alloc_mem". */
const struct mw_symbols_place *mw_symbols_call(struct mw_symbols *symbols, const char *name);

/* One line with the reason why lines or names are missing; NULL if none are. Owned by the symbols. */
const char *mw_symbols_problem(const struct mw_symbols *symbols);

#endif
