/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/gather.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/base/text.h"
#include "collector/base/token.h"
#include "collector/journal/segment.h"
#include "pmpi/abi/library.h"
#include "pmpi/base/log.h"
#include "pmpi/base/own_fd.h"
#include "pmpi/finalize/agree.h"
#include "pmpi/finalize/agree_hosts.h"
#include "pmpi/finalize/clocks.h"
#include "pmpi/finalize/peers.h"
#include "pmpi/finalize/standalone.h"
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
    bool several; /* there is more than one host */
    struct mw_agree_hosts hosts;
    bool is_reached;            /* this rank's journal reaches the launcher without the gather */
    char name[64], partial[72]; /* name of the gathered file, and its name until it is complete */
    char *packed;               /* this rank's record */
    uint64_t length;            /* 0: the record is not sent */
    /* rank 0 only */
    struct mw_own_fd file;
    uint64_t *offsets; /* start of each rank's record in the file; size + 1 entries */
    int *counts, *displacements;
    char *buffer;
};

/* Creates a separate communicator. MPI_Comm_dup would call the program's attribute callbacks. */
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

/* If rank 0's record reaches the launcher, only the records that do not are sent to rank 0; otherwise all are, so that the
 * complete record is in one place. */
static void pack(struct gather *g, bool all)
{
    size_t size = mw_journal_length();

    if (g->is_reached && !all)
        return;
    g->packed = malloc(size);
    g->length = g->packed ? mw_journal_pack(&mw_rank.journal, g->packed, size) : 0;
}

/* On rank 0: computes the offsets of all records and creates the file. Returns the longest length, or 0 without memory or
 * disk space. */
static uint64_t plan(struct gather *g)
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
    fd = openat(mw_rank.dirfd, g->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return mw_own_fd_take(&g->file, fd) ? longest : 0;
}

/* On rank 0: writes what rank `i` has sent of its record, from `offset` on. */
static int store(const struct gather *g, int i, uint64_t offset)
{
    if (!mw_own_fd_is_ours(&g->file))
        return -1;
    return mw_io_pwrite(g->file.fd, g->buffer + g->displacements[i], (size_t)g->counts[i], (off_t)(g->offsets[i] + offset));
}

/* One round: ranks first..last send `piece` bytes at `offset` of their records, and rank 0 writes them to the file. */
static int round_trip(struct gather *g, int first, int last, uint64_t offset, uint64_t piece)
{
    uint64_t own_length = 0;
    int status = 0;

    if (g->rank >= first && g->rank <= last && offset < g->length)
        own_length = g->length - offset < piece ? g->length - offset : piece;
    for (int i = 0; g->rank == 0 && i < g->size; i++) {
        uint64_t length = g->offsets[i + 1] - g->offsets[i];
        bool sends = i >= first && i <= last && offset < length;
        g->counts[i] = !sends ? 0 : (int)(length - offset < piece ? length - offset : piece);
        g->displacements[i] = sends ? (int)((uint64_t)(i - first) * piece) : 0;
    }
    if (mw_library.gatherv(own_length ? g->packed + offset : NULL, (int)own_length, mw_library.datatype_byte, g->buffer,
                           g->counts, g->displacements, mw_library.datatype_byte, 0, g->comm))
        return -1;
    for (int i = first; g->rank == 0 && i <= last; i++)
        if (g->counts[i] && store(g, i, offset))
            status = -1;
    return status;
}

/* All rounds. Every rank makes the same number of calls, even after an error. */
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

/* The result, broadcast by rank 0 at the end. */
struct outcome {
    uint32_t is_complete;        /* 1: its file has all records that were sent */
    uint32_t stays_on_host;      /* 1: that file does not reach the launcher */
    char host[MW_HOSTNAME_SIZE]; /* of rank 0 */
};

static bool broadcast(struct gather *g, void *bytes, int size)
{
    return !mw_library.bcast(bytes, size, mw_library.datatype_byte, 0, g->comm);
}

