/* SPDX-License-Identifier: MIT */
/* One row per cause: memory that is only carried along follows its origin. A phase or call with the same memory in each run
 * as an earlier one has not grown itself; ranks of different roles with the same memory are one finding. */
#include "collector/scale/study.h"

#include <math.h>

/* Differences that are noise, in units of the noise of a reading. */
#define ALIKE 3

/* In each run that has the second one. */
static bool is_alike(const struct mw_study *study, const struct mw_study_series *first, const struct mw_study_series *second)
{
    for (size_t i = 0; i < study->run_count; i++) {
        double most = fmax(first->bytes[i], second->bytes[i]);
        if (!isnan(second->bytes[i]) && !(fabs(first->bytes[i] - second->bytes[i]) <= ALIKE * mw_fit_noise(most)))
            return false;
    }
    return true;
}

/* The first similar one of its group; a user phase does not follow a phase between calls. */
static struct mw_study_series *leader_of(struct mw_study *study, const struct mw_study_series *series)
{
    for (struct mw_study_series *other = study->series; other < series; other++)
        if (other->group == series->group && !other->follows && other->detail <= series->detail &&
            is_alike(study, other, series))
            return other;
    return NULL;
}

void mw_study_fold(struct mw_study *study)
{
    for (size_t i = 0; i < study->series_count; i++) {
        struct mw_study_series *series = &study->series[i], *leader;
        if (series->group >= MW_STUDY_RISE) /* each is a separate cause */
            continue;
        leader = leader_of(study, series);
        if (!leader)
            continue;
        series->follows = leader;
        leader->followers++;
    }
}
