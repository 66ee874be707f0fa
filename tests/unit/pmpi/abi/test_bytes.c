/* SPDX-License-Identifier: MIT */
/* How many bytes the arguments of a call describe: each rule, for every form of its calls, on a synthetic MPI. */
#include "pmpi/abi/bytes.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_library mw_library;

/* ---- an MPI ---- */

/* The properties of a communicator. */
static struct {
    int rank, size, remote; /* `remote`: an intercommunicator */
    int topology, dims, degree, in, out;
    int low[33], high[33]; /* neighbours of a Cartesian one */
} comm;

static const struct mw_abi *abi;

/* Handles by kind, as narrow as the ABI defines them. */
#define COMM 0x44000001u
#define COMM_NULL 0x04000000u
#define TYPE_NULL 0x0c000000u
#define TYPE(size) (0x4c000000u + (uintptr_t)(size))
#define BROKEN TYPE(4095)   /* MPI_Type_size fails */
#define NEGATIVE TYPE(4094) /* MPI_UNDEFINED: too large to represent */

/* A handle in a register, with garbage above a narrow one. */
static uintptr_t in_register(uintptr_t handle)
{
    return abi->handle_bytes == 4 ? handle | 0xDEAD000000000000u : handle;
}

static int comm_size(uintptr_t handle, int *size)
{
    assert_int_equal(handle, COMM);
    *size = comm.size;
    return 0;
}

static int comm_rank(uintptr_t handle, int *rank)
{
    assert_int_equal(handle, COMM);
    *rank = comm.rank;
    return 0;
}

static int comm_test_inter(uintptr_t handle, int *inter)
{
    assert_int_equal(handle, COMM);
    *inter = comm.remote > 0;
    return 0;
}

static int comm_remote_size(uintptr_t handle, int *size)
{
    assert_int_equal(handle, COMM);
    assert_true(comm.remote > 0);
    *size = comm.remote;
    return 0;
}

static int type_size_x(uintptr_t handle, int64_t *size)
{
    assert_int_not_equal(handle, TYPE_NULL); /* would end the program */
    assert_int_not_equal(handle, 0);
    *size = handle == NEGATIVE ? -32766 : (int64_t)(handle - TYPE(0));
    return handle == BROKEN;
}

static int topo_test(uintptr_t handle, int *topology)
{
    assert_int_equal(handle, COMM);
    *topology = comm.topology;
    return 0;
}

static int cartdim_get(uintptr_t handle, int *dims)
{
    (void)handle;
    *dims = comm.dims;
    return 0;
}

static int cart_shift(uintptr_t handle, int dimension, int by, int *low, int *high)
{
    (void)handle;
    assert_int_equal(by, 1);
    *low = comm.low[dimension];
    *high = comm.high[dimension];
    return 0;
}

static int graph_neighbors_count(uintptr_t handle, int rank, int *degree)
{
    (void)handle;
    assert_int_equal(rank, comm.rank);
    *degree = comm.degree;
    return 0;
}

static int dist_graph_neighbors_count(uintptr_t handle, int *in, int *out, int *weighted)
{
    (void)handle;
    *in = comm.in;
    *out = comm.out;
    *weighted = 0;
    return 0;
}

static void use(const struct mw_abi *table)
{
    abi = table;
    memset(&comm, 0, sizeof(comm));
    comm.size = 4;
    comm.rank = 1;
    mw_library = (struct mw_library){.abi = table,
                                     .comm_world = COMM,
                                     .comm_self = COMM + 1,
                                     .comm_null = COMM_NULL,
                                     .datatype_null = TYPE_NULL,
                                     .comm_size = comm_size,
                                     .comm_rank = comm_rank,
                                     .comm_test_inter = comm_test_inter,
                                     .comm_remote_size = comm_remote_size,
                                     .type_size_x = type_size_x,
                                     .topo_test = topo_test,
                                     .cartdim_get = cartdim_get,
                                     .cart_shift = cart_shift,
                                     .graph_neighbors_count = graph_neighbors_count,
                                     .dist_graph_neighbors_count = dist_graph_neighbors_count};
    mw_bytes_world_size = 0;
}

static int narrow_handles(void **state)
{
    (void)state;
    use(&mw_abi_mpich);
    return 0;
}

