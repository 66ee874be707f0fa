/* SPDX-License-Identifier: MIT */
/* Reads journals without trusting them: live ones, left-behind ones, packed ones, and many in one file.
 *
 * A record is copied (from a file by pread: it may shrink meanwhile) and checked. What comes out is safe to
 * walk: every string is terminated, every index (plus one, 0 none) is in range, every depth fits its array, and a
 * phase's parent is a user phase that stands before it. The numbers themselves are whatever the file said.
 */
#ifndef MW_COLLECTOR_JOURNAL_READ_H
#define MW_COLLECTOR_JOURNAL_READ_H

#include "collector/base/err.h"
#include "collector/journal/copy.h"
#include "collector/journal/source.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A record that claims to be longer is refused. A journal with all its room is far below. */
#define MW_JOURNAL_READ_MAX (16u << 20)

/* Reads the record at the start of `bytes`. Returns 0, or -1 with a line in err when nothing can be made of it: no
 * magic, another version or byte order, or cut before the rank's identity, state and cost are complete. Free with
 * mw_journal_read_fini() when it returned 0. */
int mw_journal_read_parse(struct mw_journal_read *journal, const void *bytes, size_t size, struct mw_err *err);

/* Reads the journal `name` in the directory `dirfd` (collector/journal/source.h). When its rank is writing it at the
 * same time, reading is repeated a few times until the copy is consistent. Returns like mw_journal_read_parse(). */
int mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err);

/* Reads who the rank is, and nothing else: cheap, for looking through many. Returns 0, or -1 when the journal does not say
 * it (yet). Strings are terminated. */
int mw_journal_read_ident(struct mw_ident *ident, int dirfd, const char *name);

/* For who looks at a live journal again and again and wants little of it: its head, then single entries. Nothing of an
 * entry is checked or terminated. Both return 0, or -1 when it isn't there (yet): with a line in err, or without one. */
int mw_journal_read_head(struct mw_record_head *head, const struct mw_journal_source *source, struct mw_err *err);
int mw_journal_read_entry(void *entry, const struct mw_journal_source *source, const struct mw_record_head *head,
                          enum mw_section section, uint32_t index);

/* Reads the next of several records that lie one behind another, and moves *offset behind it. Returns 1, or 0 at
 * the end of the file, or -1 with a line in err when there is no sound record here: *offset then stands at the next
 * place that looks like one, or at the end. */
int mw_journal_read_next(struct mw_journal_read *journal, int fd, off_t *offset, struct mw_err *err);

void mw_journal_read_fini(struct mw_journal_read *journal);

#endif
