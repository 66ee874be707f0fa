/* SPDX-License-Identifier: MIT */
#include "collector/journal/segments.h"

#include "collector/base/clock.h"
#include "collector/base/hostname.h"
#include "collector/base/io.h"
#include "collector/journal/journal.h"
#include "collector/journal/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#define DELETED " (deleted)" /* suffix that the kernel adds to the path of a removed directory */
#define HALF_MADE_S 60       /* writing the head takes microseconds after shmget() */

uid_t mw_segments_owner(int dirfd)
{
    struct stat st;

    return geteuid() == 0 && !fstat(dirfd, &st) ? st.st_uid : geteuid();
}

/* ---- all segments that look like a journal's ---- */

struct found {
    int id;
    bool attached; /* number of other attached processes */
    const struct mw_segment_head *head;
};

/* Returns whether to continue. */
typedef bool visitor(void *context, struct found *found);

/* Visits the segments of a user that have the size of a journal. `pid`: only those made by this process; 0 for all. */
static bool visit_all(uid_t owner, pid_t pid, visitor *visit, void *context)
{
    struct shm_info info;
    int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&info);

    for (int i = 0; i <= last; i++) {
        struct shmid_ds ds;
        int id = shmctl(i, SHM_STAT, &ds);
        struct found found = {.id = id, .attached = id >= 0 && ds.shm_nattch > 0};
        size_t length = id >= 0 ? mw_segment_length(ds.shm_segsz) : 0;
        bool goes_on;
        if (!mw_journal_is_length(length) || ds.shm_perm.uid != owner || (pid && ds.shm_cpid != pid))
            continue;
        found.head = mw_segment_attach(id, length, owner, 0, NULL);
        if (!found.head)
            continue;
        goes_on = visit(context, &found);
        if (found.head)
            mw_segment_detach(found.head);
        if (!goes_on)
            return false;
    }
    return true;
}

/* ---- those of one run and this host ---- */

struct run {
    int dirfd;
    uint64_t number;
    char host[MW_HOSTNAME_SIZE];
    visitor *visit;
    void *context;
};

static bool visit_if_ours(void *context, struct found *found)
{
    const struct run *run = context;

    if (found->head->run != run->number || !mw_journal_name_pid(found->head->name, NULL, run->host))
        return true;
    return run->visit(run->context, found);
}

/* The run of a directory, also if the directory has been removed. */
static bool number_of(int dirfd, uint64_t *number)
{
    char link[32], path[PATH_MAX];
    ssize_t length;
    size_t end;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
    length = readlink(link, path, sizeof(path) - 1);
    if (length <= 0)
        return false;
    path[length] = '\0';
    end = (size_t)length - (sizeof(DELETED) - 1);
    if ((size_t)length > sizeof(DELETED) && !strcmp(path + end, DELETED))
        path[end] = '\0';
    *number = mw_segment_run(path);
    return true;
}

/* `pid` as for visit_all(). Returns false if a visitor stopped. */
static bool visit_run(int dirfd, pid_t pid, visitor *visit, void *context)
{
    struct run run = {.dirfd = dirfd, .visit = visit, .context = context};

    mw_hostname_local(run.host);
    return !number_of(dirfd, &run.number) || visit_all(mw_segments_owner(dirfd), pid, visit_if_ours, &run);
}

/* ---- finding ---- */

struct search {
    const char *name;
    const struct mw_segment_head *head;
};

static bool take_if_named(void *context, struct found *found)
{
    struct search *search = context;

    if (strcmp(found->head->name, search->name))
        return true;
    search->head = found->head;
    found->head = NULL; /* now owned by the caller */
    return false;
}

/* A visitor for visit_all(). */
static pid_t maker_of(const char *name, const char *host)
{
    long pid = mw_journal_name_pid(name, NULL, host);

    return pid == MW_JOURNAL_ELSEWHERE ? 0 : (pid_t)pid;
}