/* ---- calls ---- */

/* Arguments of a call, and of its large-count form: arrays of counts have the width of its counts. */
static struct call {
    uintptr_t a[12];
    int arguments;
} made;

#define COUNT(n) ((uintptr_t)(uint32_t)(n) | 0x7777777700000000u) /* an int in a register */

static void put(uintptr_t value)
{
    made.a[made.arguments++] = value;
}

static const struct mw_op_info *op_of(const char *name)
{
    for (int i = 0; i < MW_OP_COUNT; i++)
        if (!strcmp(mw_ops[i].name, name))
            return &mw_ops[i];
    fail_msg("there is no %s", name);
    return NULL;
}

/* One letter for each argument: `p` a buffer, `i` MPI_IN_PLACE instead, `n` a count, `N` counts, `-` an ignored one, `t` a
 * type, `T` types, `r` a root, `c` the communicator. */
struct values {
    const char *form;
    int count[2]; /* of the send and the receive side */
    int counts[2][8];
    uintptr_t type[2];
    uintptr_t types[2][8];
    int root;
};

static int64_t wide_counts[2][8];
static uint32_t narrow_types[2][8];
static const char nothing[1];

static void fill(const struct values *v, bool wide)
{
    int counted = 0, typed = 0; /* sides */

    made.arguments = 0;
    for (const char *f = v->form; *f; f++) {
        switch (*f) {
        case 'p': put((uintptr_t)nothing); break;
        case 'i': put(abi->in_place); break;
        case 'n':
            put(wide ? (uintptr_t)(int64_t)v->count[counted] : COUNT(v->count[counted]));
            counted++;
            break;
        case 'N':
            for (int i = 0; i < 8; i++)
                wide_counts[counted][i] = v->counts[counted][i];
            put(wide ? (uintptr_t)wide_counts[counted] : (uintptr_t)v->counts[counted]);
            counted++;
            break;
        case 't': put(in_register(v->type[typed++])); break;
        case 'T':
            for (int i = 0; i < 8; i++)
                narrow_types[typed][i] = (uint32_t)v->types[typed][i];
            put(abi->handle_bytes == 4 ? (uintptr_t)narrow_types[typed] : (uintptr_t)v->types[typed]);
            typed++;
            break;
        case 'r': put(COUNT(v->root)); break;
        case 'c': put(in_register(COMM)); break;
        default: put(0xBADBADBADBADBADu);
        }
    }
}

static void check_op(const char *name, bool wide, const struct values *v, uint64_t sent, uint64_t received)
{
    const struct mw_op_info *op = op_of(name);
    struct mw_bytes bytes;

    assert_int_equal(op->wide, wide);
    fill(v, wide);
    bytes = mw_bytes_of(op, made.a);
    if (bytes.sent != sent || bytes.received != received)
        fail_msg("%s %s: %llu sent, %llu received, not %llu and %llu", name, v->form, (unsigned long long)bytes.sent,
                 (unsigned long long)bytes.received, (unsigned long long)sent, (unsigned long long)received);
}

/* Checks each form of a collective, by the name after MPI_, with a lower-case first letter, for both widths of handles. */
static void check(const char *call, const struct values *v, uint64_t sent, uint64_t received)
{
    static const struct {
        const char *before, *after;
        bool small, wide;
    } forms[] = {{"MPI_", "", false, false},      {"MPI_", "_c", false, true},     {"MPI_I", "", true, false},
                 {"MPI_I", "_c", true, true},     {"MPI_", "_init", false, false}, {"MPI_", "_init_c", false, true},
                 {"MPIX_", "_init", false, false}};
    char name[64];

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        snprintf(name, sizeof(name), "%s%s%s", forms[i].before, call, forms[i].after);
        size_t first = strlen(forms[i].before);
        if (!forms[i].small)
            name[first] = (char)(name[first] - 'a' + 'A');
        check_op(name, forms[i].wide, v, sent, received);
    }
}

/* ---- rooted ones ---- */

