/* SPDX-License-Identifier: MIT */
#include "pmpi/agree.h"

#include "collector/clock.h"
#include "collector/io.h"
#include "pmpi/library.h"
#include "pmpi/rank.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* How long a rank's journal may be missing before we believe that the rank has none. Journals are made before
 * MPI_Init returns anywhere, so this only covers an MPI_Init that does not synchronize. */
#define MISSING_NS (2 * MW_NS_PER_SEC)

/* The other ranks' journals, mapped read-only: head, identity and state lie in its first pages. */
struct peers {
    const struct mw_record_head **heads;
    int count;
};

static const struct mw_state *state_of(const struct mw_record_head *head)
{
    return (const void *)((const char *)head + head->sections[MW_SECTION_STATE].offset);
}

static uint32_t decision_of(const struct mw_record_head *head)
{
    return __atomic_load_n(&state_of(head)->decision, __ATOMIC_ACQUIRE);
}

static int pid_of(const struct mw_record_head *head)
{
    return ((const struct mw_ident *)(const void *)((const char *)head + head->sections[MW_SECTION_IDENT].offset))
        ->pid;
}

static const struct mw_record_head *map_peer(const char *name)
{
    size_t length = mw_journal_length();
    int fd = openat(mw_rank.dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const struct mw_record_head *head = MAP_FAILED;

    if (fd < 0)
        return NULL;
    if (lseek(fd, 0, SEEK_END) == (off_t)length)
        head = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (head == MAP_FAILED)
        return NULL;
    if (head->version != MW_RECORD_VERSION || head->length != length) {
        munmap((void *)(uintptr_t)head, length);
        return NULL;
    }
    return head;
}

static void unmap_peers(struct peers *peers)
{
    for (int i = 0; i < peers->count; i++)
        munmap((void *)(uintptr_t)peers->heads[i], mw_journal_length());
    free(peers->heads);
    *peers = (struct peers){0};
}

/* Maps the journals of this world that lie here, up to `room` of them. */
static struct peers map_peers(int room)
{
    struct peers peers = {calloc((size_t)room, sizeof(*peers.heads)), 0};
    size_t prefix = strlen(MW_RECORD_JOURNAL_PREFIX) + 16 + 1;
    int fd = openat(mw_rank.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && peers.heads && peers.count < room && (entry = readdir(dir))) {
        const struct mw_record_head *head;
        if (!strncmp(entry->d_name, mw_rank.name, prefix) && (head = map_peer(entry->d_name)))
            peers.heads[peers.count++] = head;
    }
    if (dir)
        closedir(dir);
    return peers;
}

/* Sleeps, but not without MPI and not for long: another rank may still need this one's side of a transfer to get to its own end. */
static void pause_us(long us)
{
    struct timespec time = {0, us * 1000};

    mw_library_progress();
    nanosleep(&time, NULL);
}

static void decide(uint32_t decision)
{
    __atomic_store_n(&mw_rank.journal.state->decision, decision, __ATOMIC_RELEASE);
}

static bool is_gone(const struct mw_record_head *head)
{
    return kill(pid_of(head), 0) && errno == ESRCH;
}

/* Looks at all: 1 when each has come to `decision`, -1 when one never will, 0 when it is too early to say. */
static int reached(const struct peers *peers, uint32_t decision, bool look_for_dead)
{
    bool all = true;

    for (int i = 0; i < peers->count; i++) {
        uint32_t now = decision_of(peers->heads[i]);
        if (now == MW_STAGE_DECLINED || (now < decision && look_for_dead && is_gone(peers->heads[i])))
            return -1;
        all = all && now >= decision;
    }
    return all;
}

/* Waits for all to come to `decision`, politely: the cores may be needed by ranks that still compute. */
static bool wait_for(const struct peers *peers, uint32_t decision)
{
    int result;

    for (unsigned turn = 0; (result = reached(peers, decision, turn % 1024 == 1023)) == 0; turn++)
        pause_us(100);
    return result > 0;
}

/* Waits for all journals to be there. */
static struct peers find_peers(int size)
{
    uint64_t deadline = mw_clock_now() + MISSING_NS;
    struct peers peers = map_peers(size);

    while (peers.count < size && mw_clock_now() < deadline) {
        unmap_peers(&peers);
        pause_us(20000);
        peers = map_peers(size);
    }
    return peers;
}

/* How many ranks the MPI launcher says it started on this host; INT_MAX when it says nothing. */
static int started_here(void)
{
    const char *names[] = {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"};

    for (int i = 0; i < 2; i++)
        if (getenv(names[i]) && atoi(getenv(names[i])) > 0)
            return atoi(getenv(names[i]));
    /* Slurm: so many on each node is not told in one number, but that there are several nodes is */
    return getenv("SLURM_STEP_NUM_NODES") && atoi(getenv("SLURM_STEP_NUM_NODES")) > 1 ? 1 : INT_MAX;
}

bool mw_agree_to_gather(void)
{
    int size = mw_rank.journal.ident->size;
    struct peers peers;
    bool agreed;

    __atomic_store_n(&mw_rank.journal.state->stage, MW_STAGE_READY, __ATOMIC_RELEASE);
    if (mw_rank.dirfd < 0 || started_here() < size) { /* the others' journals lie on other hosts, or out of reach */
        decide(MW_STAGE_DECLINED);
        return false;
    }
    decide(MW_STAGE_READY);
    if (size <= 1) {
        decide(MW_STAGE_COMMITTED);
        return true;
    }
    peers = find_peers(size);
    agreed = peers.count == size && wait_for(&peers, MW_STAGE_READY);
    if (agreed) {
        decide(MW_STAGE_COMMITTED);
        agreed = wait_for(&peers, MW_STAGE_COMMITTED);
    } else {
        decide(MW_STAGE_DECLINED);
    }
    unmap_peers(&peers);
    return agreed;
}
