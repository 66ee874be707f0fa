/* SPDX-License-Identifier: MIT */
/* The forms of a run's report: one table, an option with a FILE for each. `run` and `report` share it. */
#ifndef MW_LAUNCHER_OUTPUT_FORMS_H
#define MW_LAUNCHER_OUTPUT_FORMS_H

#include "collector/report/report.h"
#include "launcher/output/output.h"

/* In the order of the table. A new form needs a line here, one in forms.c and a file in collector/. */
enum mw_form {
    MW_FORM_TEXT,
    MW_FORM_RECORD,
    MW_FORM_JSON,
    MW_FORM_PROCESSES,
    MW_FORM_TIMELINE,
    MW_FORM_PHASES,
    MW_FORM_SPIKES,
    MW_FORM_HEAP,
    MW_FORM_PPROF,
    MW_FORM_FOLDED,
    MW_FORM_TRACE,
    MW_FORM_METRICS,
    MW_FORM_HTML,
    MW_FORMS
};

struct mw_form_kind {
    const char *option; /* without the leading dashes */
    int letter;         /* short option; 0: none */
    const char *help;
    mw_report_write *write;
    bool stdout_default; /* FILE is optional: defaults to stdout */
    bool binary;         /* not for a terminal */
    bool heap;           /* made only of what the heap library recorded */
};

extern const struct mw_form_kind mw_form_kinds[MW_FORMS];

/* Path of each form; "-" for stdout; NULL: not requested. */
typedef const char *mw_form_paths[MW_FORMS];

bool mw_forms_any(const mw_form_paths paths);
bool mw_forms_stdout(const mw_form_paths paths); /* whether a form goes to stdout */

struct mw_forms {
    struct mw_output outputs[MW_FORMS];
    const char *const *paths;
};

/* Opens all requested forms, or none. At most one may go to stdout. Returns 0, or -1 with a line in err. */
int mw_forms_open(struct mw_forms *forms, const mw_form_paths paths, bool force, struct mw_err *err);

/* Writes all forms and renames them to their final names; prints errors on stderr. Returns 0, or 1 if one failed. */
int mw_forms_write(struct mw_forms *forms, const struct mw_model *model, const struct mw_report_style *style);

/* Another process has written the forms: forget them. */
void mw_forms_release(struct mw_forms *forms);

/* Discards open forms. */
void mw_forms_abandon(struct mw_forms *forms);

#endif
