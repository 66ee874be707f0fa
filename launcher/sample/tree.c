/* SPDX-License-Identifier: MIT */
#include "launcher/sample/tree.h"

#include "collector/base/clock.h"
#include "collector/base/io.h"
#include "collector/base/map.h"
#include "collector/journal/procmem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Children of threads other than the main one are searched at long intervals: few programs fork there, and each search
 * lists a directory per process. The total is limited to about 0.5 % of the time. */
#define THREADS_GAP_NS (40 * MW_NS_PER_MS)
#define THREADS_GAP_MAX_NS MW_NS_PER_SEC
#define THREADS_SHARE 200
/* stat is the most expensive file, several times statm (RSS): if RSS has not changed it is read at most at this
 * interval, except for young processes. An exec changes all memory. */
#define STAT_GAP_NS (250 * MW_NS_PER_MS)
#define YOUNG_NS MW_NS_PER_SEC
/* Without children files. */
#define SCAN_GAP_NS (50 * MW_NS_PER_MS)
#define SCAN_SHARE 50
/* Descriptors reserved for other uses than keeping files open. */
#define RESERVE 16

/* Descriptors from this number on are not kept open. */
static int keep_below(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur <= RESERVE)
        return 0;
    return limit.rlim_cur > 1000000 ? 1000000 : (int)limit.rlim_cur - RESERVE;
}

int mw_tree_init(struct mw_tree *tree, const char *proc, pid_t self)
{
    char path[64];

    *tree = (struct mw_tree){.self = self, .keep_below = keep_below(), .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE)};
    tree->procfd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree->procfd < 0)
        return -1;
    tree->places = mw_map_try_create();
    if (!tree->places) {
        close(tree->procfd);
        return -1;
    }
    snprintf(path, sizeof(path), "%ld/task/%ld/children", (long)self, (long)self);
    tree->no_children_file = faccessat(tree->procfd, path, R_OK, 0) != 0;
    return 0;
}

static void close_files(struct mw_tree_process *process)
{
    int *const files[] = {&process->stat_fd, &process->statm_fd, &process->children_fd};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (*files[i] >= 0)
            close(*files[i]);
        *files[i] = -1;
    }
}

void mw_tree_fini(struct mw_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        close_files(&tree->processes[i]);
    }
    free(tree->processes);
    mw_map_destroy(tree->places);
    free(tree->free_ids);
    free(tree->events);
    close(tree->procfd);
}

struct mw_tree_process *mw_tree_find(const struct mw_tree *tree, pid_t pid)
{
    uint32_t place = mw_map_find(tree->places, &pid, sizeof(pid));

    return place != MW_MAP_NONE ? &tree->processes[place] : NULL;
}

bool mw_tree_knows(const struct mw_tree *tree, pid_t pid)
{
    return pid == tree->self || mw_tree_find(tree, pid);
}

/* Also returns -1 if the descriptor would be one of the reserved ones. */
static int open_to_keep(const struct mw_tree *tree, pid_t pid, const char *name)
{
    int fd = mw_procmem_open(tree->procfd, pid, name);

    if (fd < tree->keep_below)
        return fd;
    close(fd);
    return -1;
}

static int read_stat(const struct mw_tree *tree, const struct mw_tree_process *process, struct mw_procmem_stat *stat)
{
    int fd = process->stat_fd >= 0 ? process->stat_fd : mw_procmem_open(tree->procfd, process->pid, "stat");
    int result = fd < 0 ? -1 : mw_procmem_stat_read(fd, stat);

    if (fd >= 0 && fd != process->stat_fd)
        close(fd);
    return result;
}

/* If the kernel does not permit kcmp: a parent that waits for a vfork child is in state D, and has the same program and
 * stack. */
static bool looks_borrowed(const struct mw_tree *tree, const struct mw_tree_process *process,
                           const struct mw_tree_process *parent)
{
    struct mw_procmem_stat stat;

    return parent->start_stack == process->start_stack && !read_stat(tree, parent, &stat) && stat.state == 'D';
}

/* Between vfork (or posix_spawn) and exec a child runs in its parent's memory: the same pages, which must not be
 * counted twice. */
