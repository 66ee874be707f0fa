/* SPDX-License-Identifier: MIT */
/* Journals that are kept open, so that they can be read if their files are removed while the job runs: a segment is
 * found by its head as long as a process is attached (collector/journal/segments.h), a file is restored. */
#ifndef MW_LAUNCHER_SAMPLE_HELD_H
#define MW_LAUNCHER_SAMPLE_HELD_H

#include "collector/journal/source.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct mw_held {
    struct mw_held_file {
        char name[NAME_MAX + 1];
        struct mw_journal_source source;
    } * files;
    size_t count, room;
};

/* Opens the journal and keeps it open; not a file if files would use more than a quarter of the available descriptors, and not if
 * there is no memory. */
void mw_held_add(struct mw_held *held, int dirfd, const char *name);

/* Copies files whose names do not exist any more into `dirfd`. Returns how many. */
size_t mw_held_restore(const struct mw_held *held, int dirfd);

/* The same for a file that is open elsewhere. Returns whether it was copied. */
bool mw_held_restore_one(int fd, int dirfd, const char *name);

void mw_held_fini(struct mw_held *held);

#endif
