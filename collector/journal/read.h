/* SPDX-License-Identifier: MIT */
/* Reads journals without trusting them: of running and ended ranks, packed ones, and several in one file.
 *
 * A record is copied (from a file by pread, because it may shrink at any time) and checked. The result is safe to walk:
 * every string is terminated, every index (plus one, 0 none) is in range, every depth fits its array, and a phase has a kind and
 * a parent that is a user phase before it; of the heap, moments are valid. Other numbers are as in the file. Entries that cannot be
 * used are left out: phases of no kind or never written, with all indices moved, and spikes that were being written.
 */
#ifndef MW_COLLECTOR_JOURNAL_READ_H
#define MW_COLLECTOR_JOURNAL_READ_H

#include "collector/base/err.h"
#include "collector/journal/copy.h"
#include "collector/journal/source.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Longer records are rejected. A journal of full capacity is much smaller. */
#define MW_JOURNAL_READ_MAX (16u << 20)

/* Reads the record at the start of `bytes`. Returns 0, or -1 with a line in err if it is unusable: no magic, another version
 * or byte order, or cut before the end of the rank's identity, state and cost. Free with mw_journal_read_fini() if it
 * returned 0. */
int mw_journal_read_parse(struct mw_journal_read *journal, const void *bytes, size_t size, struct mw_err *err);

/* Reads the journal `name` in the directory `dirfd` (collector/journal/source.h). If its rank writes at the same time,
 * reading is repeated a few times until the copy is consistent. Returns like mw_journal_read_parse(). */
int mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err);

/* Reads only the identity of the rank. Fast, for scanning many journals. Returns 0, or -1 if the journal does not contain it
 * (yet). Strings are terminated. */
int mw_journal_read_ident(struct mw_ident *ident, int dirfd, const char *name);

/* For readers that poll a few entries of a live journal: read its head, then single entries. Entries are not checked, their
 * strings not terminated. Both return 0, or -1 if it does not exist (yet): the first with a line in err, the second
 * without. */
int mw_journal_read_head(struct mw_record_head *head, const struct mw_journal_source *source, struct mw_err *err);
int mw_journal_read_entry(void *entry, const struct mw_journal_source *source, const struct mw_record_head *head,
                          enum mw_section section, uint32_t index);

/* Reads the next of several consecutive records, and moves *offset after it. Returns 1, or 0 at the end of the file, or -1
 * with a line in err if there is no valid record here: *offset is then at the next candidate, or at the end. */
int mw_journal_read_next(struct mw_journal_read *journal, int fd, off_t *offset, struct mw_err *err);

void mw_journal_read_fini(struct mw_journal_read *journal);

#endif
