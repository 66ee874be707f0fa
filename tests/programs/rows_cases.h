/* SPDX-License-Identifier: MIT */
/* Every collective, once for each form: the includer defines
 *   FORM       prefix of the functions here
 *   CNT, DIS   types of counts and displacements (int, or MPI_Count and MPI_Aint)
 *   BLOCKING   1 when the form is the blocking one
 *   DO(X, x, comm, sent, received, arguments...)   makes the call in that form, completes it, and expects it.
 * Each DO is on one physical line, which is the expected line. `n` and `r` are size and rank. */
#define ROWS_PASTE2(a, b) a##_##b
#define ROWS_PASTE(a, b) ROWS_PASTE2(a, b)
#define CASE(name) static void ROWS_PASTE(FORM, name)(MPI_Comm c)
#define RUN(name) ROWS_PASTE(FORM, name)
#define NRANK(c)               \
    int n = expect_size(c), r; \
    MPI_Comm_rank(c, &r)
#define a rows_a
#define b rows_b
#define vec rows_vec
#define NONE MPI_DATATYPE_NULL

/* --- one to all, all to one -------------------------------------------------------------------------- */

CASE(barrier)
{
    DO(Barrier, barrier, c, 0, 0, c);
}

CASE(bcast)
{
    NRANK(c);
    int root = n - 1, is = r == root;
    clear();
    for (int k = 0; k < 10; k++)
        a[at(1, k)] = V(r, 0, k);
    DO(Bcast, bcast, c, is ? 40 : 0, is ? 0 : 40, is ? a : b, is ? 5 : 10, is ? vec : MPI_INT, root, c);
    for (int k = 0; k < 10; k++)
        CHECK(is || b[k] == V(root, 0, k));
    DO(Bcast, bcast, c, 0, 0, NULL, 0, MPI_DOUBLE, 0, c);
}

CASE(gather)
{
    NRANK(c);
    int root = n - 1, is = r == root;
    clear();
    for (int k = 0; k < 6; k++)
        a[at(1, k)] = V(r, 0, k);
    DO(Gather, gather, c, 24, is ? 24 * n : 0, a, 3, vec, is ? b : NULL, is ? 6 : 0, is ? MPI_INT : NONE, root, c);
    for (int k = 0; k < 6 * n; k++)
        CHECK(b[k] == (is ? V(k / 6, 0, k % 6) : -1));
    memset(b, 0, sizeof b);
    for (int k = 0; k < 6; k++)
        b[6 * r + k] = V(r, 0, k);
    DO(Gather, gather, c, 24, is ? 24 * n : 0, is ? MPI_IN_PLACE : a, is ? 0 : 3, is ? NONE : vec, b, 6, MPI_INT, root, c);
    for (int k = 0; is && k < 6 * n; k++)
        CHECK(b[k] == V(k / 6, 0, k % 6));
}

CASE(gatherv)
{
    NRANK(c);
    int root = n - 1, is = r == root;
    CNT counts[ROWS_RANKS];
    DIS displs[ROWS_RANKS];
    for (int i = 0; i < n; i++)
        counts[i] = i, displs[i] = 20 * i; /* rank 0 sends nothing */
    clear();
    for (int k = 0; k < 2 * r; k++)
        a[at(1, k)] = V(r, 0, k);
    for (int i = 0; i < n; i++)
        counts[i] = 2 * i;
    DO(Gatherv, gatherv, c, 8 * r, is ? 8 * triangle(n - 1) : 0, a, r, vec, b, is ? counts : NULL, is ? displs : NULL,
       is ? MPI_INT : NONE, root, c);
    for (int i = 0; is && i < n; i++)
        for (int k = 0; k < 2 * i; k++)
            CHECK(b[20 * i + k] == V(i, 0, k));
    clear();
    for (int i = 0; i < n; i++)
        counts[i] = i + 1;
    for (int k = 0; k < r + 1; k++)
        a[k] = b[20 * r + k] = V(r, 0, k);
    DO(Gatherv, gatherv, c, 4 * (r + 1), is ? 4 * triangle(n) : 0, is ? MPI_IN_PLACE : a, is ? 0 : r + 1, is ? NONE : MPI_INT,
       b, counts, displs, MPI_INT, root, c);
    for (int i = 0; is && i < n; i++)
        for (int k = 0; k < i + 1; k++)
            CHECK(b[20 * i + k] == V(i, 0, k));
}

