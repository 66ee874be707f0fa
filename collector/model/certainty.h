/* SPDX-License-Identifier: MIT */
/* Names of the kinds of numbers (enum mw_model_kind) in all forms of a report. */
#ifndef MW_COLLECTOR_MODEL_CERTAINTY_H
#define MW_COLLECTOR_MODEL_CERTAINTY_H

#include "collector/model/model.h"

/* A row each: kind, name, sign, words. */
#define MW_CERTAINTY(MW_ROW)                      \
    MW_ROW(UNKNOWN, "unknown", "?", "unknown")    \
    MW_ROW(EXACT, "exact", "=", "exact")          \
    MW_ROW(AT_LEAST, "at_least", "≥", "at least") \
    MW_ROW(AT_MOST, "at_most", "≤", "at most")    \
    MW_ROW(ESTIMATE, "estimate", "~", "about")

struct mw_certainty {
    const char *name;  /* for programs: "at_least" */
    const char *sign;  /* before a number: "≥" */
    const char *words; /* in a sentence: "at least" */
};

#define MW_CERTAINTIES (MW_MODEL_ESTIMATE + 1)

/* By kind. */
extern const struct mw_certainty mw_certainty[MW_CERTAINTIES];

#endif
