/* SPDX-License-Identifier: MIT */
/* Linear least squares by a QR factorization. */
#ifndef MW_COLLECTOR_SCALE_SQUARES_H
#define MW_COLLECTOR_SCALE_SQUARES_H

#include "collector/scale/lapack.h"

#include <stdbool.h>
#include <stddef.h>

#define MW_SQUARES_COLUMNS 4

struct mw_squares {
    size_t rows, columns;
    double coefs[MW_SQUARES_COLUMNS];
    double r[MW_SQUARES_COLUMNS * MW_SQUARES_COLUMNS]; /* the triangular factor, column-major */
    double q[MW_SQUARES_COLUMNS];                      /* Qᵀy: what each column adds to the fit after those before it */
    double sum;                                        /* of the squared residuals */
    double left_out; /* of the squared residuals, each against the fit of all other rows (PRESS): leave-one-out */
    size_t alone;    /* rows that determine a coefficient alone, which are not in left_out */
};

/* Minimizes |matrix * coefs - y|. `matrix` is column-major, rows x columns, rows >= columns; `work` has the same size.
 * Returns false if the columns are linearly dependent. */
bool mw_squares_solve(struct mw_squares *squares, const struct mw_lapack *lapack, size_t rows, size_t columns,
                      const double *matrix, const double *y, double *work);

/* The components of another row, one number per column: the row times coefs is the sum of z[i] * q[i], with the variance
 * sigma^2 * the sum of z[i]^2. Returns false if LAPACK fails. */
bool mw_squares_project(const struct mw_squares *squares, const struct mw_lapack *lapack, const double *row,
                        double z[MW_SQUARES_COLUMNS]);

#endif