static void note_owner(struct mw_tree *tree, struct mw_tree_process *process)
{
    const struct mw_tree_process *parent = process->owns ? NULL : mw_tree_find(tree, process->ppid);
    long differs;

    process->borrows = false;
    if (!parent || (process->start_stack && process->start_stack != parent->start_stack)) {
        process->owns = true;
        return;
    }
    differs = syscall(SYS_kcmp, process->pid, parent->pid, KCMP_VM, 0UL, 0UL);
    process->owns = differs > 0;
    process->borrows = differs == 0 || (differs < 0 && looks_borrowed(tree, process, parent));
}

/* Room for one more element of an array. */
static bool grow(void *array, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? 2 * *room : 64;
    void *grown;

    if (count < *room)
        return true;
    grown = realloc(*(void **)array, more * size);
    if (!grown)
        return false;
    *(void **)array = grown;
    *room = more;
    return true;
}

static void note(struct mw_tree *tree, enum mw_tree_change change, const struct mw_tree_process *process)
{
    if (grow(&tree->events, tree->event_count, &tree->event_room, sizeof(*tree->events)))
        tree->events[tree->event_count++] = (struct mw_tree_event){.change = change, .pid = process->pid, .id = process->id};
}

static void note_gone(struct mw_tree *tree, const struct mw_tree_process *process, const struct mw_procmem_stat *zombie)
{
    size_t before = tree->event_count;

    note(tree, MW_TREE_GONE, process);
    if (tree->event_count > before && zombie->start_ticks == process->start_ticks && zombie->exit_code) {
        /* 0 may also mean that the kernel hides the status of another user's process */
        tree->events[before].was_zombie = true;
        tree->events[before].wait_status = zombie->exit_code;
    }
    if (grow(&tree->free_ids, tree->free_count, &tree->free_room, sizeof(*tree->free_ids)))
        tree->free_ids[tree->free_count++] = process->id;
}

static void add(struct mw_tree *tree, pid_t pid)
{
    struct mw_tree_process process = {.pid = pid, .threads_gap_ns = THREADS_GAP_NS, .since_ns = tree->now};
    struct mw_procmem_stat stat;
    char children[64];

    if (pid <= 0 || pid == tree->left_out || mw_tree_knows(tree, pid) ||
        !grow(&tree->processes, tree->count, &tree->room, sizeof(*tree->processes)))
        return;
    snprintf(children, sizeof(children), "task/%ld/children", (long)pid);
    process.stat_fd = open_to_keep(tree, pid, "stat");
    process.statm_fd = open_to_keep(tree, pid, "statm");
    process.children_fd = open_to_keep(tree, pid, children);
    if (read_stat(tree, &process, &stat) || mw_procmem_has_ended(&stat) ||
        mw_map_try_add(tree->places, &pid, sizeof(pid), (uint32_t)tree->count) == MW_MAP_NONE) {
        close_files(&process);
        return;
    }
    process.ppid = stat.ppid;
    process.start_ticks = stat.start_ticks;
    process.start_stack = stat.start_stack;
    process.arg_start = stat.arg_start;
    process.threads = stat.threads;
    memcpy(process.comm, stat.comm, sizeof(process.comm));
    note_owner(tree, &process);
    process.id = tree->free_count ? tree->free_ids[--tree->free_count] : tree->id_count++;
    tree->processes[tree->count++] = process;
    note(tree, MW_TREE_NEW, &process);
}

void mw_tree_adopt(struct mw_tree *tree, pid_t pid)
{
    add(tree, pid);
}

static void add_listed(struct mw_tree *tree, const char *list)
{
    char *end;

    for (;; list = end) {
        long pid = strtol(list, &end, 10);
        if (end == list)
            return;
        add(tree, (pid_t)pid);
    }
}

/* `fd`: of the file, if it is kept open. */
static void add_children(struct mw_tree *tree, pid_t pid, pid_t tid, int fd)
{
    char path[64], small[4096];
    ssize_t n;

    snprintf(path, sizeof(path), "%ld/task/%ld/children", (long)pid, (long)tid);
    n = fd < 0 ? mw_io_read_text(tree->procfd, path, small, sizeof(small)) : pread(fd, small, sizeof(small) - 1, 0);
    small[n > 0 ? n : 0] = '\0';
    if (n == (ssize_t)sizeof(small) - 1) { /* several hundred children */
        char *large = malloc(1 << 20);
        if (large && mw_io_read_text(tree->procfd, path, large, 1 << 20) > 0)
            add_listed(tree, large);
        free(large);
    } else if (n > 0) {
        add_listed(tree, small);
    }
}

