/* SPDX-License-Identifier: MIT */
/* Reads a wait log (collector/view/wait_log.h): what the ranks' parents have learned completes what a sampler saw. */
#ifndef MW_COLLECTOR_VIEW_WAIT_LOG_READ_H
#define MW_COLLECTOR_VIEW_WAIT_LOG_READ_H

#include "collector/view/view.h"

#include <stddef.h>

/* Of a longer file only so much is read. */
#define MW_WAIT_LOG_READ_MAX (64u << 10)

/* Makes this host's, empty, unless it is there: MPI starters write only to one that is. */
void mw_wait_log_create(int dirfd);

/* Completes the processes of a view (by mw_view_file_read() or mw_view_copy()) by the log of its host in the run
 * directory. That there is none is not an error.
 *
 * A record belongs to a process of its PID namespace, seen before the record was made and never after it. A rank that the
 * sampler never saw is added when its journal names the same parent. */
void mw_wait_log_read(struct mw_view *view, int dirfd);

/* The same from memory, without journals. */
void mw_wait_log_parse(struct mw_view *view, const void *bytes, size_t size);

#endif