const struct mw_segment_head *mw_segments_find(int dirfd, const char *name)
{
    struct search search = {.name = name};
    char host[MW_HOSTNAME_SIZE];

    mw_hostname_local(host);
    /* First the segments of that process, to avoid quadratic time with many lost files; then all, because the process may
     * have another pid in its PID namespace. */
    if (visit_run(dirfd, maker_of(name, host), take_if_named, &search))
        visit_run(dirfd, 0, take_if_named, &search);
    return search.head;
}

struct listing {
    int dirfd;
    struct mw_names *names;
    size_t lost;
    int failed;
};

static bool is_located(int dirfd, const struct mw_segment_head *head)
{
    int fd = openat(dirfd, head->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct mw_segment_locator locator;
    bool located = fd >= 0 && !mw_segment_read_locator(&locator, fd) && locator.token == head->token;

    if (fd >= 0)
        close(fd);
    return located;
}

static bool add_name(void *context, struct found *found)
{
    struct listing *listing = context;

    listing->lost += !is_located(listing->dirfd, found->head);
    listing->failed = mw_names_add(listing->names, found->head->name);
    return !listing->failed;
}

int mw_segments_add_names(struct mw_names *names, int dirfd, size_t *lost)
{
    struct listing listing = {.dirfd = dirfd, .names = names};

    visit_run(dirfd, 0, add_name, &listing);
    *lost = listing.lost;
    return listing.failed;
}

static bool add_bytes(void *context, struct found *found)
{
    *(uint64_t *)context += mw_segment_size((size_t)found->head->length);
    return true;
}

uint64_t mw_segments_bytes(int dirfd)
{
    uint64_t bytes = 0;

    visit_run(dirfd, 0, add_bytes, &bytes);
    return bytes;
}

/* ---- to files ---- */

/* Zeros are left out as holes. The record's head is written last: a file without it is not a record. */
static int write_record(int fd, const struct mw_segment_head *head)
{
    static const char zeros[4096];
    const char *bytes = mw_segment_journal(head);
    const size_t length = (size_t)head->length, begin = sizeof(struct mw_record_head);

    if (!mw_io_may_grow(length)) {
        errno = EFBIG;
        return -1;
    }
    for (size_t at = begin, size; at < length; at += size) {
        size = length - at < sizeof(zeros) ? length - at : sizeof(zeros);
        if (memcmp(bytes + at, zeros, size) != 0 && mw_io_pwrite(fd, bytes + at, size, (off_t)at))
            return -1;
    }
    return ftruncate(fd, (off_t)length) ? -1 : mw_io_pwrite(fd, bytes, begin, 0);
}

static int replace_file(int dirfd, const struct mw_segment_head *head)
{
    int fd, failed;

    unlinkat(dirfd, head->name, 0);
    fd = openat(dirfd, head->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -1;
    failed = write_record(fd, head) ? errno : 0;
    close(fd);
    errno = failed;
    return failed ? -1 : 0;
}

struct writing {
    int dirfd;
    size_t failed;
    int error; /* of the last that failed */
};

static bool write_file(void *context, struct found *found)
{
    struct writing *writing = context;

    if (found->attached)
        return true;
    if (!replace_file(writing->dirfd, found->head)) {
        shmctl(found->id, IPC_RMID, NULL);
        return true;
    }
    writing->error = errno;
    writing->failed++; /* the segment can still be found by its head */
    return true;
}

size_t mw_segments_to_files(int dirfd)
{
    struct writing writing = {.dirfd = dirfd};

    visit_run(dirfd, 0, write_file, &writing);
    errno = writing.error;
    return writing.failed;
}

/* ---- removing ---- */

static bool remove_one(void *context, struct found *found)
{
    (void)context;
    shmctl(found->id, IPC_RMID, NULL);
    return true;
}

static bool remove_if_named(void *context, struct found *found)
{
    if (!strcmp(found->head->name, context))
        shmctl(found->id, IPC_RMID, NULL);
    return true;
}

void mw_segments_remove_file(int dirfd, const char *name)
{
    char host[MW_HOSTNAME_SIZE];

    mw_hostname_local(host);
    mw_segment_remove(dirfd, name);
    if (mw_journal_name_pid(name, NULL, host)) /* the file may have been damaged */
        visit_run(dirfd, maker_of(name, host), remove_if_named, (void *)(uintptr_t)name);
}

void mw_segments_remove(int dirfd)
{
    visit_run(dirfd, 0, remove_one, NULL);
}

struct removing {
    uint64_t run;
    bool dry_run;
    size_t removed, used;
};

static bool remove_if_of_run(void *context, struct found *found)
{
    struct removing *removing = context;

    if (found->head->run != removing->run)
        return true;
    removing->used += found->attached;
    removing->removed += !removing->dry_run && !shmctl(found->id, IPC_RMID, NULL);
    return true;
}

size_t mw_segments_remove_named(const char *directory, size_t *used)
{
    struct removing removing = {.run = mw_segment_run(directory), .dry_run = true};

    visit_all(geteuid(), 0, remove_if_of_run, &removing);
    *used = removing.used;
    removing.dry_run = false;
    if (!removing.used)
        visit_all(geteuid(), 0, remove_if_of_run, &removing);
    return removing.removed;
}

struct foreign {
    uint64_t root;
    struct mw_names *directories;
    int failed;
};

static bool add_if_foreign(void *context, struct found *found)
{
    struct foreign *foreign = context;
    char directory[sizeof(found->head->directory) + 1];
    struct stat st;

    snprintf(directory, sizeof(directory), "%.*s", (int)sizeof(found->head->directory), found->head->directory);
    if (!found->attached && (!foreign->root || found->head->root != foreign->root) && lstat(directory, &st))
        foreign->failed = mw_names_add(foreign->directories, directory);
    return !foreign->failed;
}

int mw_segments_add_foreign(struct mw_names *directories)
{
    struct foreign foreign = {mw_segment_root(), directories, 0};

    visit_all(geteuid(), 0, add_if_foreign, &foreign);
    return foreign.failed;
}

static bool remove_if_left(void *context, struct found *found)
{
    const uint64_t *root = context;
    struct stat st;

    if (!found->attached && *root && found->head->root == *root && found->head->directory[0] == '/' &&
        lstat(found->head->directory, &st) && errno == ENOENT)
        shmctl(found->id, IPC_RMID, NULL);
    return true;
}

static bool is_zero(const struct mw_segment_head *head)
{
    static const struct mw_segment_head zero;

    return !memcmp(head, &zero, sizeof(zero));
}

/* Segments of ranks that were killed between shmget() and writing the head, recognized by their size and by being empty. */
static void remove_half_made(int id, const struct shmid_ds *ds)
{
    const struct mw_segment_head *head;

    if (ds->shm_nattch || (uint64_t)ds->shm_ctime + HALF_MADE_S > mw_clock_wall() / MW_NS_PER_SEC)
        return;
    head = shmat(id, NULL, SHM_RDONLY);
    if (head == (void *)-1)
        return;
    if (is_zero(head))
        shmctl(id, IPC_RMID, NULL);
    shmdt(head);
}

static void sweep_half_made(void)
{
    struct shm_info info;
    int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&info);

    for (int i = 0; i <= last; i++) {
        struct shmid_ds ds;
        int id = shmctl(i, SHM_STAT, &ds);
        if (id >= 0 && mw_journal_is_length(mw_segment_length(ds.shm_segsz)) && ds.shm_perm.uid == geteuid())
            remove_half_made(id, &ds);
    }
}

void mw_segments_sweep(void)
{
    uint64_t root = mw_segment_root();

    visit_all(geteuid(), 0, remove_if_left, &root);
    sweep_half_made();
}
