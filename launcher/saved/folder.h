/* SPDX-License-Identifier: MIT */
/* The user's folder of saved records: $XDG_STATE_HOME/memwatch, or ~/.local/state/memwatch without that variable (XDG Base
 * Directory Specification 0.8). It is private (0700), and so is each record in it (0600). */
#ifndef MW_LAUNCHER_SAVED_FOLDER_H
#define MW_LAUNCHER_SAVED_FOLDER_H

#include "collector/base/names.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct mw_saved_folder {
    int fd; /* of the directory; -1: there is none */
    char path[PATH_MAX];
};

/* Opens it, and creates it first if `create`. Only one that belongs to this user and that no other user can write to; root does
 * not create one in another user's home. Returns 0, or -1 with errno. */
int mw_saved_folder_open(struct mw_saved_folder *folder, bool create);
void mw_saved_folder_close(struct mw_saved_folder *folder);

/* Lists the names of the records, oldest first. Returns 0, or -1 with a line in err; to be freed with mw_names_fini(). */
int mw_saved_folder_list(const struct mw_saved_folder *folder, struct mw_names *names, struct mw_err *err);

/* Removes the oldest records until at most `count` are left with at most `bytes` in total, and files that are an hour old of a
 * memwatch that was killed while it saved one. Other files are neither counted nor removed. */
void mw_saved_folder_prune(const struct mw_saved_folder *folder, size_t count, uint64_t bytes);

/* Names of files: "run-20261129-223647.123456789-4711.json", by time and process, and ".run-….json.part" while it is written. */
#define MW_SAVED_NAME "run-"
#define MW_SAVED_SUFFIX ".json"
#define MW_SAVED_PART ".part"

#endif
