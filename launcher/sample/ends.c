/* SPDX-License-Identifier: MIT */
#include "launcher/sample/ends.h"

#include "collector/base/clock.h"
#include "collector/journal/procmem.h"
#include "collector/view/end.h"
#include "launcher/sample/cgroups.h"

#include <signal.h>
#include <unistd.h>

#define ALIVE_GAP_NS (20 * MW_NS_PER_MS) /* a thousand ranks may end one by one */

/* A rank that is still running when another has ended did not end before it. */
static void note_alive(struct mw_sampler *sampler)
{
    uint64_t now = mw_clock_now();

    if (now < sampler->alive_next_ns)
        return;
    sampler->alive_next_ns = now + ALIVE_GAP_NS;
    for (size_t i = 0; i < sampler->tree.count; i++) {
        const struct mw_tree_process *process = &sampler->tree.processes[i];
        struct mw_view_process *entry = mw_sampler_entry(sampler, process);
        struct mw_procmem_stat stat;
        int fd = mw_sampler_sampled(sampler, process)->is_watched && entry && !entry->leave_ns && entry->end == MW_VIEW_LIVES
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

bool mw_ends_take(struct mw_sampler *sampler)
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
