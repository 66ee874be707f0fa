/* SPDX-License-Identifier: MIT */
/* The three LAPACK routines for least squares, through LAPACKE, its C interface. The library is loaded for the first model:
 * the launcher and the agents, which run during every job, do not need it, nor does building memwatch. */
#ifndef MW_COLLECTOR_SCALE_LAPACK_H
#define MW_COLLECTOR_SCALE_LAPACK_H

#include "collector/base/err.h"

#include <stdint.h>

#define MW_LAPACK_COLUMNS 102 /* LAPACK_COL_MAJOR of lapacke.h */

/* As declared in lapacke.h with a 32-bit lapack_int (a library with 64 bits has another name). 0 is success. */
struct mw_lapack {
    int32_t (*dgeqrf)(int layout, int32_t m, int32_t n, double *a, int32_t lda, double *tau); /* A = QR */
    int32_t (*dorgqr)(int layout, int32_t m, int32_t n, int32_t k, double *a, int32_t lda, const double *tau); /* Q */
    int32_t (*dtrtrs)(int layout, char uplo, char trans, char diag, int32_t n, int32_t nrhs, const double *a, int32_t lda,
                      double *b, int32_t ldb); /* solves with R */
};

/* NULL with a line in err if the library is missing. */
const struct mw_lapack *mw_lapack_load(struct mw_err *err);

#endif
