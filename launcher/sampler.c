/* SPDX-License-Identifier: MIT */
#include "launcher/sampler.h"

#include "collector/clock.h"
#include "collector/procmem.h"
#include "collector/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_GAP_NS MW_NS_PER_MS
#define FIRST_SLICE_NS (10 * MW_NS_PER_MS)

/* PSS is dear: it may take a hundredth of the run, and a little at once so that short runs have it too. It is read
 * again when memory has grown by a twentieth, or after a while. */
#define PSS_CREDIT_NS (20 * MW_NS_PER_MS)
#define PSS_SHARE 100
#define PSS_GROWTH 20
#define PSS_AFTER_NS (5 * MW_NS_PER_SEC)

/* The mark, huge pages and swap of a process are read when it is first seen, then ever more seldom. */
#define LOOK_AFTER_NS MW_NS_PER_SEC

int mw_sampler_init(struct mw_sampler *sampler, struct mw_view *view, int run_dirfd, struct mw_err *err)
{
    *sampler = (struct mw_sampler){.view = view,
                                   .run_dirfd = run_dirfd,
                                   .next_ns = view->begin_ns,
                                   .gap_ns = FIRST_GAP_NS,
                                   .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE)};
    view->slices = calloc(MW_SAMPLER_SLICES, sizeof(*view->slices));
    view->slice_ns = FIRST_SLICE_NS;
    if (!view->slices)
        return mw_err_set(err, "out of memory");
    if (mw_tree_init(&sampler->tree, "/proc", getpid())) {
        free(view->slices);
        view->slices = NULL;
        return mw_err_set(err, "cannot read /proc: %s", strerror(errno));
    }
    return 0;
}

void mw_sampler_fini(struct mw_sampler *sampler)
{
    mw_tree_fini(&sampler->tree);
}

static struct mw_view_process *new_entry(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;

    if (view->process_count == sampler->process_room) {
        size_t room = sampler->process_room ? 2 * sampler->process_room : 64;
        struct mw_view_process *grown =
            room > MW_SAMPLER_PROCESSES ? NULL : realloc(view->processes, room * sizeof(*grown));
        if (!grown) {
            sampler->full = true;
            return NULL;
        }
        view->processes = grown;
        sampler->process_room = room;
    }
    return &view->processes[view->process_count++];
}

/* The command line, or the name in brackets when there is none (a kernel thread, another user's process). */
static char *command_of(struct mw_sampler *sampler, pid_t pid)
{
    char command[1024];

    if (!mw_procmem_command(sampler->tree.procfd, pid, command, sizeof(command)) && command[0])
        return strdup(command);
    snprintf(command, sizeof(command), "[%ld]", (long)pid);
    return strdup(command);
}

/* Enters a program image. */
static void note_image(struct mw_sampler *sampler, struct mw_tree_process *process, uint32_t image)
{
    struct mw_view_process *entry = new_entry(sampler);
    char exe[1024] = "";

    process->entry = SIZE_MAX;
    process->looked_ns = 0;
    if (!entry)
        return;
    process->entry = sampler->view->process_count - 1;
    mw_procmem_exe(sampler->tree.procfd, process->pid, exe, sizeof(exe));
    *entry = (struct mw_view_process){.pid = process->pid,
                                      .ppid = process->ppid,
                                      .start_ticks = process->start_ticks,
                                      .image = image,
                                      .exe = strdup(exe),
                                      .command = command_of(sampler, process->pid),
                                      .first_ns = sampler->now,
                                      .last_ns = sampler->now};
}

static void tell(void *context, enum mw_tree_event event, struct mw_tree_process *process)
{
    struct mw_sampler *sampler = context;

    if (event == MW_TREE_NEW)
        note_image(sampler, process, 0);
    else if (event == MW_TREE_EXEC && process->entry != SIZE_MAX)
        note_image(sampler, process, sampler->view->processes[process->entry].image + 1);
}

/* Ranks that are no descendants of ours (srun) announce themselves by their journals. */
static void adopt_ranks(struct mw_sampler *sampler)
{
    struct dirent *entry;
    struct stat st;
    uint64_t mtime;
    DIR *dir;
    int fd;

    if (fstat(sampler->run_dirfd, &st))
        return;
    mtime = (uint64_t)st.st_mtim.tv_sec * MW_NS_PER_SEC + (uint64_t)st.st_mtim.tv_nsec;
    if (mtime == sampler->dir_mtime)
        return;
    sampler->dir_mtime = mtime;
    fd = openat(sampler->run_dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir && fd >= 0)
        close(fd);
    while (dir && (entry = readdir(dir))) {
        const char *dash = strrchr(entry->d_name, '-');
        struct stat process;
        char path[32];
        long pid;
        if (strncmp(entry->d_name, MW_RECORD_JOURNAL_PREFIX, strlen(MW_RECORD_JOURNAL_PREFIX)) || !dash)
            continue;
        pid = strtol(dash + 1, NULL, 10);
        snprintf(path, sizeof(path), "%ld", pid);
        if (pid > 1 && !fstatat(sampler->tree.procfd, path, &process, 0) && process.st_uid == geteuid())
            mw_tree_adopt(&sampler->tree, (pid_t)pid, tell, sampler);
    }
    if (dir)
        closedir(dir);
}

/* RSS of a process, 0 when it has just gone. */
static uint64_t read_rss(struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    int fd = process->statm_fd >= 0 ? process->statm_fd
                                    : mw_procmem_open(sampler->tree.procfd, process->pid, "statm");
    uint64_t rss = 0;

    if (fd < 0 || mw_procmem_statm_rss(fd, sampler->page_bytes, &rss))
        rss = 0;
    if (fd >= 0 && fd != process->statm_fd)
        close(fd);
    return rss;
}

