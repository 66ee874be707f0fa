/* SPDX-License-Identifier: MIT */
/* The shared memory segments of a run on this host, found by what their heads say, whatever became of the files that
 * point at them (collector/journal/segment.h). Runs are known by the name of their directory, hosts by that of the journal. */
#ifndef MW_COLLECTOR_JOURNAL_SEGMENTS_H
#define MW_COLLECTOR_JOURNAL_SEGMENTS_H

#include "collector/base/names.h"
#include "collector/journal/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Whose segments a run directory may have: the effective user's; for root those of the directory's owner. */
uid_t mw_segments_owner(int dirfd);

/* The segment of a journal, attached, or NULL. Free with mw_segment_detach(). */
const struct mw_segment_head *mw_segments_find(int dirfd, const char *name);

/* Adds the names of the run's segments. Puts into *lost how many of them have no file in the directory that says so. */
void mw_segments_add_names(struct mw_names *names, int dirfd, size_t *lost);

/* Bytes that the run's segments take. */
uint64_t mw_segments_bytes(int dirfd);

/* Writes the journals to whose segments nobody is attached into the directory as plain files, and removes the segments: a
 * directory that is kept can be moved to another machine. Returns how many could not be written, with errno; their
 * segments stay. */
size_t mw_segments_to_files(int dirfd);

/* Removes a file of the run, and the segment of the journal of that name. */
void mw_segments_remove_file(int dirfd, const char *name);

/* Removes the run's segments. Who is attached stays attached. */
void mw_segments_remove(int dirfd);

/* Removes the segments of the run whose directory had that path (only its last part counts), made in any container that
 * shares our IPC namespace. Returns how many. *used: to how many somebody is attached; then nothing is removed. */
size_t mw_segments_remove_named(const char *directory, size_t *used);

/* Adds the directories of segments to which nobody is attached and that mw_segments_sweep() must leave: they were made in
 * another mount namespace or root. What they say is another process's text: not clean. */
void mw_segments_add_foreign(struct mw_names *directories);

/* Removes what killed processes of this user have left: segments to which nobody is attached and whose run directory does
 * not exist. A path in another mount namespace or root may be a different one: whether
 * such a run may go is not known here, and its segments stay. */
void mw_segments_sweep(void);

#endif
