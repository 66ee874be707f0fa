/* SPDX-License-Identifier: MIT */
#include "collector/scale/fit_model.h"

/* Noise of a measurement: the kernel counts RSS in batches, and allocators and shared pages differ a little in every run. */
#define NOISE_BYTES (256 * 1024.0)
#define NOISE_SHARE 0.005

double mw_fit_noise(double bytes)
{
    return NOISE_BYTES + NOISE_SHARE * bytes;
}

double mw_fit_value(const struct mw_fit_model *model, double n, double s)
{
    double value = 0;

    for (size_t i = 0; i < model->term_count; i++)
        value += model->squares.coefs[i] * mw_law_value(&model->terms[i], n, s);
    return value;
}
