/* SPDX-License-Identifier: MIT */
/* Included by rows_cases.h, once for each form: neighbours. Data for MPI_PROC_NULL has a count, but does not move. */

#define NEIGHBOURS(name) static void ROWS_PASTE(FORM, name)(const struct rows_topology *t)
#define NEIGHBOUR_RANK MPI_Comm c = t->comm; int r, outs = alive(t->out, t->nout), ins = alive(t->in, t->nin); MPI_Comm_rank(c, &r)

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
    DO(Neighbor_allgatherv, neighbor_allgatherv, c, outs ? 8 * (r + 1) : 0, received, a, r + 1, vec, b, counts, displs, MPI_INT, c);
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

#undef NEIGHBOURS
#undef NEIGHBOUR_RANK
