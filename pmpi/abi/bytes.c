/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/bytes.h"

#include "pmpi/abi/layout.h"

#include <stdbool.h>

uint32_t mw_bytes_world_size;

enum side { SEND = MW_LAYOUT_SEND, RECEIVE = MW_LAYOUT_RECEIVE };

/* The arguments of one call. */
struct call {
    const uintptr_t *a;
    const struct mw_layout *at;
    bool wide; /* counts are 64-bit */
    uintptr_t comm;
};

/* ---- values of the arguments ---- */

static uint64_t count(const struct call *c, enum side side)
{
    uintptr_t argument = c->a[c->at->count[side]];
    int64_t n = c->wide || c->at->is_long ? (int64_t)argument : (int32_t)argument;

    return n > 0 ? (uint64_t)n : 0;
}

static uint64_t count_at(const struct call *c, enum side side, int index)
{
    const void *array = (const void *)c->a[c->at->count[side]];
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

static uint64_t type(const struct call *c, enum side side)
{
    return size_of_type(mw_abi_handle(mw_library.abi, c->a[c->at->type[side]]));
}

static uint64_t type_at(const struct call *c, enum side side, int index)
{
    const void *array = (const void *)c->a[c->at->type[side]];

    return array ? size_of_type(mw_abi_load(mw_library.abi, array, index)) : 0;
}

static bool in_place(const struct call *c, enum side side)
{
    return c->a[c->at->buffer[side]] == mw_library.abi->in_place;
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

/* Processes that data goes to and comes from: on an intercommunicator, the remote group. */
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

/* The role of this rank in a rooted collective. */
static enum role role_of(const struct call *c)
{
    int root = (int)c->a[c->at->root];

    if (root == mw_library.abi->root)
        return ROOT_SELF;
    if (root == mw_library.abi->proc_null)
        return ROOT_NOBODY;
    if (is_inter(c))
        return ROOT_OTHER;
    return root == rank_of(c) ? ROOT_SELF : ROOT_OTHER;
}

/* Bytes of one block of a side: the data for one process. */
static uint64_t block(const struct call *c, enum side side)
{
    return count(c, side) * type(c, side);
}

/* Bytes of the blocks for `n` processes. */
static uint64_t blocks(const struct call *c, enum side side, int n)
{
    uint64_t sum = 0;

    if (!c->at->is_array[side])
        return (uint64_t)n * block(c, side);
    for (int i = 0; i < n; i++)
        sum += count_at(c, side, i);
    return sum * type(c, side);
}

/* Bytes of this rank's block. */
static uint64_t own_block(const struct call *c, enum side side)
{
    return c->at->is_array[side] ? count_at(c, side, rank_of(c)) * type(c, side) : block(c, side);
}

static uint64_t typed_blocks(const struct call *c, enum side side, int n, uint64_t missing)
{
    uint64_t sum = 0;

    for (int i = 0; i < n; i++)
        if (i >= 64 || !(missing >> i & 1))
            sum += count_at(c, side, i) * type_at(c, side, i);
    return sum;
}

/* ---- neighbours ---- */

/* The neighbours of a topology. Only those of a Cartesian topology can be missing (MPI_PROC_NULL at an edge). */
struct neighbours {
    int in, out;
    uint64_t missing_in, missing_out; /* bit i: neighbour i is MPI_PROC_NULL; at most 2 x 32 dimensions */
};

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

/* Bytes of the blocks for the neighbours that exist. */
static uint64_t neighbour_blocks(const struct call *c, enum side side, int n, uint64_t missing)
{
    uint64_t sum = 0;

    if (!c->at->is_array[side])
        return (uint64_t)(n - __builtin_popcountll(missing)) * block(c, side);
    for (int i = 0; i < n; i++)
        if (i >= 64 || !(missing >> i & 1))
            sum += count_at(c, side, i);
    return sum * type(c, side);
}

/* ---- the rules ---- */

/* `all`: the side whose buffer at the root holds the data of all processes; `one`: the side with each process's
 * block. With MPI_IN_PLACE the root's block is in `all`. */
static struct mw_bytes rooted(const struct call *c, enum side one, enum side all)
{
    enum role role = role_of(c);
    uint64_t bytes[2] = {0, 0};

    if (role == ROOT_SELF)
        bytes[all] = blocks(c, all, peers(c));
    if (role == ROOT_OTHER || (role == ROOT_SELF && !is_inter(c)))
        bytes[one] = role == ROOT_SELF && in_place(c, one) ? own_block(c, all) : block(c, one);
    return (struct mw_bytes){bytes[SEND], bytes[RECEIVE]};
}

static struct mw_bytes bcast(const struct call *c)
{
    uint64_t bytes = block(c, SEND);

    switch (role_of(c)) {
    case ROOT_SELF: return (struct mw_bytes){bytes, 0};
    case ROOT_OTHER: return (struct mw_bytes){0, bytes};
    default: return (struct mw_bytes){0, 0};
    }
}

static struct mw_bytes allgather(const struct call *c)
{
    uint64_t received = blocks(c, RECEIVE, peers(c));

    return (struct mw_bytes){in_place(c, SEND) ? own_block(c, RECEIVE) : block(c, SEND), received};
}

static struct mw_bytes alltoall(const struct call *c)
{
    int n = peers(c);
    uint64_t received = blocks(c, RECEIVE, n);

    return (struct mw_bytes){in_place(c, SEND) ? received : blocks(c, SEND, n), received};
}

static struct mw_bytes alltoallw(const struct call *c)
{
    int n = peers(c);
    uint64_t received = typed_blocks(c, RECEIVE, n, 0);

    return (struct mw_bytes){in_place(c, SEND) ? received : typed_blocks(c, SEND, n, 0), received};
}

static struct mw_bytes reduce(const struct call *c)
{
    uint64_t bytes = block(c, SEND);
    enum role role = role_of(c);

    if (role == ROOT_NOBODY)
        return (struct mw_bytes){0, 0};
    if (role == ROOT_SELF && is_inter(c))
        return (struct mw_bytes){0, bytes};
    return (struct mw_bytes){bytes, role == ROOT_SELF ? bytes : 0};
}

static struct mw_bytes allreduce(const struct call *c)
{
    uint64_t bytes = block(c, SEND);

    return (struct mw_bytes){bytes, bytes};
}

/* Exscan does not write rank 0's receive buffer. */
static struct mw_bytes exscan(const struct call *c)
{
    uint64_t bytes = block(c, SEND);

    return (struct mw_bytes){bytes, rank_of(c) == 0 ? 0 : bytes};
}

/* The counts are those of the local group, also on an intercommunicator. */
static struct mw_bytes reduce_scatter(const struct call *c)
{
    int n = 0;

    mw_library.comm_size(c->comm, &n);
    return (struct mw_bytes){blocks(c, SEND, n), own_block(c, SEND)};
}

static struct mw_bytes neighbor_allgather(const struct call *c)
{
    struct neighbours nb = neighbours_of(c);
    bool any = nb.out > __builtin_popcountll(nb.missing_out);

    return (struct mw_bytes){any ? block(c, SEND) : 0, neighbour_blocks(c, RECEIVE, nb.in, nb.missing_in)};
}

static struct mw_bytes neighbor_alltoall(const struct call *c)
{
    struct neighbours nb = neighbours_of(c);

    return (struct mw_bytes){neighbour_blocks(c, SEND, nb.out, nb.missing_out),
                             neighbour_blocks(c, RECEIVE, nb.in, nb.missing_in)};
}

static struct mw_bytes neighbor_alltoallw(const struct call *c)
{
    struct neighbours nb = neighbours_of(c);

    return (struct mw_bytes){typed_blocks(c, SEND, nb.out, nb.missing_out), typed_blocks(c, RECEIVE, nb.in, nb.missing_in)};
}

/* ---- messages, one-sided communication, files ---- */

/* Nothing goes to MPI_PROC_NULL or comes from it. */
static bool is_nobody(const struct call *c, enum side side)
{
    return c->at->has_peer && (int)c->a[c->at->peer[side]] == mw_library.abi->proc_null;
}

static uint64_t message(const struct call *c, enum side side)
{
    return is_nobody(c, side) ? 0 : block(c, side);
}

/* One buffer, for both directions, of which each has a peer. */
static struct mw_bytes replace(const struct call *c)
{
    uint64_t bytes = block(c, SEND);

    return (struct mw_bytes){is_nobody(c, SEND) ? 0 : bytes, is_nobody(c, RECEIVE) ? 0 : bytes};
}

static uint64_t partitions(const struct call *c)
{
    int n = (int)c->a[c->at->partitions];

    return n > 0 ? (uint64_t)n * message(c, SEND) : 0;
}

/* With MPI_NO_OP the origin is ignored, its datatype too. */
static bool has_origin(const struct call *c)
{
    return mw_abi_handle(mw_library.abi, c->a[c->at->op]) != mw_library.no_op;
}

static struct mw_bytes get_accumulate(const struct call *c)
{
    return (struct mw_bytes){has_origin(c) ? message(c, SEND) : 0, message(c, RECEIVE)};
}

/* `origins`: how many elements go to the target, of which one comes back. */
static struct mw_bytes fetch(const struct call *c, uint64_t origins)
{
    uint64_t bytes = is_nobody(c, SEND) ? 0 : type(c, SEND);

    return (struct mw_bytes){origins * bytes, bytes};
}

static struct mw_bytes local_bytes(enum mw_rule rule, const struct call *c)
{
    switch (rule) {
    case MW_RULE_SEND:
    case MW_RULE_PUT: return (struct mw_bytes){message(c, SEND), 0};
    case MW_RULE_RECEIVE:
    case MW_RULE_GET: return (struct mw_bytes){0, message(c, SEND)};
    case MW_RULE_SENDRECV: return (struct mw_bytes){message(c, SEND), message(c, RECEIVE)};
    case MW_RULE_SENDRECV_REPLACE: return replace(c);
    case MW_RULE_PARTITIONED_SEND: return (struct mw_bytes){partitions(c), 0};
    case MW_RULE_PARTITIONED_RECEIVE: return (struct mw_bytes){0, partitions(c)};
    case MW_RULE_GET_ACCUMULATE: return get_accumulate(c);
    case MW_RULE_FETCH_AND_OP: return fetch(c, has_origin(c));
    case MW_RULE_COMPARE_AND_SWAP: return fetch(c, 2);
    case MW_RULE_READ:
    case MW_RULE_READ_AT: return (struct mw_bytes){0, block(c, SEND)};
    case MW_RULE_WRITE:
    case MW_RULE_WRITE_AT: return (struct mw_bytes){block(c, SEND), 0};
    default: return (struct mw_bytes){0, 0};
    }
}

struct mw_bytes mw_bytes_of(const struct mw_op_info *op, const uintptr_t *arguments)
{
    struct call c = {arguments, &mw_layouts[op->rule], op->wide, 0};

    if (op->rule == MW_RULE_NOTHING || op->rule == MW_RULE_BARRIER)
        return (struct mw_bytes){0, 0};
    if (op->rule >= MW_RULE_SEND)
        return local_bytes(op->rule, &c);
    c.comm = mw_abi_handle(mw_library.abi, arguments[op->comm]);
    if (c.comm == mw_library.comm_null)
        return (struct mw_bytes){0, 0};
    switch ((enum mw_rule)op->rule) {
    case MW_RULE_BCAST: return bcast(&c);
    case MW_RULE_GATHER:
    case MW_RULE_GATHERV: return rooted(&c, SEND, RECEIVE);
    case MW_RULE_SCATTER:
    case MW_RULE_SCATTERV: return rooted(&c, RECEIVE, SEND);
    case MW_RULE_ALLGATHER:
    case MW_RULE_ALLGATHERV: return allgather(&c);
    case MW_RULE_ALLTOALL:
    case MW_RULE_ALLTOALLV: return alltoall(&c);
    case MW_RULE_ALLTOALLW: return alltoallw(&c);
    case MW_RULE_REDUCE: return reduce(&c);
    case MW_RULE_ALLREDUCE: return allreduce(&c);
    case MW_RULE_REDUCE_SCATTER:
    case MW_RULE_REDUCE_SCATTER_BLOCK: return reduce_scatter(&c);
    case MW_RULE_EXSCAN: return exscan(&c);
    case MW_RULE_NEIGHBOR_ALLGATHER:
    case MW_RULE_NEIGHBOR_ALLGATHERV: return neighbor_allgather(&c);
    case MW_RULE_NEIGHBOR_ALLTOALL:
    case MW_RULE_NEIGHBOR_ALLTOALLV: return neighbor_alltoall(&c);
    case MW_RULE_NEIGHBOR_ALLTOALLW: return neighbor_alltoallw(&c);
    default: break;
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
