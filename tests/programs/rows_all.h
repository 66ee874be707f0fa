/* SPDX-License-Identifier: MIT */
/* Included by rows_cases.h, once for each form: all to all, and reductions. */

/* --- all to all -------------------------------------------------------------------------------------- */

CASE(allgather)
{
    NRANK(c);
    clear();
    for (int k = 0; k < 6; k++)
        a[at(1, k)] = V(r, 0, k);
    DO(Allgather, allgather, c, 24, 24 * n, a, 3, vec, b, 6, MPI_INT, c);
    for (int k = 0; k < 6 * n; k++)
        CHECK(b[k] == V(k / 6, 0, k % 6));
    clear();
    for (int k = 0; k < 6; k++)
        b[at(1, 6 * r + k)] = V(r, 0, k);
    DO(Allgather, allgather, c, 24, 24 * n, MPI_IN_PLACE, 0, NONE, b, 3, vec, c);
    for (int k = 0; k < 6 * n; k++)
        CHECK(b[at(1, k)] == V(k / 6, 0, k % 6));
}

CASE(allgatherv)
{
    NRANK(c);
    CNT counts[ROWS_RANKS];
    DIS displs[ROWS_RANKS];
    clear();
    for (int i = 0; i < n; i++)
        counts[i] = 2 * i, displs[i] = 24 * i;
    for (int k = 0; k < 2 * r; k++)
        a[at(1, k)] = V(r, 0, k);
    DO(Allgatherv, allgatherv, c, 8 * r, 8 * triangle(n - 1), a, r, vec, b, counts, displs, MPI_INT, c);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2 * i; k++)
            CHECK(b[24 * i + k] == V(i, 0, k));
    clear();
    for (int i = 0; i < n; i++)
        counts[i] = i + 1;
    for (int k = 0; k < r + 1; k++)
        b[24 * r + k] = V(r, 0, k);
    DO(Allgatherv, allgatherv, c, 4 * (r + 1), 4 * triangle(n), MPI_IN_PLACE, 0, NONE, b, counts, displs, MPI_INT, c);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i + 1; k++)
            CHECK(b[24 * i + k] == V(i, 0, k));
}

CASE(alltoall)
{
    NRANK(c);
    clear();
    for (int k = 0; k < 4 * n; k++)
        a[k] = V(r, k / 4, k % 4);
    DO(Alltoall, alltoall, c, 16 * n, 16 * n, a, 4, MPI_INT, b, 2, vec, c);
    for (int k = 0; k < 4 * n; k++)
        CHECK(b[at(1, k)] == V(k / 4, r, k % 4));
    clear();
    for (int k = 0; k < 3 * n; k++)
        b[k] = V(r, k / 3, k % 3);
    DO(Alltoall, alltoall, c, 12 * n, 12 * n, MPI_IN_PLACE, 0, NONE, b, 3, MPI_INT, c);
    for (int k = 0; k < 3 * n; k++)
        CHECK(b[k] == V(k / 3, r, k % 3));
}

CASE(alltoallv)
{
    NRANK(c);
    CNT sent[ROWS_RANKS], received[ROWS_RANKS];
    DIS from[ROWS_RANKS], to[ROWS_RANKS];
    clear();
    for (int i = 0; i < n; i++) {
        sent[i] = i, received[i] = 2 * r; /* rank i gets i vectors from each */
        from[i] = 16 * i, to[i] = 32 * i;
        for (int k = 0; k < 2 * i; k++)
            a[4 * from[i] + at(1, k)] = V(r, i, k);
    }
    DO(Alltoallv, alltoallv, c, 8 * triangle(n - 1), 8 * r * n, a, sent, from, vec, b, received, to, MPI_INT, c);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2 * r; k++)
            CHECK(b[32 * i + k] == V(i, r, k));
    clear();
    for (int i = 0; i < n; i++) {
        received[i] = r + i + 1;
        for (int k = 0; k < r + i + 1; k++)
            b[32 * i + k] = V(r, i, k);
    }
    DO(Alltoallv, alltoallv, c, 4 * (n * r + triangle(n)), 4 * (n * r + triangle(n)), MPI_IN_PLACE, NULL, NULL, NONE, b, received, to, MPI_INT, c);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < r + i + 1; k++)
            CHECK(b[32 * i + k] == V(i, r, k));
}

CASE(alltoallw)
{
    NRANK(c);
    const int uniform = BLOCKING ? 0 : ROWS_BUG_IALLTOALLW;
    CNT sent[ROWS_RANKS], received[ROWS_RANKS];
    DIS from[ROWS_RANKS], to[ROWS_RANKS];
    MPI_Datatype stypes[ROWS_RANKS], rtypes[ROWS_RANKS];
    clear();
    for (int i = 0; i < n; i++) { /* 2 (i + 1) ints to rank i, in the one type or the other */
        int sv = i % 2, rv = !sv;
        sent[i] = sv ? i + 1 : 2 * (i + 1), stypes[i] = sv ? vec : MPI_INT;
        received[i] = rv ? r + 1 : 2 * (r + 1), rtypes[i] = rv ? vec : MPI_INT;
        from[i] = to[i] = 64 * i * (int)sizeof(int);
        for (int k = 0; k < 2 * (i + 1); k++)
            a[64 * i + at(sv, k)] = V(r, i, k);
    }
    DO(Alltoallw, alltoallw, c, 8 * triangle(n), 8 * n * (r + 1), a, sent, from, stypes, b, received, to, rtypes, c);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2 * (r + 1); k++)
            CHECK(b[64 * i + at(i % 2 == 0, k)] == V(i, r, k));
    clear();
    for (int i = 0; i < n; i++) {
        int v = (r + i) % 2 || uniform;
        received[i] = v ? r + i + 1 : 2 * (r + i + 1), rtypes[i] = v ? vec : MPI_INT;
        to[i] = 128 * i * (int)sizeof(int);
        for (int k = 0; k < 2 * (r + i + 1); k++)
            b[128 * i + at(v, k)] = V(r, i, k);
    }
    DO(Alltoallw, alltoallw, c, 8 * (n * r + triangle(n)), 8 * (n * r + triangle(n)), MPI_IN_PLACE, NULL, NULL, NULL, b, received, to, rtypes, c);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2 * (r + i + 1); k++)
            CHECK(b[128 * i + at((r + i) % 2 || uniform, k)] == V(i, r, k));
}

