/* SPDX-License-Identifier: MIT */
/* Options of limits and leaks, and where what they found is reported: the same for `run` and `report`. */
#ifndef MW_LAUNCHER_OUTPUT_CHECKS_H
#define MW_LAUNCHER_OUTPUT_CHECKS_H

#include "collector/findings/gates.h"
#include "launcher/output/verdict.h"

#include <argp.h>

struct mw_checks {
    struct mw_gates gates; /* judged at the end */
    struct mw_verdict_options verdict;
};

/* As a child; the input is a struct mw_checks. */
extern const struct argp mw_checks_argp;

/* Rows of --junit and --github, by keys of their own. */
#define MW_CHECKS_JUNIT(key, what, group) {"junit", key, "FILE", 0, "Write what " what " to FILE, as JUnit XML", group}
#define MW_CHECKS_GITHUB(key, group) \
    {"github", key, NULL, 0, "Report it as annotations on stderr and in $GITHUB_STEP_SUMMARY", group}

#endif
