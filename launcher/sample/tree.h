/* SPDX-License-Identifier: MIT */
/* The processes of a job: all descendants of this process (a child subreaper, so orphans and daemons come back to it),
 * and roots that were adopted (ranks that another daemon started).
 *
 * Found by reading /proc/PID/task/TID/children of the known ones: of the main thread on every update, of other threads
 * when there are any, after a gap that widens while they have none (40 ms to 1 s). /proc is scanned only on a kernel
 * without such files (CONFIG_PROC_CHILDREN), and then at most a fiftieth of the time. A process, once known, stays
 * known until it ends. */
#ifndef MW_LAUNCHER_SAMPLE_TREE_H
#define MW_LAUNCHER_SAMPLE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mw_tree_process {
    pid_t pid;
    int32_t ppid;
    uint64_t start_ticks;
    uint64_t start_stack, arg_start; /* both change with every exec; 0 when we may not see them */
    int32_t threads;
    char comm[32];
    bool borrows;          /* between vfork and exec: its memory is its parent's, and must not be counted again */
    bool owns;             /* known to have its own memory: that stays so */
    int statm_fd, stat_fd, children_fd; /* kept open; -1: opened for each read (descriptors are short) */
    uint64_t rss;          /* at the last look, bytes; 0 not known */
    uint64_t since_ns;     /* this program was first seen */
    uint64_t stat_next_ns; /* until then it is the same program, with as many threads, if it has as much memory */
    bool steady;           /* it was found so by this update: `rss` is that of now */
    uint64_t threads_next_ns, threads_gap_ns; /* when children of its other threads are looked for again */
    uint32_t id;           /* from 0; of no other process until it is gone: by which a caller keeps more of it */
};

/* What an update has found. A process that was first seen in the middle of an exec is settled when that is over: what was read
 * of its program may be of the one before. */
struct mw_tree_event {
    enum mw_tree_change { MW_TREE_NEW, MW_TREE_EXEC, MW_TREE_SETTLED, MW_TREE_GONE } change;
    pid_t pid;
    uint32_t id;
    bool was_zombie;       /* GONE: `wait_status` is how it ended, as wait(2) gives it; not with status 0 */
    int32_t wait_status;
};

struct mw_tree {
    int procfd;
    pid_t self; /* the root; not itself part of the tree */
    struct mw_tree_process *processes;
    size_t count, room;
    uint32_t *slots; /* pid -> index + 1, open addressing */
    size_t slot_count;
    pid_t left_out;         /* a child of ours that is no part of the job; 0 none. The caller's to set */
    int keep_below;         /* descriptors from here on are not kept: reading needs some as well */
    uint64_t now;           /* of the update */
    uint64_t page_bytes;
    uint64_t scan_next_ns;  /* without children files: when /proc may be scanned again */
    bool no_children_file;
    uint32_t *free_ids;     /* of processes that are gone */
    size_t free_count, free_room;
    uint32_t id_count;      /* ids that were ever given */
    struct mw_tree_event *events; /* since the last update or adoption began, in order */
    size_t event_count, event_room;
};

/* `proc` is where /proc lies (another place in a test), `self` whose descendants to follow. Returns 0 or -1, errno. */
int mw_tree_init(struct mw_tree *tree, const char *proc, pid_t self);

/* Brings the tree up to date: what is new is in tree->events then, until the next update. */
void mw_tree_update(struct mw_tree *tree);

/* Whether a process is in the tree, or its root. */
bool mw_tree_knows(const struct mw_tree *tree, pid_t pid);

/* A process of the tree; NULL when it is none. Good until the tree changes. */
struct mw_tree_process *mw_tree_find(const struct mw_tree *tree, pid_t pid);

/* RSS of a process in bytes; 0 when it has just gone, or has no memory of its own. */
uint64_t mw_tree_rss(const struct mw_tree *tree, struct mw_tree_process *process);

/* For who reads about a process that is new: whether it has begun another program since, which is then the one
 * that the tree knows (no MW_TREE_EXEC follows), so that what was read before has to be read again. */
bool mw_tree_exec_meanwhile(const struct mw_tree *tree, struct mw_tree_process *process);

/* Takes a process into the tree whose parent is none of ours, which adds to tree->events. Does nothing when it is known or
 * gone. */
void mw_tree_adopt(struct mw_tree *tree, pid_t pid);

void mw_tree_fini(struct mw_tree *tree);

#endif
