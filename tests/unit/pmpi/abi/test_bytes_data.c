/* SPDX-License-Identifier: MIT */
/* The bytes of messages, of one-sided communication and of files. */
#include "tests/unit/pmpi/abi/made_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void sends(void **state)
{
    static const char *const calls[] = {"Send",   "Bsend",  "Ssend",     "Rsend",      "Isend",      "Ibsend",
                                        "Issend", "Irsend", "Send_init", "Bsend_init", "Ssend_init", "Rsend_init"};
    struct made_values v = {.form = "pntd-c-", .count = {10}, .type = {TYPE(8)}, .peer = {2}};

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        v.peer[0] = 2;
        made_check_data(calls[i], &v, 80, 0);
        v.peer[0] = made_abi->proc_null;
        made_check_data(calls[i], &v, 0, 0);
    }
}

static void receives(void **state)
{
    struct made_values v = {.form = "pntd-c-", .count = {10}, .type = {TYPE(8)}, .peer = {2}};

    (void)state;
    made_check_data("Recv", &v, 0, 80);
    made_check_data("Irecv", &v, 0, 80);
    made_check_data("Recv_init", &v, 0, 80);
    v.peer[0] = made_abi->proc_null;
    made_check_data("Recv", &v, 0, 0);
    v.form = "pnt--"; /* a matched message */
    made_check_data("Mrecv", &v, 0, 80);
    made_check_data("Imrecv", &v, 0, 80);
    v.count[0] = -1;
    made_check_data("Mrecv", &v, 0, 0);
}

static void both_ways(void **state)
{
    struct made_values v = {.form = "pntd-pntd-c-", .count = {10, 5}, .type = {TYPE(8), TYPE(3)}, .peer = {1, 2}};

    (void)state;
    made_check_data("Sendrecv", &v, 80, 15);
    made_check_data("Isendrecv", &v, 80, 15);
    v.peer[0] = made_abi->proc_null;
    made_check_data("Sendrecv", &v, 0, 15);
    v.peer[0] = 1, v.peer[1] = made_abi->proc_null;
    made_check_data("Sendrecv", &v, 80, 0);
    v.form = "pntd-d-c-";
    made_check_data("Sendrecv_replace", &v, 80, 0);
    v.peer[0] = made_abi->proc_null, v.peer[1] = 1;
    made_check_data("Isendrecv_replace", &v, 0, 80);
}

static void partitioned(void **state)
{
    struct made_values v = {.form = "pkltd-c--", .partitions = 4, .count = {10}, .type = {TYPE(8)}, .peer = {1}};

    (void)state;
    made_check_op("MPI_Psend_init", false, &v, 320, 0);
    made_check_op("MPI_Precv_init", false, &v, 0, 320);
    v.peer[0] = made_abi->proc_null;
    made_check_op("MPI_Psend_init", false, &v, 0, 0);
}

static void one_sided(void **state)
{
    struct made_values v = {.form = "pntd-nt-", .count = {10, 80}, .type = {TYPE(8), TYPE(1)}, .peer = {1}};

    (void)state;
    made_check_data("Put", &v, 80, 0);
    made_check_data("Rput", &v, 80, 0);
    made_check_data("Get", &v, 0, 80);
    made_check_data("Rget", &v, 0, 80);
    made_check_data("Accumulate", &v, 80, 0);
    made_check_data("Raccumulate", &v, 80, 0);
    v.peer[0] = made_abi->proc_null;
    made_check_data("Put", &v, 0, 0);
    made_check_data("Get", &v, 0, 0);
}

static void fetching(void **state)
{
    struct made_values v = {.form = "pntpntd---o-", .count = {10, 5}, .type = {TYPE(8), TYPE(2)}, .peer = {1}, .op = MADE_SUM};

    (void)state;
    made_check_data("Get_accumulate", &v, 80, 10);
    made_check_data("Rget_accumulate", &v, 80, 10);
    v.op = MADE_NO_OP;
    v.type[0] = TYPE_NULL; /* ignored then */
    made_check_data("Get_accumulate", &v, 0, 10);
    v = (struct made_values){.form = "pptd-o-", .type = {TYPE(8)}, .peer = {1}, .op = MADE_SUM};
    made_check_op("MPI_Fetch_and_op", false, &v, 8, 8);
    v.op = MADE_NO_OP;
    made_check_op("MPI_Fetch_and_op", false, &v, 0, 8);
    v.peer[0] = made_abi->proc_null;
    made_check_op("MPI_Fetch_and_op", false, &v, 0, 0);
    v = (struct made_values){.form = "ppptd--", .type = {TYPE(4)}, .peer = {1}};
    made_check_op("MPI_Compare_and_swap", false, &v, 8, 4);
}

static void files(void **state)
{
    struct made_values v = {.form = "-pnt-", .count = {10}, .type = {TYPE(8)}}, at = v;

    (void)state;
    at.form = "--pnt-";
    made_check_data("File_read", &v, 0, 80);
    made_check_data("File_iwrite_shared", &v, 80, 0);
    made_check_data("File_write_all_begin", &v, 80, 0);
    made_check_data("File_read_at", &at, 0, 80);
    made_check_data("File_iwrite_at_all", &at, 80, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(sends),     TEST(receives), TEST(both_ways), TEST(partitioned),
                                       TEST(one_sided), TEST(fetching), TEST(files)};

    mw_layout_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
