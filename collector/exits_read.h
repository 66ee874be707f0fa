/* SPDX-License-Identifier: MIT */
/* Reads the exit records that processes without MPI left behind (struct mw_exit). */
#ifndef MW_COLLECTOR_EXITS_READ_H
#define MW_COLLECTOR_EXITS_READ_H

#include "collector/err.h"
#include "collector/record.h"

#include <stddef.h>
#include <stdint.h>

/* No more records than this are read (half a KiB each). */
#define MW_EXITS_READ_MAX (1u << 18)

struct mw_exits_read {
    struct mw_exit *entries; /* strings are terminated; owned */
    size_t count;
    uint64_t damaged_bytes;  /* bytes that belong to no sound record */
    uint64_t ignored;        /* bytes behind MW_EXITS_READ_MAX records */
};

/* Reads the exits file of the run directory `dirfd`. That there is none is no error. Returns 0, or -1 with a line
 * in err; `exits` is empty then. */
int mw_exits_read_file(struct mw_exits_read *exits, int dirfd, struct mw_err *err);

/* The same from memory. */
void mw_exits_read_parse(struct mw_exits_read *exits, const void *bytes, size_t size);

void mw_exits_read_fini(struct mw_exits_read *exits);

#endif
