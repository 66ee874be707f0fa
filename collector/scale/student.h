/* SPDX-License-Identifier: MIT */
/* Student's t distribution, and mixtures of it: the distribution of one number over several models. */
#ifndef MW_COLLECTOR_SCALE_STUDENT_H
#define MW_COLLECTOR_SCALE_STUDENT_H

#include <stddef.h>

/* The distribution of one model, and its weight. */
struct mw_student {
    double weight; /* above 0 */
    double mean, scale;
    size_t freedom; /* degrees of, at least 1 */
};

/* The probability of a value below t. */
double mw_student_below(double t, size_t freedom);

/* The value that a draw from the mixture is below with this probability (0.025 to 0.975), to a fiftieth of the narrowest
 * part's scale. `count` >= 1. */
double mw_student_quantile(const struct mw_student *parts, size_t count, double probability);

#endif
