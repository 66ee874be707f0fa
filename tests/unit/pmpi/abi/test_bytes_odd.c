/* SPDX-License-Identifier: MIT */
/* Arguments that describe no bytes or very many, and sizes of communicators that are kept. */
#include "pmpi/abi/bytes.h"
#include "tests/unit/pmpi/abi/made_calls.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- invalid arguments ---- */

static void nothing_is_moved(void **state)
{
    const uintptr_t barrier[] = {made_in_register(MADE_COMM)};
    struct mw_bytes bytes;

    (void)state;
    bytes = mw_bytes_of(made_op_of("MPI_Barrier"), barrier);
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
    struct made_values v = {.form = "ppnt-c", .count = {10}};
    uintptr_t arguments[8] = {0, 0, MADE_COUNT(10), made_in_register(TYPE(8)), 0, made_in_register(MADE_COMM_NULL)};
    struct mw_bytes bytes = mw_bytes_of(made_op_of("MPI_Allreduce"), arguments);

    (void)state;
    assert_int_equal(bytes.sent + bytes.received, 0);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        v.type[0] = types[i];
        made_check("allreduce", &v, 0, 0);
    }
    v.type[0] = TYPE(8);
    v.count[0] = -1;
    made_check("allreduce", &v, 0, 0);
    v = (struct made_values){.form = "ppNt-c", .counts = {{-5, 20, -1, 1}}, .type = {TYPE(8)}};
    made_check("reduce_scatter", &v, 8 * 21, 160);
    v = (struct made_values){.form = "pN-tpN-tc", .type = {TYPE(1), TYPE(1)}};
    made_fill(&v, false);
    made_call.a[1] = made_call.a[5] = 0; /* no counts, where all may be zero */
    bytes = mw_bytes_of(made_op_of("MPI_Alltoallv"), made_call.a);
    assert_int_equal(bytes.sent + bytes.received, 0);
}

static void sums_do_not_overflow_32_bits(void **state)
{
    struct made_values v = {.form = "pntpntc", .count = {INT_MAX, INT_MAX}, .type = {TYPE(4000), TYPE(4000)}};
    uintptr_t arguments[] = {0, (uintptr_t)5000000000, made_in_register(TYPE(8)), MADE_COUNT(1), made_in_register(MADE_COMM)};
    struct mw_bytes bytes;

    (void)state;
    made_check("alltoall", &v, 16000ULL * INT_MAX, 16000ULL * INT_MAX);
    bytes = mw_bytes_of(made_op_of("MPI_Bcast_c"), arguments);
    assert_int_equal(bytes.sent, 40000000000);
    bytes = mw_bytes_of(made_op_of("MPI_Bcast"), arguments); /* an int: the lower half */
    assert_int_equal(bytes.sent, 8 * (5000000000 - (1ULL << 32)));
}

/* ---- communicators ---- */

static void sizes_of_communicators(void **state)
{
    (void)state;
    assert_int_equal(mw_bytes_comm_size_quick(mw_library.comm_self), 1); /* without asking */
    assert_int_equal(mw_bytes_comm_size(MADE_COMM_NULL), 0);
    assert_int_equal(mw_bytes_comm_size_quick(MADE_COMM_NULL), 0);
    assert_int_equal(mw_bytes_comm_size_quick(MADE_COMM), 4);
    made_comm.size = 99;
    assert_int_equal(mw_bytes_comm_size_quick(MADE_COMM), 4); /* cached */
    assert_int_equal(mw_bytes_comm_size(MADE_COMM), 99);
    assert_int_equal(mw_bytes_comm_size_quick(MADE_COMM), 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_moved),
        TEST(null_handles_and_senseless_counts_give_nothing),
        TEST(sums_do_not_overflow_32_bits),
        TEST(sizes_of_communicators),
    };

    mw_layout_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
