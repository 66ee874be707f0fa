/* SPDX-License-Identifier: MIT */
/* How many bytes the arguments of a call describe: each rule, for every form of its calls, on a synthetic MPI. */
#include "tests/unit/pmpi/abi/made_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- rooted ones ---- */

static void bcast(void **state)
{
    struct made_values v = {.form = "pntrc", .count = {10}, .type = {TYPE(8)}, .root = 1};

    (void)state;
    made_check("bcast", &v, 80, 0);
    v.root = 2;
    made_check("bcast", &v, 0, 80);
    made_comm.remote = 3;
    v.root = made_abi->root;
    made_check("bcast", &v, 80, 0);
    v.root = made_abi->proc_null;
    made_check("bcast", &v, 0, 0);
    v.root = 1; /* of the remote group; it equals the number of this rank here */
    made_check("bcast", &v, 0, 80);
}

static void gather(void **state)
{
    struct made_values v = {.form = "pntpntrc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}, .root = 1};

    (void)state;
    made_check("gather", &v, 80, 4 * 80);
    v.form = "intpntrc";
    made_check("gather", &v, 80, 4 * 80); /* as if it were in two buffers */
    v.type[0] = TYPE_NULL;                /* ignored then */
    made_check("gather", &v, 80, 4 * 80);
    v = (struct made_values){.form = "pntpntrc", .count = {10, 5}, .type = {TYPE(8), TYPE_NULL}, .root = 0};
    made_check("gather", &v, 80, 0);
    made_comm.remote = 7;
    made_check("gather", &v, 80, 0);
    v.root = made_abi->proc_null;
    made_check("gather", &v, 0, 0);
    v.root = made_abi->root;
    v.type[1] = TYPE(3);
    made_check("gather", &v, 0, 7 * 15);
}

static void gatherv(void **state)
{
    struct made_values v = {
        .form = "pntpN-trc", .count = {10}, .counts = {{0}, {1, 20, 3, 4, 5000}}, .type = {TYPE(8), TYPE(2)}, .root = 1};

    (void)state;
    made_check("gatherv", &v, 80, 56);
    v.form = "intpN-trc";
    made_check("gatherv", &v, 40, 56);
    v.root = 0;
    v.form = "pntp--trc"; /* counts are significant only at the root: not read elsewhere */
    made_check("gatherv", &v, 80, 0);
    made_comm.remote = 5;
    v.form = "pntpN-trc";
    v.root = made_abi->root;
    made_check("gatherv", &v, 0, 10056);
}

static void scatter(void **state)
{
    struct made_values v = {.form = "pntpntrc", .count = {5, 10}, .type = {TYPE(16), TYPE(8)}, .root = 1};

    (void)state;
    made_check("scatter", &v, 4 * 80, 80);
    v.form = "pntintrc";
    v.type[1] = TYPE_NULL;
    made_check("scatter", &v, 4 * 80, 80);
    v = (struct made_values){.form = "pntpntrc", .count = {5, 10}, .type = {TYPE_NULL, TYPE(8)}, .root = 3};
    made_check("scatter", &v, 0, 80);
    made_comm.remote = 7;
    v.root = made_abi->proc_null;
    made_check("scatter", &v, 0, 0);
    v.root = made_abi->root;
    v.type[0] = TYPE(3);
    made_check("scatter", &v, 7 * 15, 0);
}

static void scatterv(void **state)
{
    struct made_values v = {
        .form = "pN-tpntrc", .count = {0, 10}, .counts = {{1, 20, 3, 4, 5000}}, .type = {TYPE(2), TYPE(8)}, .root = 1};

    (void)state;
    made_check("scatterv", &v, 56, 80);
    v.form = "pN-tintrc";
    made_check("scatterv", &v, 56, 40);
    v.root = 0;
    v.form = "pN-tpntrc";
    v.type[0] = TYPE_NULL;
    made_check("scatterv", &v, 0, 80);
}

static void reduce(void **state)
{
    struct made_values v = {.form = "ppnt-rc", .count = {10}, .type = {TYPE(8)}, .root = 1};

    (void)state;
    made_check("reduce", &v, 80, 80);
    v.form = "ipnt-rc";
    made_check("reduce", &v, 80, 80);
    v.form = "ppnt-rc";
    v.root = 0;
    made_check("reduce", &v, 80, 0);
    made_comm.remote = 2;
    made_check("reduce", &v, 80, 0);
    v.root = made_abi->root;
    made_check("reduce", &v, 0, 80);
    v.root = made_abi->proc_null;
    made_check("reduce", &v, 0, 0);
}

/* ---- all to all ---- */

static void allgather(void **state)
{
    struct made_values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(16)}};

    (void)state;
    made_check("allgather", &v, 80, 320);
    v.form = "intpntc";
    v.count[0] = 0;
    made_check("allgather", &v, 80, 320);
    made_comm.remote = 9;
    v.form = "pntpntc";
    v.count[0] = 1;
    made_check("allgather", &v, 8, 9 * 80);
}

