/* SPDX-License-Identifier: MIT */
#include "collector/scale/squares.h"

#include <math.h>
#include <string.h>

/* Below this share of the largest one, a diagonal element of R is rounding error. */
#define SINGULAR 1e-9

static bool is_singular(const struct mw_squares *squares)
{
    double least = INFINITY, most = 0;

    for (size_t i = 0; i < squares->columns; i++) {
        double pivot = fabs(squares->r[i * squares->columns + i]);
        least = fmin(least, pivot);
        most = fmax(most, pivot);
    }
    return !(least > SINGULAR * most);
}

static bool factorize(struct mw_squares *squares, const struct mw_lapack *lapack, double *q)
{
    double tau[MW_SQUARES_COLUMNS];

    if (mw_lapack_qr(lapack, squares->rows, squares->columns, q, tau))
        return false;
    for (size_t j = 0; j < squares->columns; j++)
        for (size_t i = 0; i < squares->columns; i++)
            squares->r[j * squares->columns + i] = i <= j ? q[j * squares->rows + i] : 0;
    return !is_singular(squares) && !mw_lapack_q(lapack, squares->rows, squares->columns, q, tau);
}

static double dot(const double *a, const double *b, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Q Qᵀ is the hat matrix: its diagonal is the leverage of each row. */
static void judge(struct mw_squares *squares, const double *matrix, const double *y, const double *q)
{
    squares->sum = squares->left_out = 0;
    for (size_t i = 0; i < squares->rows; i++) {
        double residual = y[i], hat = 0;
        for (size_t j = 0; j < squares->columns; j++) {
            residual -= squares->coefs[j] * matrix[j * squares->rows + i];
            hat += q[j * squares->rows + i] * q[j * squares->rows + i];
        }
        squares->sum += residual * residual;
        if (hat > 1 - 1e-9)
            squares->alone++;
        else
            squares->left_out += residual * residual / ((1 - hat) * (1 - hat));
    }
}

bool mw_squares_solve(struct mw_squares *squares, const struct mw_lapack *lapack, size_t rows, size_t columns,
                      const double *matrix, const double *y, double *work)
{
    *squares = (struct mw_squares){.rows = rows, .columns = columns};
    if (rows < columns)
        return false;
    memcpy(work, matrix, rows * columns * sizeof(*work));
    if (!factorize(squares, lapack, work))
        return false;
    for (size_t j = 0; j < columns; j++)
        squares->coefs[j] = squares->q[j] = dot(work + j * rows, y, rows);
    if (mw_lapack_solve(lapack, false, columns, squares->r, squares->coefs))
        return false;
    judge(squares, matrix, y, work);
    return true;
}

bool mw_squares_project(const struct mw_squares *squares, const struct mw_lapack *lapack, const double *row,
                        double z[MW_SQUARES_COLUMNS])
{
    memcpy(z, row, squares->columns * sizeof(*z));
    return !mw_lapack_solve(lapack, true, squares->columns, squares->r, z);
}
