/* SPDX-License-Identifier: MIT */
/* The table of one ABI, MW_ABI, against the mpi.h of its library, and the parameters of all wrapped calls against the same
 * (tests/unit/pmpi/abi/abi_rows.h). */
#include <mpi.h>

#include "pmpi/abi/abi.h"
#include "tests/unit/pmpi/abi/abi_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

_Static_assert(sizeof(MPI_Comm) == sizeof(MPI_Request) && sizeof(MPI_Comm) == sizeof(MPI_Datatype), "one size");
_Static_assert(sizeof(MPI_Count) == 8 && sizeof(MPI_Aint) == 8 && sizeof(MPI_Offset) == 8, "64-bit counts");

/* A predefined handle is a number, or the address of a variable of the library. The test is not linked with any library: for
 * a variable, its name is compared with the expansion of the macro in mpi.h. */
#define TEXT_OF(...) #__VA_ARGS__
#define TEXT(...) TEXT_OF(__VA_ARGS__)
#ifdef OPEN_MPI
#define HANDLE(member, handle) assert_non_null(strstr(TEXT(handle), MW_ABI.member.symbol))
#else
#define HANDLE(member, handle)                                                                                                 \
    do {                                                                                                                       \
        assert_string_equal(MW_ABI.member.symbol, "");                                                                         \
        assert_int_equal(MW_ABI.member.value, MW_ABI.handle_bytes == 4 ? (uint32_t)(uintptr_t)(handle) : (uintptr_t)(handle)); \
    } while (0)
#endif

static void handles(void **state)
{
    (void)state;
    assert_int_equal(MW_ABI.handle_bytes, sizeof(MPI_Comm));
    HANDLE(comm_world, MPI_COMM_WORLD);
    HANDLE(comm_self, MPI_COMM_SELF);
    HANDLE(comm_null, MPI_COMM_NULL);
    HANDLE(info_null, MPI_INFO_NULL);
    HANDLE(group_null, MPI_GROUP_NULL);
    HANDLE(group_empty, MPI_GROUP_EMPTY);
    HANDLE(op_null, MPI_OP_NULL);
    HANDLE(win_null, MPI_WIN_NULL);
    HANDLE(file_null, MPI_FILE_NULL);
    HANDLE(datatype_byte, MPI_BYTE);
    HANDLE(datatype_null, MPI_DATATYPE_NULL);
    HANDLE(errors_return, MPI_ERRORS_RETURN);
    HANDLE(no_op, MPI_NO_OP);
}

static void numbers(void **state)
{
    (void)state;
    assert_int_equal(MW_ABI.in_place, (uintptr_t)MPI_IN_PLACE);
    assert_int_equal(MW_ABI.root, MPI_ROOT);
    assert_int_equal(MW_ABI.proc_null, MPI_PROC_NULL);
    assert_int_equal(MW_ABI.cart, MPI_CART);
    assert_int_equal(MW_ABI.graph, MPI_GRAPH);
    assert_int_equal(MW_ABI.dist_graph, MPI_DIST_GRAPH);
    assert_int_equal(MW_ABI.thread_multiple, MPI_THREAD_MULTIPLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(handles), cmocka_unit_test(numbers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