CASE(scatter)
{
    NRANK(c);
    int root = n - 1, is = r == root;
    clear();
    for (int k = 0; k < 4 * n; k++)
        a[at(1, k)] = V(r, k / 4, k % 4);
    DO(Scatter, scatter, c, is ? 16 * n : 0, 16, is ? a : NULL, is ? 2 : 0, is ? vec : NONE, b, 4, MPI_INT, root, c);
    for (int k = 0; k < 4; k++)
        CHECK(b[k] == V(root, r, k));
    clear();
    for (int k = 0; k < 4 * n; k++)
        a[k] = V(r, k / 4, k % 4);
    DO(Scatter, scatter, c, is ? 16 * n : 0, 16, a, 4, MPI_INT, is ? MPI_IN_PLACE : b, is ? 0 : 4, is ? NONE : MPI_INT, root,
       c);
    for (int k = 0; k < 4; k++)
        CHECK(b[k] == (is ? -1 : V(root, r, k)));
}

CASE(scatterv)
{
    NRANK(c);
    int root = n - 1, is = r == root;
    CNT counts[ROWS_RANKS];
    DIS displs[ROWS_RANKS];
    for (int i = 0; i < n; i++)
        counts[i] = i, displs[i] = 20 * i;
    clear();
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2 * i; k++)
            a[4 * displs[i] + at(1, k)] = V(r, i, k);
    DO(Scatterv, scatterv, c, is ? 8 * triangle(n - 1) : 0, 8 * r, a, is ? counts : NULL, is ? displs : NULL, is ? vec : NONE,
       b, 2 * r, MPI_INT, root, c);
    for (int k = 0; k < 2 * r; k++)
        CHECK(b[k] == V(root, r, k));
    clear();
    for (int i = 0; i < n; i++) {
        counts[i] = i + 2;
        for (int k = 0; k < i + 2; k++)
            a[20 * i + k] = V(r, i, k);
    }
    DO(Scatterv, scatterv, c, is ? 4 * (triangle(n) + n) : 0, 4 * (r + 2), a, counts, displs, MPI_INT, is ? MPI_IN_PLACE : b,
       is ? 0 : r + 2, is ? NONE : MPI_INT, root, c);
    for (int k = 0; !is && k < r + 2; k++)
        CHECK(b[k] == V(root, r, k));
}

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
    DO(Alltoallv, alltoallv, c, 4 * (n * r + triangle(n)), 4 * (n * r + triangle(n)), MPI_IN_PLACE, NULL, NULL, NONE, b,
       received, to, MPI_INT, c);
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
    for (int i = 0; i < n; i++) { /* 2 (i + 1) ints to rank i, with one of the two types */
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
    DO(Alltoallw, alltoallw, c, 8 * (n * r + triangle(n)), 8 * (n * r + triangle(n)), MPI_IN_PLACE, NULL, NULL, NULL, b,
       received, to, rtypes, c);
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

/* --- neighbours: blocks for MPI_PROC_NULL have a count, but are not moved -------------------------------------- */

#define NEIGHBOURS(name) static void ROWS_PASTE(FORM, name)(const struct rows_topology *t)
#define NEIGHBOUR_RANK                                                \
    MPI_Comm c = t->comm;                                             \
    int r, outs = alive(t->out, t->nout), ins = alive(t->in, t->nin); \
    MPI_Comm_rank(c, &r)

NEIGHBOURS(neighbor_allgather)
{
    NEIGHBOUR_RANK;
    clear();
    for (int k = 0; k < 4; k++)
        a[at(1, k)] = V(r, 0, k);
    DO(Neighbor_allgather, neighbor_allgather, c, outs ? 16 : 0, 16 * ins, a, 2, vec, b, 4, MPI_INT, c);
    for (int k = 0; k < 4 * t->nin; k++)
        CHECK(b[k] == (t->in[k / 4] < 0 ? -1 : V(t->in[k / 4], 0, k % 4)));
}

NEIGHBOURS(neighbor_allgatherv)
{
    NEIGHBOUR_RANK;
    CNT counts[4];
    DIS displs[4];
    long long received = 0;
    clear();
    for (int i = 0; i < t->nin; i++) {
        counts[i] = t->in[i] < 0 ? 10 : 2 * (t->in[i] + 1), displs[i] = 100 * i;
        received += t->in[i] < 0 ? 0 : 8 * (t->in[i] + 1);
    }
    for (int k = 0; k < 2 * (r + 1); k++)
        a[at(1, k)] = V(r, 0, k);
    DO(Neighbor_allgatherv, neighbor_allgatherv, c, outs ? 8 * (r + 1) : 0, received, a, r + 1, vec, b, counts, displs, MPI_INT,
       c);
    for (int i = 0; i < t->nin; i++)
        for (int k = 0; k < counts[i]; k++)
            CHECK(b[100 * i + k] == (t->in[i] < 0 ? -1 : V(t->in[i], 0, k)));
    (void)ins;
}

NEIGHBOURS(neighbor_alltoall)
{
    NEIGHBOUR_RANK;
    clear();
    for (int k = 0; k < 6 * t->nout; k++)
        a[k] = V(r, t->out[k / 6], k % 6);
    DO(Neighbor_alltoall, neighbor_alltoall, c, 24 * outs, 24 * ins, a, 6, MPI_INT, b, 3, vec, c);
    for (int k = 0; k < 6 * t->nin; k++)
        CHECK(b[at(1, k)] == (t->in[k / 6] < 0 ? -1 : V(t->in[k / 6], r, k % 6)));
}

NEIGHBOURS(neighbor_alltoallv)
{
    NEIGHBOUR_RANK;
    CNT sent[4], received[4];
    DIS from[4], to[4];
    long long bytes_out = 0, bytes_in = 0;
    clear();
    for (int i = 0; i < t->nout; i++) { /* s + t + 1 vectors from s to t */
        sent[i] = t->out[i] < 0 ? 5 : r + t->out[i] + 1, from[i] = 40 * i;
        bytes_out += t->out[i] < 0 ? 0 : 8 * (r + t->out[i] + 1);
        for (int k = 0; k < 2 * sent[i]; k++)
            a[4 * from[i] + at(1, k)] = V(r, t->out[i], k);
    }
    for (int i = 0; i < t->nin; i++) {
        received[i] = t->in[i] < 0 ? 10 : 2 * (r + t->in[i] + 1), to[i] = 100 * i;
        bytes_in += t->in[i] < 0 ? 0 : 8 * (r + t->in[i] + 1);
    }
    DO(Neighbor_alltoallv, neighbor_alltoallv, c, bytes_out, bytes_in, a, sent, from, vec, b, received, to, MPI_INT, c);
    for (int i = 0; i < t->nin; i++)
        for (int k = 0; k < received[i]; k++)
            CHECK(b[100 * i + k] == (t->in[i] < 0 ? -1 : V(t->in[i], r, k)));
    (void)outs, (void)ins;
}

NEIGHBOURS(neighbor_alltoallw)
{
    NEIGHBOUR_RANK;
    CNT sent[4], received[4];
    MPI_Aint from[4], to[4]; /* also in the small-count form */
    MPI_Datatype stypes[4], rtypes[4];
    long long bytes_out = 0, bytes_in = 0;
    clear();
    for (int i = 0; i < t->nout; i++) { /* 2 (s + t + 1) ints from s to t */
        int ints = t->out[i] < 0 ? 4 : 2 * (r + t->out[i] + 1), v = (r + i) % 2;
        sent[i] = v ? ints / 2 : ints, stypes[i] = v ? vec : MPI_INT, from[i] = 200 * i * (int)sizeof(int);
        bytes_out += t->out[i] < 0 ? 0 : 4 * ints;
        for (int k = 0; k < ints; k++)
            a[200 * i + at(v, k)] = V(r, t->out[i], k);
    }
    for (int i = 0; i < t->nin; i++) {
        int ints = t->in[i] < 0 ? 4 : 2 * (r + t->in[i] + 1), v = i % 2;
        received[i] = v ? ints / 2 : ints, rtypes[i] = v ? vec : MPI_INT, to[i] = 200 * i * (int)sizeof(int);
        bytes_in += t->in[i] < 0 ? 0 : 4 * ints;
    }
    DO(Neighbor_alltoallw, neighbor_alltoallw, c, bytes_out, bytes_in, a, sent, from, stypes, b, received, to, rtypes, c);
    for (int i = 0; i < t->nin; i++)
        for (int k = 0; k < (t->in[i] < 0 ? 4 : 2 * (r + t->in[i] + 1)); k++)
            CHECK(b[200 * i + at(i % 2, k)] == (t->in[i] < 0 ? -1 : V(t->in[i], r, k)));
    (void)outs, (void)ins;
}

/* --- intercommunicators: even ranks of the world on one side, odd ones on the other ---------------------------- */

/* Rank 0 is MPI_ROOT, the other even ranks are MPI_PROC_NULL, all odd ones are at the other end. (Any other root
 * than 0 fails in MPI_Ibcast of MPICH 4.0.2: wrong data, or an assertion in mpir_localproc.c.) */
#define INTER_RANK \
    int n, r, q;   \
    MPI_Comm_size(c, &n), MPI_Comm_rank(c, &r), MPI_Comm_remote_size(c, &q)
#define SIDE (expect_rank() % 2)
#define INTER_ROOT int far = SIDE, is = !far && r == 0, root = far ? 0 : is ? MPI_ROOT : MPI_PROC_NULL, source = 0
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
    DO(Gatherv, gatherv, c, far ? 4 * (r + 1) : 0, is ? 4 * triangle(q) : 0, a, r + 1, MPI_INT, b, counts, displs, MPI_INT,
       root, c);
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
    DO(Scatterv, scatterv, c, is ? 4 * triangle(q) : 0, far ? 4 * (r + 1) : 0, a, counts, displs, MPI_INT, b, r + 1, MPI_INT,
       root, c);
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

/* --- all of them --------------------------------------------------------------------------------------------- */

static void RUN(intra)(MPI_Comm c)
{
    RUN(barrier)(c);
    RUN(bcast)(c);
    RUN(gather)(c);
    RUN(gatherv)(c);
    RUN(scatter)(c);
    RUN(scatterv)(c);
    RUN(allgather)(c);
    RUN(allgatherv)(c);
    RUN(alltoall)(c);
    RUN(alltoallv)(c);
    RUN(alltoallw)(c);
    RUN(reduce)(c);
    RUN(allreduce)(c);
    RUN(reduce_scatter)(c);
    RUN(reduce_scatter_block)(c);
    RUN(scan)(c);
    RUN(exscan)(c);
}

static void RUN(all)(const struct rows_setup *s)
{
    RUN(intra)(MPI_COMM_WORLD);
    if (s->less != MPI_COMM_NULL)
        RUN(intra)(s->less);
    for (int i = 0; i < ROWS_TOPOLOGIES; i++) {
        RUN(neighbor_allgather)(&s->topology[i]);
        RUN(neighbor_allgatherv)(&s->topology[i]);
        RUN(neighbor_alltoall)(&s->topology[i]);
        RUN(neighbor_alltoallv)(&s->topology[i]);
        if (i != ROWS_UNEVEN || !ROWS_BUG_NEIGHBOR_ALLTOALLW)
            RUN(neighbor_alltoallw)(&s->topology[i]);
    }
    if (s->inter != MPI_COMM_NULL) {
        RUN(inter_rooted)(s->inter);
        RUN(inter_all)(s->inter);
        RUN(inter_reductions)(s->inter);
    }
}

#undef ROWS_PASTE2
#undef ROWS_PASTE
#undef CASE
#undef RUN
#undef NRANK
#undef NEIGHBOURS
#undef NEIGHBOUR_RANK
#undef INTER_RANK
#undef INTER_ROOT
#undef REMOTE
#undef SIDE
#undef NONE
#undef a
#undef b
#undef vec
