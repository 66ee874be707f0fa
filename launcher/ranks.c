/* SPDX-License-Identifier: MIT */
#include "launcher/ranks.h"

#include "launcher/host_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mw_ranks_init(struct mw_ranks *ranks, int dirfd, const char *host)
{
    *ranks = (struct mw_ranks){.dirfd = dirfd};
    snprintf(ranks->host, sizeof(ranks->host), "%s", host);
}

void mw_ranks_fini(struct mw_ranks *ranks)
{
    free(ranks->processes);
    ranks->processes = NULL;
    ranks->count = ranks->room = 0;
}

static void add(struct mw_ranks *ranks, int32_t pid)
{
    for (size_t i = 0; i < ranks->count; i++)
        if (ranks->processes[i].pid == pid)
            return;
    if (ranks->count == ranks->room) {
        size_t room = ranks->room ? 2 * ranks->room : 16;
        struct mw_rank_process *grown =
            room > MW_RANKS_MAX ? NULL : realloc(ranks->processes, room * sizeof(*ranks->processes));
        if (!grown)
            return;
        ranks->processes = grown;
        ranks->room = room;
    }
    ranks->processes[ranks->count++] = (struct mw_rank_process){.pid = pid};
}

static void look_for_new(struct mw_ranks *ranks)
{
    int32_t pid;
    int fd = openat(ranks->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && (entry = readdir(dir)))
        if ((pid = mw_host_files_pid(entry->d_name, ranks->host)) > 0)
            add(ranks, pid);
    if (dir)
        closedir(dir);
}

size_t mw_ranks_look(struct mw_ranks *ranks)
{
    size_t running = 0;

    look_for_new(ranks);
    for (size_t i = 0; i < ranks->count; i++) {
        struct mw_rank_process *process = &ranks->processes[i];
        if (!process->ended && kill(process->pid, 0) && errno == ESRCH)
            process->ended = true;
        running += !process->ended;
    }
    return running;
}
