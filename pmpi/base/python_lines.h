/* SPDX-License-Identifier: MIT */
/* From an instruction of a Python code object to its line, by the tables that CPython's compiler makes. */
#ifndef MW_PMPI_BASE_PYTHON_LINES_H
#define MW_PMPI_BASE_PYTHON_LINES_H

#include <stdint.h>

enum mw_python_table {
    MW_PYTHON_LNOTAB,   /* co_lnotab of 3.9 and before */
    MW_PYTHON_RANGES,   /* co_linetable of 3.10 (PEP 626) */
    MW_PYTHON_LOCATIONS /* co_linetable since 3.11 (PEP 657) */
};

/* The line of the instruction `at` bytes into the code; `first` is co_firstlineno. An instruction without a line has that of
 * the one before. Any bytes are accepted. */
uint32_t mw_python_line(enum mw_python_table kind, const uint8_t *table, uint64_t length, uint32_t first, int32_t at);

#endif
