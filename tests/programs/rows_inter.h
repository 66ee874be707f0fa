/* SPDX-License-Identifier: MIT */
/* Included by rows_cases.h, once for each form: intercommunicators, with even ranks of the world on one side, odd ones on the other. */

/* Rank 0 is MPI_ROOT, the other even ranks are MPI_PROC_NULL, all odd ones are at the other end. (Any other root
 * than 0 fails in MPI_Ibcast of MPICH 4.0.2: wrong data, or an assertion in mpir_localproc.c.) */
#define INTER_RANK                                                                                                     \
    int n, r, q;                                                                                                       \
    MPI_Comm_size(c, &n), MPI_Comm_rank(c, &r), MPI_Comm_remote_size(c, &q)
#define SIDE (expect_rank() % 2)
#define INTER_ROOT                                                                                                     \
    int far = SIDE, is = !far && r == 0, root = far ? 0 : is ? MPI_ROOT : MPI_PROC_NULL, source = 0
#define REMOTE(i) (2 * (i) + !SIDE) /* rank in the world of rank i of the remote group */

CASE(inter_rooted)
{
    INTER_RANK;
    INTER_ROOT;
    CNT counts[ROWS_RANKS];
    DIS displs[ROWS_RANKS];
    clear();
    for (int k = 0; k < 8; k++)
        a[at(1, k)] = V(source, 0, k);
    DO(Bcast, bcast, c, is ? 32 : 0, far ? 32 : 0, is ? a : b, is ? 4 : 8, is ? vec : MPI_INT, root, c);
    for (int k = 0; k < 8; k++)
        CHECK(b[k] == (far ? V(source, 0, k) : -1));
    clear();
    for (int k = 0; k < 4; k++)
        a[at(1, k)] = V(2 * r + 1, 0, k);
    DO(Gather, gather, c, far ? 16 : 0, is ? 16 * q : 0, a, 2, vec, b, 4, MPI_INT, root, c);
    for (int k = 0; k < 4 * q; k++)
        CHECK(b[k] == (is ? V(REMOTE(k / 4), 0, k % 4) : -1));
    clear();
    for (int i = 0; i < ROWS_RANKS; i++)
        counts[i] = i + 1, displs[i] = 20 * i;
    for (int k = 0; k < r + 1; k++)
        a[k] = V(2 * r + 1, 0, k);
    DO(Gatherv, gatherv, c, far ? 4 * (r + 1) : 0, is ? 4 * triangle(q) : 0, a, r + 1, MPI_INT, b, counts, displs, MPI_INT, root, c);
    for (int i = 0; is && i < q; i++)
        for (int k = 0; k < i + 1; k++)
            CHECK(b[20 * i + k] == V(REMOTE(i), 0, k));
    clear();
    for (int k = 0; k < 4 * q; k++)
        a[k] = V(source, k / 4, k % 4);
    DO(Scatter, scatter, c, is ? 16 * q : 0, far ? 16 : 0, a, 4, MPI_INT, b, 2, vec, root, c);
    for (int k = 0; k < 4; k++)
        CHECK(b[at(1, k)] == (far ? V(source, r, k) : -1));
    clear();
    for (int i = 0; i < q; i++)
        for (int k = 0; k < i + 1; k++)
            a[20 * i + k] = V(source, i, k);
    DO(Scatterv, scatterv, c, is ? 4 * triangle(q) : 0, far ? 4 * (r + 1) : 0, a, counts, displs, MPI_INT, b, r + 1, MPI_INT, root, c);
    for (int k = 0; k < r + 1; k++)
        CHECK(b[k] == (far ? V(source, r, k) : -1));
    clear();
    for (int k = 0; k < 5; k++)
        a[k] = V(r, 0, k);
    DO(Reduce, reduce, c, far ? 20 : 0, is ? 20 : 0, a, b, 5, MPI_INT, MPI_SUM, root, c);
    for (int k = 0; k < 5; k++)
        CHECK(b[k] == (is ? sum_below(q, k) : -1));
    (void)n;
}

