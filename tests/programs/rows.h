/* SPDX-License-Identifier: MIT */
/* Shared by the rows_*.c programs: buffers, types, topologies. The calls are in rows_cases.h, which is
 * included once for each form (blocking, I..., ..._init) with DO() and the types of counts defined for it.
 */
#ifndef MW_TESTS_ROWS_H
#define MW_TESTS_ROWS_H

#include "tests/programs/expect.h"

/* Bugs of MPICH 4.0.2 (as in Debian 12), seen without any tool, that the cases go around. */
#ifdef MPICH_VERSION
#define ROWS_BUG_NEIGHBOR_ALLTOALLW 1 /* edges beyond the in-degree are not sent */
#define ROWS_BUG_IALLTOALLW 1 /* in place with types that differ between ranks: wrong data; persistent too */
#else
#define ROWS_BUG_NEIGHBOR_ALLTOALLW 0
#define ROWS_BUG_IALLTOALLW 0
#endif

#define ROWS_RANKS 12 /* buffers are for at most that many */
#define ROWS_INTS 8192

/* Persistent collectives: a trial extension in Open MPI 4.1, the standard's since MPI 4. */
#if MPI_VERSION >= 4
#define ROWS_INIT(X) MPI_##X##_init
#define ROWS_INIT_NAME(X) "MPI_" #X "_init"
#elif defined(OPEN_MPI)
#include <mpi-ext.h>
#ifdef OMPI_HAVE_MPI_EXT_PCOLLREQ
#define ROWS_INIT(X) MPIX_##X##_init
#define ROWS_INIT_NAME(X) "MPIX_" #X "_init"
#endif
#endif

/* A value that identifies sender and receiver. */
#define V(source, target, k) (((source) + 1) * 100000 + ((target) + 1) * 1000 + (k))

struct rows_pair { /* MPI_DOUBLE_INT: size 12, extent 16 */
    double value;
    int where;
};

/* A communicator with a topology, as the program expects it. Neighbours are ranks, -1 is MPI_PROC_NULL. */
struct rows_topology {
    MPI_Comm comm;
    int nin, nout;
    int in[4], out[4];
};

static int rows_a[ROWS_INTS], rows_b[ROWS_INTS];
static MPI_Datatype rows_vec; /* two ints with two ints of gap between: size 8, extent 16 */

/* Index of the k-th int in a buffer of rows_vec (vec != 0) or MPI_INT. */
static EXPECT_UNUSED int at(int vec, int k)
{
    return vec ? 4 * (k / 2) + 3 * (k % 2) : k;
}

static EXPECT_UNUSED void clear(void)
{
    for (int i = 0; i < ROWS_INTS; i++)
        rows_a[i] = rows_b[i] = -1;
}

static EXPECT_UNUSED int triangle(int n)
{
    return n * (n + 1) / 2;
}

/* Sum of V(s, 0, k) over the ranks below n. */
static EXPECT_UNUSED int sum_below(int n, int k)
{
    int sum = 0;
    for (int s = 0; s < n; s++)
        sum += V(s, 0, k);
    return sum;
}

static EXPECT_UNUSED int alive(const int *neighbours, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        count += neighbours[i] >= 0;
    return count;
}

/* Each call is a separate site, as in the cases. */
#define ONCE(X, ...) (MPI_##X(__VA_ARGS__), expect_call("MPI_" #X, __FILE__, __LINE__))

/* Directed, uneven: i -> i + 1, i -> i + 2. The last rank has no out-neighbour, the first no in-neighbour. */
static void rows_dist_graph(struct rows_topology *t, int n, int r)
{
    const int ones[] = {1, 1, 1, 1};
    for (int d = 1; d <= 2; d++) {
        if (r - d >= 0)
            t->in[t->nin++] = r - d;
        if (r + d < n)
            t->out[t->nout++] = r + d;
    }
    ONCE(Dist_graph_create_adjacent, MPI_COMM_WORLD, t->nin, t->in, ones, t->nout, t->out, ones, MPI_INFO_NULL, 0, &t->comm);
}

