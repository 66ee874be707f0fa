/* SPDX-License-Identifier: MIT */
/* Options of limits and leak checks, and where their results are reported: shared by `run` and `report`. */
#ifndef MW_LAUNCHER_OUTPUT_CHECKS_H
#define MW_LAUNCHER_OUTPUT_CHECKS_H

#include "collector/findings/gates.h"
#include "launcher/output/results.h"

#include <argp.h>

struct mw_checks {
    struct mw_gates gates; /* evaluated at the end */
    struct mw_results_options results;
};

/* As argp's child; its input is a struct mw_checks. */
extern const struct argp mw_checks_argp;

/* Rows of --junit and --github; each table has its keys. */
#define MW_CHECKS_JUNIT(key, what, group)                                      \
    {                                                                          \
        "junit", key, "FILE", 0, "Write " what " to FILE, as JUnit XML", group \
    }
#define MW_CHECKS_GITHUB(key, group)                                                                      \
    {                                                                                                     \
        "github", key, NULL, 0, "Report this as annotations on stderr and in $GITHUB_STEP_SUMMARY", group \
    }

#endif