/* Block counts depend on the sender's side, so that the two directions differ. */
CASE(inter_all)
{
    INTER_RANK;
    CNT sent[ROWS_RANKS], received[ROWS_RANKS];
    DIS from[ROWS_RANKS], to[ROWS_RANKS];
    MPI_Datatype stypes[ROWS_RANKS], rtypes[ROWS_RANKS];
    int me = expect_rank(), mine = SIDE ? 6 : 2, theirs = SIDE ? 2 : 6;
    DO(Barrier, barrier, c, 0, 0, c);
    clear();
    for (int k = 0; k < mine; k++)
        a[at(1, k)] = V(me, 0, k);
    DO(Allgather, allgather, c, 4 * mine, 4 * theirs * q, a, mine / 2, vec, b, theirs, MPI_INT, c);
    for (int k = 0; k < theirs * q; k++)
        CHECK(b[k] == V(REMOTE(k / theirs), 0, k % theirs));
    clear();
    for (int i = 0; i < q; i++)
        received[i] = REMOTE(i) + 1, to[i] = 20 * i;
    for (int k = 0; k < me + 1; k++)
        a[k] = V(me, 0, k);
    int all = 0;
    for (int i = 0; i < q; i++)
        all += REMOTE(i) + 1;
    DO(Allgatherv, allgatherv, c, 4 * (me + 1), 4 * all, a, me + 1, MPI_INT, b, received, to, MPI_INT, c);
    for (int i = 0; i < q; i++)
        for (int k = 0; k < REMOTE(i) + 1; k++)
            CHECK(b[20 * i + k] == V(REMOTE(i), 0, k));
    clear();
    for (int k = 0; k < mine * q; k++)
        a[k] = V(me, REMOTE(k / mine), k % mine);
    DO(Alltoall, alltoall, c, 4 * mine * q, 4 * theirs * q, a, mine, MPI_INT, b, theirs / 2, vec, c);
    for (int k = 0; k < theirs * q; k++)
        CHECK(b[at(1, k)] == V(REMOTE(k / theirs), me, k % theirs));
    clear();
    int out = 0, in = 0;
    for (int i = 0; i < q; i++) { /* rank s of the world sends 2 s ints to each */
        sent[i] = me, received[i] = 2 * REMOTE(i), from[i] = 16 * i, to[i] = 32 * i;
        out += 8 * me, in += 8 * REMOTE(i);
        for (int k = 0; k < 2 * me; k++)
            a[64 * i + at(1, k)] = V(me, REMOTE(i), k);
    }
    DO(Alltoallv, alltoallv, c, out, in, a, sent, from, vec, b, received, to, MPI_INT, c);
    for (int i = 0; i < q; i++)
        for (int k = 0; k < 2 * REMOTE(i); k++)
            CHECK(b[32 * i + k] == V(REMOTE(i), me, k));
    clear();
    for (int i = 0; i < q; i++) {
        int v = i % 2;
        sent[i] = v ? me : 2 * me, stypes[i] = v ? vec : MPI_INT, from[i] = 64 * i * (int)sizeof(int);
        received[i] = v ? 2 * REMOTE(i) : REMOTE(i), rtypes[i] = v ? MPI_INT : vec, to[i] = from[i];
        for (int k = 0; k < 2 * me; k++)
            a[64 * i + at(v, k)] = V(me, REMOTE(i), k);
    }
    DO(Alltoallw, alltoallw, c, out, in, a, sent, from, stypes, b, received, to, rtypes, c);
    for (int i = 0; i < q; i++)
        for (int k = 0; k < 2 * REMOTE(i); k++)
            CHECK(b[64 * i + at(i % 2 == 0, k)] == V(REMOTE(i), me, k));
    (void)n, (void)r;
}

/* What a rank gets is the sum over the remote group; recvcounts has an entry for each rank of the *local* group. */
CASE(inter_reductions)
{
    INTER_RANK;
    CNT counts[ROWS_RANKS];
    int total = 2 * n * q, first;
    clear();
    for (int k = 0; k < total + 6; k++)
        a[k] = V(r, 0, k);
    DO(Allreduce, allreduce, c, 24, 24, a, b, 6, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 6; k++)
        CHECK(b[k] == sum_below(q, k));
    for (int i = 0; i < n; i++)
        counts[i] = i < n - 1 ? 1 : total - (n - 1);
    DO(Reduce_scatter, reduce_scatter, c, 4 * total, 4 * (r < n - 1 ? 1 : total - (n - 1)), a, b, counts, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < counts[r]; k++)
        CHECK(b[k] == sum_below(q, r + k));
    first = r * 2 * q;
    DO(Reduce_scatter_block, reduce_scatter_block, c, 4 * total, 8 * q, a, b, 2 * q, MPI_INT, MPI_SUM, c);
    for (int k = 0; k < 2 * q; k++)
        CHECK(b[k] == sum_below(q, first + k));
}

#undef INTER_RANK
#undef INTER_ROOT
#undef REMOTE
#undef SIDE
