/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/bytes.h"

#include <stdbool.h>

uint32_t mw_bytes_world_size;

/* One call's arguments, as the rules read them. */
struct call {
    const uintptr_t *a;
    bool wide; /* counts are 64-bit */
    uintptr_t comm;
};

/* Which neighbours of a topology exist. Only Cartesian ones can be missing (MPI_PROC_NULL at an edge). */
struct neighbours {
    int in, out;
    uint64_t missing_in, missing_out; /* bit i: neighbour i is MPI_PROC_NULL; at most 2 x 32 dimensions */
};

static uint64_t count(const struct call *c, int argument)
{
    int64_t n = c->wide ? (int64_t)c->a[argument] : (int32_t)c->a[argument];

    return n > 0 ? (uint64_t)n : 0;
}

static uint64_t count_at(const struct call *c, int argument, int index)
{
    const void *array = (const void *)c->a[argument];
    int64_t n;

    if (!array)
        return 0;
    n = c->wide ? ((const int64_t *)array)[index] : ((const int32_t *)array)[index];
    return n > 0 ? (uint64_t)n : 0;
}

static uint64_t size_of_type(uintptr_t type)
{
    int64_t size = 0;

    /* MPI_Type_size of a null handle is fatal under the default error handler */
    if (!type || type == mw_library.datatype_null || mw_library.type_size_x(type, &size) || size < 0)
        return 0;
    return (uint64_t)size;
}

static uint64_t type(const struct call *c, int argument)
{
    return size_of_type(mw_abi_handle(mw_library.abi, c->a[argument]));
}

static uint64_t type_at(const struct call *c, int argument, int index)
{
    const void *array = (const void *)c->a[argument];

    return array ? size_of_type(mw_abi_load(mw_library.abi, array, index)) : 0;
}

static bool in_place(const struct call *c, int argument)
{
    return c->a[argument] == mw_library.abi->in_place;
}

static int rank_of(const struct call *c)
{
    int rank = 0;

    mw_library.comm_rank(c->comm, &rank);
    return rank;
}

static bool is_inter(const struct call *c)
{
    int inter = 0;

    mw_library.comm_test_inter(c->comm, &inter);
    return inter;
}

/* Processes that data goes to and comes from: the remote group of an intercommunicator. */
static int peers(const struct call *c)
{
    int n = 0;

    if (is_inter(c))
        mw_library.comm_remote_size(c->comm, &n);
    else
        mw_library.comm_size(c->comm, &n);
    return n;
}

enum role { ROOT_SELF, ROOT_OTHER, ROOT_NOBODY };

/* What this rank is to a rooted collective. */
static enum role role_of(const struct call *c, int argument)
{
    int root = (int)c->a[argument];

    if (root == mw_library.abi->root)
        return ROOT_SELF;
    if (root == mw_library.abi->proc_null)
        return ROOT_NOBODY;
    if (is_inter(c))
        return ROOT_OTHER;
    return root == rank_of(c) ? ROOT_SELF : ROOT_OTHER;
}

static uint64_t sum_counts(const struct call *c, int argument, int n)
{
    uint64_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += count_at(c, argument, i);
    return sum;
}

static uint64_t sum_typed(const struct call *c, int counts, int types, int n, uint64_t missing)
{
    uint64_t sum = 0;

    for (int i = 0; i < n; i++)
        if (i >= 64 || !(missing >> i & 1))
            sum += count_at(c, counts, i) * type_at(c, types, i);
    return sum;
}

static uint64_t sum_present(const struct call *c, int counts, int n, uint64_t missing)
{
    uint64_t sum = 0;

    for (int i = 0; i < n; i++)
        if (i >= 64 || !(missing >> i & 1))
            sum += count_at(c, counts, i);
    return sum;
}

static int present(int n, uint64_t missing)
{
    return n - __builtin_popcountll(missing);
}

static void cart_neighbours(uintptr_t comm, struct neighbours *nb)
{
    int dims = 0;

    mw_library.cartdim_get(comm, &dims);
    nb->in = nb->out = 2 * dims;
    for (int d = 0; d < dims && d < 32; d++) {
        int low = 0, high = 0;
        mw_library.cart_shift(comm, d, 1, &low, &high);
        if (low == mw_library.abi->proc_null)
            nb->missing_in |= 1ULL << (2 * d);
        if (high == mw_library.abi->proc_null)
            nb->missing_in |= 1ULL << (2 * d + 1);
    }
    nb->missing_out = nb->missing_in;
}

static struct neighbours neighbours_of(const struct call *c)
{
    struct neighbours nb = {0};
    int topology = 0, weighted;

