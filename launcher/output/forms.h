/* SPDX-License-Identifier: MIT */
/* The forms in which a run is told: one table, an option with a FILE for each. `run` and `report` know the same ones. */
#ifndef MW_LAUNCHER_OUTPUT_FORMS_H
#define MW_LAUNCHER_OUTPUT_FORMS_H

#include "collector/report/report.h"
#include "launcher/output/output.h"

/* In the order of the table. A new form is a line here, one in forms.c and a file of its own in collector/. */
enum mw_form {
    MW_FORM_TEXT,
    MW_FORM_RECORD,
    MW_FORM_JSON,
    MW_FORM_PROCESSES,
    MW_FORM_TIMELINE,
    MW_FORM_PHASES,
    MW_FORM_SPIKES,
    MW_FORM_TRACE,
    MW_FORM_METRICS,
    MW_FORM_HTML,
    MW_FORMS
};

struct mw_form_kind {
    const char *option;     /* without the dashes */
    int letter;             /* of the short option, 0 none */
    const char *help;
    mw_report_write *write;
    bool stdout_default;    /* FILE may be left out: stdout */
};

extern const struct mw_form_kind mw_form_kinds[MW_FORMS];

/* Where each form goes: a file's path, "-" for stdout; NULL: not wanted. */
typedef const char *mw_form_paths[MW_FORMS];

bool mw_forms_any(const mw_form_paths paths);
bool mw_forms_stdout(const mw_form_paths paths); /* does one of them go to stdout? */

struct mw_forms {
    struct mw_output outputs[MW_FORMS];
    const char *const *paths;
};

/* Opens all that are wanted, or none. At most one may go to stdout. Returns 0, or -1 with a line in err. */
int mw_forms_open(struct mw_forms *forms, const mw_form_paths paths, bool force, struct mw_err *err);

/* Writes them all and puts them in place; says on stderr which could not be. Returns 0, or 1 when one failed. */
int mw_forms_write(struct mw_forms *forms, const struct mw_model *model, const struct mw_report_style *style);

/* Another process has written them. */
void mw_forms_release(struct mw_forms *forms);

/* Drops what is open. */
void mw_forms_abandon(struct mw_forms *forms);

#endif
