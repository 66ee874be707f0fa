/* SPDX-License-Identifier: MIT */
/* Linear least squares by a QR factorization. */
#ifndef MW_COLLECTOR_SCALE_SQUARES_H
#define MW_COLLECTOR_SCALE_SQUARES_H

#include "collector/scale/lapack.h"

#include <stdbool.h>
#include <stddef.h>

#define MW_SQUARES_COLUMNS 3

struct mw_squares {
    size_t rows, columns;
    double coefs[MW_SQUARES_COLUMNS];
    double r[MW_SQUARES_COLUMNS * MW_SQUARES_COLUMNS]; /* the triangular factor, column-major */
    double sum;     /* of the squared residuals */
    double left_out; /* of the squared residuals, each against the fit of all other rows (PRESS): leave-one-out */
};

/* Minimizes |matrix * coefs - y|. `matrix` is column-major, rows x columns, rows > columns; `work` has room for as much.
 * Returns false where the columns do not tell apart, or one row alone decides a coefficient. */
bool mw_squares_solve(struct mw_squares *squares, const struct mw_lapack *lapack, size_t rows, size_t columns,
                      const double *matrix, const double *y, double *work);

/* The leverage of another row: its prediction has the variance sigma^2 * this; on top of a new reading's own. */
double mw_squares_leverage(const struct mw_squares *squares, const struct mw_lapack *lapack, const double *row);

#endif
