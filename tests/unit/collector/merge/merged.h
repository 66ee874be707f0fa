/* SPDX-License-Identifier: MIT */
/* A synthetic run directory merged into a model, and what a test looks up in it. */
#ifndef MW_TESTS_UNIT_COLLECTOR_MERGE_MERGED_H
#define MW_TESTS_UNIT_COLLECTOR_MERGE_MERGED_H

#include "collector/model/model.h"
#include "tests/unit/synthetic.h"

#include <stdbool.h>

/* Whether one of the notes contains `text`; fails if none does. */
bool merged_has_note(const struct mw_model *model, const char *text);
void merged_assert_note(const struct mw_model *model, const char *text);

/* Merges the directory, with this view in it if it is not NULL. Fails the test if that fails. */
struct mw_model *merged_run(const struct synthetic_dir *dir, const struct mw_view *view);

/* A run directory that `job` (synthetic_job(), synthetic_heap_job()) fills, merged; with the samples of these ranks if `sampled`. */
struct mw_model *merged_job(void (*job)(const struct synthetic_dir *dir, int ranks), int ranks, bool sampled);

/* The first call site of this call; the phase with this path. Fails if there is none. */
const struct mw_model_merged_site *merged_site(const struct mw_model *model, const char *call);
const struct mw_model_merged_phase *merged_phase(const struct mw_model *model, const char *path);

#endif
