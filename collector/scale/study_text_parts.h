/* SPDX-License-Identifier: MIT */
/* Sections of a study for a terminal. */
#ifndef MW_COLLECTOR_SCALE_STUDY_TEXT_PARTS_H
#define MW_COLLECTOR_SCALE_STUDY_TEXT_PARTS_H

#include "collector/scale/study_report.h"

void mw_scale_text_heading(FILE *out, const char *title, const char *more, const struct mw_report_style *style);

/* The prediction, and the run that would help most; only the latter if no prediction was requested (NULL). */
void mw_scale_text_forecast(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                            const struct mw_report_style *style);

#endif
