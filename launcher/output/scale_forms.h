/* SPDX-License-Identifier: MIT */
/* The forms of a study's report: one table, an option with a FILE for each. */
#ifndef MW_LAUNCHER_OUTPUT_SCALE_FORMS_H
#define MW_LAUNCHER_OUTPUT_SCALE_FORMS_H

#include "collector/report/report.h"
#include "collector/scale/study_report.h"

enum mw_scale_form { MW_SCALE_TEXT, MW_SCALE_JSON, MW_SCALE_CSV, MW_SCALE_SVG, MW_SCALE_HTML, MW_SCALE_FORMS };

struct mw_scale_form_kind {
    const char *option;
    const char *help;
    mw_scale_write *write;
    bool stdout_default; /* FILE is optional: defaults to stdout */
};

extern const struct mw_scale_form_kind mw_scale_form_kinds[MW_SCALE_FORMS];

/* Path of each form; "-" for stdout; NULL: not requested. */
typedef const char *mw_scale_paths[MW_SCALE_FORMS];

/* Writes all requested forms; the text goes to stdout unless another form does. Prints errors on stderr. Returns 0, or
 * 1 if one failed. */
int mw_scale_forms_write(const mw_scale_paths paths, bool force, const struct mw_study *study,
                         const struct mw_forecast *forecast, const struct mw_report_style *style);

/* Checks before any run: rejects existing files and directories that are not writable. Returns 0, or -1 with a line in
 * err. */
int mw_scale_forms_check(const mw_scale_paths paths, bool force, struct mw_err *err);

#endif
