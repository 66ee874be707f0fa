/* SPDX-License-Identifier: MIT */
/* The three routines of LAPACK that least squares need, through LAPACKE, its interface for C. The library is loaded when
 * the first model is made: the launcher, which stays beside every job, and the agents have no use for its megabytes, and
 * nobody needs it to build memwatch. */
#ifndef MW_COLLECTOR_SCALE_LAPACK_H
#define MW_COLLECTOR_SCALE_LAPACK_H

#include "collector/base/err.h"

#include <stdint.h>

#define MW_LAPACK_COLUMNS 102 /* LAPACK_COL_MAJOR of lapacke.h */

/* As lapacke.h declares them where lapack_int is 32 bits wide (a library with 64 has another name). 0 is success. */
struct mw_lapack {
    int32_t (*dgeqrf)(int layout, int32_t m, int32_t n, double *a, int32_t lda, double *tau); /* A = QR */
    int32_t (*dorgqr)(int layout, int32_t m, int32_t n, int32_t k, double *a, int32_t lda, const double *tau); /* Q */
    int32_t (*dtrtrs)(int layout, char uplo, char trans, char diag, int32_t n, int32_t nrhs, const double *a, int32_t lda,
                      double *b, int32_t ldb); /* solves with R */
};

/* NULL with a line in err when the library is not there. */
const struct mw_lapack *mw_lapack_load(struct mw_err *err);

#endif
