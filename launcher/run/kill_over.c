/* SPDX-License-Identifier: MIT */
#include "launcher/run/kill_over.h"

#include "collector/base/clock.h"
#include "collector/base/message.h"
#include "collector/base/units.h"

#include <signal.h>
#include <stdio.h>

#define GRACE_NS (5 * MW_NS_PER_SEC)

/* Finds a process that exceeds its limit in this sample. */
static bool find_process(const struct mw_gates *gates, const struct mw_sampler *sampler, struct mw_view_over *found)
{
    for (size_t i = 0; i < sampler->tree.count; i++) {
        const struct mw_tree_process *process = &sampler->tree.processes[i];
        bool is_rank = mw_sampled_of(&sampler->sampled, process->id)->is_rank;
        const struct mw_view_process *seen = mw_sampled_entry(&sampler->sampled, process->id, sampler->view);
        uint64_t rss = seen && seen->last_ns == sampler->now ? seen->rss_last : 0;
        if (is_rank && gates->rank && rss > gates->rank)
            *found = (struct mw_view_over){MW_VIEW_OVER_RANK, process->pid, gates->rank, rss, sampler->now};
        else if (gates->process && rss > gates->process)
            *found = (struct mw_view_over){MW_VIEW_OVER_PROCESS, process->pid, gates->process, rss, sampler->now};
        else
            continue;
        return true;
    }
    return false;
}

static bool find(const struct mw_gates *gates, const struct mw_sampler *sampler, struct mw_view_over *found)
{
    if (!gates->total || sampler->last_sum <= gates->total)
        return find_process(gates, sampler, found);
    *found = (struct mw_view_over){MW_VIEW_OVER_TOTAL, 0, gates->total, sampler->last_sum, sampler->now};
    return true;
}

static void report(const struct mw_view_over *found)
{
    char who[40] = "the job";

    if (found->what != MW_VIEW_OVER_TOTAL)
        snprintf(who, sizeof(who), "process %d", found->pid);
    mw_message("memwatch: %s has %s, over the limit of %s; ending the command (--kill-over)\n", who,
               mw_units_bytes(found->bytes).text, mw_units_bytes(found->limit).text);
}

/* The tree is slightly out of date, but pids are not reused so soon. */
static void kill_all(const struct mw_sampler *sampler, pid_t command)
{
    mw_message("memwatch: the command did not end; killing the job's processes (--kill-over)\n");
    kill(command, SIGKILL);
    for (size_t i = 0; i < sampler->tree.count; i++)
        kill(sampler->tree.processes[i].pid, SIGKILL);
}

void mw_kill_over_check(struct mw_kill_over *over, struct mw_sampler *sampler, struct mw_live *live, pid_t command)
{
    struct mw_view_over *noted = &sampler->view->over;
    uint64_t now = mw_clock_now();

    if (!over->gates)
        return;
    if (over->kill_ns) {
        if (now >= over->kill_ns) {
            mw_live_clear(live);
            kill_all(sampler, command);
            over->kill_ns = UINT64_MAX;
        }
        return;
    }
    if (!find(over->gates, sampler, noted))
        return;
    over->kill_ns = now + GRACE_NS;
    mw_view_file_sync(&sampler->file, sampler->view);
    mw_live_clear(live);
    report(noted);
    kill(command, SIGTERM);
}
