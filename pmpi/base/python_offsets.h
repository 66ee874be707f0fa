/* SPDX-License-Identifier: MIT */
/* Where CPython has what its frames consist of, in bytes. A minor version of Python doesn't change it. */
#ifndef MW_PMPI_BASE_PYTHON_OFFSETS_H
#define MW_PMPI_BASE_PYTHON_OFFSETS_H

#include "pmpi/base/python_lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_python_offsets {
    uint32_t version; /* major << 8 | minor */
    /* PyThreadState */
    uint16_t thread_frame; /* the innermost frame; if `is_indirect`, a _PyCFrame, which has it: */
    bool is_indirect;
    uint16_t c_frame;
    /* PyFrameObject; since 3.11 _PyInterpreterFrame */
    uint16_t previous, code;
    uint16_t instruction;       /* f_lasti, in units of: */
    uint16_t instruction_bytes; /* 0: it is a pointer into the code */
    uint16_t owner;             /* 0: there is none; from `owner_c` on: not a frame of Python code */
    uint16_t owner_c;
    /* PyCodeObject */
    uint16_t file, name, table, first_line;
    uint16_t instructions; /* where the code begins, if it is in the object */
    enum mw_python_table kind;
    uint16_t ascii_bytes, compact_bytes; /* sizes of PyASCIIObject and PyCompactUnicodeObject, before the characters */
    /* Since 3.13 in _Py_DebugOffsets, in words: the thread's `thread_frame`; the frame's `previous`; the code's `file` */
    uint16_t described_thread, described_frame, described_code;
};

/* clang-format off */
/* NULL: not known. */
static inline const struct mw_python_offsets *mw_python_offsets_of(uint32_t version)
{
    static const struct mw_python_offsets known[] = {
        {.version = 0x309, .thread_frame = 24, .previous = 24, .code = 32, .instruction = 104, .instruction_bytes = 1,
         .file = 104, .name = 112, .table = 120, .first_line = 40, .kind = MW_PYTHON_LNOTAB,
         .ascii_bytes = 48, .compact_bytes = 72},
        {.version = 0x30a, .thread_frame = 24, .previous = 24, .code = 32, .instruction = 96, .instruction_bytes = 2,
         .file = 104, .name = 112, .table = 120, .first_line = 40, .kind = MW_PYTHON_RANGES,
         .ascii_bytes = 48, .compact_bytes = 72},
        {.version = 0x30b, .thread_frame = 56, .is_indirect = true, .c_frame = 8, .previous = 48, .code = 32,
         .instruction = 56, .owner = 69, .owner_c = 3,
         .file = 112, .name = 128, .table = 136, .first_line = 72, .instructions = 184, .kind = MW_PYTHON_LOCATIONS,
         .ascii_bytes = 48, .compact_bytes = 72},
        {.version = 0x30c, .thread_frame = 56, .is_indirect = true, .c_frame = 0, .previous = 8, .code = 0,
         .instruction = 56, .owner = 70, .owner_c = 3,
         .file = 112, .name = 128, .table = 136, .first_line = 68, .instructions = 192, .kind = MW_PYTHON_LOCATIONS,
         .ascii_bytes = 40, .compact_bytes = 56},
        {.version = 0x30d, .thread_frame = 72, .previous = 8, .code = 0, .instruction = 56, .owner = 70, .owner_c = 3,
         .file = 112, .name = 128, .table = 136, .first_line = 68, .instructions = 200, .kind = MW_PYTHON_LOCATIONS,
         .ascii_bytes = 40, .compact_bytes = 56, .described_thread = 23, .described_frame = 29, .described_code = 35},
        {.version = 0x30e, .thread_frame = 72, .previous = 8, .code = 0, .instruction = 56, .owner = 74, .owner_c = 3,
         .file = 112, .name = 128, .table = 136, .first_line = 68, .instructions = 208, .kind = MW_PYTHON_LOCATIONS,
         .ascii_bytes = 40, .compact_bytes = 56, .described_thread = 26, .described_frame = 32, .described_code = 40},
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].version == version)
            return &known[i];
    return NULL;
}

#endif
