/* SPDX-License-Identifier: MIT */
/* Reports findings: lines on stderr, a JUnit file, annotations and a step summary on GitHub. */
#ifndef MW_LAUNCHER_OUTPUT_RESULTS_H
#define MW_LAUNCHER_OUTPUT_RESULTS_H

#include "collector/findings/findings.h"
#include "collector/model/model.h"
#include "launcher/output/output.h"

struct mw_results_options {
    const char *junit; /* path of the file; NULL: none */
    bool github;       /* workflow commands on stderr, and a table in the file $GITHUB_STEP_SUMMARY */
};

struct mw_results {
    struct mw_results_options options;
    struct mw_output junit;
};

/* Opens the requested files, before anything is started. Returns 0, or -1 with a line in err. */
int mw_results_open(struct mw_results *results, const struct mw_results_options *options, bool force, struct mw_err *err);

/* Reports all findings; `subject` is what was checked (a command line). The files open with the verdict of `model`; NULL: there is
 * none. Prints errors on stderr. Returns 0, or 1 if
 * something could not be written. */
int mw_results_report(struct mw_results *results, const struct mw_findings *findings, const char *subject,
                      const struct mw_model *model);

/* The contents of the files. */
void mw_results_write_junit(FILE *out, const struct mw_findings *findings, const char *subject, const struct mw_model *model);
void mw_results_write_summary(FILE *out, const struct mw_findings *findings, const char *subject, const struct mw_model *model);

/* Another process has reported: forget the files. */
void mw_results_release(struct mw_results *results);

/* Discards open files. No effect after mw_results_report(). */
void mw_results_abandon(struct mw_results *results);

#endif
