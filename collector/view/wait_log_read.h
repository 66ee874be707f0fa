/* SPDX-License-Identifier: MIT */
/* Reads a wait log (collector/view/wait_log.h), which completes the samples with exit statuses from the ranks' parents. */
#ifndef MW_COLLECTOR_VIEW_WAIT_LOG_READ_H
#define MW_COLLECTOR_VIEW_WAIT_LOG_READ_H

#include "collector/view/view.h"

#include <stddef.h>

/* Maximum length that is read. */
#define MW_WAIT_LOG_READ_MAX (64u << 10)

/* Creates the empty log of this host, unless it exists: MPI starters only append to an existing one. */
void mw_wait_log_create(int dirfd);

/* Completes the processes of a view (from mw_view_file_read() or mw_view_copy()) with the log of its host in the run
 * directory. A missing log is not an error.
 *
 * A record belongs to a process of its PID namespace that was sampled before the record was made and never after it. A rank
 * that was never sampled is added if its journal has the same parent; without a journal, if it failed and its parent started
 * ranks (MW_SEEN_WAITED). */
void mw_wait_log_read(struct mw_view *view, int dirfd);

/* The same from memory, without journals. */
void mw_wait_log_parse(struct mw_view *view, const void *bytes, size_t size);

#endif
