/* SPDX-License-Identifier: MIT */
/* The child's side of collector/symbols/symbolizer.h, and what goes between them. Not for other files. */
#ifndef MW_COLLECTOR_SYMBOLS_SYMBOLIZER_CHILD_H
#define MW_COLLECTOR_SYMBOLS_SYMBOLIZER_CHILD_H

#include "collector/symbols/reader.h"

#include <sys/types.h>

/* Answered by a uint32_t, how many, and so many struct mw_symbol_frame. */
struct mw_symbolizer_question {
    struct mw_module module;
    uint64_t offset;
    uint32_t detail; /* enum mw_symbol_detail */
    uint32_t reserved;
};

/* Answers questions on a socket until it is closed or `parent` ends. Never returns. */
void mw_symbolizer_child(int fd, pid_t parent, unsigned cpu_s) __attribute__((noreturn));

#endif
