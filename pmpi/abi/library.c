/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/library.h"

#include "pmpi/abi/find.h"
#include "pmpi/abi/real_symbol.h"
#include "pmpi/base/soname.h"
#include "pmpi/rank/rank.h"

#include <string.h>

struct mw_library mw_library;

static uintptr_t resolve_value(const struct mw_abi_value *value)
{
    return value->symbol[0] ? (uintptr_t)mw_real_symbol_find_data(value->symbol) : value->value;
}

static bool exports(const char *symbol)
{
    return mw_real_symbol_find(symbol) != NULL;
}

/* MPI_Get_library_version() may be called before MPI_Init. */
static void describe(char text[MW_ABI_FIND_VERSION])
{
    int (*get_version)(char *, int *), length = 0;

    *(void **)&get_version = mw_real_symbol_find("PMPI_Get_library_version");
    if (!get_version || get_version(text, &length))
        text[0] = '\0';
}

bool mw_library_resolve(void)
{
    const struct mw_abi *abi = mw_abi_find(mw_soname(mw_real_symbol_find("PMPI_Init")), exports, describe);
    bool all_found = true;

    if (!abi)
        return false;
    mw_library.comm_world = resolve_value(&abi->comm_world);
    mw_library.comm_self = resolve_value(&abi->comm_self);
    mw_library.info_null = resolve_value(&abi->info_null);
    mw_library.comm_null = resolve_value(&abi->comm_null);
    mw_library.datatype_byte = resolve_value(&abi->datatype_byte);
    mw_library.datatype_null = resolve_value(&abi->datatype_null);
    mw_library.no_op = resolve_value(&abi->no_op);
    mw_library.group_null = resolve_value(&abi->group_null);
    mw_library.group_empty = resolve_value(&abi->group_empty);
    mw_library.op_null = resolve_value(&abi->op_null);
    mw_library.win_null = resolve_value(&abi->win_null);
    mw_library.file_null = resolve_value(&abi->file_null);
    mw_library.errors_return = resolve_value(&abi->errors_return);
#define X(field, name, parameters)                            \
    *(void **)&mw_library.field = mw_real_symbol_find(#name); \
    all_found = all_found && mw_library.field;
    MW_LIBRARY_CALLS(X)
#undef X
    if (all_found)
        mw_library.abi = abi;
    return all_found;
}

void mw_library_progress(void)
{
    char status[MW_LIBRARY_STATUS]; /* written only when a message is found */
    int found = 0;

    /* probes for a message that this rank would send to itself, which never comes: both Open MPI and MPICH progress
     * all communication in it (MPICH does not for a probe on MPI_COMM_SELF) */
    mw_library.iprobe(mw_rank.journal.ident->rank, 0, mw_library.comm_world, &found, status);
}
