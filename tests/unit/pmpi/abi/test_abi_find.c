/* SPDX-License-Identifier: MIT */
/* Which ABI a library has, by its name, its symbols and its version string. The strings are from the documentation of the
 * libraries; only Open MPI and MPICH are available here. */
#include "pmpi/abi/find.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *symbol, *version;
static int asked;

static bool exports(const char *name)
{
    return symbol && !strcmp(symbol, name);
}

static void describe(char text[MW_ABI_FIND_VERSION])
{
    asked++;
    snprintf(text, MW_ABI_FIND_VERSION, "%s", version);
}

static const struct mw_abi *find(const char *soname, const char *has, const char *says)
{
    symbol = has;
    version = says;
    asked = 0;
    return mw_abi_find(soname, exports, describe);
}

#define MPICH_MARKER "MPIR_Err_create_code"
#define OPENMPI_MARKER "ompi_mpi_comm_world"

static void by_symbol(void **state)
{
    (void)state;
    assert_ptr_equal(find("libmpi.so.40", OPENMPI_MARKER, "Open MPI v4.1.4"), &mw_abi_openmpi);
    assert_ptr_equal(find("libmpi.so.80", OPENMPI_MARKER, ""), &mw_abi_openmpi);
    assert_ptr_equal(find("libmpi_ibm.so.3", OPENMPI_MARKER, "IBM Spectrum MPI"), &mw_abi_openmpi);
    assert_ptr_equal(find("libmpi.so.12", OPENMPI_MARKER, "Open MPI v1.10.7"), &mw_abi_openmpi);
    assert_ptr_equal(find("libmpich.so.12", MPICH_MARKER, ""), &mw_abi_mpich);
    assert_ptr_equal(find(NULL, MPICH_MARKER, ""), &mw_abi_mpich); /* linked statically */
    assert_int_equal(asked, 0);
}

static void the_standard_first(void **state)
{
    (void)state;
    assert_ptr_equal(find("libmpi_abi.so.1", MPICH_MARKER, ""), &mw_abi_standard);
    assert_ptr_equal(find("libmpi_abi.so", NULL, ""), &mw_abi_standard);
    assert_ptr_equal(find("libmpi_abi.so.1.2", NULL, ""), &mw_abi_standard);
    assert_null(find("libmpi_abi.solver.so", NULL, ""));
}

static void by_name_and_version(void **state)
{
    (void)state;
    assert_ptr_equal(find("libmpi.so.12", NULL, "Intel(R) MPI Library 2021.9 for Linux* OS\n"), &mw_abi_mpich);
    assert_ptr_equal(find("libmpi_cray.so.12", NULL, "MPI VERSION    : CRAY MPICH version 8.1.25 (ANL base 3.4a2)"),
                     &mw_abi_mpich);
    assert_ptr_equal(find("libmpi_gnu_123.so.12", NULL, "MPI VERSION    : CRAY MPICH version 8.1.31"), &mw_abi_mpich);
    assert_ptr_equal(find("libmpi.so.12", NULL, "MVAPICH2 Version      :\t2.3.7\n"), &mw_abi_mpich);
    assert_ptr_equal(find("libmpi.so.12.1.8", NULL, "ParaStation MPI 5.9"), &mw_abi_mpich);
    assert_int_equal(asked, 1);
}

static void strangers(void **state)
{
    (void)state;
    assert_null(find("libmpi.so.12", NULL, "Somebody's MPI 1.0"));
    assert_null(find("libmpi.so.12", NULL, ""));
    assert_null(find("libmpi.so.1", NULL, "MPICH 1.2"));
    assert_int_equal(asked, 0);
    assert_null(find("libmpi.so.123", NULL, "MPICH"));
    assert_null(find("libother.so.12", NULL, "MPICH"));
    assert_null(find(NULL, NULL, "MPICH"));
    assert_int_equal(asked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_symbol),
        cmocka_unit_test(the_standard_first),
        cmocka_unit_test(by_name_and_version),
        cmocka_unit_test(strangers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
