/* SPDX-License-Identifier: MIT */
#include "launcher/sample/sampler.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/starters.h"
#include "collector/journal/procmem.h"
#include "collector/journal/seen.h"
#include "collector/view/end.h"
#include "collector/view/wait_log_read.h"
#include "launcher/sample/cgroup_others.h"
#include "launcher/sample/cgroups.h"
#include "launcher/sample/charges.h"
#include "launcher/sample/evidence.h"
#include "launcher/sample/launch_rank.h"
#include "launcher/sample/limits.h"
#include "launcher/sample/slices.h"
#include "launcher/sample/stages.h"
#include "launcher/sample/ulimits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_GAP_NS MW_NS_PER_MS
#define ADOPT_GAP_NS (8 * MW_NS_PER_MS) /* when a journal appears: all ranks of the host are starting, and need the cores */

/* The mark, huge pages and swap of a process are read when it is first seen, then at growing intervals. */
#define LOOK_AFTER_NS MW_NS_PER_SEC
#define LOOK_RANK_NS (100 * MW_NS_PER_MS)
#define LOOK_HUGE_NS (50 * MW_NS_PER_MS) /* where huge pages are available: no other source reports them */

#define COST_SHARE 10                    /* samples use at most a tenth of a CPU */
#define ALIVE_GAP_NS (20 * MW_NS_PER_MS) /* a thousand ranks may end one by one */
#define LAUNCH_RANK_LOOKS 8
#define RECENT_GAP_NS (250 * MW_NS_PER_MS)
#define MAPS_NS (60 * MW_NS_PER_SEC) /* how long an MPI library is looked for in a process that is not a rank */

/* The sampling process, so that readers of the file can check whether it is alive. */
static void note_self(struct mw_sampler *sampler)
{
    struct mw_procmem_stat stat;
    int fd = mw_procmem_open(sampler->tree.procfd, getpid(), "stat");

    sampler->view->sampler_pid = getpid();
    sampler->view->pid_ns = mw_procmem_pid_ns(sampler->tree.procfd, MW_PROCMEM_SELF);
    if (fd >= 0 && !mw_procmem_stat_read(fd, &stat))
        sampler->view->sampler_ticks = stat.start_ticks;
    if (fd >= 0)
        close(fd);
}

/* One epoll descriptor for everything. */
static int open_wait(const struct mw_sampler *sampler)
{
    struct epoll_event event = {.events = EPOLLIN};
    int fd = epoll_create1(EPOLL_CLOEXEC);

    if (fd < 0)
        return -1;
    if (sampler->adopt.fd >= 0)
        epoll_ctl(fd, EPOLL_CTL_ADD, sampler->adopt.fd, &event);
    epoll_ctl(fd, EPOLL_CTL_ADD, sampler->deaths.fd, &event);
    if (sampler->leaving.fd >= 0)
        epoll_ctl(fd, EPOLL_CTL_ADD, sampler->leaving.fd, &event);
    return fd;
}

int mw_sampler_init(struct mw_sampler *sampler, struct mw_view *view, int run_dirfd, struct mw_err *err)
{
    char name[sizeof(MW_FILE_VIEW) + sizeof(view->host)];

    *sampler = (struct mw_sampler){.view = view, .next_ns = view->begin_ns, .gap_ns = FIRST_GAP_NS};
    mw_pss_init(&sampler->pss, sampler->view->begin_ns);
    sampler->huge_pages = mw_limits_huge_pages() > 0;
    mw_slices_begin(view);
    mw_charges_begin(view);
    mw_cgroups_begin(view, "");
    if (mw_tree_init(&sampler->tree, "/proc", getpid()))
        return mw_err_set(err, "cannot read /proc: %s", strerror(errno));
    note_self(sampler);
    snprintf(name, sizeof(name), MW_FILE_VIEW "%s", view->host);
    if (mw_view_file_create(&sampler->file, view, run_dirfd, name, err) < 0)
        goto no_file;
    mw_wait_log_create(run_dirfd);
    if (mw_deaths_init(&sampler->deaths, sampler->tree.procfd, run_dirfd)) {
        mw_err_set(err, "cannot watch processes: %s", strerror(errno));
        goto no_deaths;
    }
    mw_adopt_init(&sampler->adopt, run_dirfd);
    mw_leaving_init(&sampler->leaving);
    sampler->fd = open_wait(sampler);
    if (sampler->fd >= 0)
        return 0;
    mw_err_set(err, "cannot watch processes: %s", strerror(errno));
    mw_leaving_fini(&sampler->leaving);
    mw_adopt_fini(&sampler->adopt);
    mw_deaths_fini(&sampler->deaths);
no_deaths:
    mw_view_file_close(&sampler->file, view);
no_file:
    mw_tree_fini(&sampler->tree);
    return -1;
}

