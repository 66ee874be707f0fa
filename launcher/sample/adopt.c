/* SPDX-License-Identifier: MIT */
#include "launcher/sample/adopt.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/map.h"
#include "collector/journal/journal.h"
#include "collector/journal/procmem.h"
#include "collector/journal/read.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file added in the same tick of the file system's clock does not change the directory's time. */
#define TICK_NS (50 * MW_NS_PER_MS)

/* With fewer descriptors, all are needed for processes: new journals are then found by samples. */
#define FILES_MIN 32

static int open_watch(void)
{
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < FILES_MIN)
        return -1;
    return inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
}

void mw_adopt_init(struct mw_adopt *adopt, int dirfd)
{
    *adopt = (struct mw_adopt){.dirfd = dirfd, .fd = open_watch(), .settled = mw_map_try_create()};
    mw_hostname_local(adopt->host);
    mw_adopt_watch_again(adopt);
}

void mw_adopt_watch_again(struct mw_adopt *adopt)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", adopt->dirfd);
    if (adopt->fd >= 0)
        inotify_add_watch(adopt->fd, path, IN_CREATE | IN_ONLYDIR);
}

void mw_adopt_fini(struct mw_adopt *adopt)
{
    if (adopt->fd >= 0)
        close(adopt->fd);
    mw_map_destroy(adopt->settled);
    free(adopt->ranks);
    mw_held_fini(&adopt->held);
}

bool mw_adopt_was_woken(struct mw_adopt *adopt)
{
    char events[4096];
    bool woken = false;

    while (adopt->fd >= 0 && read(adopt->fd, events, sizeof(events)) > 0)
        woken = true;
    return woken;
}

/* ---- names that need no second look ---- */

static bool is_settled(const struct mw_adopt *adopt, const char *name)
{
    return adopt->settled && mw_map_find(adopt->settled, name, strlen(name)) != MW_MAP_NONE;
}

/* If there is no memory, the name is examined again each time: slower, but correct. */
static void settle(struct mw_adopt *adopt, const char *name)
{
    if (adopt->settled)
        mw_map_try_add(adopt->settled, name, strlen(name), 0);
}

/* ---- one journal ---- */

/* Whether it is still the process that wrote the journal, and one that we may watch. */
static bool is_that_process(int procfd, pid_t pid, const struct mw_ident *ident)
{
    struct mw_procmem_stat stat;
    struct stat owner;
    int fd;
    bool ok;

    if (ident->pid != pid || ident->pid_ns != mw_procmem_pid_ns(procfd, MW_PROCMEM_SELF))
        return false;
    fd = mw_procmem_open(procfd, pid, "stat");
    ok = fd >= 0 && !fstat(fd, &owner) && (geteuid() == 0 || owner.st_uid == geteuid()) && !mw_procmem_stat_read(fd, &stat) &&
         stat.start_ticks == ident->start_ticks;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Adds a rank to adopt->ranks. If out of memory, it is treated like other processes. */
static void add_rank(struct mw_adopt *adopt, pid_t pid, uint64_t world)
{
    if (adopt->rank_count == adopt->rank_room) {
        size_t room = adopt->rank_room ? 2 * adopt->rank_room : 16;
        struct mw_adopt_rank *ranks = realloc(adopt->ranks, room * sizeof(*ranks));
        if (!ranks)
            return;
        adopt->ranks = ranks;
        adopt->rank_room = room;
    }
    adopt->ranks[adopt->rank_count++] = (struct mw_adopt_rank){pid, world};
}

static void look_at(struct mw_adopt *adopt, const char *name, struct mw_tree *tree)
{
    struct mw_ident ident;
    long pid = mw_journal_name_pid(name, NULL, adopt->host);

    if (is_settled(adopt, name))
        return;
    if (!pid || pid == 1 || pid == tree->self) {
        settle(adopt, name);
        return;
    }
    if (mw_journal_read_ident(&ident, adopt->dirfd, name)) {
        adopt->unsettled = true;
        return;
    }
    settle(adopt, name);
    mw_held_add(&adopt->held, adopt->dirfd, name);
    if (pid == MW_JOURNAL_ELSEWHERE) /* in another PID namespace than the directory: it may still be on this host */
        pid = ident.pid;
    if (!is_that_process(tree->procfd, (pid_t)pid, &ident))
        return;
    mw_tree_adopt(tree, (pid_t)pid);
    if (mw_tree_knows(tree, (pid_t)pid))
        add_rank(adopt, (pid_t)pid, ident.world_id);
}

/* ---- the directory ---- */

static bool has_changed(struct mw_adopt *adopt)
{
    struct stat st;
    uint64_t mtime;
    bool changed;

    if (fstat(adopt->dirfd, &st))
        return false;
    mtime = (uint64_t)st.st_mtim.tv_sec * MW_NS_PER_SEC + (uint64_t)st.st_mtim.tv_nsec;
    changed = mtime != adopt->mtime_ns || adopt->unsettled || mw_clock_wall() - mtime < TICK_NS;
    adopt->mtime_ns = mtime;
    return changed;
}

void mw_adopt_look(struct mw_adopt *adopt, struct mw_tree *tree)
{
    struct dirent *entry;
    DIR *dir;
    int fd;

    adopt->rank_count = 0;
    if (!has_changed(adopt))
        return;
    adopt->unsettled = false;
    fd = openat(adopt->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir && fd >= 0)
        close(fd);
    while (dir && (entry = readdir(dir)))
        if (!strncmp(entry->d_name, MW_FILE_JOURNAL, strlen(MW_FILE_JOURNAL)))
            look_at(adopt, entry->d_name, tree);
    if (dir)
        closedir(dir);
}
