/* SPDX-License-Identifier: MIT */
/* The bytes of neighbourhood collectives: what is sent to neighbours that are there. */
#include "pmpi/abi/bytes.h"
#include "tests/unit/pmpi/abi/made_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void on_edge(void)
{
    made_comm.topology = made_abi->cart;
    made_comm.dims = 2;
    made_comm.low[0] = made_abi->proc_null;
    made_comm.high[0] = 2;
    made_comm.low[1] = 3;
    made_comm.high[1] = 3;
}

static void neighbours_of_a_grid(void **state)
{
    struct made_values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}};
    struct made_values gatherv = {
        .form = "pntpN-tc", .count = {10}, .counts = {{0}, {1000, 20, 3, 4, 5000}}, .type = {TYPE(8), TYPE(2)}};
    struct made_values vs = {
        .form = "pN-tpN-tc", .counts = {{1000, 2, 3, 4, 500}, {1000, 20, 30, 40, 500}}, .type = {TYPE(8), TYPE(2)}};
    struct made_values ws = {.form = "pN-TpN-Tc",
                             .counts = {{1000, 2, 3, 4, 500}, {1000, 20, 30, 40, 500}},
                             .types = {{TYPE(9), TYPE(2), TYPE(3), TYPE(4)}, {TYPE(9), TYPE(3), TYPE(2), TYPE(1)}}};

    (void)state;
    on_edge();
    made_check("neighbor_allgather", &v, 80, 3 * 80);
    made_check("neighbor_alltoall", &v, 3 * 80, 3 * 80);
    made_check("neighbor_allgatherv", &gatherv, 80, 2 * 27);
    made_check("neighbor_alltoallv", &vs, 8 * 9, 2 * 90);
    made_check("neighbor_alltoallw", &ws, 4 + 9 + 16, 60 + 60 + 40);
    made_comm.high[1] = made_abi->proc_null;
    made_check("neighbor_alltoallv", &vs, 8 * 5, 2 * 50);
    made_comm.low[1] = made_comm.high[0] = made_abi->proc_null; /* alone */
    made_check("neighbor_allgather", &v, 0, 0);
    made_check("neighbor_alltoall", &v, 0, 0);
    made_check("neighbor_alltoallw", &ws, 0, 0);
    made_comm.dims = 0;
    made_check("neighbor_allgather", &v, 0, 0);
}

static void neighbours_of_graphs(void **state)
{
    struct made_values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}};
    struct made_values vs = {
        .form = "pN-tpN-tc", .counts = {{1, 2, 3, 4, 500}, {10, 20, 30, 40, 500}}, .type = {TYPE(8), TYPE(2)}};

    (void)state;
    made_comm.topology = made_abi->graph;
    made_comm.degree = 5;
    made_check("neighbor_allgather", &v, 80, 400);
    made_comm.degree = 2;
    made_check("neighbor_alltoallv", &vs, 24, 60);
    made_comm.topology = made_abi->dist_graph;
    made_comm.in = 3;
    made_comm.out = 1;
    made_check("neighbor_alltoall", &v, 80, 240);
    made_check("neighbor_alltoallv", &vs, 8, 120);
    made_comm.out = 0;
    made_check("neighbor_allgather", &v, 0, 240);
    made_comm.topology = -32766; /* MPI_UNDEFINED: no topology */
    made_check("neighbor_allgather", &v, 0, 0);
}

/* 40 dimensions, more than are queried: all neighbours that are not known to be missing count. */
static void neighbours_of_a_grid_of_many_dimensions(void **state)
{
    struct made_values v = {.form = "pntpntc", .count = {1, 1}, .type = {TYPE(1), TYPE(1)}};
    static int ones[80];
    static uintptr_t types[80];
    static uint32_t narrow[80];
    static const char nothing[1];
    struct mw_bytes bytes;

    (void)state;
    made_comm.topology = made_abi->cart;
    made_comm.dims = 40;
    for (int d = 0; d < 32; d++)
        made_comm.low[d] = made_comm.high[d] = d % 2 ? 0 : made_abi->proc_null;
    made_check("neighbor_alltoall", &v, 80 - 32, 80 - 32);
    for (int i = 0; i < 80; i++)
        types[i] = narrow[i] = (uint32_t)TYPE(ones[i] = 1);
    made_fill(&v, false);
    made_call.a[0] = made_call.a[4] = (uintptr_t)nothing;
    made_call.a[1] = made_call.a[5] = (uintptr_t)ones;
    made_call.a[3] = made_call.a[7] = made_in_register(TYPE(1));
    made_call.a[8] = made_in_register(MADE_COMM);
    bytes = mw_bytes_of(made_op_of("MPI_Neighbor_alltoallv"), made_call.a);
    assert_int_equal(bytes.sent, 80 - 32);
    assert_int_equal(bytes.received, 80 - 32);
    made_call.a[3] = made_call.a[7] = made_abi->handle_bytes == 4 ? (uintptr_t)narrow : (uintptr_t)types;
    bytes = mw_bytes_of(made_op_of("MPI_Neighbor_alltoallw"), made_call.a);
    assert_int_equal(bytes.sent, 80 - 32);
    assert_int_equal(bytes.received, 80 - 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(neighbours_of_a_grid),
        TEST(neighbours_of_graphs),
        TEST(neighbours_of_a_grid_of_many_dimensions),
    };

    mw_layout_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
