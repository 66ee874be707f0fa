/* SPDX-License-Identifier: MIT */
#include "launcher/sample/leaving.h"

#include "collector/base/clock.h"
#include "collector/journal/procmem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

void mw_leaving_init(struct mw_leaving *leaving)
{
    *leaving = (struct mw_leaving){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
}

void mw_leaving_fini(struct mw_leaving *leaving)
{
    if (leaving->fd >= 0)
        close(leaving->fd);
    free(leaving->watches);
    *leaving = (struct mw_leaving){.fd = -1};
}

static bool make_room(struct mw_leaving *leaving)
{
    size_t room = leaving->room ? 2 * leaving->room : 64;
    struct mw_leaving_watch *grown;

    if (leaving->count < leaving->room)
        return true;
    grown = realloc(leaving->watches, room * sizeof(*grown));
    if (!grown)
        return false;
    leaving->watches = grown;
    leaving->room = room;
    return true;
}

void mw_leaving_watch(struct mw_leaving *leaving, pid_t pid, uint64_t start_ticks, uint32_t key)
{
    char path[64];
    int wd;

    if (leaving->fd < 0 || !make_room(leaving))
        return;
    snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
    wd = inotify_add_watch(leaving->fd, path, IN_CLOSE_NOWRITE);
    if (wd >= 0)
        leaving->watches[leaving->count++] = (struct mw_leaving_watch){wd, pid, start_ticks, key};
}

static void drop(struct mw_leaving *leaving, size_t index)
{
    inotify_rm_watch(leaving->fd, leaving->watches[index].wd);
    leaving->watches[index] = leaving->watches[--leaving->count];
}

void mw_leaving_forget(struct mw_leaving *leaving, uint32_t key)
{
    for (size_t i = 0; i < leaving->count; i++)
        if (leaving->watches[i].key == key) {
            drop(leaving, i);
            return;
        }
}

/* Other processes (top, memwatch) close the file as well, and so may the program: a close counts only if the process is
 * ending. A rank that was killed because another had left ended no earlier than that one's close. */
static bool is_ending(int procfd, const struct mw_leaving_watch *watch)
{
    int fd = mw_procmem_open(procfd, watch->pid, "stat");
    struct mw_procmem_stat stat;
    bool lives = fd >= 0 && !mw_procmem_stat_read(fd, &stat) && stat.start_ticks == watch->start_ticks &&
                 !(stat.flags & MW_PROCMEM_EXITING);

    if (fd >= 0)
        close(fd);
    return !lives;
}

static struct mw_leaving_watch *find(struct mw_leaving *leaving, int wd)
{
    for (size_t i = 0; i < leaving->count; i++)
        if (leaving->watches[i].wd == wd)
            return &leaving->watches[i];
    return NULL;
}

bool mw_leaving_next(struct mw_leaving *leaving, int procfd, uint32_t *key, uint64_t *ns)
{
    struct inotify_event event; /* of a file that is watched directly: no name follows */
    struct mw_leaving_watch *watch;

    while (leaving->fd >= 0 && read(leaving->fd, &event, sizeof(event)) == (ssize_t)sizeof(event)) {
        watch = event.mask & IN_CLOSE_NOWRITE ? find(leaving, event.wd) : NULL;
        if (!watch || !is_ending(procfd, watch))
            continue;
        *key = watch->key;
        *ns = mw_clock_now();
        if (*ns <= leaving->last_ns)
            *ns = leaving->last_ns + 1;
        leaving->last_ns = *ns;
        drop(leaving, (size_t)(watch - leaving->watches));
        return true;
    }
    return false;
}
