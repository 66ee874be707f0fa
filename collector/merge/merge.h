/* SPDX-License-Identifier: MIT */
/* Merges the two sources of a run: the journals of the ranks, and the samples taken from outside. */
#ifndef MW_COLLECTOR_MERGE_MERGE_H
#define MW_COLLECTOR_MERGE_MERGE_H

#include "collector/base/err.h"
#include "collector/model/model.h"
#include "collector/view/view.h"

#include <stddef.h>

/* Up to this many ranks keep all details in the model (mw_model_rank.has_details): usually about 20 KiB each, so 80 MiB. In
 * a larger job only selected ranks keep them, and the records are read twice. The merged numbers are the same. */
#define MW_MERGE_DETAILED_RANKS 4096

/* Reads all files of the run directory `dirfd`: views, journals, gathered records and exit records, and merges them by
 * (host, pid, start time). The job may still be running. `seen` is the caller's own view, used instead of its file (NULL:
 * none). Damaged or hostile files are skipped and named in model->notes. Returns the model, owned by the caller
 * (mw_model_destroy()), or NULL with a message in err. */
struct mw_model *mw_merge_run(int dirfd, const struct mw_view *seen, struct mw_err *err);

/* The same from a single file of gathered records (MW_FILE_GATHERED). */
struct mw_model *mw_merge_gathered(const char *path, struct mw_err *err);

/* Replaces MW_MERGE_DETAILED_RANKS, so that a test with few ranks can cover the code for many. */
void mw_merge_set_detailed_ranks(size_t ranks);

#endif
