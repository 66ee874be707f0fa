/* SPDX-License-Identifier: MIT */
/* The child side of collector/symbols/symbolizer.h, and the protocol between them. Internal. */
#ifndef MW_COLLECTOR_SYMBOLS_SYMBOLIZER_CHILD_H
#define MW_COLLECTOR_SYMBOLS_SYMBOLIZER_CHILD_H

#include "collector/symbols/reader.h"

#include <sys/types.h>

/* The reply is a uint32_t count and that many struct mw_symbol_frame. */
struct mw_symbolizer_question {
    struct mw_module module;
    uint64_t offset;
    uint32_t detail; /* enum mw_symbol_detail */
    uint32_t reserved;
};

/* Serves requests on a socket until it is closed or `parent` ends. Never returns. */
void mw_symbolizer_child(int fd, pid_t parent, unsigned cpu_s) __attribute__((noreturn));

#endif
