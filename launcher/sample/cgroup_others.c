/* SPDX-License-Identifier: MIT */
#include "launcher/sample/cgroup_others.h"

#include "collector/journal/procmem.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define ANCESTORS 64

struct ours {
    const struct mw_tree *tree;
    pid_t above[2 * ANCESTORS];
    int count;
};

/* 0: does not exist, or the first process */
static pid_t parent_of(const struct mw_tree *tree, pid_t pid)
{
    int fd = mw_procmem_open(tree->procfd, pid, "stat");
    struct mw_procmem_stat stat;
    pid_t parent = fd >= 0 && !mw_procmem_stat_read(fd, &stat) ? stat.ppid : 0;

    if (fd >= 0)
        close(fd);
    return parent;
}

static void add_ancestors(struct ours *ours, pid_t pid)
{
    for (int i = 0; i < ANCESTORS && pid > 1; i++) {
        ours->above[ours->count++] = pid;
        pid = parent_of(ours->tree, pid);
    }
}

static void find_ours(struct ours *ours, const struct mw_tree *tree, const struct mw_sampled_table *sampled)
{
    *ours = (struct ours){.tree = tree};
    add_ancestors(ours, tree->self);
    for (size_t i = 0; i < tree->count; i++)
        if (mw_sampled_of(sampled, tree->processes[i].id)->is_rank) {
            add_ancestors(ours, tree->processes[i].pid);
            return;
        }
}

static bool is_ours(const struct ours *ours, pid_t pid)
{
    for (int i = 0; i < ours->count; i++)
        if (ours->above[i] == pid)
            return true;
    for (int i = 0; i < ANCESTORS && pid > 1; i++, pid = parent_of(ours->tree, pid))
        if (mw_tree_knows(ours->tree, pid))
            return true;
    return pid <= 0; /* it has ended meanwhile */
}

bool mw_cgroup_others(const struct mw_view_cgroup *group, const struct mw_tree *tree, const struct mw_sampled_table *sampled)
{
    char path[PATH_MAX];
    struct ours ours;
    bool others = false;
    FILE *file;
    int pid;

    snprintf(path, sizeof(path), "%s/cgroup.procs", group->directory);
    file = fopen(path, "re");
    if (!file)
        return true;
    find_ours(&ours, tree, sampled);
    while (!others && fscanf(file, "%d", &pid) == 1)
        others = pid == 0 /* of another PID namespace */ || !is_ours(&ours, pid);
    fclose(file);
    return others;
}