static void list_threads(struct mw_tree *tree, pid_t pid)
{
    char path[64];
    struct dirent *entry;
    DIR *dir;
    int fd;

    snprintf(path, sizeof(path), "%ld/task", (long)pid);
    fd = openat(tree->procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir && fd >= 0)
        close(fd);
    while (dir && (entry = readdir(dir))) {
        long tid = strtol(entry->d_name, NULL, 10);
        if (tid > 0 && tid != pid)
            add_children(tree, pid, (pid_t)tid, -1);
    }
    if (dir)
        closedir(dir);
}

/* `index`, not a pointer: adding processes may move the array. */
static void add_children_of_threads(struct mw_tree *tree, size_t index)
{
    struct mw_tree_process *process = &tree->processes[index];
    size_t before = tree->count;
    uint64_t begin, gap;

    if (process->threads <= 1 || tree->now < process->threads_next_ns)
        return;
    begin = mw_clock_cpu();
    list_threads(tree, process->pid);
    process = &tree->processes[index];
    gap = tree->count > before ? THREADS_GAP_NS : 2 * process->threads_gap_ns;
    process->threads_gap_ns = gap < THREADS_GAP_MAX_NS ? gap : THREADS_GAP_MAX_NS;
    gap = (mw_clock_cpu() - begin) * THREADS_SHARE * tree->count;
    process->threads_next_ns = tree->now + (gap > process->threads_gap_ns ? gap : process->threads_gap_ns);
}

/* Without children files: adds every process whose parent is known. */
static void add_from_scan(struct mw_tree *tree)
{
    int fd = openat(tree->procfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && (entry = readdir(dir))) {
        struct mw_tree_process probe = {.stat_fd = -1, .statm_fd = -1, .children_fd = -1};
        struct mw_procmem_stat stat;
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        probe.pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (!mw_tree_knows(tree, probe.pid) && !read_stat(tree, &probe, &stat) && mw_tree_knows(tree, stat.ppid))
            add(tree, probe.pid);
    }
    if (dir)
        closedir(dir);
}

static bool may_be_inspected(const struct mw_tree *tree, const struct mw_tree_process *process)
{
    char path[256];

    return !mw_procmem_exe(tree->procfd, process->pid, path, sizeof(path));
}

/* An exec creates a new stack at another address, with the arguments on it. The kernel may set the start of the stack
 * once more at the end of an exec, and a program may move its arguments to set a title: so both must have changed. The
 * start is 0 in the middle of an exec, which changes the name before the stack, and always if the process may not be
 * inspected: then its name decides. */
static bool has_new_program(const struct mw_tree *tree, struct mw_tree_process *process, const struct mw_procmem_stat *stat)
{
    bool is_new;

    if (!stat->start_stack)
        return !process->start_stack && strcmp(stat->comm, process->comm) && !may_be_inspected(tree, process);
    is_new = process->start_stack && stat->start_stack != process->start_stack &&
             (!stat->arg_start || stat->arg_start != process->arg_start);
    process->start_stack = stat->start_stack;
    process->arg_start = stat->arg_start;
    return is_new;
}

static void take_new_program(const struct mw_tree *tree, struct mw_tree_process *process, const struct mw_procmem_stat *stat)
{
    process->since_ns = tree->now;
    process->stat_next_ns = 0;
    memcpy(process->comm, stat->comm, sizeof(process->comm));
    process->owns = true;
    process->borrows = false;
}

bool mw_tree_exec_meanwhile(const struct mw_tree *tree, struct mw_tree_process *process)
{
    struct mw_procmem_stat stat;
    bool in_the_middle = !process->start_stack;

    if (read_stat(tree, process, &stat) || mw_procmem_has_ended(&stat))
        return false;
    if (process->start_stack && !stat.start_stack) { /* an exec has begun: what was read may be of either program */
        process->start_stack = 0;
        return false;
    }
    /* the exec has ended; whether the old or the new program was read is unknown */
    in_the_middle = in_the_middle && stat.start_stack;
    if (!has_new_program(tree, process, &stat) && !in_the_middle)
        return false;
    take_new_program(tree, process, &stat);
    return true;
}

