/* SPDX-License-Identifier: MIT */
/*
 * transpose: a matrix of field elements that is divided by rows among the ranks of a communicator, and its
 * transposition, which sends something from every rank to every other.
 */
#ifndef EXAMPLES_TRANSPOSE_H
#define EXAMPLES_TRANSPOSE_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

#include "examples/field.h"

/* The rows of one rank. */
struct share {
    size_t first;
    size_t count;
};

/* Of rows, each of the ranks gets floor(rows / ranks), and the last one also the rest. */
struct share share_of(size_t rows, int ranks, int rank);

struct transpose {
    MPI_Comm comm;
    int rank, ranks;
    MPI_Datatype element;
    struct field *send, *receive; /* the caller's, each as large as the caller's part of the matrix */
    int *numbers;                 /* the four below, in one piece */
    int *send_counts, *send_starts, *receive_counts, *receive_starts;
};

/* Collective. Returns false where there's no memory. The buffers are to be set before use. Free with _destroy. */
bool transpose_create(struct transpose *transpose, MPI_Comm comm);
void transpose_destroy(struct transpose *transpose);

/*
 * Collective. data has this rank's rows of a matrix of rows x columns, row after row, and gets this rank's rows of
 * the transposed matrix of columns x rows. Both shares have to fit into data and into the two buffers.
 */
void transpose_matrix(struct transpose *transpose, struct field *data, size_t rows, size_t columns);

#endif
