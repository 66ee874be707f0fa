/* SPDX-License-Identifier: MIT */
#include "collector/scale/fit_model.h"

#include <math.h>

/* Noise of a measurement: the kernel counts RSS in batches, and allocators and shared pages differ a little in every run. */
const struct mw_fit_noise mw_fit_noise_rss = {.bytes = 256 * 1024.0, .share = 0.005};

double mw_fit_noise(double bytes)
{
    return mw_fit_noise_of(&mw_fit_noise_rss, bytes);
}

double mw_fit_noise_of(const struct mw_fit_noise *noise, double bytes)
{
    return hypot(noise->bytes + noise->share * bytes, noise->root * sqrt(bytes));
}

double mw_fit_value(const struct mw_fit_model *model, double n, double s)
{
    double value = 0;

    for (size_t i = 0; i < model->term_count; i++)
        value += model->squares.coefs[i] * mw_law_value(&model->terms[i], n, s);
    return value;
}