uint64_t mw_tree_rss(const struct mw_tree *tree, struct mw_tree_process *process)
{
    int fd = process->statm_fd;

    if (process->steady)
        return process->rss;
    process->rss = 0;
    if (process->borrows)
        return 0;
    if (fd < 0)
        fd = mw_procmem_open(tree->procfd, process->pid, "statm");
    if (fd < 0 || mw_procmem_statm_rss(fd, tree->page_bytes, &process->rss))
        process->rss = 0;
    if (fd >= 0 && fd != process->statm_fd)
        close(fd);
    return process->rss;
}

static bool is_steady(const struct mw_tree *tree, struct mw_tree_process *process)
{
    uint64_t before = process->rss;

    process->steady = false;
    return before && process->owns && tree->now < process->stat_next_ns && mw_tree_rss(tree, process) == before;
}

/* Updates a known process. Returns false if it has ended, with its status in `zombie`. */
static bool refresh(struct mw_tree *tree, struct mw_tree_process *process, struct mw_procmem_stat *zombie)
{
    struct mw_procmem_stat stat;
    bool in_the_middle = !process->start_stack;

    if (is_steady(tree, process))
        return process->steady = true;
    if (read_stat(tree, process, &stat))
        return false;
    if (mw_procmem_has_ended(&stat) || stat.start_ticks != process->start_ticks) {
        *zombie = stat;
        return false;
    }
    if (stat.threads > process->threads)
        process->threads_next_ns = 0;
    process->threads = stat.threads;
    process->stat_next_ns = tree->now - process->since_ns < YOUNG_NS ? 0 : tree->now + STAT_GAP_NS;
    if (has_new_program(tree, process, &stat)) {
        take_new_program(tree, process, &stat);
        note(tree, MW_TREE_EXEC, process);
    } else if (in_the_middle && process->start_stack) {
        memcpy(process->comm, stat.comm, sizeof(process->comm));
        note(tree, MW_TREE_SETTLED, process);
    }
    return true;
}

static void forget(struct mw_tree *tree, size_t index)
{
    struct mw_tree_process *process = &tree->processes[index], *last = &tree->processes[tree->count - 1];

    close_files(process);
    mw_map_replace(tree->places, &last->pid, sizeof(last->pid), (uint32_t)index);
    mw_map_remove(tree->places, &process->pid, sizeof(process->pid));
    *process = *last;
    tree->count--;
}

static void drop_ended(struct mw_tree *tree)
{
    for (size_t i = tree->count; i-- > 0;) {
        struct mw_procmem_stat zombie = {0};
        if (refresh(tree, &tree->processes[i], &zombie))
            continue;
        note_gone(tree, &tree->processes[i], &zombie);
        forget(tree, i);
    }
    for (size_t i = 0; i < tree->count; i++) {
        struct mw_tree_process *process = &tree->processes[i];
        bool borrowed = process->borrows;
        if (!process->owns)
            note_owner(tree, process);
        if (borrowed && !process->borrows) /* an exec was in progress when it was first seen */
            note(tree, MW_TREE_EXEC, process);
    }
}

void mw_tree_update(struct mw_tree *tree)
{
    tree->now = mw_clock_now();
    tree->event_count = 0;
    drop_ended(tree);
    if (tree->no_children_file) {
        if (tree->now >= tree->scan_next_ns) {
            uint64_t begin = mw_clock_cpu(), gap;
            add_from_scan(tree);
            gap = (mw_clock_cpu() - begin) * SCAN_SHARE;
            tree->scan_next_ns = tree->now + (gap > SCAN_GAP_NS ? gap : SCAN_GAP_NS);
        }
        return;
    }
    add_children(tree, tree->self, tree->self, -1);
    for (size_t i = 0; i < tree->count; i++) { /* grows during the loop: grandchildren follow */
        pid_t pid = tree->processes[i].pid;
        add_children(tree, pid, pid, tree->processes[i].children_fd);
        add_children_of_threads(tree, i);
    }
}