/* --- reductions -------------------------------------------------------------------------------------- */

CASE(reduce)
{
    NRANK(c);
    int root = n - 1, is = r == root;
    struct rows_pair in[4], out[4];
    for (int k = 0; k < 4; k++)
        in[k] = (struct rows_pair){.value = (r + k) % n, .where = r};
    DO(Reduce, reduce, c, 48, is ? 48 : 0, in, is ? out : NULL, 4, MPI_DOUBLE_INT, MPI_MAXLOC, root, c);
    for (int k = 0; is && k < 4; k++)
        CHECK(out[k].value == n - 1 && (out[k].where + k) % n == n - 1);
    clear();
    for (int k = 0; k < 5; k++)
        a[k] = b[k] = V(r, 0, k);
    DO(Reduce, reduce, c, 20, is ? 20 : 0, is ? MPI_IN_PLACE : a, b, 5, MPI_INT, MPI_SUM, root, c);
    for (int k = 0; is && k < 5; k++)
        CHECK(b[k] == sum_below(n, k));
}

CASE(allreduce)
{
    NRANK(c);
    struct rows_pair in[3], out[3];
    clear();
    for (int k = 0; k < 7; k++)
        a[k] = V(r, 0, k);
    DO(Allreduce, allreduce, c, 28, 28, a, b, 7, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 7; k++)
        CHECK(b[k] == sum_below(n, k));
    for (int k = 0; k < 3; k++)
        in[k] = (struct rows_pair){.value = (r + k) % n, .where = r};
    DO(Allreduce, allreduce, c, 36, 36, in, out, 3, MPI_DOUBLE_INT, MPI_MAXLOC, c);
    for (int k = 0; k < 3; k++)
        CHECK(out[k].value == n - 1 && (out[k].where + k) % n == n - 1);
    for (int k = 0; k < 9; k++)
        b[k] = V(r, 0, k);
    DO(Allreduce, allreduce, c, 36, 36, MPI_IN_PLACE, b, 9, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 9; k++)
        CHECK(b[k] == sum_below(n, k));
    DO(Allreduce, allreduce, c, 0, 0, a, b, 0, MPI_DOUBLE, MPI_SUM, c);
}

CASE(reduce_scatter)
{
    NRANK(c);
    CNT counts[ROWS_RANKS];
    clear();
    for (int i = 0; i < n; i++)
        counts[i] = i + 1;
    for (int k = 0; k < triangle(n); k++)
        a[k] = V(r, 0, k);
    DO(Reduce_scatter, reduce_scatter, c, 4 * triangle(n), 4 * (r + 1), a, b, counts, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < r + 1; k++)
        CHECK(b[k] == sum_below(n, triangle(r) + k));
    for (int i = 0; i < n; i++)
        counts[i] = 2 * i; /* nothing for rank 0 */
    for (int k = 0; k < 2 * triangle(n - 1); k++)
        b[k] = V(r, 0, k);
    DO(Reduce_scatter, reduce_scatter, c, 8 * triangle(n - 1), 8 * r, MPI_IN_PLACE, b, counts, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 2 * r; k++)
        CHECK(b[k] == sum_below(n, 2 * triangle(r - 1) + k));
}

CASE(reduce_scatter_block)
{
    NRANK(c);
    clear();
    for (int k = 0; k < 3 * n; k++)
        a[k] = V(r, 0, k);
    DO(Reduce_scatter_block, reduce_scatter_block, c, 12 * n, 12, a, b, 3, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 3; k++)
        CHECK(b[k] == sum_below(n, 3 * r + k));
    for (int k = 0; k < 5 * n; k++)
        b[k] = V(r, 0, k);
    DO(Reduce_scatter_block, reduce_scatter_block, c, 20 * n, 20, MPI_IN_PLACE, b, 5, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 5; k++)
        CHECK(b[k] == sum_below(n, 5 * r + k));
}

CASE(scan)
{
    NRANK(c);
    (void)n;
    clear();
    for (int k = 0; k < 6; k++)
        a[k] = V(r, 0, k);
    DO(Scan, scan, c, 24, 24, a, b, 6, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 6; k++)
        CHECK(b[k] == sum_below(r + 1, k));
    for (int k = 0; k < 5; k++)
        b[k] = V(r, 0, k);
    DO(Scan, scan, c, 20, 20, MPI_IN_PLACE, b, 5, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 5; k++)
        CHECK(b[k] == sum_below(r + 1, k));
}

CASE(exscan)
{
    NRANK(c);
    (void)n;
    clear();
    for (int k = 0; k < 4; k++)
        a[k] = V(r, 0, k);
    DO(Exscan, exscan, c, 16, r ? 16 : 0, a, b, 4, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 4; k++)
        CHECK(b[k] == (r ? sum_below(r, k) : -1));
    for (int k = 0; k < 3; k++)
        b[k] = V(r, 0, k);
    DO(Exscan, exscan, c, 12, r ? 12 : 0, MPI_IN_PLACE, b, 3, MPI_INT, MPI_SUM, c);
    for (int k = 0; r && k < 3; k++)
        CHECK(b[k] == sum_below(r, k));
}
