/* SPDX-License-Identifier: MIT */
/* The LAPACK routines for least squares, through LAPACKE, its C interface. The library is loaded for the first model: the
 * launcher and the agents, which run during every job, do not need it. Matrices are stored by columns; functions return 0 on
 * success. */
#ifndef MW_COLLECTOR_SCALE_LAPACK_H
#define MW_COLLECTOR_SCALE_LAPACK_H

#include "collector/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct mw_lapack;

/* NULL with a line in err if the library is missing, or memwatch was built without its header. */
const struct mw_lapack *mw_lapack_load(struct mw_err *err);

/* A = QR: R is in the upper triangle of `a` then; the data for mw_lapack_q() is below it and in tau[columns]. */
int mw_lapack_qr(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, double *tau);

/* Q; replaces the result of mw_lapack_qr() in `a`. */
int mw_lapack_q(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, const double *tau);

/* Solves R x = b, or with R transposed; x replaces `b`; R is n x n. */
int mw_lapack_solve(const struct mw_lapack *lapack, bool transposed, size_t n, const double *r, double *b);

#endif