    mw_library.topo_test(c->comm, &topology);
    if (topology == mw_library.abi->cart) {
        cart_neighbours(c->comm, &nb);
    } else if (topology == mw_library.abi->graph) {
        mw_library.graph_neighbors_count(c->comm, rank_of(c), &nb.in);
        nb.out = nb.in;
    } else if (topology == mw_library.abi->dist_graph) {
        mw_library.dist_graph_neighbors_count(c->comm, &nb.in, &nb.out, &weighted);
    }
    return nb;
}

/* (sendbuf, sendcount, sendtype, recvbuf, recvcount[s], [displs,] recvtype, root, comm) */
static struct mw_bytes gather(const struct call *c, bool v)
{
    int recvtype = v ? 6 : 5;
    enum role role = role_of(c, recvtype + 1);
    struct mw_bytes b = {0, 0};

    if (role == ROOT_SELF) {
        uint64_t counts = v ? sum_counts(c, 4, peers(c)) : count(c, 4) * (uint64_t)peers(c);
        b.received = counts * type(c, recvtype);
    }
    if (role == ROOT_NOBODY || (role == ROOT_SELF && is_inter(c)))
        return b;
    if (role == ROOT_SELF && in_place(c, 0))
        b.sent = (v ? count_at(c, 4, rank_of(c)) : count(c, 4)) * type(c, recvtype);
    else
        b.sent = count(c, 1) * type(c, 2);
    return b;
}

/* (sendbuf, sendcount[s], [displs,] sendtype, recvbuf, recvcount, recvtype, root, comm) */
static struct mw_bytes scatter(const struct call *c, bool v)
{
    int sendtype = v ? 3 : 2, recvbuf = sendtype + 1;
    enum role role = role_of(c, recvbuf + 3);
    struct mw_bytes b = {0, 0};

    if (role == ROOT_SELF) {
        uint64_t counts = v ? sum_counts(c, 1, peers(c)) : count(c, 1) * (uint64_t)peers(c);
        b.sent = counts * type(c, sendtype);
    }
    if (role == ROOT_NOBODY || (role == ROOT_SELF && is_inter(c)))
        return b;
    if (role == ROOT_SELF && in_place(c, recvbuf))
        b.received = (v ? count_at(c, 1, rank_of(c)) : count(c, 1)) * type(c, sendtype);
    else
        b.received = count(c, recvbuf + 1) * type(c, recvbuf + 2);
    return b;
}

static struct mw_bytes bcast(const struct call *c)
{
    uint64_t bytes = count(c, 1) * type(c, 2);

    switch (role_of(c, 3)) {
    case ROOT_SELF:
        return (struct mw_bytes){bytes, 0};
    case ROOT_OTHER:
        return (struct mw_bytes){0, bytes};
    default:
        return (struct mw_bytes){0, 0};
    }
}

static struct mw_bytes allgather(const struct call *c, bool v)
{
    int recvtype = v ? 6 : 5;
    uint64_t received = v ? sum_counts(c, 4, peers(c)) : count(c, 4) * (uint64_t)peers(c);
    uint64_t sent;

    if (in_place(c, 0))
        sent = (v ? count_at(c, 4, rank_of(c)) : count(c, 4)) * type(c, recvtype);
    else
        sent = count(c, 1) * type(c, 2);
    return (struct mw_bytes){sent, received * type(c, recvtype)};
}

static struct mw_bytes alltoall(const struct call *c)
{
    uint64_t n = (uint64_t)peers(c);
    uint64_t received = n * count(c, 4) * type(c, 5);

    return (struct mw_bytes){in_place(c, 0) ? received : n * count(c, 1) * type(c, 2), received};
}

static struct mw_bytes alltoallv(const struct call *c)
{
    int n = peers(c);
    uint64_t received = sum_counts(c, 5, n) * type(c, 7);

    return (struct mw_bytes){in_place(c, 0) ? received : sum_counts(c, 1, n) * type(c, 3), received};
}

static struct mw_bytes alltoallw(const struct call *c)
{
    int n = peers(c);
    uint64_t received = sum_typed(c, 5, 7, n, 0);

    return (struct mw_bytes){in_place(c, 0) ? received : sum_typed(c, 1, 3, n, 0), received};
}

static struct mw_bytes reduce(const struct call *c)
{
    uint64_t bytes = count(c, 2) * type(c, 3);
    enum role role = role_of(c, 5);

    if (role == ROOT_NOBODY)
        return (struct mw_bytes){0, 0};
    if (role == ROOT_SELF && is_inter(c))
        return (struct mw_bytes){0, bytes};
    return (struct mw_bytes){bytes, role == ROOT_SELF ? bytes : 0};
}

static struct mw_bytes allreduce(const struct call *c)
{
    uint64_t bytes = count(c, 2) * type(c, 3);

    return (struct mw_bytes){bytes, bytes};
}

/* Exscan leaves rank 0's receive buffer alone. */
static struct mw_bytes exscan(const struct call *c)
{
    uint64_t bytes = count(c, 2) * type(c, 3);