/* Decides which records are sent, and compares the clocks of the hosts. */
static bool begin(struct gather *g)
{
    uint32_t all = mw_rank.gathers || !g->is_reached;

    if (!broadcast(g, &all, sizeof(all)))
        return false;
    if (g->several && g->rank == 0)
        mw_clocks_compare(g->comm, g->hosts.firsts, g->hosts.count);
    else if (g->several && g->hosts.is_first)
        mw_clocks_answer(g->comm);
    pack(g, all);
    return true;
}

/* The gather itself, after all ranks have agreed. */
static void run(struct gather *g, struct outcome *outcome)
{
    uint64_t longest = 0;

    if (!begin(g))
        return;
    if (g->rank == 0)
        prepare_root(g);
    if (mw_library.gather(&g->length, (int)sizeof(g->length), mw_library.datatype_byte, g->offsets, (int)sizeof(*g->offsets),
                          mw_library.datatype_byte, 0, g->comm))
        return;
    if (g->rank == 0)
        longest = plan(g);
    if (!broadcast(g, &longest, sizeof(longest)))
        return;
    if (longest && !transfer(g, longest) && g->rank == 0)
        outcome->is_complete = !renameat(mw_rank.dirfd, g->partial, mw_rank.dirfd, g->name);
    outcome->stays_on_host = !mw_rank.standalone && !g->is_reached;
    memcpy(outcome->host, mw_rank.host, sizeof(outcome->host));
    if (!broadcast(g, outcome, sizeof(*outcome)))
        outcome->is_complete = 0;
}

static void release(struct gather *g)
{
    mw_own_fd_close(&g->file);
    free(g->packed);
    free(g->offsets);
    free(g->counts);
    free(g->displacements);
    free(g->buffer);
    free(g->hosts.firsts);
}

static void log_location(const struct gather *g)
{
    char path[sizeof(mw_rank.dir) + sizeof(g->name) + 1], quoted[2 * sizeof(path)];

    snprintf(path, sizeof(path), "%s/%s", mw_rank.dir, g->name);
    mw_text_quote(quoted, sizeof(quoted), path);
    mw_log("memwatch: the complete record is on host %s: memwatch report %s prints it there\n", mw_rank.host, quoted);
}

/* Under a launcher: removes a journal that does not reach it and, on another host, all other files there. */
static void clean_up(const struct gather *g, const struct outcome *outcome)
{
    if (outcome->stays_on_host)
        memcpy(mw_rank.journal.state->gathered_host, outcome->host, sizeof(mw_rank.journal.state->gathered_host));
    if (outcome->stays_on_host && g->rank == 0)
        log_location(g);
    if (g->is_reached || !g->length)
        return;
    mw_segment_remove(mw_rank.dirfd, mw_rank.name);
    if (strcmp(mw_rank.host, outcome->host) != 0) {
        mw_agent_remove_files(mw_rank.dirfd);
        mw_token_leave(mw_rank.dirfd, mw_rank.dir);
    }
}

static bool agree(struct gather *g)
{
    return g->several ? mw_agree_hosts(&g->hosts) : mw_agree_to_gather();
}

static void name_files(struct gather *g)
{
    snprintf(g->name, sizeof(g->name), MW_FILE_GATHERED "%016llx", (unsigned long long)mw_rank.journal.ident->world_id);
    snprintf(g->partial, sizeof(g->partial), "%s" MW_FILE_GATHERED_PART, g->name);
}

bool mw_gather_to_rank_0(void)
{
    struct gather g = {.rank = mw_rank.journal.ident->rank, .size = mw_rank.journal.ident->size, .file = {.fd = -1}};
    struct outcome outcome = {0};

    g.several = mw_peers_started_here() < g.size;
    g.is_reached = mw_rank.dirfd >= 0 && mw_agent_reaches_launcher(mw_rank.dirfd);
    if (!g.several && !mw_rank.gathers && g.is_reached) {
        mw_agree_decline(); /* the launcher reads the journals themselves */
        return false;
    }
    name_files(&g);
    if (agree(&g) && make_comm(&g)) {
        run(&g, &outcome);
        mw_library.comm_free(&g.comm);
    }
    release(&g);
    if (mw_rank.standalone)
        mw_standalone_finish(outcome.is_complete ? g.name : NULL);
    else if (outcome.is_complete)
        clean_up(&g, &outcome);
    return true;
}