static void bcast(void **state)
{
    struct values v = {.form = "pntrc", .count = {10}, .type = {TYPE(8)}, .root = 1};

    (void)state;
    check("bcast", &v, 80, 0);
    v.root = 2;
    check("bcast", &v, 0, 80);
    comm.remote = 3;
    v.root = abi->root;
    check("bcast", &v, 80, 0);
    v.root = abi->proc_null;
    check("bcast", &v, 0, 0);
    v.root = 1; /* of the remote group; it equals the number of this rank here */
    check("bcast", &v, 0, 80);
}

static void gather(void **state)
{
    struct values v = {.form = "pntpntrc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}, .root = 1};

    (void)state;
    check("gather", &v, 80, 4 * 80);
    v.form = "intpntrc";
    check("gather", &v, 80, 4 * 80); /* as if it were in two buffers */
    v.type[0] = TYPE_NULL;           /* ignored then */
    check("gather", &v, 80, 4 * 80);
    v = (struct values){.form = "pntpntrc", .count = {10, 5}, .type = {TYPE(8), TYPE_NULL}, .root = 0};
    check("gather", &v, 80, 0);
    comm.remote = 7;
    check("gather", &v, 80, 0);
    v.root = abi->proc_null;
    check("gather", &v, 0, 0);
    v.root = abi->root;
    v.type[1] = TYPE(3);
    check("gather", &v, 0, 7 * 15);
}

static void gatherv(void **state)
{
    struct values v = {
        .form = "pntpN-trc", .count = {10}, .counts = {{0}, {1, 20, 3, 4, 5000}}, .type = {TYPE(8), TYPE(2)}, .root = 1};

    (void)state;
    check("gatherv", &v, 80, 56);
    v.form = "intpN-trc";
    check("gatherv", &v, 40, 56);
    v.root = 0;
    v.form = "pntp--trc"; /* counts are significant only at the root: not read elsewhere */
    check("gatherv", &v, 80, 0);
    comm.remote = 5;
    v.form = "pntpN-trc";
    v.root = abi->root;
    check("gatherv", &v, 0, 10056);
}

static void scatter(void **state)
{
    struct values v = {.form = "pntpntrc", .count = {5, 10}, .type = {TYPE(16), TYPE(8)}, .root = 1};

    (void)state;
    check("scatter", &v, 4 * 80, 80);
    v.form = "pntintrc";
    v.type[1] = TYPE_NULL;
    check("scatter", &v, 4 * 80, 80);
    v = (struct values){.form = "pntpntrc", .count = {5, 10}, .type = {TYPE_NULL, TYPE(8)}, .root = 3};
    check("scatter", &v, 0, 80);
    comm.remote = 7;
    v.root = abi->proc_null;
    check("scatter", &v, 0, 0);
    v.root = abi->root;
    v.type[0] = TYPE(3);
    check("scatter", &v, 7 * 15, 0);
}

static void scatterv(void **state)
{
    struct values v = {
        .form = "pN-tpntrc", .count = {0, 10}, .counts = {{1, 20, 3, 4, 5000}}, .type = {TYPE(2), TYPE(8)}, .root = 1};

    (void)state;
    check("scatterv", &v, 56, 80);
    v.form = "pN-tintrc";
    check("scatterv", &v, 56, 40);
    v.root = 0;
    v.form = "pN-tpntrc";
    v.type[0] = TYPE_NULL;
    check("scatterv", &v, 0, 80);
}

static void reduce(void **state)
{
    struct values v = {.form = "ppnt-rc", .count = {10}, .type = {TYPE(8)}, .root = 1};

    (void)state;
    check("reduce", &v, 80, 80);
    v.form = "ipnt-rc";
    check("reduce", &v, 80, 80);
    v.form = "ppnt-rc";
    v.root = 0;
    check("reduce", &v, 80, 0);
    comm.remote = 2;
    check("reduce", &v, 80, 0);
    v.root = abi->root;
    check("reduce", &v, 0, 80);
    v.root = abi->proc_null;
    check("reduce", &v, 0, 0);
}

/* ---- all to all ---- */

static void allgather(void **state)
{
    struct values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}};

    (void)state;
    check("allgather", &v, 80, 320);
    v.form = "intpntc";
    v.count[0] = 0;
    check("allgather", &v, 80, 320);
    comm.remote = 9;
    v.form = "pntpntc";
    v.count[0] = 1;
    check("allgather", &v, 8, 9 * 80);
}

