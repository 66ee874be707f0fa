/* SPDX-License-Identifier: MIT */
/* Checks which runs can be compared: a run that ended early used less memory than its program needs. */
#include "collector/compare/compare.h"

static const char *const sides[] = {[MW_COMPARE_BASE] = "BASE", [MW_COMPARE_CANDIDATE] = "CANDIDATE"};

int mw_compare_check(const struct mw_model *model, struct mw_err *err)
{
    const struct mw_model_job *job = &model->job;

    if (job->runs)
        return mw_err_set(err, "the job has not ended yet");
    if (job->launcher_died)
        return mw_err_set(err, "memwatch was killed during the run");
    if (job->sampled && job->exit_status)
        return mw_err_set(err, "the run failed, with status %d", job->exit_status);
    if (model->death_count)
        return mw_err_set(err, "a rank died: it %s", model->deaths[0].text);
    return 0;
}

static bool has_ranks(const struct mw_compare *compare, enum mw_compare_side side)
{
    return compare->ranks_max[side] > 0;
}

int mw_compare_check_sides(const struct mw_compare *compare, struct mw_err *err)
{
    for (enum mw_compare_side side = MW_COMPARE_BASE; side < MW_COMPARE_SIDES; side++)
        if (has_ranks(compare, !side) && !compare->ranks_min[side])
            return mw_err_set(err, "%s has a run without MPI ranks, %s has ranks", sides[side], sides[!side]);
    return 0;
}

bool mw_compare_is_sound(const struct mw_compare *compare)
{
    return !compare->failed[MW_COMPARE_BASE] && !compare->failed[MW_COMPARE_CANDIDATE] &&
           !mw_compare_check_sides(compare, NULL);
}