void mw_sampler_fini(struct mw_sampler *sampler)
{
    close(sampler->fd);
    mw_leaving_fini(&sampler->leaving);
    mw_adopt_fini(&sampler->adopt);
    mw_deaths_fini(&sampler->deaths);
    mw_view_file_close(&sampler->file, sampler->view);
    mw_tree_fini(&sampler->tree);
    mw_sampled_fini(&sampler->sampled);
}

/* The command line, or the name in brackets if there is none (a kernel thread, a process of another user). */
static void read_command(struct mw_sampler *sampler, const struct mw_tree_process *process, char *command, size_t size)
{
    if (mw_procmem_command(sampler->tree.procfd, process->pid, command, size) || !command[0])
        snprintf(command, size, "[%s]", process->comm);
}

/* Reads program file and command of the same program, even if an exec happens in between. */
static void read_program(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    int tries = 3;

    do {
        if (mw_procmem_exe(sampler->tree.procfd, process->pid, entry->exe, sizeof(entry->exe)))
            entry->exe[0] = '\0';
        read_command(sampler, process, entry->command, sizeof(entry->command));
    } while (tries-- > 0 && mw_tree_exec_meanwhile(&sampler->tree, process));
}

static struct mw_sampled *sampled_of(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    return mw_sampled_of(&sampler->sampled, process->id);
}

/* NULL if unreadable, or if there is no such process. */
static struct mw_view_process *entry_of(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    return process ? mw_sampled_entry(&sampler->sampled, process->id, sampler->view) : NULL;
}

static uint64_t most_seen(const struct mw_view_process *entry)
{
    return entry->rss_max > entry->hwm_seen ? entry->rss_max : entry->hwm_seen;
}

/* A process between fork and exec that never had more memory than its parent, whose program it still ran: nothing to
 * report. */
static bool was_a_copy(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    const struct mw_view_process *entry = entry_of(sampler, process);
    const struct mw_view_process *parent = entry_of(sampler, mw_tree_find(&sampler->tree, process->ppid));

    return entry && parent && !entry->image && most_seen(entry) <= most_seen(parent) && !strcmp(entry->exe, parent->exe) &&
           !strcmp(entry->command, parent->command);
}

/* Once for each process, even if it executes further programs. */
static void watch_end(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    struct mw_sampled *sampled = sampled_of(sampler, process);

    if (sampled->is_watched)
        return;
    sampled->is_watched = true;
    sampler->view->processes[sampled->entry].is_kept = 1;
    if (sampler->gap_ns > ADOPT_GAP_NS) /* so that the program it executes next is seen */
        sampler->gap_ns = ADOPT_GAP_NS;
    if (mw_deaths_watch(&sampler->deaths, process->pid, process->start_ticks, (uint32_t)sampled->entry))
        sampler->watched++;
}

/* Whether a job launcher started the process to become a rank, or such a process started it (the program of a wrapper
 * script). Not if a rank started it. */
static bool may_become_rank(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    const struct mw_tree_process *parent = mw_tree_find(&sampler->tree, process->ppid);
    const struct mw_view_process *above = entry_of(sampler, parent);

    return entry_of(sampler, process)->launch_rank &&
           (!above || !above->launch_rank ||
            (sampled_of(sampler, parent)->is_watched && !sampled_of(sampler, parent)->is_rank));
}

/* Reads environment and program file, for each program image. */
static void note_start(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    struct mw_view_process *entry = entry_of(sampler, process);
    struct mw_environment environment;
    bool read = !mw_environment_read(&environment, sampler->tree.procfd, process->pid);

    entry->launch_rank = read && environment.complete
                             ? (uint32_t)(mw_launch_rank_parse(environment.text, environment.size, getenv) + 1)
                             : 0;
    if (!(entry->facts & MW_SEEN_ENVIRON))
        mw_evidence_start(entry, sampler->tree.procfd, read ? &environment : NULL);
    mw_environment_free(&environment);
    if (may_become_rank(sampler, process))
        watch_end(sampler, process);
}

