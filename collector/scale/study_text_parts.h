/* SPDX-License-Identifier: MIT */
/* Sections of a study for a terminal. */
#ifndef MW_COLLECTOR_SCALE_STUDY_TEXT_PARTS_H
#define MW_COLLECTOR_SCALE_STUDY_TEXT_PARTS_H

#include "collector/scale/study_report.h"

void mw_scale_text_heading(FILE *out, const char *title, const char *more, const struct mw_report_style *style);

int mw_scale_text_width(const struct mw_report_style *style);

/* The different n at one s, ascending; if there are more than `max`, the largest ones. Returns how many. */
size_t mw_scale_text_ranks_at(const struct mw_study *study, double s, double n[], size_t max);

/* The largest of the runs there; NAN if none has it. */
double mw_scale_text_largest_at(const struct mw_study *study, const struct mw_study_series *series, double n, double s);

/* The lines that allocated, with their models. */
void mw_scale_text_lines(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                         const struct mw_report_style *style);

/* The prediction, and the run that would help most; only the latter if no prediction was requested (NULL). */
void mw_scale_text_forecast(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                            const struct mw_report_style *style);

#endif
