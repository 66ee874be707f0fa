/* SPDX-License-Identifier: MIT */
/* Tells of findings: lines on stderr, a JUnit file, annotations and a step summary on GitHub. */
#ifndef MW_LAUNCHER_OUTPUT_VERDICT_H
#define MW_LAUNCHER_OUTPUT_VERDICT_H

#include "collector/findings/findings.h"
#include "launcher/output/output.h"

struct mw_verdict_options {
    const char *junit; /* the file's path; NULL: none */
    bool github;       /* workflow commands on stderr, a table in the file $GITHUB_STEP_SUMMARY */
};

struct mw_verdict {
    struct mw_verdict_options options;
    struct mw_output junit;
};

/* Opens what is wanted, before anything is started. Returns 0, or -1 with a line in err. */
int mw_verdict_open(struct mw_verdict *verdict, const struct mw_verdict_options *options, bool force,
                    struct mw_err *err);

/* Tells all there is to tell; `subject` is what was judged (a command line). Says on stderr what could not be written.
 * Returns 0, or 1 when something could not. */
int mw_verdict_report(struct mw_verdict *verdict, const struct mw_findings *findings, const char *subject);

/* What goes into its files. */
void mw_verdict_write_junit(FILE *out, const struct mw_findings *findings, const char *subject);
void mw_verdict_write_summary(FILE *out, const struct mw_findings *findings, const char *subject);

/* Another process has told. */
void mw_verdict_release(struct mw_verdict *verdict);

/* Drops what is open. Does nothing after mw_verdict_report(). */
void mw_verdict_abandon(struct mw_verdict *verdict);

#endif
