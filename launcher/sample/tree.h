/* SPDX-License-Identifier: MIT */
/* The processes of a job: all descendants of this process (a child subreaper, so orphans and daemons are reparented to
 * it), and adopted roots (ranks started by another daemon).
 *
 * Found by reading /proc/PID/task/TID/children of known processes: of the main thread in every update, of other threads
 * if there are any, at an interval that grows while they have no children (40 ms to 1 s). /proc is scanned only if the
 * kernel has no such files (CONFIG_PROC_CHILDREN), for at most a fiftieth of the time. A known process stays known
 * until it ends. */
#ifndef MW_LAUNCHER_SAMPLE_TREE_H
#define MW_LAUNCHER_SAMPLE_TREE_H

#include "collector/base/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_tree_process {
    pid_t pid;
    int32_t ppid;
    uint64_t start_ticks;
    uint64_t start_stack, arg_start; /* both change with every exec; 0 if not permitted */
    int32_t threads;
    char comm[32];
    bool borrows;                       /* between vfork and exec: uses its parent's memory, which must not be counted again */
    bool owns;                          /* known to have separate memory, which is final */
    int statm_fd, stat_fd, children_fd; /* kept open; -1: opened for each read (descriptors are short) */
    uint64_t rss;                       /* at the last read, bytes; 0: unknown */
    uint64_t since_ns;                  /* when this program was first seen */
    uint64_t stat_next_ns;              /* until then, an unchanged RSS means the same program and number of threads */
    bool steady;                        /* so in this update: `rss` is up to date */
    uint64_t threads_next_ns, threads_gap_ns; /* when children of its other threads are searched next */
    uint32_t id;                              /* from 0; unique among existing processes: index of callers' data */
};

/* Results of an update. A process that was first seen in the middle of an exec is settled when that has ended: what was
 * read about its program may belong to the previous one. */
struct mw_tree_event {
    enum mw_tree_change { MW_TREE_NEW, MW_TREE_EXEC, MW_TREE_SETTLED, MW_TREE_GONE } change;
    pid_t pid;
    uint32_t id;
    bool was_zombie; /* GONE: `wait_status` is its status as wait(2) gives it, not 0 */
    int32_t wait_status;
};

struct mw_tree {
    int procfd;
    pid_t self; /* the root; not part of the tree */
    struct mw_tree_process *processes;
    size_t count, room;
    struct mw_map *places; /* pid -> index in processes */
    pid_t left_out;        /* a child of this process that is not part of the job; 0: none. Set by the caller */
    int keep_below;        /* descriptors from here on are not kept: reading needs some as well */
    uint64_t now;          /* time of the update */
    uint64_t page_bytes;
    uint64_t scan_next_ns; /* without children files: when /proc may be scanned next */
    bool no_children_file;
    uint32_t *free_ids; /* ids of processes that have ended */
    size_t free_count, free_room;
    uint32_t id_count;            /* ids used so far */
    struct mw_tree_event *events; /* since the last update or adoption began, in order */
    size_t event_count, event_room;
};

/* `proc` is the path of /proc (another directory in tests), `self` the process whose descendants are followed. Returns
 * 0, or -1 with errno. */
int mw_tree_init(struct mw_tree *tree, const char *proc, pid_t self);

/* Updates the tree: changes are in tree->events until the next update. */
void mw_tree_update(struct mw_tree *tree);

/* Whether the process is in the tree, or is its root. */
bool mw_tree_knows(const struct mw_tree *tree, pid_t pid);

/* A process of the tree; NULL if there is none. Valid until the tree changes. */
struct mw_tree_process *mw_tree_find(const struct mw_tree *tree, pid_t pid);

/* RSS of a process in bytes; 0 if it has ended, or has no separate memory. */
uint64_t mw_tree_rss(const struct mw_tree *tree, struct mw_tree_process *process);

/* For code that reads about a new process: whether it has executed another program since. The tree then knows that one
 * (no MW_TREE_EXEC follows), and what was read before has to be read again. In the middle of an exec it has not yet: then
 * MW_TREE_SETTLED follows. */
bool mw_tree_exec_meanwhile(const struct mw_tree *tree, struct mw_tree_process *process);

/* Adds a process with a parent outside the tree; adds to tree->events. No effect if it is known or has ended. */
void mw_tree_adopt(struct mw_tree *tree, pid_t pid);

void mw_tree_fini(struct mw_tree *tree);

#endif
