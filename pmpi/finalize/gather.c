/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/gather.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/journal/segment.h"
#include "pmpi/abi/library.h"
#include "pmpi/base/own_fd.h"
#include "pmpi/finalize/across.h"
#include "pmpi/finalize/agree.h"
#include "pmpi/finalize/alone.h"
#include "pmpi/finalize/peers.h"
#include "pmpi/rank/agent.h"
#include "pmpi/rank/rank.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct gather {
    uintptr_t comm;
    int rank, size;
    char *packed; /* this rank's record */
    uint64_t length;
    /* rank 0 only */
    struct mw_own_fd file;
    uint64_t *offsets; /* of each rank's record in the file; size + 1 of them */
    int *counts, *displacements;
    char *buffer;
};

/* A communicator of our own: MPI_Comm_dup would call the program's attribute callbacks. */
static bool make_comm(struct gather *g)
{
    uintptr_t handler = 0;
    int error;

    if (mw_library.comm_get_errhandler(mw_library.comm_world, &handler))
        return false;
    mw_library.comm_set_errhandler(mw_library.comm_world, mw_library.errors_return);
    error = mw_library.comm_split(mw_library.comm_world, 0, g->rank, &g->comm); /* MPICH has 2,048 context ids */
    mw_library.comm_set_errhandler(mw_library.comm_world, mw_abi_handle(mw_library.abi, handler));
    mw_library.errhandler_free(&handler);
    if (error)
        return false;
    g->comm = mw_abi_handle(mw_library.abi, g->comm);
    mw_library.comm_set_errhandler(g->comm, mw_library.errors_return);
    return true;
}

static void pack(struct gather *g)
{
    size_t room = mw_journal_length();

    g->packed = malloc(room);
    g->length = g->packed ? mw_journal_pack(&mw_rank.journal, g->packed, room) : 0;
}

