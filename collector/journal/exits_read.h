/* SPDX-License-Identifier: MIT */
/* The tables in which processes without MPI are counted at their end (struct mw_exit_index), one file for each host. */
#ifndef MW_COLLECTOR_JOURNAL_EXITS_READ_H
#define MW_COLLECTOR_JOURNAL_EXITS_READ_H

#include "collector/base/err.h"
#include "collector/base/hostname.h"
#include "collector/journal/record.h"

#include <stddef.h>
#include <stdint.h>

/* A process, or several of one program that were counted together. */
struct mw_exit {
    struct mw_exit_entry entry;
    struct mw_exit_text text; /* strings are terminated */
    int is_others;            /* several programs: the text is of the process with the largest peak */
};

/* The entries of one host: `count` of them from `first` on. */
struct mw_exits_host {
    char name[MW_HOSTNAME_SIZE]; /* as the file's name has it */
    size_t first, count;
    uint64_t together;           /* at most so much had those that were counted together at any time */
};

struct mw_exits_read {
    struct mw_exit *entries; /* owned */
    size_t count;
    struct mw_exits_host *hosts; /* owned */
    size_t host_count;
    size_t damaged;          /* files that are no such table */
};

/* Makes the empty table of `host` in the run directory, with all its blocks; one that is there already is left alone.
 * Without it processes that are too short for any sample are not seen. Returns 0, or -1 with errno when the file could
 * not even be made. */
int mw_exits_create(int dirfd, const char *host);

/* Reads all tables of the run directory `dirfd`. Having none is not an error. Returns 0, or -1 with a line in
 * err when one could not be read; `exits` holds the others then. Free with mw_exits_read_fini() either way. */
int mw_exits_read_dir(struct mw_exits_read *exits, int dirfd, struct mw_err *err);

/* Appends one host's entries from memory. A table that was never written to (all zero, or empty) has none. */
void mw_exits_read_parse(struct mw_exits_read *exits, const char *host, const void *bytes, size_t size);

void mw_exits_read_fini(struct mw_exits_read *exits);

#endif