/* Whether it is mpirun, srun, or one of their daemons. */
static bool is_starter(const struct mw_view_process *entry)
{
    const char *slash = strrchr(entry->exe, '/');

    return mw_starters_family(slash ? slash + 1 : entry->exe) != MW_STARTER_NONE;
}

/* Whether it is watched because it may become a rank, but is none yet. */
static bool may_be_rank(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    const struct mw_view_process *entry = entry_of(sampler, process);

    return entry && sampled_of(sampler, process)->is_watched && !sampled_of(sampler, process)->is_rank && !is_starter(entry);
}

/* Whether it was started as a rank, or by such a process with an environment that does not show it. */
static bool may_load_mpi(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    const struct mw_tree_process *parent = mw_tree_find(&sampler->tree, process->ppid);

    return !sampled_of(sampler, process)->is_rank &&
           (may_be_rank(sampler, process) || (parent && may_be_rank(sampler, parent)));
}

/* Its rank's record may refer to it by this pid. */
static void note_namespace(const struct mw_sampler *sampler, struct mw_view_process *entry)
{
    entry->own_ns = mw_procmem_pid_ns(sampler->tree.procfd, entry->pid);
    entry->own_pid = entry->own_ns == sampler->view->pid_ns ? entry->pid : mw_procmem_own_pid(sampler->tree.procfd, entry->pid);
}

/* Enters a program image. It replaces the previous entry if that was not a separate program. */
static void note_image(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    struct mw_sampled *sampled = sampled_of(sampler, process);
    struct mw_view_process *entry = entry_of(sampler, process);
    uint32_t image = entry ? entry->image + 1 : 0;
    char pid[16];

    sampled->looked_ns = 0;
    if (was_a_copy(sampler, process)) {
        image = 0;
        *entry = (struct mw_view_process){0};
    } else {
        sampled->entry = SIZE_MAX;
        if (process->borrows) /* still its parent's program */
            return;
        entry = mw_view_file_add_process(&sampler->file, sampler->view);
        if (!entry)
            return;
        sampled->entry = (size_t)(entry - sampler->view->processes);
    }
    snprintf(pid, sizeof(pid), "%ld", (long)process->pid);
    entry->pid = process->pid;
    entry->ppid = process->ppid;
    entry->start_ticks = process->start_ticks;
    note_namespace(sampler, entry);
    entry->image = image;
    entry->first_ns = entry->last_ns = sampler->now;
    entry->cgroup = mw_cgroups_find(sampler->view, "", pid);
    read_program(sampler, process, entry);
    note_start(sampler, process);
    if (is_starter(entry))
        watch_end(sampler, process); /* its status is part of the job's */
}

/* what was read during an exec may belong to the previous program */
static void read_again(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    struct mw_view_process *entry = entry_of(sampler, process);
    char before[sizeof(entry->exe)];

    if (!entry)
        return;
    memcpy(before, entry->exe, sizeof(before));
    read_program(sampler, process, entry);
    if (!strcmp(before, entry->exe))
        return;
    entry->facts = 0;
    note_start(sampler, process);
    if (is_starter(entry))
        watch_end(sampler, process);
}

static void note_gone(struct mw_sampler *sampler, const struct mw_tree_event *event)
{
    struct mw_view_process *entry = mw_sampled_entry(&sampler->sampled, event->id, sampler->view);
    struct mw_view_end_seen seen = {.ns = mw_clock_now(), .has_status = event->was_zombie, .wait_status = event->wait_status};

    if (entry)
        mw_view_end_note(entry, &seen);
}

/* A new process may have ended already: its program is not known then. */
static void take_event(struct mw_sampler *sampler, const struct mw_tree_event *event)
{
    struct mw_tree_process *process = event->change == MW_TREE_GONE ? NULL : mw_tree_find(&sampler->tree, event->pid);

    if (event->change == MW_TREE_NEW)
        *mw_sampled_of(&sampler->sampled, event->id) = (struct mw_sampled){.entry = SIZE_MAX};
    if (event->change == MW_TREE_GONE)
        note_gone(sampler, event);
    else if (process && event->change == MW_TREE_SETTLED)
        read_again(sampler, process);
    else if (process)
        note_image(sampler, process);
}

/* it may have changed its group since */
static void note_group(struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    char pid[16];

    snprintf(pid, sizeof(pid), "%ld", (long)process->pid);
    entry_of(sampler, process)->cgroup = mw_cgroups_find(sampler->view, "", pid);
}

