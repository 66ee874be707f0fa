/* SPDX-License-Identifier: MIT */
#include "examples/transpose.h"

#include <stdlib.h>
#include <string.h>

struct share share_of(size_t rows, int ranks, int rank)
{
    size_t each = rows / (size_t)ranks;
    struct share share = {each * (size_t)rank, each};

    if (rank == ranks - 1)
        share.count = rows - share.first;
    return share;
}

bool transpose_create(struct transpose *transpose, MPI_Comm comm)
{
    size_t ranks;

    memset(transpose, 0, sizeof *transpose);
    transpose->comm = comm;
    MPI_Comm_rank(comm, &transpose->rank);
    MPI_Comm_size(comm, &transpose->ranks);
    MPI_Type_contiguous((int)sizeof(struct field), MPI_BYTE, &transpose->element);
    MPI_Type_commit(&transpose->element);

    ranks = (size_t)transpose->ranks;
    transpose->numbers = malloc(4 * ranks * sizeof *transpose->numbers);
    if (!transpose->numbers)
        return false;
    transpose->send_counts = transpose->numbers;
    transpose->send_starts = transpose->numbers + ranks;
    transpose->receive_counts = transpose->numbers + 2 * ranks;
    transpose->receive_starts = transpose->numbers + 3 * ranks;
    return true;
}

void transpose_destroy(struct transpose *transpose)
{
    MPI_Type_free(&transpose->element);
    free(transpose->numbers);
    transpose->numbers = NULL;
}

/* Puts the part for each rank, its columns of my rows, into the send buffer: as rows, so that they can be joined. */
static void pack(struct transpose *transpose, const struct field *data, size_t columns, struct share mine)
{
    struct field *next = transpose->send;

    for (int rank = 0; rank < transpose->ranks; rank++) {
        struct share theirs = share_of(columns, transpose->ranks, rank);
        transpose->send_starts[rank] = (int)(next - transpose->send);
        transpose->send_counts[rank] = (int)(theirs.count * mine.count);
        for (size_t column = theirs.first; column < theirs.first + theirs.count; column++)
            for (size_t row = 0; row < mine.count; row++)
                *next++ = data[row * columns + column];
    }
}

/* Where the part from each rank is to go in the receive buffer: one after the other. */
static void expect(struct transpose *transpose, size_t rows, struct share mine)
{
    int start = 0;

    for (int rank = 0; rank < transpose->ranks; rank++) {
        struct share theirs = share_of(rows, transpose->ranks, rank);
        transpose->receive_starts[rank] = start;
        transpose->receive_counts[rank] = (int)(theirs.count * mine.count);
        start += transpose->receive_counts[rank];
    }
}

/* Joins the parts in the receive buffer: each is a piece of each of my new rows, which have length elements. */
static void unpack(const struct transpose *transpose, struct field *data, size_t length, struct share mine)
{
    const struct field *next = transpose->receive;

    for (int rank = 0; rank < transpose->ranks; rank++) {
        struct share theirs = share_of(length, transpose->ranks, rank);
        for (size_t row = 0; row < mine.count; row++) {
            memcpy(data + row * length + theirs.first, next, theirs.count * sizeof *next);
            next += theirs.count;
        }
    }
}

void transpose_matrix(struct transpose *transpose, struct field *data, size_t rows, size_t columns)
{
    struct share mine_before = share_of(rows, transpose->ranks, transpose->rank);
    struct share mine_after = share_of(columns, transpose->ranks, transpose->rank);

    pack(transpose, data, columns, mine_before);
    expect(transpose, rows, mine_after);
    MPI_Alltoallv(transpose->send, transpose->send_counts, transpose->send_starts, transpose->element,
                  transpose->receive, transpose->receive_counts, transpose->receive_starts, transpose->element,
                  transpose->comm);
    unpack(transpose, data, rows, mine_after);
}