/* Directed ring, its own neighbour on one rank. */
static void rows_dist_ring(struct rows_topology *t, int n, int r)
{
    const int one[] = {1};
    t->nin = t->nout = 1;
    t->in[0] = (r + n - 1) % n;
    t->out[0] = (r + 1) % n;
    ONCE(Dist_graph_create_adjacent, MPI_COMM_WORLD, 1, t->in, one, 1, t->out, one, MPI_INFO_NULL, 0, &t->comm);
}

/* Undirected ring; a rank that would be its own neighbour has none. */
static void rows_graph(struct rows_topology *t, int n, int r)
{
    int index[ROWS_RANKS], edges[2 * ROWS_RANKS], used = 0;
    for (int i = 0; i < n; i++) {
        if (n > 1)
            edges[used++] = (i + 1) % n;
        if (n > 2)
            edges[used++] = (i + n - 1) % n;
        index[i] = used;
    }
    for (int e = r ? index[r - 1] : 0; e < index[r]; e++)
        t->in[t->nin++] = t->out[t->nout++] = edges[e];
    ONCE(Graph_create, MPI_COMM_WORLD, n, index, edges, 0, &t->comm);
}

static void rows_cart(struct rows_topology *t, int n, int r, int periodic)
{
    t->nin = t->nout = 2;
    t->in[0] = t->out[0] = periodic ? (r + n - 1) % n : r - 1;
    t->in[1] = t->out[1] = periodic ? (r + 1) % n : r + 1 < n ? r + 1 : -1;
    ONCE(Cart_create, MPI_COMM_WORLD, 1, &n, &periodic, 0, &t->comm);
}

#define ROWS_TOPOLOGIES 5
#define ROWS_UNEVEN 0 /* the one in which ranks have not as many in- as out-neighbours */

struct rows_setup {
    int n, r;
    MPI_Comm less;  /* all but the last rank of the world; MPI_COMM_NULL there */
    MPI_Comm inter; /* between even and odd ranks; MPI_COMM_NULL with one rank */
    struct rows_topology topology[ROWS_TOPOLOGIES];
};

static inline void rows_start(struct rows_setup *s)
{
    MPI_Comm half;
    MPI_Comm_size(MPI_COMM_WORLD, &s->n);
    MPI_Comm_rank(MPI_COMM_WORLD, &s->r);
    if (s->n > ROWS_RANKS) {
        fprintf(stderr, "rows: at most %d ranks\n", ROWS_RANKS);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    MPI_Type_vector(2, 1, 3, MPI_INT, &rows_vec);
    MPI_Type_commit(&rows_vec);
    ONCE(Comm_split, MPI_COMM_WORLD, s->r < s->n - 1 ? 0 : MPI_UNDEFINED, 0, &s->less);
    s->inter = MPI_COMM_NULL;
    if (s->n > 1) {
        ONCE(Comm_split, MPI_COMM_WORLD, s->r % 2, 0, &half);
        ONCE(Intercomm_create, half, 0, MPI_COMM_WORLD, 1 - s->r % 2, 1, &s->inter);
        ONCE(Comm_free, &half);
    }
    rows_dist_graph(&s->topology[ROWS_UNEVEN], s->n, s->r);
    rows_graph(&s->topology[1], s->n, s->r);
    rows_cart(&s->topology[2], s->n, s->r, 0);
    rows_cart(&s->topology[3], s->n, s->r, 1);
    rows_dist_ring(&s->topology[4], s->n, s->r);
}

static inline int rows_end(struct rows_setup *s)
{
    int status;
    for (int i = 0; i < ROWS_TOPOLOGIES; i++)
        ONCE(Comm_free, &s->topology[i].comm);
    if (s->inter != MPI_COMM_NULL)
        ONCE(Comm_free, &s->inter);
    if (s->less != MPI_COMM_NULL)
        ONCE(Comm_free, &s->less);
    MPI_Type_free(&rows_vec);
    status = expect_flush();
    MPI_Finalize();
    return status;
}

#endif
