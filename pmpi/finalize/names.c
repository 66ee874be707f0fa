/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/names.h"

#include "pmpi/abi/library.h"
#include "pmpi/abi/real_symbol.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 4096 /* larger than MPI_MAX_PORT_NAME of any supported MPI */

typedef int name_call(const char *name, uintptr_t info, char *port);

/* Open MPI 4's mpirun, PRRTE (Open MPI 5 and later), whose namespaces have names like "prterun-HOST-PID@1", and Hydra serve
 * names. */
bool mw_names_are_served(void)
{
    const char *namespace = getenv("PMIX_NAMESPACE");

    return getenv("OMPI_MCA_orte_hnp_uri") || (namespace && !strncmp(namespace, "prte", 4) && getenv("PRTE_LAUNCHED")) ||
           (getenv("MPI_LOCALNRANKS") && getenv("PMI_FD"));
}

/* Errors of these calls go to the handler of MPI_COMM_WORLD or, since MPI 4, of MPI_COMM_SELF. */
static int call(const char *function, const char *name, char *port)
{
    const uintptr_t comms[2] = {mw_library.comm_world, mw_library.comm_self};
    uintptr_t handlers[2] = {0, 0};
    name_call *real;
    int error, saved = 0;

    *(void **)&real = mw_real_symbol_find(function);
    while (real && saved < 2 && !mw_library.comm_get_errhandler(comms[saved], &handlers[saved]))
        mw_library.comm_set_errhandler(comms[saved++], mw_library.errors_return);
    error = saved == 2 ? real(name, mw_library.info_null, port) : -1;
    while (saved-- > 0) {
        mw_library.comm_set_errhandler(comms[saved], mw_abi_handle(mw_library.abi, handlers[saved]));
        mw_library.errhandler_free(&handlers[saved]);
    }
    return error;
}

bool mw_names_publish(const char *name, const char *value)
{
    return !call("PMPI_Publish_name", name, (char *)(uintptr_t)value);
}

void mw_names_unpublish(const char *name, const char *value)
{
    call("PMPI_Unpublish_name", name, (char *)(uintptr_t)value);
}

bool mw_names_lookup(const char *name, char *value, size_t size)
{
    char port[PORT_MAX] = "";

    if (call("PMPI_Lookup_name", name, port))
        return false;
    snprintf(value, size, "%s", port);
    return port[0];
}
