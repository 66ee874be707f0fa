/* SPDX-License-Identifier: MIT */
/* The forms in which a study is told: one table, an option with a FILE for each. */
#ifndef MW_LAUNCHER_OUTPUT_SCALE_FORMS_H
#define MW_LAUNCHER_OUTPUT_SCALE_FORMS_H

#include "collector/report/report.h"
#include "collector/scale/study_report.h"

enum mw_scale_form { MW_SCALE_TEXT, MW_SCALE_JSON, MW_SCALE_CSV, MW_SCALE_SVG, MW_SCALE_HTML, MW_SCALE_FORMS };

struct mw_scale_form_kind {
    const char *option;
    const char *help;
    mw_scale_write *write;
    bool stdout_default; /* FILE may be left out: stdout */
};

extern const struct mw_scale_form_kind mw_scale_form_kinds[MW_SCALE_FORMS];

/* Where each form goes: a path, "-" for stdout; NULL: not wanted. */
typedef const char *mw_scale_paths[MW_SCALE_FORMS];

/* Writes all that are wanted; the text goes to stdout unless another form does. Says on stderr what could not be written.
 * Returns 0, or 1 when something could not. */
int mw_scale_forms_write(const mw_scale_paths paths, bool force, const struct mw_study *study,
                         const struct mw_forecast *forecast, const struct mw_report_style *style);

/* Before anything is run: a file that is there already, or a place that cannot be written. Returns 0, or -1 with a line. */
int mw_scale_forms_check(const mw_scale_paths paths, bool force, struct mw_err *err);

#endif