static void take_rank(struct mw_sampler *sampler, const struct mw_adopt_rank *rank)
{
    struct mw_tree_process *process = mw_tree_find(&sampler->tree, rank->pid);
    struct mw_sampled *sampled = process ? sampled_of(sampler, process) : NULL;

    if (!sampled || sampled->is_rank || sampled->entry == SIZE_MAX)
        return;
    sampled->is_rank = true;
    sampled->world = rank->world;
    sampler->ranks_seen++;
    watch_end(sampler, process);
    mw_leaving_watch(&sampler->leaving, rank->pid, process->start_ticks, (uint32_t)sampled->entry);
    note_group(sampler, process);
}

/* Processes the tree's new events, from number `first` on. */
static void take_events(struct mw_sampler *sampler, size_t first)
{
    mw_sampled_grow(&sampler->sampled, sampler->tree.id_count);
    for (size_t i = first; i < sampler->tree.event_count; i++)
        take_event(sampler, &sampler->tree.events[i]);
}

static void update_tree(struct mw_sampler *sampler)
{
    size_t count;

    mw_tree_update(&sampler->tree);
    take_events(sampler, 0);
    count = sampler->tree.event_count;
    mw_adopt_look(&sampler->adopt, &sampler->tree);
    take_events(sampler, count);
    for (size_t i = 0; i < sampler->adopt.rank_count; i++)
        take_rank(sampler, &sampler->adopt.ranks[i]);
}

/* A rank that is still running when another has ended did not end before it. */
static void note_alive(struct mw_sampler *sampler)
{
    uint64_t now = mw_clock_now();

    if (now < sampler->alive_next_ns)
        return;
    sampler->alive_next_ns = now + ALIVE_GAP_NS;
    for (size_t i = 0; i < sampler->tree.count; i++) {
        const struct mw_tree_process *process = &sampler->tree.processes[i];
        struct mw_view_process *entry = entry_of(sampler, process);
        struct mw_procmem_stat stat;
        int fd = sampled_of(sampler, process)->is_watched && entry && !entry->leave_ns && entry->end == MW_VIEW_LIVES
                     ? mw_procmem_open(sampler->tree.procfd, process->pid, "stat")
                     : -1;
        now = mw_clock_now();
        if (fd >= 0 && !mw_procmem_stat_read(fd, &stat) && stat.start_ticks == process->start_ticks &&
            !(stat.flags & MW_PROCMEM_ENDING))
            entry->alive_ns = now;
        if (fd >= 0)
            close(fd);
    }
}

/* In the order in which ranks began to exit. */
static void take_leaving(struct mw_sampler *sampler)
{
    uint64_t ns;
    uint32_t key;

    while (mw_leaving_next(&sampler->leaving, sampler->tree.procfd, &key, &ns))
        if (key < sampler->view->process_count) {
            sampler->view->processes[key].leave_ns = ns;
            note_alive(sampler);
        }
}

/* The entry of the last program of a process, from that of an earlier one. */
static struct mw_view_process *last_image(const struct mw_view *view, uint32_t key)
{
    struct mw_view_process *last = &view->processes[key];

    for (uint64_t i = key + 1; i < view->process_count; i++)
        if (view->processes[i].pid == last->pid && view->processes[i].start_ticks == last->start_ticks)
            last = &view->processes[i];
    return last;
}

static void note_end(struct mw_sampler *sampler, const struct mw_deaths_end *end)
{
    struct mw_view *view = sampler->view;
    struct mw_view_process *entry = last_image(view, end->key);

    mw_view_end_note(entry, &end->seen);
    note_alive(sampler);
    mw_leaving_forget(&sampler->leaving, (uint32_t)(entry - view->processes));
    if (end->seen.has_status && end->seen.wait_status != SIGKILL)
        return;
    mw_cgroups_look_kills(view); /* the counter rises before the process is killed */
    if (entry->cgroup)
        entry->oom_ns = view->cgroups[entry->cgroup - 1].kills_last_ns;
}

/* Notes how ranks, and processes that are to become ranks, ended. Inexpensive: also called during long operations, so
 * that the order of deaths is seen. */
static bool take_deaths(struct mw_sampler *sampler)
{
    struct mw_deaths_end end;
    bool any = false;

    take_leaving(sampler);
    while (mw_deaths_next(&sampler->deaths, &end)) {
        any = true;
        sampler->ended++;
        take_leaving(sampler);
        if (end.key < sampler->view->process_count)
            note_end(sampler, &end);
    }
    return any;
}

