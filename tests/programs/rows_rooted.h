/* SPDX-License-Identifier: MIT */
/* Included by rows_cases.h, once for each form: one to all, and all to one. */

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
    DO(Gatherv, gatherv, c, 8 * r, is ? 8 * triangle(n - 1) : 0, a, r, vec, b, is ? counts : NULL, is ? displs : NULL, is ? MPI_INT : NONE, root, c);
    for (int i = 0; is && i < n; i++)
        for (int k = 0; k < 2 * i; k++)
            CHECK(b[20 * i + k] == V(i, 0, k));
    clear();
    for (int i = 0; i < n; i++)
        counts[i] = i + 1;
    for (int k = 0; k < r + 1; k++)
        a[k] = b[20 * r + k] = V(r, 0, k);
    DO(Gatherv, gatherv, c, 4 * (r + 1), is ? 4 * triangle(n) : 0, is ? MPI_IN_PLACE : a, is ? 0 : r + 1, is ? NONE : MPI_INT, b, counts, displs, MPI_INT, root, c);
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
    DO(Scatter, scatter, c, is ? 16 * n : 0, 16, a, 4, MPI_INT, is ? MPI_IN_PLACE : b, is ? 0 : 4, is ? NONE : MPI_INT, root, c);
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
    DO(Scatterv, scatterv, c, is ? 8 * triangle(n - 1) : 0, 8 * r, a, is ? counts : NULL, is ? displs : NULL, is ? vec : NONE, b, 2 * r, MPI_INT, root, c);
    for (int k = 0; k < 2 * r; k++)
        CHECK(b[k] == V(root, r, k));
    clear();
    for (int i = 0; i < n; i++) {
        counts[i] = i + 2;
        for (int k = 0; k < i + 2; k++)
            a[20 * i + k] = V(r, i, k);
    }
    DO(Scatterv, scatterv, c, is ? 4 * (triangle(n) + n) : 0, 4 * (r + 2), a, counts, displs, MPI_INT, is ? MPI_IN_PLACE : b, is ? 0 : r + 2, is ? NONE : MPI_INT, root, c);
    for (int k = 0; !is && k < r + 2; k++)
        CHECK(b[k] == V(root, r, k));
}
