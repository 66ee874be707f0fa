/* SPDX-License-Identifier: MIT */
/* Reads the tables of exit records of processes without MPI (struct mw_exit_index), one file per host. */
#ifndef MW_COLLECTOR_JOURNAL_EXITS_READ_H
#define MW_COLLECTOR_JOURNAL_EXITS_READ_H

#include "collector/base/err.h"
#include "collector/base/hostname.h"
#include "collector/journal/record.h"

#include <stddef.h>
#include <stdint.h>

/* A process, or several of one program that were counted in one entry. */
struct mw_exit {
    struct mw_exit_entry entry;
    struct mw_exit_text text; /* its strings are terminated */
    int is_others;            /* several programs: the text is of the process with the largest peak */
};

/* The entries of one host: `count` of them from `first` on. */
struct mw_exits_host {
    char name[MW_HOSTNAME_SIZE]; /* from the file's name */
    size_t first, count;
    uint64_t together; /* bytes; upper bound at any time of the processes that were counted together */
};

struct mw_exits_read {
    struct mw_exit *entries; /* owned */
    size_t count;
    struct mw_exits_host *hosts; /* owned */
    size_t host_count;
    size_t damaged; /* number of files that are not a valid table */
};

/* Makes the empty table of `host` in the run directory and allocates all its blocks. An existing one is kept. Without it
 * processes shorter than the sampling interval are not seen. Returns 0, or -1 with errno if the file could not be created. */
int mw_exits_create(int dirfd, const char *host);

/* Reads all tables of the run directory `dirfd`; it may have none. Returns 0, or -1 with a line in err if one could not be
 * read; `exits` then has the others. Free with mw_exits_read_fini() in both cases. */
int mw_exits_read_dir(struct mw_exits_read *exits, int dirfd, struct mw_err *err);

/* Appends the entries of one host from memory. An unused table (all zero, or empty) has none. */
void mw_exits_read_parse(struct mw_exits_read *exits, const char *host, const void *bytes, size_t size);

void mw_exits_read_fini(struct mw_exits_read *exits);

#endif
