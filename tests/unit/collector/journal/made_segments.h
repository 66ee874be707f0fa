/* SPDX-License-Identifier: MIT */
/* A run of this host whose journals are in segments. */
#ifndef MW_TESTS_UNIT_COLLECTOR_JOURNAL_MADE_SEGMENTS_H
#define MW_TESTS_UNIT_COLLECTOR_JOURNAL_MADE_SEGMENTS_H

#include "collector/journal/journal.h"
#include "tests/unit/synthetic.h"

#define MADE_RANKS 3

struct made_run {
    struct synthetic_dir dir;
    char names[MADE_RANKS][MW_JOURNAL_NAME_SIZE];
    struct mw_journal journals[MADE_RANKS];
    int ids[MADE_RANKS];
};

/* Whether this machine has segments; from here on in a separate namespace, if that is allowed. */
bool made_segments_possible(void);

/* The segment that a locator names. */
int made_segment_id(int dirfd, const char *name);

bool made_segment_exists(int id);

/* A run of this host: its ranks have this process's pid and the next two. */
struct made_run *made_run(void);

/* Replaces a locator by this file. */
void made_overwrite(const struct made_run *run, const char *name, const void *bytes, size_t size);

/* A rank ends. */
void made_leave(struct made_run *run, int rank);
void made_run_end(struct made_run *run);

#endif