static void allgatherv(void **state)
{
    struct values v = {.form = "pntpN-tc", .count = {10}, .counts = {{0}, {1, 20, 3, 4, 5000}}, .type = {TYPE(8), TYPE(2)}};

    (void)state;
    check("allgatherv", &v, 80, 56);
    v.form = "intpN-tc";
    check("allgatherv", &v, 40, 56);
    comm.remote = 5;
    v.form = "pntpN-tc";
    check("allgatherv", &v, 80, 10056);
}

static void alltoall(void **state)
{
    struct values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(17)}};

    (void)state;
    check("alltoall", &v, 320, 340);
    v.form = "intpntc";
    check("alltoall", &v, 340, 340);
    comm.remote = 2;
    v.form = "pntpntc";
    check("alltoall", &v, 160, 170);
}

static void alltoallv(void **state)
{
    struct values v = {.form = "pN-tpN-tc", .counts = {{1, 2, 3, 4, 500}, {10, 20, 30, 40, 500}}, .type = {TYPE(8), TYPE(2)}};

    (void)state;
    check("alltoallv", &v, 80, 200);
    v.form = "iN-tpN-tc";
    check("alltoallv", &v, 200, 200);
    v.form = "i--tpN-tc";
    v.counts[0][0] = 10; /* (the first array of the form now) */
    v.counts[0][1] = 20;
    v.counts[0][2] = 30;
    v.counts[0][3] = 40;
    check("alltoallv", &v, 200, 200); /* the send side is not read */
}

static void alltoallw(void **state)
{
    struct values v = {.form = "pN-TpN-Tc",
                       .counts = {{1, 2, 3, 4, 500}, {10, 20, 0, 40, 500}},
                       .types = {{TYPE(1), TYPE(2), TYPE(3), TYPE(4)}, {TYPE(4), TYPE(3), TYPE_NULL, TYPE(1)}}};

    (void)state;
    check("alltoallw", &v, 1 + 4 + 9 + 16, 40 + 60 + 40);
    v.form = "iN-TpN-Tc";
    check("alltoallw", &v, 140, 140);
    v.form = "pN-TpN-Tc";
    comm.remote = 2;
    check("alltoallw", &v, 5, 100);
}

/* ---- reductions ---- */

static void reductions(void **state)
{
    struct values v = {.form = "ppnt-c", .count = {10}, .type = {TYPE(8)}};

    (void)state;
    check("allreduce", &v, 80, 80);
    check("scan", &v, 80, 80);
    check("exscan", &v, 80, 80);
    check("reduce_scatter_block", &v, 320, 80);
    v.form = "ipnt-c";
    check("allreduce", &v, 80, 80);
    check("reduce_scatter_block", &v, 320, 80);
    comm.rank = 0;
    check("scan", &v, 80, 80);
    check("exscan", &v, 80, 0); /* rank 0 gets nothing */
    comm.remote = 9;            /* the counts are those of the local group */
    check("reduce_scatter_block", &v, 320, 80);
}

static void reduce_scatter(void **state)
{
    struct values v = {.form = "ppNt-c", .counts = {{1, 20, 3, 4, 5000}}, .type = {TYPE(8)}};

    (void)state;
    check("reduce_scatter", &v, 8 * 28, 160);
    comm.remote = 5;
    check("reduce_scatter", &v, 8 * 28, 160);
}

/* ---- neighbours ---- */

static void on_edge(void)
{
    comm.topology = abi->cart;
    comm.dims = 2;
    comm.low[0] = abi->proc_null;
    comm.high[0] = 2;
    comm.low[1] = 3;
    comm.high[1] = 3;
}

