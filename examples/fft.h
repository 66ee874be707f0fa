/* SPDX-License-Identifier: MIT */
/*
 * fft: the discrete Fourier transform of one row of field elements, in the memory of one process:
 *
 *     X[k] = sum over j of x[j] * w^(j * k)        for a primitive root of unity w of order n.
 */
#ifndef EXAMPLES_FFT_H
#define EXAMPLES_FFT_H

#include <stdbool.h>
#include <stddef.h>

#include "examples/field.h"

/* The first half of the powers of a root of unity: all that transforms of up to n elements need. */
struct fft_roots {
    size_t n;            /* the root's order, a power of two */
    struct field *power; /* n / 2 of them, power[k] = root^k */
};

/* Fills *roots for a root of order n, at least 2. Returns false where there's no memory. Free with _destroy. */
bool fft_roots_create(struct fft_roots *roots, size_t n, struct field root);
void fft_roots_destroy(struct fft_roots *roots);

/*
 * Transforms the n elements at x in place, both orders natural; n is a power of two, at most roots->n. The root of
 * order n is the one in *roots to the power of roots->n / n.
 */
void fft_transform(struct field *x, size_t n, const struct fft_roots *roots);

#endif
