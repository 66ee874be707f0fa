/* SPDX-License-Identifier: MIT */
#include "launcher/sample/images.h"

#include "collector/base/clock.h"
#include "collector/base/starters.h"
#include "collector/journal/procmem.h"
#include "collector/journal/seen.h"
#include "collector/view/end.h"
#include "launcher/sample/cgroups.h"
#include "launcher/sample/evidence.h"
#include "launcher/sample/launch_rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which processes become ranks ---- */

/* Once for each process, even if it executes further programs. */
static void watch_end(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    struct mw_sampled *sampled = mw_sampler_sampled(sampler, process);

    if (sampled->is_watched)
        return;
    sampled->is_watched = true;
    sampler->view->processes[sampled->entry].is_kept = 1;
    mw_sampler_hurry(sampler); /* so that the program it executes next is seen */
    if (mw_deaths_watch(&sampler->deaths, process->pid, process->start_ticks, (uint32_t)sampled->entry))
        sampler->watched++;
}

/* Whether a job launcher started the process to become a rank, or such a process started it (the program of a wrapper
 * script). Not if a rank started it. */
static bool may_become_rank(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    const struct mw_tree_process *parent = mw_tree_find(&sampler->tree, process->ppid);
    const struct mw_view_process *above = mw_sampler_entry(sampler, parent);

    return mw_sampler_entry(sampler, process)->launch_rank &&
           (!above || !above->launch_rank ||
            (mw_sampler_sampled(sampler, parent)->is_watched && !mw_sampler_sampled(sampler, parent)->is_rank));
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
    const struct mw_view_process *entry = mw_sampler_entry(sampler, process);

    return entry && mw_sampler_sampled(sampler, process)->is_watched && !mw_sampler_sampled(sampler, process)->is_rank &&
           !is_starter(entry);
}

bool mw_images_may_load_mpi(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    const struct mw_tree_process *parent = mw_tree_find(&sampler->tree, process->ppid);

    return !mw_sampler_sampled(sampler, process)->is_rank &&
           (may_be_rank(sampler, process) || (parent && may_be_rank(sampler, parent)));
}

/* ---- one program ---- */

void mw_images_command(struct mw_sampler *sampler, const struct mw_tree_process *process, char *command, size_t size)
{
    if (mw_procmem_command(sampler->tree.procfd, process->pid, command, size) || !command[0])
        snprintf(command, size, "[%s]", process->comm);
}

/* Reads the number that the launcher gave to the process as a rank; and, once for each program, why it may leave no record. */
static void read_environment(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    struct mw_environment environment;
    bool read = !mw_environment_read(&environment, sampler->tree.procfd, process->pid);

    entry->launch_rank = read && environment.complete
                             ? (uint32_t)(mw_launch_rank_parse(environment.text, environment.size, getenv) + 1)
                             : 0;
    if (!(entry->facts & MW_SEEN_ENVIRON))
        mw_evidence_start(entry, sampler->tree.procfd, read ? &environment : NULL);
    mw_environment_free(&environment);
}

static void read_once(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    if (mw_procmem_exe(sampler->tree.procfd, process->pid, entry->exe, sizeof(entry->exe)))
        entry->exe[0] = '\0';
    mw_images_command(sampler, process, entry->command, sizeof(entry->command));
    entry->facts = 0;
    read_environment(sampler, process, entry);
}

/* Reads program file, command and environment of the same program, even if an exec happens in between: from then on, the
 * time of the sample is after that exec. In the middle of an exec the kernel shows the new program file before its command,
 * and its command before its environment: both are empty until then. The tree reports the end of the exec. */
static void read_program(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    int tries = 3;

    read_once(sampler, process, entry);
    while (tries-- > 0 && mw_tree_exec_meanwhile(&sampler->tree, process)) {
        sampler->now = mw_clock_now();
        read_once(sampler, process, entry);
    }
}

void mw_images_read_environment(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    read_environment(sampler, process, mw_sampler_entry(sampler, process));
    if (may_become_rank(sampler, process))
        watch_end(sampler, process);
}

/* Also watches its end, if that is part of the job's result. */
static void take_program(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    read_program(sampler, process, entry);
    if (is_starter(entry) || may_become_rank(sampler, process))
        watch_end(sampler, process);
}

static uint64_t most_seen(const struct mw_view_process *entry)
{
    return entry->rss_max > entry->hwm_seen ? entry->rss_max : entry->hwm_seen;
}

/* A process between fork and exec that never had more memory than its parent, whose program it still ran: nothing to
 * report. */
static bool was_a_copy(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    const struct mw_view_process *entry = mw_sampler_entry(sampler, process);
    const struct mw_view_process *parent = mw_sampler_entry(sampler, mw_tree_find(&sampler->tree, process->ppid));

    return entry && parent && !entry->image && most_seen(entry) <= most_seen(parent) && !strcmp(entry->exe, parent->exe) &&
           !strcmp(entry->command, parent->command);
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
    struct mw_sampled *sampled = mw_sampler_sampled(sampler, process);
    struct mw_view_process *entry = mw_sampler_entry(sampler, process);
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
    entry->cgroup = mw_cgroups_find(sampler->view, "", pid);
    take_program(sampler, process, entry);
    entry->first_ns = entry->last_ns = sampler->now;
}

/* What was read in the middle of an exec is incomplete. If the program file is another one, that program has executed
 * this one since. */
static void read_again(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    struct mw_view_process *entry = mw_sampler_entry(sampler, process);
    char exe[sizeof(entry->exe)];

    if (entry && !mw_procmem_exe(sampler->tree.procfd, process->pid, exe, sizeof(exe)) && strcmp(exe, entry->exe))
        note_image(sampler, process);
    else if (entry)
        take_program(sampler, process, entry);
}

/* ---- what is new in the tree ---- */

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
    mw_sampler_entry(sampler, process)->cgroup = mw_cgroups_find(sampler->view, "", pid);
}

static void take_rank(struct mw_sampler *sampler, const struct mw_adopt_rank *rank)
{
    struct mw_tree_process *process = mw_tree_find(&sampler->tree, rank->pid);
    struct mw_sampled *sampled = process ? mw_sampler_sampled(sampler, process) : NULL;

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

void mw_images_update(struct mw_sampler *sampler)
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
