/* SPDX-License-Identifier: MIT */
/* Runs collector/symbols/reader.h in a child process with a time limit of a few seconds. Files that crash or stall it, or
 * need too much memory, only lose their names: the report is always made. A child that cannot be killed (it waits for an
 * unreachable file server) is abandoned; it holds no descriptors of this process.
 *
 * A module whose debug information cannot be read is tried again with its symbol table only. */
#ifndef MW_COLLECTOR_SYMBOLS_SYMBOLIZER_H
#define MW_COLLECTOR_SYMBOLS_SYMBOLIZER_H

#include "collector/symbols/reader.h"

/* Maximum time in seconds that one report waits for symbols, and that a process loses to files that do not respond. With
 * debuginfod DEBUGINFOD_TIMEOUT (default 90) is added. */
#define MW_SYMBOLIZER_S 5

enum mw_symbolizer_sources {
    MW_SYMBOLIZER_NONE,      /* nothing is read */
    MW_SYMBOLIZER_FILES,     /* files of this host: the default */
    MW_SYMBOLIZER_DEBUGINFOD /* also the servers in DEBUGINFOD_URLS */
};

/* For the process. */
void mw_symbolizer_use(enum mw_symbolizer_sources sources);

struct mw_symbolizer_module {
    struct mw_module key;         /* path and build id, the rest zero */
    enum mw_symbol_detail detail; /* the level of detail to try: LINES at first */
};

struct mw_symbolizer;

/* The child is started on first use. */
struct mw_symbolizer *mw_symbolizer_create(void);
void mw_symbolizer_destroy(struct mw_symbolizer *symbolizer);

/* Like mw_symbol_reader_find(). Returns at least one frame, which is empty if nothing is known. */
unsigned mw_symbolizer_find(struct mw_symbolizer *symbolizer, struct mw_symbolizer_module *module, uint64_t offset,
                            struct mw_symbol_frame frames[MW_SYMBOL_FRAMES]);

/* One line about files without source lines and the reason; NULL if there are none. Owned by the symbolizer. */
const char *mw_symbolizer_problem(const struct mw_symbolizer *symbolizer);

#endif
