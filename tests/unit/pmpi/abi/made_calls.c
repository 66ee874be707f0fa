/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/abi/made_calls.h"

#include "pmpi/abi/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct mw_library mw_library;
struct made_comm made_comm;
struct made_call made_call;
const struct mw_abi *made_abi;

/* ---- an MPI ---- */

uintptr_t made_in_register(uintptr_t handle)
{
    return made_abi->handle_bytes == 4 ? handle | 0xDEAD000000000000u : handle;
}

static int comm_size(uintptr_t handle, int *size)
{
    assert_int_equal(handle, MADE_COMM);
    *size = made_comm.size;
    return 0;
}

static int comm_rank(uintptr_t handle, int *rank)
{
    assert_int_equal(handle, MADE_COMM);
    *rank = made_comm.rank;
    return 0;
}

static int comm_test_inter(uintptr_t handle, int *inter)
{
    assert_int_equal(handle, MADE_COMM);
    *inter = made_comm.remote > 0;
    return 0;
}

static int comm_remote_size(uintptr_t handle, int *size)
{
    assert_int_equal(handle, MADE_COMM);
    assert_true(made_comm.remote > 0);
    *size = made_comm.remote;
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
    assert_int_equal(handle, MADE_COMM);
    *topology = made_comm.topology;
    return 0;
}

static int cartdim_get(uintptr_t handle, int *dims)
{
    (void)handle;
    *dims = made_comm.dims;
    return 0;
}

static int cart_shift(uintptr_t handle, int dimension, int by, int *low, int *high)
{
    (void)handle;
    assert_int_equal(by, 1);
    *low = made_comm.low[dimension];
    *high = made_comm.high[dimension];
    return 0;
}

static int graph_neighbors_count(uintptr_t handle, int rank, int *degree)
{
    (void)handle;
    assert_int_equal(rank, made_comm.rank);
    *degree = made_comm.degree;
    return 0;
}

static int dist_graph_neighbors_count(uintptr_t handle, int *in, int *out, int *weighted)
{
    (void)handle;
    *in = made_comm.in;
    *out = made_comm.out;
    *weighted = 0;
    return 0;
}

void made_use(const struct mw_abi *table)
{
    made_abi = table;
    memset(&made_comm, 0, sizeof(made_comm));
    made_comm.size = 4;
    made_comm.rank = 1;
    mw_library = (struct mw_library){.abi = table,
                                     .comm_world = MADE_COMM,
                                     .comm_self = MADE_COMM + 1,
                                     .comm_null = MADE_COMM_NULL,
                                     .datatype_null = TYPE_NULL,
                                     .no_op = MADE_NO_OP,
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

int made_narrow_handles(void **state)
{
    (void)state;
    made_use(&mw_abi_mpich);
    return 0;
}

/* ---- calls ---- */

static void put(uintptr_t value)
{
    made_call.a[made_call.arguments++] = value;
}

const struct mw_op_info *made_op_of(const char *name)
{
    for (int i = 0; i < MW_OP_COUNT; i++)
        if (!strcmp(mw_ops[i].name, name))
            return &mw_ops[i];
    fail_msg("there is no %s", name);
    return NULL;
}

static int64_t wide_counts[2][8];
static uint32_t narrow_types[2][8];
static const char nothing[1];

void made_fill(const struct made_values *v, bool wide)
{
    int counted = 0, typed = 0, peers = 0; /* sides */

    made_call.arguments = 0;
    for (const char *f = v->form; *f; f++) {
        switch (*f) {
        case 'p': put((uintptr_t)nothing); break;
        case 'i': put(made_abi->in_place); break;
        case 'n':
            put(wide ? (uintptr_t)(int64_t)v->count[counted] : MADE_COUNT(v->count[counted]));
            counted++;
            break;
        case 'N':
            for (int i = 0; i < 8; i++)
                wide_counts[counted][i] = v->counts[counted][i];
            put(wide ? (uintptr_t)wide_counts[counted] : (uintptr_t)v->counts[counted]);
            counted++;
            break;
        case 't': put(made_in_register(v->type[typed++])); break;
        case 'T':
            for (int i = 0; i < 8; i++)
                narrow_types[typed][i] = (uint32_t)v->types[typed][i];
            put(made_abi->handle_bytes == 4 ? (uintptr_t)narrow_types[typed] : (uintptr_t)v->types[typed]);
            typed++;
            break;
        case 'l': put((uintptr_t)(int64_t)v->count[counted++]); break;
        case 'k': put(MADE_COUNT(v->partitions)); break;
        case 'd': put(MADE_COUNT(v->peer[peers++])); break;
        case 'o': put(made_in_register(v->op)); break;
        case 'r': put(MADE_COUNT(v->root)); break;
        case 'c': put(made_in_register(MADE_COMM)); break;
        default: put(0xBADBADBADBADBADu);
        }
    }
}

void made_check_op(const char *name, bool wide, const struct made_values *v, uint64_t sent, uint64_t received)
{
    const struct mw_op_info *op = made_op_of(name);
    struct mw_bytes bytes;

    assert_int_equal(op->wide, wide);
    made_fill(v, wide);
    bytes = mw_bytes_of(op, made_call.a);
    if (bytes.sent != sent || bytes.received != received)
        fail_msg("%s %s: %llu sent, %llu received, not %llu and %llu", name, v->form, (unsigned long long)bytes.sent,
                 (unsigned long long)bytes.received, (unsigned long long)sent, (unsigned long long)received);
}

void made_check_data(const char *call, const struct made_values *v, uint64_t sent, uint64_t received)
{
    char name[64];

    for (int wide = 0; wide < 2; wide++) {
        snprintf(name, sizeof(name), "MPI_%s%s", call, wide ? "_c" : "");
        made_check_op(name, wide, v, sent, received);
    }
}

void made_check(const char *call, const struct made_values *v, uint64_t sent, uint64_t received)
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
        made_check_op(name, forms[i].wide, v, sent, received);
    }
}

int made_wide_handles(void **state)
{
    (void)state;
    made_use(&mw_abi_openmpi);
    return 0;
}