static void raise_to(uint64_t *known, uint64_t value)
{
    if (*known < value)
        *known = value;
}

static void look_closer(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    int fd = mw_procmem_open(sampler->tree.procfd, process->pid, "status");
    struct mw_procmem_status status;

    process->looked_ns = sampler->now;
    if (fd >= 0 && !mw_procmem_status_read(fd, &status)) {
        raise_to(&entry->hwm_seen, status.hwm);
        raise_to(&entry->huge_max, status.huge);
        raise_to(&entry->swap_max, status.swap);
    }
    if (fd >= 0)
        close(fd);
}

/* Due at first sight, then when the process is half as old again, at the latest every second. */
static bool look_is_due(const struct mw_sampler *sampler, const struct mw_tree_process *process,
                        const struct mw_view_process *entry)
{
    uint64_t since = sampler->now - process->looked_ns;

    return !process->looked_ns || since >= LOOK_AFTER_NS || since >= (process->looked_ns - entry->first_ns) / 2 + MW_NS_PER_MS;
}

static uint64_t sample_process(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    uint64_t rss = read_rss(sampler, process);
    struct mw_view_process *entry;

    if (!rss || process->entry == SIZE_MAX)
        return rss;
    entry = &sampler->view->processes[process->entry];
    entry->samples++;
    entry->last_ns = sampler->now;
    if (entry->rss_max < rss) {
        entry->rss_max = rss;
        entry->rss_max_ns = sampler->now;
    }
    if (look_is_due(sampler, process, entry))
        look_closer(sampler, process, entry);
    return rss;
}

static void halve_slices(struct mw_view *view)
{
    for (size_t i = 0; i < MW_SAMPLER_SLICES / 2; i++) {
        const struct mw_view_slice *a = &view->slices[2 * i], *b = a + 1;
        struct mw_view_slice merged = a->rss_max >= b->rss_max ? *a : *b;
        merged.samples = a->samples + b->samples;
        view->slices[i] = merged;
    }
    memset(view->slices + MW_SAMPLER_SLICES / 2, 0, MW_SAMPLER_SLICES / 2 * sizeof(*view->slices));
    view->slice_ns *= 2;
    view->slice_count = (view->slice_count + 1) / 2;
}

static void note_sum(struct mw_sampler *sampler, uint64_t sum, uint32_t processes)
{
    struct mw_view *view = sampler->view;
    uint64_t at = sampler->now - view->begin_ns;
    struct mw_view_slice *slice;

    while (at / view->slice_ns >= MW_SAMPLER_SLICES)
        halve_slices(view);
    slice = &view->slices[at / view->slice_ns];
    slice->samples++;
    if (slice->rss_max < sum) {
        slice->rss_max = sum;
        slice->processes = processes;
    }
    if (view->slice_count <= at / view->slice_ns)
        view->slice_count = at / view->slice_ns + 1;
    if (view->rss_sum_max < sum) {
        view->rss_sum_max = sum;
        view->rss_sum_max_ns = sampler->now;
        view->rss_sum_max_processes = processes;
    }
}

static bool pss_is_due(const struct mw_sampler *sampler, uint64_t rss_sum)
{
    uint64_t elapsed = sampler->now - sampler->view->begin_ns;

    if (sampler->pss_ns > PSS_CREDIT_NS + elapsed / PSS_SHARE)
        return false;
    return rss_sum > sampler->pss_last_sum + sampler->pss_last_sum / PSS_GROWTH ||
           sampler->now - sampler->pss_last_ns > PSS_AFTER_NS;
}

static void sweep_pss(struct mw_sampler *sampler, uint64_t rss_sum)
{
    struct mw_view *view = sampler->view;
    uint64_t sum = 0, pss;

    for (size_t i = 0; i < sampler->tree.count; i++) {
        struct mw_tree_process *process = &sampler->tree.processes[i];
        if (mw_procmem_pss(sampler->tree.procfd, process->pid, &pss))
            continue;
        sum += pss;
        if (process->entry != SIZE_MAX)
            raise_to(&view->processes[process->entry].pss_max, pss);
    }
    view->pss_sweeps++;
    if (view->pss_sum_max < sum) {
        view->pss_sum_max = sum;
        view->pss_sum_max_ns = sampler->now;
        view->pss_rss_sum = rss_sum;
    }
    sampler->pss_last_ns = sampler->now;
    sampler->pss_last_sum = rss_sum;
    sampler->pss_ns += mw_clock_now() - sampler->now;
}

void mw_sampler_sample(struct mw_sampler *sampler)
{
    uint64_t sum = 0;
    uint32_t processes = 0;

    sampler->now = mw_clock_now();
    adopt_ranks(sampler);
    mw_tree_update(&sampler->tree, tell, sampler);
    for (size_t i = 0; i < sampler->tree.count; i++) {
        uint64_t rss = sample_process(sampler, &sampler->tree.processes[i]);
        sum += rss;
        processes += rss > 0;
    }
    sampler->view->samples++;
    note_sum(sampler, sum, processes);
    if (processes && pss_is_due(sampler, sum))
        sweep_pss(sampler, sum);

    sampler->next_ns = mw_clock_now() + sampler->gap_ns;
    sampler->gap_ns = 2 * sampler->gap_ns < sampler->view->interval_ns ? 2 * sampler->gap_ns : sampler->view->interval_ns;
}
