/* SPDX-License-Identifier: MIT */
/* collector/symbols/reader.h in a child process, within a few seconds. Files that crash or stall it, or that want too much
 * memory, cost what they would have said: a report is always made. A child that cannot even be killed (it waits for a dead
 * file server) is left alone; it holds no descriptor of ours.
 *
 * What cannot be read with its debug information is tried once more by its own symbol table. */
#ifndef MW_COLLECTOR_SYMBOLS_SYMBOLIZER_H
#define MW_COLLECTOR_SYMBOLS_SYMBOLIZER_H

#include "collector/symbols/reader.h"

/* The time that one report may wait for symbols, and that a process may lose to files that do not answer, in seconds. With
 * debuginfod it is DEBUGINFOD_TIMEOUT (90 unless set) more. */
#define MW_SYMBOLIZER_S 5

enum mw_symbolizer_sources {
    MW_SYMBOLIZER_NONE,      /* nothing is read */
    MW_SYMBOLIZER_FILES,     /* files of this host: the default */
    MW_SYMBOLIZER_DEBUGINFOD /* also the servers in DEBUGINFOD_URLS, which are not asked otherwise */
};

/* For the whole process. */
void mw_symbolizer_use(enum mw_symbolizer_sources sources);

struct mw_symbolizer_module {
    struct mw_module key;         /* path and build id, the rest zero */
    enum mw_symbol_detail detail; /* what is worth trying: LINES at first */
};

struct mw_symbolizer;

/* The child is started when it is first needed. */
struct mw_symbolizer *mw_symbolizer_create(void);
void mw_symbolizer_destroy(struct mw_symbolizer *symbolizer);

/* As mw_symbol_reader_find(). Returns at least one frame, with nothing in it when nothing is known. */
unsigned mw_symbolizer_find(struct mw_symbolizer *symbolizer, struct mw_symbolizer_module *module, uint64_t offset,
                            struct mw_symbol_frame frames[MW_SYMBOL_FRAMES]);

/* One line that says what was given up and why; NULL: nothing. Owned by the symbolizer. */
const char *mw_symbolizer_problem(const struct mw_symbolizer *symbolizer);

#endif
