/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/peers.h"

#include "collector/base/clock.h"
#include "collector/base/io.h"
#include "pmpi/abi/library.h"
#include "pmpi/rank/rank.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const struct mw_state *mw_peers_state(const struct mw_record_head *head)
{
    return (const void *)((const char *)head + head->sections[MW_SECTION_STATE].offset);
}

const struct mw_ident *mw_peers_ident(const struct mw_record_head *head)
{
    return (const void *)((const char *)head + head->sections[MW_SECTION_IDENT].offset);
}

uint32_t mw_peers_decision(const struct mw_record_head *head)
{
    return __atomic_load_n(&mw_peers_state(head)->decision, __ATOMIC_ACQUIRE);
}

void mw_peers_unmap(struct mw_peers *peers)
{
    for (int i = 0; i < peers->count; i++)
        mw_journal_unmap_head(peers->heads[i]);
    free(peers->heads);
    *peers = (struct mw_peers){0};
}

struct mw_peers mw_peers_map(int room)
{
    struct mw_peers peers = {calloc((size_t)room, sizeof(*peers.heads)), 0};
    uint64_t world = mw_rank.journal.ident->world_id;
    int fd = mw_rank.dirfd < 0 ? -1 : openat(mw_rank.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && peers.heads && peers.count < room && (entry = readdir(dir))) {
        const struct mw_record_head *head;
        if (mw_journal_name_pid(entry->d_name, &world, mw_rank.host) && (head = mw_journal_map(mw_rank.dirfd, entry->d_name)))
            peers.heads[peers.count++] = head;
    }
    if (dir)
        closedir(dir);
    return peers;
}

void mw_peers_pause(long us)
{
    struct timespec time = {0, us * 1000};

    mw_library_progress();
    nanosleep(&time, NULL);
}

bool mw_peers_is_gone(const struct mw_record_head *head)
{
    const struct mw_ident *ident = mw_peers_ident(head);

    return ident->pid_ns == mw_rank.journal.ident->pid_ns && kill(ident->pid, 0) && errno == ESRCH;
}

struct mw_peers mw_peers_wait(int wanted, int room, uint64_t limit_ns)
{
    uint64_t deadline = mw_clock_now() + limit_ns;
    struct mw_peers peers = mw_peers_map(room);

    while (peers.count < wanted && mw_clock_now() < deadline) {
        mw_peers_unmap(&peers);
        mw_peers_pause(20000);
        peers = mw_peers_map(room);
    }
    return peers;
}

int mw_peers_started_here(void)
{
    const char *names[] = {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"};

    for (int i = 0; i < 2; i++)
        if (getenv(names[i]) && atoi(getenv(names[i])) > 0)
            return atoi(getenv(names[i]));
    /* Slurm: no single number gives the ranks of each node, but the number of nodes is known */
    return getenv("SLURM_STEP_NUM_NODES") && atoi(getenv("SLURM_STEP_NUM_NODES")) > 1 ? 1 : INT_MAX;
}
