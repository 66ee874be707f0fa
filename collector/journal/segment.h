/* SPDX-License-Identifier: MIT */
/* A journal's memory: a System V shared memory segment.
 *
 * A mapped file can be truncated by whoever can open it, root in any case, and the next store into it is a SIGBUS. A
 * segment has no path: nobody can make it shorter, stores need no system call, and it stays when all of its processes
 * were killed. It is removed with its run directory (collector/journal/segments.h).
 *
 *     segment: struct mw_segment_head | the journal (collector/journal/record.h)
 *     file journal-... of the run directory: struct mw_segment_locator, which says which segment it is
 *
 * The head says whose the segment is, so that it is found without the locator, too. Ids are used again and may be anybody's:
 * an attached segment is believed when it has the right size and owner, nobody else may write to it, and its head has
 * our magic and the locator's token. */
#ifndef MW_COLLECTOR_JOURNAL_SEGMENT_H
#define MW_COLLECTOR_JOURNAL_SEGMENT_H

#include "collector/base/err.h"
#include "collector/base/magic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MW_SEGMENT_MAGIC "MWSHMEM\1"         /* 8 bytes, the last is the version */
#define MW_SEGMENT_LOCATOR_MAGIC "MWSHMID\1" /* likewise */

struct mw_segment_locator {
    char magic[8] MW_MAGIC;
    uint32_t endian; /* MW_RECORD_ENDIAN */
    int32_t id;      /* of shmget() */
    uint64_t token;  /* of the segment's head */
    uint64_t length; /* of the journal, bytes */
    uint64_t ipc_ns; /* mw_segment_ipc_ns() of who made it: ids mean nothing in another */
};

struct mw_segment_head {
    char magic[8] MW_MAGIC;
    uint64_t token;      /* differs between segments; no secret */
    uint64_t length;     /* of the journal that follows, bytes */
    uint64_t run;        /* mw_segment_run() of the run directory */
    uint64_t root;       /* mw_segment_root() of who made it: where `directory` means the same */
    char name[128];      /* of the journal in the run directory */
    char directory[512]; /* the run directory's path */
};

/* What is made. */
struct mw_segment_place {
    int dirfd;             /* the run directory */
    const char *directory; /* its path */
    const char *name;      /* the file for the locator; must not exist */
    size_t length;         /* of the journal, bytes */
};

/* Makes a segment (0600) and its locator (0400). Returns the journal's memory, zeroed and attached, and puts the
 * segment's id into *id; or NULL with a line in err, and nothing is left. */
void *mw_segment_create(int *id, const struct mw_segment_place *place, struct mw_err *err);

/* Reads the locator that the open file `fd` is. Returns 0, or -1 when it is something else. */
int mw_segment_read_locator(struct mw_segment_locator *locator, int fd);

/* Attaches a segment read-only that holds a journal of `length` bytes and belongs to `owner`. `token`: what its head must
 * have; 0 any. Returns the head, or NULL with a line in err. */
const struct mw_segment_head *mw_segment_attach(int id, size_t length, uid_t owner, uint64_t token, struct mw_err *err);

/* The journal behind an attached head, and back. A journal in a segment never begins a page, a mapped file always does. */
const void *mw_segment_journal(const struct mw_segment_head *head);
const struct mw_segment_head *mw_segment_of(const void *journal);

void mw_segment_detach(const struct mw_segment_head *head);

/* Removes the file `name` and the segment of this user's that its locator points at. Who is attached stays attached. */
void mw_segment_remove(int dirfd, const char *name);

/* Bytes of the segment of a journal of `length` bytes. */
size_t mw_segment_size(size_t length);

/* Which run a directory is, by the last part of its path. */
uint64_t mw_segment_run(const char *directory);

/* The number of this process's IPC namespace; 0 unknown. */
uint64_t mw_segment_ipc_ns(void);

/* A number of what paths are relative to: this process's mount namespace and root directory; 0 unknown. */
uint64_t mw_segment_root(void);

#endif
