/* SPDX-License-Identifier: MIT */
/* The shared memory segments of a run on this host. They are found by their heads, even if their locator files are lost
 * (collector/journal/segment.h). A run is identified by the name of its directory, a host by the name of the journal. */
#ifndef MW_COLLECTOR_JOURNAL_SEGMENTS_H
#define MW_COLLECTOR_JOURNAL_SEGMENTS_H

#include "collector/base/names.h"
#include "collector/journal/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The user whose segments belong to a run directory: the effective user; for root the directory's owner. */
uid_t mw_segments_owner(int dirfd);

/* Attaches the segment of a journal. NULL if there is none. Free with mw_segment_detach(). */
const struct mw_segment_head *mw_segments_find(int dirfd, const char *name);

/* Adds the names of the run's segments. Stores in *lost the number of segments without a locator file. Returns 0, or -1 with errno
 * if there was no memory for all names. */
int mw_segments_add_names(struct mw_names *names, int dirfd, size_t *lost);

/* Bytes of memory of the run's segments. */
uint64_t mw_segments_bytes(int dirfd);

/* Writes the journals of unattached segments into the directory as plain files, and removes the segments, so that a kept
 * directory can be moved to another machine. Returns the number that could not be written, with errno; their segments
 * remain. */
size_t mw_segments_to_files(int dirfd);

/* Removes a file of the run, and the segment of the journal of that name. */
void mw_segments_remove_file(int dirfd, const char *name);

/* Removes the run's segments. Attached processes stay attached. */
void mw_segments_remove(int dirfd);

/* Removes the segments of the run whose directory had that path (only its last component counts), made in any container that
 * shares this IPC namespace. Returns their number. *used: number of attached segments; if it is not 0, nothing is removed. */
size_t mw_segments_remove_named(const char *directory, size_t *used);

/* Adds the directories of unattached segments that mw_segments_sweep() does not remove, because they were made in another
 * mount namespace or root. The paths are untrusted and not clean. Returns 0, or -1 with errno if there was no memory for
 * all. */
int mw_segments_add_foreign(struct mw_names *directories);

/* Removes segments left by killed processes of this user: unattached ones whose run directory does not exist. Segments of
 * another mount namespace or root remain, because their paths cannot be checked here. */
void mw_segments_sweep(void);

#endif
