/* SPDX-License-Identifier: MIT */
/* Reads the exit records that processes without MPI left behind (struct mw_exit), one file for each host. */
#ifndef MW_COLLECTOR_EXITS_READ_H
#define MW_COLLECTOR_EXITS_READ_H

#include "collector/err.h"
#include "collector/hostname.h"
#include "collector/record.h"

#include <stddef.h>
#include <stdint.h>

/* No more records of one host than this are read (half a KiB each). */
#define MW_EXITS_READ_MAX (1u << 18)

/* The entries of one host: `count` of them from `first` on. */
struct mw_exits_host {
    char name[MW_HOSTNAME_SIZE]; /* as the file's name has it */
    size_t first, count;
};

struct mw_exits_read {
    struct mw_exit *entries; /* strings are terminated; owned */
    size_t count;
    struct mw_exits_host *hosts; /* owned */
    size_t host_count;
    uint64_t damaged_bytes;  /* bytes that belong to no sound record */
    uint64_t ignored;        /* bytes behind MW_EXITS_READ_MAX records */
};

/* Reads all exits files of the run directory `dirfd`. That there is none is no error. Returns 0, or -1 with a line in
 * err when one could not be read; `exits` holds the others then. Free with mw_exits_read_fini() either way. */
int mw_exits_read_dir(struct mw_exits_read *exits, int dirfd, struct mw_err *err);

/* Appends one host's records from memory. */
void mw_exits_read_parse(struct mw_exits_read *exits, const char *host, const void *bytes, size_t size);

void mw_exits_read_fini(struct mw_exits_read *exits);

#endif