static void neighbours_of_a_grid(void **state)
{
    struct values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}};
    struct values gatherv = {
        .form = "pntpN-tc", .count = {10}, .counts = {{0}, {1000, 20, 3, 4, 5000}}, .type = {TYPE(8), TYPE(2)}};
    struct values vs = {
        .form = "pN-tpN-tc", .counts = {{1000, 2, 3, 4, 500}, {1000, 20, 30, 40, 500}}, .type = {TYPE(8), TYPE(2)}};
    struct values ws = {.form = "pN-TpN-Tc",
                        .counts = {{1000, 2, 3, 4, 500}, {1000, 20, 30, 40, 500}},
                        .types = {{TYPE(9), TYPE(2), TYPE(3), TYPE(4)}, {TYPE(9), TYPE(3), TYPE(2), TYPE(1)}}};

    (void)state;
    on_edge();
    check("neighbor_allgather", &v, 80, 3 * 80);
    check("neighbor_alltoall", &v, 3 * 80, 3 * 80);
    check("neighbor_allgatherv", &gatherv, 80, 2 * 27);
    check("neighbor_alltoallv", &vs, 8 * 9, 2 * 90);
    check("neighbor_alltoallw", &ws, 4 + 9 + 16, 60 + 60 + 40);
    comm.high[1] = abi->proc_null;
    check("neighbor_alltoallv", &vs, 8 * 5, 2 * 50);
    comm.low[1] = comm.high[0] = abi->proc_null; /* alone */
    check("neighbor_allgather", &v, 0, 0);
    check("neighbor_alltoall", &v, 0, 0);
    check("neighbor_alltoallw", &ws, 0, 0);
    comm.dims = 0;
    check("neighbor_allgather", &v, 0, 0);
}

static void neighbours_of_graphs(void **state)
{
    struct values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}};
    struct values vs = {.form = "pN-tpN-tc", .counts = {{1, 2, 3, 4, 500}, {10, 20, 30, 40, 500}}, .type = {TYPE(8), TYPE(2)}};

    (void)state;
    comm.topology = abi->graph;
    comm.degree = 5;
    check("neighbor_allgather", &v, 80, 400);
    comm.degree = 2;
    check("neighbor_alltoallv", &vs, 24, 60);
    comm.topology = abi->dist_graph;
    comm.in = 3;
    comm.out = 1;
    check("neighbor_alltoall", &v, 80, 240);
    check("neighbor_alltoallv", &vs, 8, 120);
    comm.out = 0;
    check("neighbor_allgather", &v, 0, 240);
    comm.topology = -32766; /* MPI_UNDEFINED: no topology */
    check("neighbor_allgather", &v, 0, 0);
}

/* 40 dimensions, more than are queried: all neighbours that are not known to be missing count. */
static void neighbours_of_a_grid_of_many_dimensions(void **state)
{
    struct values v = {.form = "pntpntc", .count = {1, 1}, .type = {TYPE(1), TYPE(1)}};
    static int ones[80];
    static uintptr_t types[80];
    static uint32_t narrow[80];
    struct mw_bytes bytes;

    (void)state;
    comm.topology = abi->cart;
    comm.dims = 40;
    for (int d = 0; d < 32; d++)
        comm.low[d] = comm.high[d] = d % 2 ? 0 : abi->proc_null;
    check("neighbor_alltoall", &v, 80 - 32, 80 - 32);
    for (int i = 0; i < 80; i++)
        types[i] = narrow[i] = (uint32_t)TYPE(ones[i] = 1);
    fill(&v, false);
    made.a[0] = made.a[4] = (uintptr_t)nothing;
    made.a[1] = made.a[5] = (uintptr_t)ones;
    made.a[3] = made.a[7] = in_register(TYPE(1));
    made.a[8] = in_register(COMM);
    bytes = mw_bytes_of(op_of("MPI_Neighbor_alltoallv"), made.a);
    assert_int_equal(bytes.sent, 80 - 32);
    assert_int_equal(bytes.received, 80 - 32);
    made.a[3] = made.a[7] = abi->handle_bytes == 4 ? (uintptr_t)narrow : (uintptr_t)types;
    bytes = mw_bytes_of(op_of("MPI_Neighbor_alltoallw"), made.a);
    assert_int_equal(bytes.sent, 80 - 32);
    assert_int_equal(bytes.received, 80 - 32);
}

/* ---- invalid arguments ---- */

static void nothing_is_moved(void **state)
{
    const uintptr_t barrier[] = {in_register(COMM)};
    struct mw_bytes bytes;

    (void)state;
    bytes = mw_bytes_of(op_of("MPI_Barrier"), barrier);
    assert_int_equal(bytes.sent + bytes.received, 0);
    for (int i = 0; i < MW_OP_COUNT; i++)
        if (mw_ops[i].rule == MW_RULE_NOTHING) {
            bytes = mw_bytes_of(&mw_ops[i], NULL); /* not looked at */
            assert_int_equal(bytes.sent + bytes.received, 0);
        }
}

