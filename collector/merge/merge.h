/* SPDX-License-Identifier: MIT */
/* Brings the two views of a run together: the journals that ranks left, and what samplers saw from outside. */
#ifndef MW_COLLECTOR_MERGE_MERGE_H
#define MW_COLLECTOR_MERGE_MERGE_H

#include "collector/base/err.h"
#include "collector/model/model.h"
#include "collector/view/view.h"

#include <stddef.h>

/* Up to so many ranks keep all details in the model (mw_model_rank.has_details): some 20 KiB each as a rule, so 80 MiB. Of a
 * larger job only the telling ones do, and the records are read twice. The merged numbers are the same. */
#define MW_MERGE_WHOLE_RANKS 4096

/* Reads all that lies in the run directory `dirfd`: views, journals, gathered records and exit records, and merges them
 * by (host, pid, start time). The job may still run. `seen` is the caller's own view, used instead of its file (NULL:
 * none). What is damaged or hostile is skipped and named in model->notes. Returns the model, owned by the caller
 * (mw_model_destroy()), or NULL with a line in err. */
struct mw_model *mw_merge_run(int dirfd, const struct mw_view *seen, struct mw_err *err);

/* The same from one file of gathered records (MW_FILE_GATHERED) and nothing else. */
struct mw_model *mw_merge_gathered(const char *path, struct mw_err *err);

/* Sets another number than MW_MERGE_WHOLE_RANKS, so that tests see with few ranks what becomes of many. */
void mw_merge_set_whole_ranks(size_t ranks);

#endif
