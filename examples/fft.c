/* SPDX-License-Identifier: MIT */
#include "examples/fft.h"

#include <stdlib.h>

bool fft_roots_create(struct fft_roots *roots, size_t n, struct field root)
{
    struct field power = field_one;

    roots->n = n;
    roots->power = malloc(n / 2 * sizeof *roots->power);
    if (!roots->power)
        return false;
    for (size_t k = 0; k < n / 2; k++) {
        roots->power[k] = power;
        power = field_multiply(power, root);
    }
    return true;
}

void fft_roots_destroy(struct fft_roots *roots)
{
    free(roots->power);
    roots->power = NULL;
}

/* Moves each element to the place whose number has the same bits in reverse. */
static void reverse_bits(struct field *x, size_t n)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n / 2;
        for (; j & bit; bit /= 2) /* j counts as i does, with its bits reversed */
            j ^= bit;
        j ^= bit;
        if (i < j) {
            struct field swapped = x[i];
            x[i] = x[j];
            x[j] = swapped;
        }
    }
}

/* Makes transforms of 2 * half elements out of the pairs of transforms of half elements that lie side by side in x. */
static void join_halves(struct field *x, size_t n, size_t half, const struct fft_roots *roots)
{
    size_t stride = roots->n / (2 * half);

    for (size_t start = 0; start < n; start += 2 * half) {
        for (size_t k = 0; k < half; k++) {
            struct field even = x[start + k];
            struct field odd = field_multiply(x[start + half + k], roots->power[k * stride]);
            x[start + k] = field_add(even, odd);
            x[start + half + k] = field_subtract(even, odd);
        }
    }
}

void fft_transform(struct field *x, size_t n, const struct fft_roots *roots)
{
    reverse_bits(x, n);
    for (size_t half = 1; half < n; half *= 2)
        join_halves(x, n, half, roots);
}