/* Timestamps OOM kills, and notes groups shared with other jobs while processes of those exist. */
static void look_groups(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;

    mw_cgroups_look_kills(view);
    for (uint32_t i = 0; i < view->cgroup_count; i++)
        if (!(view->cgroups[i].flags & MW_VIEW_CGROUP_SHARED) &&
            mw_cgroup_others(&view->cgroups[i], &sampler->tree, &sampler->sampled))
            view->cgroups[i].flags |= MW_VIEW_CGROUP_SHARED;
}

static void raise_to(uint64_t *known, uint64_t value)
{
    if (*known < value)
        *known = value;
}

/* The limits and use of address space and data; a program may change its limits. */
static void note_space(struct mw_sampler *sampler, const struct mw_tree_process *process, struct mw_view_process *entry,
                       const struct mw_procmem_status *status)
{
    struct mw_ulimits ulimits;

    if (process->borrows || mw_ulimits_read(sampler->tree.procfd, process->pid, &ulimits))
        return;
    entry->address_limit = ulimits.address;
    entry->data_limit = ulimits.data;
    entry->address_last = status->address;
    entry->data_last = status->data;
    if (ulimits.address)
        raise_to(&entry->address_peak, status->address_peak);
    if (ulimits.data)
        raise_to(&entry->data_max, status->data);
}

static void look_closer(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    int fd = mw_procmem_open(sampler->tree.procfd, process->pid, "status");
    struct mw_procmem_status status;

    sampled_of(sampler, process)->looked_ns = sampler->now;
    if (fd >= 0 && !mw_procmem_status_read(fd, &status)) {
        raise_to(&entry->hwm_seen, status.hwm);
        raise_to(&entry->huge_max, status.huge);
        raise_to(&entry->swap_max, status.swap);
        note_space(sampler, process, entry, &status);
    }
    if (fd >= 0)
        close(fd);
    if (!entry->launch_rank && entry->samples <= LAUNCH_RANK_LOOKS) /* likewise: the environment was empty */
        note_start(sampler, process);
    if (!entry->mpi[0] && sampler->now - entry->first_ns < MAPS_NS && may_load_mpi(sampler, process))
        mw_evidence_look(entry, sampler->tree.procfd);
    if (entry->command[0] == '[') /* first seen in the middle of an exec: the command line was empty */
        read_command(sampler, process, entry->command, sizeof(entry->command));
}

/* Due when first seen, then when the process's age has grown by half, at the latest every second. A rank measures its
 * mark itself, up to the last boundary: less urgent there. In every sample if a limit of the process may end it. */
static bool look_is_due(const struct mw_sampler *sampler, const struct mw_tree_process *process,
                        const struct mw_view_process *entry)
{
    const struct mw_sampled *sampled = sampled_of(sampler, process);
    uint64_t since = sampler->now - sampled->looked_ns;

    return !sampled->looked_ns || entry->address_limit || entry->data_limit ||
           since >= (sampler->huge_pages ? LOOK_HUGE_NS : LOOK_AFTER_NS) ||
           since >= (sampled->looked_ns - entry->first_ns) / 2 + (sampled->is_rank ? LOOK_RANK_NS : MW_NS_PER_MS);
}

/* Keeps the last seconds: a sample less than RECENT_GAP_NS after the previous one replaces it. */
static void note_recent(struct mw_view_process *entry, uint64_t now, uint64_t rss)
{
    uint32_t last = (entry->recent_next + MW_VIEW_RECENT - 1) % MW_VIEW_RECENT;
    uint32_t before = (last + MW_VIEW_RECENT - 1) % MW_VIEW_RECENT;
    bool close = entry->recent[before].ns && entry->recent[last].ns - entry->recent[before].ns < RECENT_GAP_NS;

    entry->recent[close ? last : entry->recent_next] = (struct mw_view_rss){now, rss};
    if (!close)
        entry->recent_next = (entry->recent_next + 1) % MW_VIEW_RECENT;
}

static uint64_t sample_process(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    uint64_t rss = mw_tree_rss(&sampler->tree, process);
    struct mw_view_process *entry = entry_of(sampler, process);

    if (!rss || !entry)
        return rss;
    entry->samples++;
    entry->last_ns = sampler->now;
    entry->rss_last = rss;
    if (sampled_of(sampler, process)->is_rank)
        note_recent(entry, sampler->now, rss);
    if (entry->rss_max < rss) {
        entry->rss_max = rss;
        entry->rss_max_ns = sampler->now;
    }
    if (look_is_due(sampler, process, entry))
        look_closer(sampler, process, entry);
    return rss;
}