static void allgatherv(void **state)
{
    struct made_values v = {
        .form = "pntpN-tc", .count = {10}, .counts = {{0}, {1, 20, 3, 4, 5000}}, .type = {TYPE(8), TYPE(2)}};

    (void)state;
    made_check("allgatherv", &v, 80, 56);
    v.form = "intpN-tc";
    made_check("allgatherv", &v, 40, 56);
    made_comm.remote = 5;
    v.form = "pntpN-tc";
    made_check("allgatherv", &v, 80, 10056);
}

static void alltoall(void **state)
{
    struct made_values v = {.form = "pntpntc", .count = {10, 5}, .type = {TYPE(8), TYPE(17)}};

    (void)state;
    made_check("alltoall", &v, 320, 340);
    v.form = "intpntc";
    made_check("alltoall", &v, 340, 340);
    made_comm.remote = 2;
    v.form = "pntpntc";
    made_check("alltoall", &v, 160, 170);
}

static void alltoallv(void **state)
{
    struct made_values v = {
        .form = "pN-tpN-tc", .counts = {{1, 2, 3, 4, 500}, {10, 20, 30, 40, 500}}, .type = {TYPE(8), TYPE(2)}};

    (void)state;
    made_check("alltoallv", &v, 80, 200);
    v.form = "iN-tpN-tc";
    made_check("alltoallv", &v, 200, 200);
    v.form = "i--tpN-tc";
    v.counts[0][0] = 10; /* (the first array of the form now) */
    v.counts[0][1] = 20;
    v.counts[0][2] = 30;
    v.counts[0][3] = 40;
    made_check("alltoallv", &v, 200, 200); /* the send side is not read */
}

static void alltoallw(void **state)
{
    struct made_values v = {.form = "pN-TpN-Tc",
                            .counts = {{1, 2, 3, 4, 500}, {10, 20, 0, 40, 500}},
                            .types = {{TYPE(1), TYPE(2), TYPE(3), TYPE(4)}, {TYPE(4), TYPE(3), TYPE_NULL, TYPE(1)}}};

    (void)state;
    made_check("alltoallw", &v, 1 + 4 + 9 + 16, 40 + 60 + 40);
    v.form = "iN-TpN-Tc";
    made_check("alltoallw", &v, 140, 140);
    v.form = "pN-TpN-Tc";
    made_comm.remote = 2;
    made_check("alltoallw", &v, 5, 100);
}

/* ---- reductions ---- */

static void reductions(void **state)
{
    struct made_values v = {.form = "ppnt-c", .count = {10}, .type = {TYPE(8)}};

    (void)state;
    made_check("allreduce", &v, 80, 80);
    made_check("scan", &v, 80, 80);
    made_check("exscan", &v, 80, 80);
    made_check("reduce_scatter_block", &v, 320, 80);
    v.form = "ipnt-c";
    made_check("allreduce", &v, 80, 80);
    made_check("reduce_scatter_block", &v, 320, 80);
    made_comm.rank = 0;
    made_check("scan", &v, 80, 80);
    made_check("exscan", &v, 80, 0); /* rank 0 gets nothing */
    made_comm.remote = 9;            /* the counts are those of the local group */
    made_check("reduce_scatter_block", &v, 320, 80);
}

static void reduce_scatter(void **state)
{
    struct made_values v = {.form = "ppNt-c", .counts = {{1, 20, 3, 4, 5000}}, .type = {TYPE(8)}};

    (void)state;
    made_check("reduce_scatter", &v, 8 * 28, 160);
    made_comm.remote = 5;
    made_check("reduce_scatter", &v, 8 * 28, 160);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bcast),     TEST(gather),     TEST(gatherv),        TEST(scatter),  TEST(scatterv),
        TEST(reduce),    TEST(allgather),  TEST(allgatherv),     TEST(alltoall), TEST(alltoallv),
        TEST(alltoallw), TEST(reductions), TEST(reduce_scatter),
    };

    mw_layout_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
