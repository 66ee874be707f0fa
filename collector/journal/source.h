/* SPDX-License-Identifier: MIT */
/* The data of a file of a run directory: in the file itself, or, for a journal, in the shared memory segment that it refers
 * to. Reads are bounded by the available data; a segment cannot become shorter, a file is read by pread.
 *
 * If a journal's file was truncated, replaced or removed, its segment is found by its head (collector/journal/segments.h). */
#ifndef MW_COLLECTOR_JOURNAL_SOURCE_H
#define MW_COLLECTOR_JOURNAL_SOURCE_H

#include "collector/base/err.h"
#include "collector/base/names.h"
#include "collector/journal/segment.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_journal_source {
    int fd;                                /* -1 for a segment */
    const struct mw_segment_head *segment; /* NULL for a file */
    uint64_t size;                         /* bytes; may change for a file */
};

/* Opens the file `name` of the directory `dirfd` (rules of mw_safe_open()) or the segment of a journal of this host.
 * Returns 0, or -1 with a line in err. Close it with mw_journal_source_close(). */
int mw_journal_source_open(struct mw_journal_source *source, int dirfd, const char *name, struct mw_err *err);

/* Reads up to `size` bytes at `offset`. Returns the bytes read (less only at the end) or -1 with errno. */
ssize_t mw_journal_source_read(const struct mw_journal_source *source, void *buffer, size_t size, uint64_t offset);

void mw_journal_source_close(struct mw_journal_source *source);

/* The names of all journals of a run directory: of files, and of segments of this host without a file, whose number is
 * stored in *lost (may be NULL). Returns 0, or -1 with a line in err. Free with mw_names_fini(). */
int mw_journal_source_list(struct mw_names *names, int dirfd, size_t *lost, struct mw_err *err);

#endif