    return (struct mw_bytes){bytes, rank_of(c) == 0 ? 0 : bytes};
}

/* The counts are those of the local group, also on an intercommunicator. */
static int local_size(const struct call *c)
{
    int n = 0;

    mw_library.comm_size(c->comm, &n);
    return n;
}

static struct mw_bytes reduce_scatter(const struct call *c)
{
    uint64_t size = type(c, 3);

    return (struct mw_bytes){sum_counts(c, 2, local_size(c)) * size, count_at(c, 2, rank_of(c)) * size};
}

static struct mw_bytes reduce_scatter_block(const struct call *c)
{
    uint64_t block = count(c, 2) * type(c, 3);

    return (struct mw_bytes){(uint64_t)local_size(c) * block, block};
}

static struct mw_bytes neighbor_allgather(const struct call *c, bool v)
{
    struct neighbours nb = neighbours_of(c);
    uint64_t received = v ? sum_present(c, 4, nb.in, nb.missing_in)
                          : count(c, 4) * (uint64_t)present(nb.in, nb.missing_in);
    uint64_t sent = present(nb.out, nb.missing_out) ? count(c, 1) * type(c, 2) : 0;

    return (struct mw_bytes){sent, received * type(c, v ? 6 : 5)};
}

static struct mw_bytes neighbor_alltoall(const struct call *c)
{
    struct neighbours nb = neighbours_of(c);

    return (struct mw_bytes){(uint64_t)present(nb.out, nb.missing_out) * count(c, 1) * type(c, 2),
                             (uint64_t)present(nb.in, nb.missing_in) * count(c, 4) * type(c, 5)};
}

static struct mw_bytes neighbor_alltoallv(const struct call *c)
{
    struct neighbours nb = neighbours_of(c);

    return (struct mw_bytes){sum_present(c, 1, nb.out, nb.missing_out) * type(c, 3),
                             sum_present(c, 5, nb.in, nb.missing_in) * type(c, 7)};
}

static struct mw_bytes neighbor_alltoallw(const struct call *c)
{
    struct neighbours nb = neighbours_of(c);

    return (struct mw_bytes){sum_typed(c, 1, 3, nb.out, nb.missing_out), sum_typed(c, 5, 7, nb.in, nb.missing_in)};
}

struct mw_bytes mw_bytes_of(const struct mw_op_info *op, const uintptr_t *arguments)
{
    struct call c = {arguments, op->wide, 0};

    if (op->rule == MW_RULE_NOTHING || op->rule == MW_RULE_BARRIER)
        return (struct mw_bytes){0, 0};
    c.comm = mw_abi_handle(mw_library.abi, arguments[op->comm]);
    if (c.comm == mw_library.comm_null)
        return (struct mw_bytes){0, 0};
    switch ((enum mw_rule)op->rule) {
    case MW_RULE_NOTHING:
    case MW_RULE_BARRIER: break;
    case MW_RULE_BCAST: return bcast(&c);
    case MW_RULE_GATHER: return gather(&c, false);
    case MW_RULE_GATHERV: return gather(&c, true);
    case MW_RULE_SCATTER: return scatter(&c, false);
    case MW_RULE_SCATTERV: return scatter(&c, true);
    case MW_RULE_ALLGATHER: return allgather(&c, false);
    case MW_RULE_ALLGATHERV: return allgather(&c, true);
    case MW_RULE_ALLTOALL: return alltoall(&c);
    case MW_RULE_ALLTOALLV: return alltoallv(&c);
    case MW_RULE_ALLTOALLW: return alltoallw(&c);
    case MW_RULE_REDUCE: return reduce(&c);
    case MW_RULE_ALLREDUCE: return allreduce(&c);
    case MW_RULE_REDUCE_SCATTER: return reduce_scatter(&c);
    case MW_RULE_REDUCE_SCATTER_BLOCK: return reduce_scatter_block(&c);
    case MW_RULE_EXSCAN: return exscan(&c);
    case MW_RULE_NEIGHBOR_ALLGATHER: return neighbor_allgather(&c, false);
    case MW_RULE_NEIGHBOR_ALLGATHERV: return neighbor_allgather(&c, true);
    case MW_RULE_NEIGHBOR_ALLTOALL: return neighbor_alltoall(&c);
    case MW_RULE_NEIGHBOR_ALLTOALLV: return neighbor_alltoallv(&c);
    case MW_RULE_NEIGHBOR_ALLTOALLW: return neighbor_alltoallw(&c);
    }
    return (struct mw_bytes){0, 0};
}

uint32_t mw_bytes_comm_size(uintptr_t comm)
{
    int size = 0;

    if (comm == mw_library.comm_null || mw_library.comm_size(comm, &size) || size < 0)
        return 0;
    if (comm == mw_library.comm_world)
        mw_bytes_world_size = (uint32_t)size;
    return (uint32_t)size;
}
