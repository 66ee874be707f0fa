/* SPDX-License-Identifier: MIT */
/* Exit records of processes without MPI, joined with the samples of these processes. */
#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/merge/chains.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Maximum difference between two readings of the same high-water mark. */
#define MARK_ERROR_BYTES (512u << 10)

/* Lower bound of the start of a process on the monotonic clock. Ticks count from boot, suspended time included. */
static uint64_t start_time(uint64_t ticks, uint64_t end_ns)
{
    uint64_t tick_ns = MW_NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
    uint64_t now = mw_clock_now(); /* read first, so that the difference is not negative */
    uint64_t suspended = mw_clock_read(CLOCK_BOOTTIME) - now;
    uint64_t boot;

    if (__builtin_mul_overflow(ticks, tick_ns, &boot) || boot < suspended || boot - suspended > end_ns)
        return 0;
    return boot - suspended > tick_ns ? boot - suspended - tick_ns : 0;
}

static const char *exit_name(struct mw_model *model, const struct mw_exit *from)
{
    if (from->is_others)
        return mw_model_string(model, "other programs");
    return mw_merge_chains_name(model, from->text.exe[0] ? from->text.exe : NULL, from->text.comm);
}

/* Adds a process that no sample saw, or several that were counted together. */
static void add_unseen(struct mw_model *model, const struct mw_exit *from, uint32_t host)
{
    struct mw_model_process *to = MW_MEM_PUSH(model->processes, model->process_count);
    const struct mw_exit_entry *entry = &from->entry;
    uint64_t start = entry->count > 1 ? entry->first_ns : start_time(entry->start_ticks, entry->end_ns);

    *to = (struct mw_model_process){
        .count = entry->count,
        .peak_sum = entry->count > 1 ? entry->peak_sum : 0,
        .rank = MW_MODEL_NONE,
        .host = host,
        .pid = entry->pid,
        .ppid = entry->ppid,
        .pid_ns = (uint32_t)entry->pid_ns,
        .own_ns = (uint32_t)entry->pid_ns,
        .own_pid = entry->pid,
        .start_ticks = entry->start_ticks,
        .facts = (uint32_t)entry->facts,
        .preload = mw_model_string(model, ""),
        .mpi = mw_model_string(model, from->text.mpi),
        .launch_rank = -1,
        .cgroup = MW_MODEL_NONE,
        .name = exit_name(model, from),
        .exe = mw_model_string(model, from->text.exe),
        .command = mw_model_string(model, from->text.command),
        .first_ns = mw_model_time_of(model, host, start),
        .last_ns = mw_model_time_of(model, host, entry->count > 1 ? entry->last_ns : entry->end_ns),
        .peak = {entry->peak, MW_MODEL_EXACT},
    };
    to->role = from->is_others ? MW_MODEL_OTHER : mw_merge_chains_role(to->name);
}

/* The program file was gone when its name was looked up: the name was "[name]" until now. */
static void name_program(struct mw_model *model, struct mw_model_process *process, const struct mw_exit *one)
{
    if (process->exe[0] || !one->text.exe[0])
        return;
    process->name = exit_name(model, one);
    process->exe = mw_model_string(model, one->text.exe);
    process->command = mw_model_string(model, one->text.command);
    process->role = mw_merge_chains_role(process->name);
}

/* An exit record describes the last program of its process. */
static void apply_exit(struct mw_model *model, struct mw_model_process *process, const struct mw_exit *one)
{
    const struct mw_exit_entry *from = &one->entry;
    uint64_t end_ns = mw_model_time_of(model, process->host, from->end_ns);

    process->peak = (struct mw_model_bytes){from->peak, MW_MODEL_EXACT};
    if (process->hwm_seen > from->peak) /* the marks have a small error; the larger one is closer */
        process->peak.bytes = process->hwm_seen;
    if (end_ns > process->last_ns)
        process->last_ns = end_ns;
    name_program(model, process, one);
    process->facts |= (uint32_t)from->facts;
    if (one->text.mpi[0])
        process->mpi = mw_model_string(model, one->text.mpi);
}

/* The process of an exit record ran this program last. The last sampled program may be an earlier one, before an exec. */
static bool is_its_image(struct mw_model *model, const struct mw_model_process *process, const struct mw_exit *one)
{
    return !process->exe[0] || !one->text.exe[0] || process->name == exit_name(model, one);
}

/* Seen only between fork and exec: it had its parent's program and never more memory than the parent. */
static bool is_forked_copy(const struct mw_model *model, const struct mw_model_process *process)
{
    for (size_t i = 0; i < model->process_count && !process->image; i++) {
        const struct mw_model_process *parent = &model->processes[i];
        if (parent->host == process->host && parent->pid == process->ppid && parent->exe == process->exe &&
            parent->command == process->command && process->rss_max <= parent->peak.bytes) /* equal strings are stored once */
            return true;
    }
    return false;
}

/* The samples of the copy do not apply to the program that followed. */
static void replace_copy(struct mw_model *model, struct mw_model_process *process, const struct mw_exit *one)
{
    process->name = exit_name(model, one);
    process->exe = mw_model_string(model, one->text.exe);
    process->command = mw_model_string(model, one->text.command);
    process->role = mw_merge_chains_role(process->name);
    process->samples = process->recent_count = 0;
    process->rss_last = process->rss_max = process->rss_max_ns = process->rss_max_until_ns = process->hwm_seen =
        process->pss_max = 0;
    process->huge_max = process->swap_max = 0;
    process->facts = 0;
    apply_exit(model, process, one);
}