/* On rank 0: learns all lengths and makes room. Returns the longest, or 0 when memory is short. */
static uint64_t plan(struct gather *g, const char *name)
{
    uint64_t longest = 0;
    int fd;

    if (!g->offsets || !g->counts || !g->displacements || !g->buffer)
        return 0;
    for (int i = g->size; i > 0; i--)
        g->offsets[i] = g->offsets[i - 1];
    g->offsets[0] = 0;
    for (int i = 1; i <= g->size; i++) {
        if (g->offsets[i] > longest)
            longest = g->offsets[i];
        g->offsets[i] += g->offsets[i - 1];
    }
    if (!mw_io_may_grow(g->offsets[g->size]))
        return 0;
    fd = openat(mw_rank.dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return mw_own_fd_take(&g->file, fd) ? longest : 0;
}

/* On rank 0: what rank `i` has sent of its record, from `offset` on. */
static int store(const struct gather *g, int i, uint64_t offset)
{
    if (!mw_own_fd_is_ours(&g->file))
        return -1;
    return mw_io_pwrite(g->file.fd, g->buffer + g->displacements[i], (size_t)g->counts[i], (off_t)(g->offsets[i] + offset));
}

/* One round: ranks first..last send `piece` bytes at `offset` of their records. Rank 0 writes them to the file. */
static int round_trip(struct gather *g, int first, int last, uint64_t offset, uint64_t piece)
{
    uint64_t mine = 0;
    int status = 0;

    if (g->rank >= first && g->rank <= last && offset < g->length)
        mine = g->length - offset < piece ? g->length - offset : piece;
    for (int i = 0; g->rank == 0 && i < g->size; i++) {
        uint64_t length = g->offsets[i + 1] - g->offsets[i];
        bool sends = i >= first && i <= last && offset < length;
        g->counts[i] = !sends ? 0 : (int)(length - offset < piece ? length - offset : piece);
        g->displacements[i] = sends ? (int)((uint64_t)(i - first) * piece) : 0;
    }
    if (mw_library.gatherv(g->packed + (mine ? offset : 0), (int)mine, mw_library.datatype_byte, g->buffer, g->counts,
                           g->displacements, mw_library.datatype_byte, 0, g->comm))
        return -1;
    for (int i = first; g->rank == 0 && i <= last; i++)
        if (g->counts[i] && store(g, i, offset))
            status = -1;
    return status;
}

/* All rounds. Every rank makes the same number of calls, whatever fails on the way. */
static int transfer(struct gather *g, uint64_t longest)
{
    int block = g->size < MW_GATHER_RANKS ? g->size : MW_GATHER_RANKS;
    uint64_t piece = MW_GATHER_BYTES / (unsigned)block;
    int status = 0;

    if (piece > longest)
        piece = longest;
    for (int first = 0; first < g->size; first += block) {
        int last = first + block < g->size ? first + block - 1 : g->size - 1;
        for (uint64_t offset = 0; offset < longest; offset += piece)
            if (round_trip(g, first, last, offset, piece))
                status = -1;
    }
    return status;
}

static void prepare_root(struct gather *g)
{
    g->offsets = calloc((size_t)g->size + 1, sizeof(*g->offsets));
    g->counts = calloc((size_t)g->size, sizeof(*g->counts));
    g->displacements = calloc((size_t)g->size, sizeof(*g->displacements));
    g->buffer = malloc(MW_GATHER_BYTES);
}

/* The gather itself, after all have agreed. Returns whether rank 0 has the whole record (on every rank). */
static bool run(struct gather *g, const char *partial, const char *name)
{
    uint64_t longest = 0;
    int whole = 0;

    pack(g);
    if (g->rank == 0)
        prepare_root(g);
    if (mw_library.gather(&g->length, (int)sizeof(g->length), mw_library.datatype_byte, g->offsets,
                          (int)sizeof(*g->offsets), mw_library.datatype_byte, 0, g->comm))
        return false;
    if (g->rank == 0)
        longest = plan(g, partial);
    if (mw_library.bcast(&longest, (int)sizeof(longest), mw_library.datatype_byte, 0, g->comm))
        return false;
    if (longest && !transfer(g, longest) && g->rank == 0)
        whole = !renameat(mw_rank.dirfd, partial, mw_rank.dirfd, name);
    mw_library.bcast(&whole, (int)sizeof(whole), mw_library.datatype_byte, 0, g->comm);
    return whole;
}

static void release(struct gather *g)
{
    mw_own_fd_close(&g->file);
    free(g->packed);
    free(g->offsets);
    free(g->counts);
    free(g->displacements);
    free(g->buffer);
    mw_library.comm_free(&g->comm);
}

/* All ranks are on one host, but the launcher is not there. */
static void keep_here(bool rank_0, const char *name)
{
    if (rank_0)
        mw_across_say_where(name);
    mw_segment_remove(mw_rank.dirfd, mw_rank.name);
    memcpy(mw_rank.journal.state->gathered_host, mw_rank.host, sizeof(mw_rank.journal.state->gathered_host));
}

bool mw_gather_to_rank_0(void)
{
    struct gather g = {.rank = mw_rank.journal.ident->rank, .size = mw_rank.journal.ident->size, .file = {.fd = -1}};
    char name[64], partial[72];
    bool whole = false;

    snprintf(name, sizeof(name), MW_FILE_GATHERED "%016llx",
             (unsigned long long)mw_rank.journal.ident->world_id);
    snprintf(partial, sizeof(partial), "%s" MW_FILE_GATHERED_PART, name);
    if (mw_peers_started_here() < g.size) {
        mw_agree_ready();
        whole = mw_across_gather(name);
        if (mw_rank.standalone && g.rank == 0)
            mw_alone_finish(whole ? name : NULL);
        return true;
    }
    if (!mw_rank.gathers && mw_rank.dirfd >= 0 && mw_agent_reaches_launcher(mw_rank.dirfd)) {
        mw_agree_not(); /* the launcher reads the journals themselves */
        return false;
    }
    if (mw_agree_to_gather() && make_comm(&g)) {
        whole = run(&g, partial, name);
        release(&g);
    }
    if (mw_rank.standalone)
        mw_alone_finish(whole ? name : NULL);
    else if (whole && mw_rank.dirfd >= 0 && !mw_agent_reaches_launcher(mw_rank.dirfd))
        keep_here(g.rank == 0, name);
    return true;
}
