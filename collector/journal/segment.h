/* SPDX-License-Identifier: MIT */
/* A journal's memory: a System V shared memory segment.
 *
 * Any process that can open a mapped file can truncate it, and the next store into it is a SIGBUS. A segment has no path and
 * cannot be shortened, stores need no system call, and it remains after all its processes were killed. It is removed with
 * its run directory (collector/journal/segments.h).
 *
 *     segment: struct mw_segment_head | the journal (collector/journal/record.h)
 *     file journal-... of the run directory: struct mw_segment_locator, which says which segment it is
 *
 * The head identifies the owner of the segment, so that it is also found without the locator. Ids are reused and may belong
 * to any process: an attached segment is accepted only if it has the right size and owner, no other user may write to it,
 * and its head has the magic and the locator's token. */
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
    uint64_t ipc_ns; /* mw_segment_ipc_ns() of its creator: ids are valid only in that namespace */
};

struct mw_segment_head {
    char magic[8] MW_MAGIC;
    uint64_t token;      /* differs between segments; not a secret */
    uint64_t length;     /* of the journal that follows, bytes */
    uint64_t run;        /* mw_segment_run() of the run directory */
    uint64_t root;       /* mw_segment_root() of its creator: `directory` is relative to it */
    char name[128];      /* of the journal in the run directory */
    char directory[512]; /* the run directory's path */
};

/* Parameters of mw_segment_create(). */
struct mw_segment_place {
    int dirfd;             /* the run directory */
    const char *directory; /* its path */
    const char *name;      /* the file for the locator; must not exist */
    size_t length;         /* of the journal, bytes */
};

/* Creates a segment (0600) and its locator (0400). Returns the journal's memory, zeroed and attached, and stores the
 * segment's id in *id; or NULL with a line in err, and nothing remains. */
void *mw_segment_create(int *id, const struct mw_segment_place *place, struct mw_err *err);

/* Reads a locator from the open file `fd`. Returns 0, or -1 if it is not a locator. */
int mw_segment_read_locator(struct mw_segment_locator *locator, int fd);

/* Attaches read-only the segment of a journal of `length` bytes that belongs to `owner`. `token` is the expected token in
 * its head; 0 accepts any. Returns the head, or NULL with a line in err. */
const struct mw_segment_head *mw_segment_attach(int id, size_t length, uid_t owner, uint64_t token, struct mw_err *err);

/* Converts between an attached head and its journal. A journal in a segment never starts at a page boundary, a mapped file
 * always does. */
const void *mw_segment_journal(const struct mw_segment_head *head);
const struct mw_segment_head *mw_segment_of(const void *journal);

void mw_segment_detach(const struct mw_segment_head *head);

/* Removes the file `name` and the segment of this user that its locator refers to. Attached processes stay attached. */
void mw_segment_remove(int dirfd, const char *name);

/* Bytes of the segment of a journal of `length` bytes. */
size_t mw_segment_size(size_t length);
/* The reverse; 0 if it is too small. */
size_t mw_segment_length(size_t size);

/* The hash that identifies a run, from the last component of its directory's path. */
uint64_t mw_segment_run(const char *directory);

/* The inode of this process's IPC namespace; 0 if unknown. */
uint64_t mw_segment_ipc_ns(void);

/* Identifies this process's mount namespace and root directory, to which paths are relative; 0 if unknown. */
uint64_t mw_segment_root(void);

#endif
