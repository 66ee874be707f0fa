/* SPDX-License-Identifier: MIT */
/* From module + offset to function, file and line (libdw), in this process. A crafted file can make it loop, use all memory,
 * or crash: collector/symbols/symbolizer.h runs it in a child process that can be killed. */
#ifndef MW_COLLECTOR_SYMBOLS_READER_H
#define MW_COLLECTOR_SYMBOLS_READER_H

#include "collector/journal/record.h"

#include <stdint.h>

enum mw_symbol_detail {
    MW_SYMBOL_ADDRESSES, /* nothing is looked up */
    MW_SYMBOL_NAMES,     /* only the module's symbol table */
    MW_SYMBOL_LINES      /* debug information, also from separate files */
};

/* One function at a place. Strings are raw, as in the file, but always terminated. */
struct mw_symbol_frame {
    uint32_t line;       /* 0 unknown */
    uint32_t method;     /* 1: `function` is a method of a Python extension module */
    uint64_t into;       /* of a place without a line: offset of the return address in the function, in bytes; 0 unknown */
    char function[1024]; /* "mesh::Field::sum", without parameters; "" unknown */
    char path[4096];     /* the source file's path as the compiler recorded it; "" unknown */
};

#define MW_SYMBOL_FRAMES 17 /* inlined functions, and the function that contains them */

struct mw_symbol_reader;

struct mw_symbol_reader *mw_symbol_reader_create(void);
void mw_symbol_reader_destroy(struct mw_symbol_reader *reader);

/* The functions that contain the call that returns to `offset`, innermost first. Returns their number, at least one. The
 * bytes of `key` other than path and build id are zero. */
unsigned mw_symbol_reader_find(struct mw_symbol_reader *reader, const struct mw_module *key, uint64_t offset,
                               enum mw_symbol_detail detail, struct mw_symbol_frame frames[MW_SYMBOL_FRAMES]);

#endif
