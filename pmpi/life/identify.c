/* SPDX-License-Identifier: MIT */
#include "pmpi/life/identify.h"

#include "pmpi/abi/library.h"
#include "pmpi/life/stop.h"
#include "pmpi/measure/own_memory.h"
#include "pmpi/measure/threads.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/settings.h"
#include "pmpi/rank/stage.h"

#include <stdint.h>
#include <string.h>

static void note_library(struct mw_ident *ident)
{
    char version[8192] = ""; /* at least MPI_MAX_LIBRARY_VERSION_STRING of Open MPI and MPICH */
    int length = 0;

    mw_library.get_library_version(version, &length);
    version[strcspn(version, ",\n")] = '\0'; /* name and version come first, then build details */
    for (char *c = version; *c; c++)
        if (*c == '\t')
            *c = ' ';
    memcpy(ident->library, version, strnlen(version, sizeof(ident->library) - 1));
    ident->abi = mw_library.abi->id;
}

static void identify(int rank, int size, bool threaded)
{
    struct mw_ident *ident = mw_rank.journal.ident;
    bool is_first = ident->rank < 0;

    note_library(ident);
    ident->size = size;
    ident->rank = rank;
    if (rank == 0 && is_first)
        mw_settings_warn();
    mw_own_memory_measure();
    mw_rank.threaded = mw_rank.threaded || threaded;
    mw_threads_after_init(threaded);
    mw_stage_reach(MW_STAGE_RUNNING);
    if (mw_rank.stops_after_init && is_first)
        mw_stop_measuring(MW_UNMEASURED_ASKED);
}

void mw_identify_by_world(void)
{
    uintptr_t parent = 0;
    int level = 0, rank = -1, size = 0;

    if (!mw_rank.recording)
        return;
    mw_library.comm_rank(mw_library.comm_world, &rank);
    mw_library.comm_size(mw_library.comm_world, &size);
    mw_library.comm_get_parent(&parent);
    mw_rank.journal.ident->spawned = mw_abi_handle(mw_library.abi, parent) != mw_library.comm_null;
    mw_library.query_thread(&level);
    identify(rank, size, level >= mw_library.abi->thread_multiple);
}

void mw_identify_as(int rank, int size)
{
    if (mw_rank.recording)
        identify(rank, size, true);
}