static void null_handles_and_senseless_counts_give_nothing(void **state)
{
    static const uintptr_t types[] = {TYPE_NULL, 0, BROKEN, NEGATIVE, TYPE(0)};
    struct values v = {.form = "ppnt-c", .count = {10}};
    uintptr_t arguments[8] = {0, 0, COUNT(10), in_register(TYPE(8)), 0, in_register(COMM_NULL)};
    struct mw_bytes bytes = mw_bytes_of(op_of("MPI_Allreduce"), arguments);

    (void)state;
    assert_int_equal(bytes.sent + bytes.received, 0);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        v.type[0] = types[i];
        check("allreduce", &v, 0, 0);
    }
    v.type[0] = TYPE(8);
    v.count[0] = -1;
    check("allreduce", &v, 0, 0);
    v = (struct values){.form = "ppNt-c", .counts = {{-5, 20, -1, 1}}, .type = {TYPE(8)}};
    check("reduce_scatter", &v, 8 * 21, 160);
    v = (struct values){.form = "pN-tpN-tc", .type = {TYPE(1), TYPE(1)}};
    fill(&v, false);
    made.a[1] = made.a[5] = 0; /* no counts, where all may be zero */
    bytes = mw_bytes_of(op_of("MPI_Alltoallv"), made.a);
    assert_int_equal(bytes.sent + bytes.received, 0);
}

static void sums_do_not_overflow_32_bits(void **state)
{
    struct values v = {.form = "pntpntc", .count = {INT_MAX, INT_MAX}, .type = {TYPE(4000), TYPE(4000)}};
    uintptr_t arguments[] = {0, (uintptr_t)5000000000, in_register(TYPE(8)), COUNT(1), in_register(COMM)};
    struct mw_bytes bytes;

    (void)state;
    check("alltoall", &v, 16000ULL * INT_MAX, 16000ULL * INT_MAX);
    bytes = mw_bytes_of(op_of("MPI_Bcast_c"), arguments);
    assert_int_equal(bytes.sent, 40000000000);
    bytes = mw_bytes_of(op_of("MPI_Bcast"), arguments); /* an int: the lower half */
    assert_int_equal(bytes.sent, 8 * (5000000000 - (1ULL << 32)));
}

/* ---- communicators ---- */

static void sizes_of_communicators(void **state)
{
    (void)state;
    assert_int_equal(mw_bytes_comm_size_quick(mw_library.comm_self), 1); /* without asking */
    assert_int_equal(mw_bytes_comm_size(COMM_NULL), 0);
    assert_int_equal(mw_bytes_comm_size_quick(COMM_NULL), 0);
    assert_int_equal(mw_bytes_comm_size_quick(COMM), 4);
    comm.size = 99;
    assert_int_equal(mw_bytes_comm_size_quick(COMM), 4); /* cached */
    assert_int_equal(mw_bytes_comm_size(COMM), 99);
    assert_int_equal(mw_bytes_comm_size_quick(COMM), 99);
}

static int wide_handles(void **state)
{
    (void)state;
    use(&mw_abi_openmpi);
    return 0;
}

#define TEST(test)                                              \
    {#test, test, narrow_handles, NULL, NULL},                  \
    {                                                           \
#test " (wide handles)", test, wide_handles, NULL, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bcast),
        TEST(gather),
        TEST(gatherv),
        TEST(scatter),
        TEST(scatterv),
        TEST(reduce),
        TEST(allgather),
        TEST(allgatherv),
        TEST(alltoall),
        TEST(alltoallv),
        TEST(alltoallw),
        TEST(reductions),
        TEST(reduce_scatter),
        TEST(neighbours_of_a_grid),
        TEST(neighbours_of_graphs),
        TEST(neighbours_of_a_grid_of_many_dimensions),
        TEST(nothing_is_moved),
        TEST(null_handles_and_senseless_counts_give_nothing),
        TEST(sums_do_not_overflow_32_bits),
        TEST(sizes_of_communicators),
    };

    mw_bytes_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