/* Adds the program that followed the one in `entry`: the end of the process is the end of this program. */
static void add_later_image(struct mw_model *model, const struct mw_exit *one, uint32_t entry)
{
    struct mw_model_process *before, *process;

    add_unseen(model, one, model->processes[entry].host);
    before = &model->processes[entry];
    process = &model->processes[model->process_count - 1];
    process->image = before->image + 1;
    process->first_ns = before->last_ns;
    process->ppid = before->ppid;
    process->cgroup = before->cgroup;
    process->launch_rank = before->launch_rank;
    process->end = before->end;
    process->end_ns = before->end_ns;
    process->leave_ns = before->leave_ns;
    process->alive_ns = before->alive_ns;
    process->sent_signal = before->sent_signal;
    process->oom_ns = before->oom_ns;
    process->wait_status = before->wait_status;
    before->end = MW_VIEW_LIVES;
    before->end_ns = before->leave_ns = before->alive_ns = before->oom_ns = 0;
    before->wait_status = before->sent_signal = 0;
}

/* Handles an exit record of a single process, which may have been sampled. */
static void take_exit(struct mw_merge *merge, struct mw_merge_chains *chains, const struct mw_exit *one, uint32_t host)
{
    struct mw_model *model = merge->model;
    struct mw_merge_chains_key key = mw_merge_chains_key(host, one->entry.pid_ns, one->entry.pid, one->entry.start_ticks);
    uint32_t entry = mw_merge_chains_last(model, chains, &key);

    if (mw_map_find(merge->rank_keys, &key, sizeof(key)) != MW_MAP_NONE)
        return; /* the journal of the rank knows more */
    if (entry != MW_MODEL_NONE && is_its_image(model, &model->processes[entry], one)) {
        apply_exit(model, &model->processes[entry], one);
        return;
    }
    if (entry != MW_MODEL_NONE && is_forked_copy(model, &model->processes[entry])) {
        replace_copy(model, &model->processes[entry], one);
        return;
    }
    if (entry == MW_MODEL_NONE)
        add_unseen(model, one, host);
    else
        add_later_image(model, one, entry);
    mw_merge_chains_add(chains, model);
}

/* The program file may have been gone when its name was looked up: the name is "[name]" then. */
static bool is_same_program(const struct mw_model_process *process, const struct mw_model_process *together,
                            const struct mw_exit *one)
{
    size_t length = strlen(one->text.comm);

    return process->name == together->name ||
           (!process->exe[0] && process->name[0] == '[' && !strncmp(process->name + 1, one->text.comm, length) &&
            !strcmp(process->name + 1 + length, "]"));
}

/* Whether a sampled process is one of those that were counted together when they ended: it left no exit record of a single
 * process, as far as is known it ended by exit(0), and it did not have more memory (within the error of the marks). */
static bool is_counted(const struct mw_merge *merge, const struct mw_merge_chains *chains, uint32_t index,
                       const struct mw_model_process *together, const struct mw_exit *one)
{
    const struct mw_model_process *process = &merge->model->processes[index];
    struct mw_merge_chains_key key = mw_merge_chains_key(process->host, process->own_ns, process->own_pid,
                                                         process->start_ticks);

    return process->count == 1 && process->host == together->host && is_same_program(process, together, one) &&
           process->end != MW_VIEW_LIVES && (process->end != MW_VIEW_STATUS || !process->wait_status) &&
           process->peak.kind != MW_MODEL_EXACT && process->peak.bytes <= together->peak.bytes + MARK_ERROR_BYTES &&
           process->first_ns <= together->last_ns && mw_merge_chains_last(merge->model, chains, &key) == index &&
           mw_map_find(merge->rank_keys, &key, sizeof(key)) == MW_MAP_NONE;
}

/* Removes from a group a process that is listed separately. */
static void subtract(struct mw_model_process *together, const struct mw_model_process *process)
{
    together->count--;
    together->peak_sum -= process->peak.bytes < together->peak_sum ? process->peak.bytes : together->peak_sum;
}

/* Handles processes that were counted together. Those that were sampled must not count twice: their `count` becomes 0, or
 * they are removed from the group. */
static void take_group(struct mw_merge *merge, struct mw_merge_chains *chains, const struct mw_exit *one, uint32_t host)
{
    struct mw_model *model = merge->model;
    struct mw_model_process *together;
    uint64_t left = one->entry.count;

    add_unseen(model, one, host);
    *MW_MEM_PUSH(chains->next, chains->next_count) = MW_MODEL_NONE; /* not a single process */
    together = &model->processes[model->process_count - 1];
    for (uint32_t i = 0; i + 1 < model->process_count && left; i++)
        if (is_counted(merge, chains, i, together, one)) {
            if (model->processes[i].peak.bytes > together->peak.bytes)
                together->peak.bytes = model->processes[i].peak.bytes;
            left--;
            if (model->processes[i].role == MW_MODEL_LAUNCHER)
                subtract(together, &model->processes[i]); /* the starter of ranks is needed: its job refers to it */
            else
                model->processes[i].count = 0;
        }
}

void mw_merge_exits(struct mw_merge *merge, struct mw_merge_chains *chains, const struct mw_exits_read *exits)
{
    for (size_t i = 0; i < exits->host_count; i++) {
        const struct mw_exits_host *host = &exits->hosts[i];
        const struct mw_exit *entries = exits->entries + host->first;
        uint32_t index;
        if (!host->count)
            continue;
        index = mw_merge_hosts_find_clean(merge, host->name);
        merge->model->hosts[index].together = host->together;
        for (size_t k = 0; k < host->count; k++)
            if (entries[k].entry.count == 1)
                take_exit(merge, chains, &entries[k], index);
        for (size_t k = 0; k < host->count; k++)
            if (entries[k].entry.count > 1)
                take_group(merge, chains, &entries[k], index);
    }
}
