/* SPDX-License-Identifier: MIT */
/* What least squares need of LAPACK, through LAPACKE, its interface for C. The library is loaded when the first model is made:
 * the launcher, which stays beside every job, and the agents have no use for its megabytes. Matrices are stored by columns;
 * functions return 0 on success. */
#ifndef MW_COLLECTOR_SCALE_LAPACK_H
#define MW_COLLECTOR_SCALE_LAPACK_H

#include "collector/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct mw_lapack;

/* NULL with a line in err when the library is not there, or memwatch was built without its header. */
const struct mw_lapack *mw_lapack_load(struct mw_err *err);

/* A = QR: R is in the upper triangle of `a` then, and what mw_lapack_q() needs below it and in tau[columns]. */
int mw_lapack_qr(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, double *tau);

/* Q, in place of what mw_lapack_qr() has left in `a`. */
int mw_lapack_q(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, const double *tau);

/* Solves R x = b, or with R transposed, in place of `b`; R is n x n. */
int mw_lapack_solve(const struct mw_lapack *lapack, bool transposed, size_t n, const double *r, double *b);

#endif
