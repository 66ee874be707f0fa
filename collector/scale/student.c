/* SPDX-License-Identifier: MIT */
#include "collector/scale/student.h"

#include <math.h>

#define PI 3.14159265358979323846
#define BEYOND 13 /* scales from the mean: with 1 degree of freedom 2.4 % are beyond it on each side */
#define FINE 0.02 /* of the narrowest part's scale */

/* Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4: finite sums for integer degrees of freedom. */
double mw_student_below(double t, size_t freedom)
{
    double angle = atan(t / sqrt((double)freedom)), sine = sin(angle), cosine = cos(angle);
    double sum = 0, product = freedom % 2 ? cosine : 1;

    if (freedom > 200)
        return erfc(-t / sqrt(2)) / 2;
    for (size_t i = freedom % 2 ? 3 : 2; i <= freedom; i += 2) {
        sum += product;
        product *= cosine * cosine * (double)(i - 1) / (double)i;
    }
    return freedom % 2 ? 0.5 + (angle + sine * sum) / PI : 0.5 + sine * sum / 2;
}

static double below(const struct mw_student *parts, size_t count, double value)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < count; i++) {
        sum += parts[i].weight * mw_student_below((value - parts[i].mean) / parts[i].scale, parts[i].freedom);
        all += parts[i].weight;
    }
    return sum / all;
}

double mw_student_quantile(const struct mw_student *parts, size_t count, double probability)
{
    double low = INFINITY, high = -INFINITY, least = INFINITY;

    for (size_t i = 0; i < count; i++) {
        low = fmin(low, parts[i].mean - BEYOND * parts[i].scale);
        high = fmax(high, parts[i].mean + BEYOND * parts[i].scale);
        least = fmin(least, parts[i].scale);
    }
    for (int i = 0; i < 60 && high - low > FINE * least; i++) {
        double middle = (low + high) / 2;
        if (below(parts, count, middle) < probability)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