/* Deaths are noticed in between, for their order. */
static void between_processes(void *context)
{
    take_deaths(context);
}

static void read_pss(struct mw_sampler *sampler)
{
    if (mw_stages_any_passing(&sampler->tree, &sampler->sampled, sampler->adopt.dirfd, sampler->adopt.host, sampler->now))
        mw_pss_put_off(&sampler->pss, sampler->now);
    else
        mw_pss_sweep(&sampler->pss, &sampler->tree, &sampler->sampled, sampler->view, sampler->now, between_processes, sampler);
}

/* Counts a sample, and the interval since the previous one. */
static void note_gap(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;

    if (!view->samples++)
        view->first_sample_ns = sampler->now;
    raise_to(&view->gap_max_ns, sampler->now - (view->samples > 1 ? view->last_ns : view->begin_ns));
    view->last_ns = sampler->now;
}

void mw_sampler_sample(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;
    uint64_t sum = 0, cost;
    uint32_t processes = 0;

    take_deaths(sampler);
    sampler->now = mw_clock_now();
    update_tree(sampler);
    look_groups(sampler);
    for (size_t i = 0; i < sampler->tree.count; i++) {
        uint64_t rss = sample_process(sampler, &sampler->tree.processes[i]);
        sum += rss;
        processes += rss > 0;
    }
    mw_charges_look(view, "", sum);
    note_gap(sampler);
    mw_slices_add(view, sampler->now, sum, processes);
    cost = mw_clock_now() - sampler->now;
    sampler->rest_ns = sampler->now + COST_SHARE * cost;
    sampler->next_ns = sampler->now + sampler->gap_ns > sampler->rest_ns ? sampler->now + sampler->gap_ns : sampler->rest_ns;
    if (processes && mw_pss_is_due(&sampler->pss, sampler->now, sum))
        read_pss(sampler);
    sampler->last_sum = sum;
    sampler->gap_ns = 2 * sampler->gap_ns < view->interval_ns ? 2 * sampler->gap_ns : view->interval_ns;
    mw_view_file_sync(&sampler->file, view);
}

bool mw_sampler_wake(struct mw_sampler *sampler)
{
    bool ended = take_deaths(sampler), is_new = mw_adopt_was_woken(&sampler->adopt);

    if (is_new && sampler->gap_ns > ADOPT_GAP_NS) {
        sampler->gap_ns = ADOPT_GAP_NS;
        sampler->next_ns = mw_clock_now(); /* the journal is being filled in: sample now, and soon again */
    }
    if (ended && mw_clock_now() < sampler->rest_ns) { /* a thousand ranks may end one by one */
        sampler->next_ns = sampler->rest_ns;
    } else if (ended) {
        mw_cgroups_look(sampler->view, "");
        mw_sampler_sample(sampler);
    }
    return ended;
}

void mw_sampler_collected(struct mw_sampler *sampler, pid_t pid, int wait_status)
{
    struct mw_view_process *entry = entry_of(sampler, mw_tree_find(&sampler->tree, pid));
    struct mw_view_end_seen seen = {.ns = mw_clock_now(), .has_status = true, .wait_status = wait_status};

    mw_deaths_collected(&sampler->deaths, pid, wait_status);
    if (entry)
        mw_view_end_note(entry, &seen);
}

size_t mw_sampler_ranks(const struct mw_sampler *sampler)
{
    size_t count = 0;

    for (size_t i = 0; i < sampler->tree.count; i++)
        count += sampled_of(sampler, &sampler->tree.processes[i])->is_rank;
    return count;
}

/* not getrusage(): it never returns less than the parent's value */
static uint64_t own_peak(void)
{
    struct mw_procmem_status status = {0};
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return 0;
    if (mw_procmem_status_read(fd, &status))
        status.hwm = 0;
    close(fd);
    return status.hwm;
}

void mw_sampler_finish(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;
    struct rusage usage;

    take_deaths(sampler);
    mw_cgroups_look(view, "");
    mw_charges_look(view, "", sampler->last_sum);
    getrusage(RUSAGE_SELF, &usage);
    view->launcher_cpu_ns = ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * MW_NS_PER_SEC +
                            ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000;
    view->launcher_rss_peak = own_peak();
    view->end_ns = mw_clock_now();
    mw_view_file_sync(&sampler->file, view);
}
