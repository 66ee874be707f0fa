/* SPDX-License-Identifier: MIT */
/* Sampled processes and exit records; those that are ranks find their rank. */
#include "collector/clock.h"
#include "collector/mem.h"
#include "collector/merge_parts.h"
#include "collector/starters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What two readings of the same high-water mark may differ by. */
#define MARK_ERROR_BYTES (512u << 10)

static enum mw_model_role role_of(const char *name)
{
    return mw_starters_has(name) ? MW_MODEL_LAUNCHER : MW_MODEL_OTHER;
}

/* The base name of the program, by its path or else by the first word of its command line. */
static const char *program_name(struct mw_model *model, const char *exe, const char *command)
{
    static const char deleted[] = " (deleted)"; /* what the kernel appends to the path of a removed file */
    const char *from = exe && exe[0] ? exe : command;
    const char *slash;
    char name[256];
    size_t length;

    snprintf(name, sizeof(name), "%s", from ? from : "");
    length = strlen(name);
    if (from == exe && length > strlen(deleted) && !strcmp(name + length - strlen(deleted), deleted))
        name[length - strlen(deleted)] = '\0';
    if (from != exe && name[0] != '[')
        name[strcspn(name, " ")] = '\0';
    slash = strrchr(name, '/');
    return mw_model_string(model, slash && slash[1] ? slash + 1 : name[0] ? name : "?");
}

struct key {
    uint64_t host, pid, start_ticks;
};

static struct key make_key(uint32_t host, int32_t pid, uint64_t start_ticks)
{
    return (struct key){host, (uint64_t)pid, start_ticks};
}

/* What samplers saw, times on the job's axis. */
static void add_seen(struct mw_model *model, const struct mw_view_process *from, uint32_t host)
{
    struct mw_model_process *to = MW_MEM_PUSH(model->processes, model->process_count);
    uint64_t most = from->hwm_seen > from->rss_max ? from->hwm_seen : from->rss_max;

    *to = (struct mw_model_process){
        .count = 1,
        .rank = MW_MODEL_NONE,
        .host = host,
        .pid = from->pid,
        .ppid = from->ppid,
        .start_ticks = from->start_ticks,
        .image = from->image,
        .samples = from->samples,
        .name = program_name(model, from->exe, from->command),
        .exe = mw_model_string(model, from->exe),
        .command = mw_model_string(model, from->command),
        .first_ns = mw_merge_hosts_time(model, host, from->first_ns),
        .last_ns = mw_merge_hosts_time(model, host, from->last_ns),
        .end = (enum mw_view_end)from->end,
        .end_ns = mw_merge_hosts_time(model, host, from->end_ns),
        .leave_ns = mw_merge_hosts_time(model, host, from->leave_ns),
        .alive_ns = mw_merge_hosts_time(model, host, from->alive_ns),
        .oom_ns = mw_merge_hosts_time(model, host, from->oom_ns),
        .launch_rank = (int32_t)from->launch_rank - 1,
        .wait_status = from->wait_status,
        .cgroup = from->cgroup ? from->cgroup - 1 : MW_MODEL_NONE,
        .peak = {most, most ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN},
        .rss_last = from->rss_last,
        .rss_max = from->rss_max,
        .rss_max_ns = mw_merge_hosts_time(model, host, from->rss_max_ns),
        .hwm_seen = from->hwm_seen,
        .pss_max = from->pss_max,
        .huge_max = from->huge_max,
        .swap_max = from->swap_max,
    };
    for (uint32_t i = 0; i < MW_VIEW_MOMENTS; i++) {
        const struct mw_view_moment *moment = &from->moments[(from->moment_next + i) % MW_VIEW_MOMENTS];
        if (moment->ns)
            to->moments[to->moment_count++] =
                (struct mw_view_moment){mw_merge_hosts_time(model, host, moment->ns), moment->rss};
    }
    to->role = role_of(to->name);
}

/* Start of a process on the monotonic clock, not too late: ticks count from boot, suspended time included. */
static uint64_t start_time(uint64_t ticks, uint64_t end_ns)
{
    uint64_t tick_ns = MW_NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
    uint64_t now = mw_clock_now(); /* read first: the difference must not fall below 0 */
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
    return program_name(model, from->text.exe[0] ? from->text.exe : NULL, from->text.comm);
}

/* One that no sample saw, or several that were counted together. */
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
        .start_ticks = entry->start_ticks,
        .launch_rank = -1,
        .cgroup = MW_MODEL_NONE,
        .name = exit_name(model, from),
        .exe = mw_model_string(model, from->text.exe),
        .command = mw_model_string(model, from->text.command),
        .first_ns = mw_merge_hosts_time(model, host, start),
        .last_ns = mw_merge_hosts_time(model, host, entry->count > 1 ? entry->last_ns : entry->end_ns),
        .peak = {entry->peak, MW_MODEL_EXACT},
    };
    to->role = from->is_others ? MW_MODEL_OTHER : role_of(to->name);
}

/* An exit record speaks of the last program of its process. */
static void apply_exit(const struct mw_model *model, struct mw_model_process *process, const struct mw_exit_entry *from)
{
    uint64_t end_ns = mw_merge_hosts_time(model, process->host, from->end_ns);

    process->peak = (struct mw_model_bytes){from->peak, MW_MODEL_EXACT};
    if (process->hwm_seen > from->peak) /* the marks err by a little; the larger one is nearer */
        process->peak.bytes = process->hwm_seen;
    if (end_ns > process->last_ns)
        process->last_ns = end_ns;
}

/* The entries of each process: a list by (host, pid, start). */
struct chains {
    struct mw_map *groups; /* key: number of the process */
    uint32_t *heads;       /* by number: its newest entry */
    size_t head_count;
    uint32_t *next;        /* by entry: the entry before it of the same process */
    size_t next_count;
};

/* Takes the entry that was added to the model last. */
static void chain_newest(struct chains *chains, const struct mw_model *model)
{
    uint32_t entry = (uint32_t)model->process_count - 1;
    const struct mw_model_process *process = &model->processes[entry];
    struct key key = make_key(process->host, process->pid, process->start_ticks);
    uint32_t group = mw_map_add(chains->groups, &key, sizeof(key), (uint32_t)chains->head_count);

    if (group == chains->head_count)
        *MW_MEM_PUSH(chains->heads, chains->head_count) = MW_MODEL_NONE;
    *MW_MEM_PUSH(chains->next, chains->next_count) = chains->heads[group];
    chains->heads[group] = entry;
}

static uint32_t chain_head(const struct chains *chains, const struct key *key)
{
    uint32_t group = mw_map_find(chains->groups, key, sizeof(*key));

    return group == MW_MAP_NONE ? MW_MODEL_NONE : chains->heads[group];
}

static void take_view(struct mw_merge *merge, const struct mw_view *view, struct chains *chains)
{
    uint32_t host = mw_merge_hosts_find(merge, view->host, view->begin_wall_ns, view->begin_ns);

    if (view->processes_lost)
        mw_model_note(merge->model, MW_MODEL_NOTE_LOST,
                      "%" PRIu64 " programs more than memwatch keeps apart are in the sums, but not in the list",
                      (uint64_t)view->processes_lost);
    if (view->processes_replaced)
        mw_model_note(merge->model, MW_MODEL_NOTE_REMARK,
                      "of processes that had ended, %u small ones that samples saw are not listed by themselves",
                      view->processes_replaced);
    for (size_t i = 0; i < view->process_count; i++) {
        add_seen(merge->model, &view->processes[i], host);
        chain_newest(chains, merge->model);
    }
}

/* The program of a process that ran last. */
static uint32_t find_last_image(const struct mw_model *model, const struct chains *chains, const struct key *key)
{
    uint32_t best = chain_head(chains, key);

    for (uint32_t i = best; i != MW_MODEL_NONE; i = chains->next[i])
        if (model->processes[i].image > model->processes[best].image)
            best = i;
    return best;
}

/* What left an exit record ran last in its process. What was sampled last may have been another program, before an exec. */
static bool is_its_image(struct mw_model *model, const struct mw_model_process *process, const struct mw_exit *one)
{
    return !process->exe[0] || !one->text.exe[0] || process->name == exit_name(model, one);
}

/* Seen between fork and exec only: it had its parent's program and never more memory. */
static bool was_copy(const struct mw_model *model, const struct mw_model_process *process)
{
    for (size_t i = 0; i < model->process_count && !process->image; i++) {
        const struct mw_model_process *parent = &model->processes[i];
        if (parent->host == process->host && parent->pid == process->ppid && parent->exe == process->exe &&
            parent->command == process->command && process->rss_max <= parent->peak.bytes) /* equal strings are kept once */
            return true;
    }
    return false;
}

/* What was seen of the copy says nothing of the program that followed. */
static void replace_copy(struct mw_model *model, struct mw_model_process *process, const struct mw_exit *one)
{
    process->name = exit_name(model, one);
    process->exe = mw_model_string(model, one->text.exe);
    process->command = mw_model_string(model, one->text.command);
    process->role = role_of(process->name);
    process->samples = process->moment_count = 0;
    process->rss_last = process->rss_max = process->rss_max_ns = process->hwm_seen = process->pss_max = 0;
    process->huge_max = process->swap_max = 0;
    apply_exit(model, process, &one->entry);
}

/* The program that followed the one in `entry`: the end of the process is its end. */
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
    process->oom_ns = before->oom_ns;
    process->wait_status = before->wait_status;
    before->end = MW_VIEW_LIVES;
    before->end_ns = before->leave_ns = before->alive_ns = before->oom_ns = 0;
    before->wait_status = 0;
}

/* By itself: it may have been sampled. */
static void take_exit(struct mw_merge *merge, struct chains *chains, const struct mw_exit *one, uint32_t host)
{
    struct mw_model *model = merge->model;
    struct key key = make_key(host, one->entry.pid, one->entry.start_ticks);
    uint32_t entry = find_last_image(model, chains, &key);

    if (mw_map_find(merge->rank_keys, &key, sizeof(key)) != MW_MAP_NONE)
        return; /* its journal knows more */
    if (entry != MW_MODEL_NONE && is_its_image(model, &model->processes[entry], one)) {
        apply_exit(model, &model->processes[entry], &one->entry);
        return;
    }
    if (entry != MW_MODEL_NONE && was_copy(model, &model->processes[entry])) {
        replace_copy(model, &model->processes[entry], one);
        return;
    }
    if (entry == MW_MODEL_NONE)
        add_unseen(model, one, host);
    else
        add_later_image(model, one, entry);
    chain_newest(chains, model);
}

/* The program may have been gone when its file was to be read: "[name]" then. */
static bool is_same_program(const struct mw_model_process *process, const struct mw_model_process *together,
                            const struct mw_exit *one)
{
    size_t length = strlen(one->text.comm);

    return process->name == together->name ||
           (!process->exe[0] && process->name[0] == '[' && !strncmp(process->name + 1, one->text.comm, length) &&
            !strcmp(process->name + 1 + length, "]"));
}

/* Whether a process that was sampled is one of those that were counted together when they ended: it left nothing by
 * itself, ended as far as is known by exit(0), and did not have more (the marks err by a little). */
static bool is_counted(const struct mw_merge *merge, const struct chains *chains, uint32_t index,
                       const struct mw_model_process *together, const struct mw_exit *one)
{
    const struct mw_model_process *process = &merge->model->processes[index];
    struct key key = make_key(process->host, process->pid, process->start_ticks);

    return process->count == 1 && process->host == together->host &&
           is_same_program(process, together, one) && process->end != MW_VIEW_LIVES &&
           (process->end != MW_VIEW_STATUS || !process->wait_status) && process->peak.kind != MW_MODEL_EXACT &&
           process->peak.bytes <= together->peak.bytes + MARK_ERROR_BYTES && process->first_ns <= together->last_ns &&
           find_last_image(merge->model, chains, &key) == index &&
           mw_map_find(merge->rank_keys, &key, sizeof(key)) == MW_MAP_NONE;
}

/* Several: those of them that were sampled are not to count twice: they have a count of 0 from here on, or are taken off
 * the others. */
static void take_together(struct mw_merge *merge, struct chains *chains, const struct mw_exit *one, uint32_t host)
{
    struct mw_model *model = merge->model;
    struct mw_model_process *together;
    uint64_t left = one->entry.count;

    add_unseen(model, one, host);
    *MW_MEM_PUSH(chains->next, chains->next_count) = MW_MODEL_NONE; /* no process by itself */
    together = &model->processes[model->process_count - 1];
    for (uint32_t i = 0; i + 1 < model->process_count && left; i++)
        if (is_counted(merge, chains, i, together, one)) {
            if (model->processes[i].peak.bytes > together->peak.bytes)
                together->peak.bytes = model->processes[i].peak.bytes;
            left--;
            if (model->processes[i].role == MW_MODEL_LAUNCHER)
                together->count--; /* what starts ranks is needed: its job hangs on it */
            else
                model->processes[i].count = 0;
        }
}

static void take_exits(struct mw_merge *merge, struct chains *chains, const struct mw_exits_read *exits)
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
                take_together(merge, chains, &entries[k], index);
    }
}

/* The rank's mark covers its program from the exec to the last measured boundary. What had more memory in that time was
 * the program before an exec, though it may have the same name. */
static bool was_before_exec(const struct mw_model_process *process, const struct mw_model_rank *rank)
{
    return rank->peak.kind != MW_MODEL_UNKNOWN && !(rank->cost_flags & MW_COST_BLIND) &&
           process->rss_max_ns < rank->rss_ns && process->rss_max > mw_model_sum(rank->peak.bytes, rank->error_bytes);
}

/* Whether a program that was seen may be the one that the rank says it is. A rank may have been another one before:
 * `mpirun cargo run` builds first. */
static bool may_be(const struct mw_model_process *process, const struct mw_model_rank *rank, const char *program)
{
    return (!program || !process->exe[0] || process->name == program) && /* equal strings are kept once */
           !was_before_exec(process, rank);
}

/* The program of a process that called MPI_Init: of those with the rank's name, the last one that was there when the
 * journal was made, or the first one seen when sampling came later. None: it was never seen. */
static uint32_t find_rank_image(struct mw_model *model, const struct chains *chains, const struct mw_model_rank *rank)
{
    struct key key = make_key(rank->host, rank->pid, rank->start_ticks);
    const char *program = rank->exe[0] ? program_name(model, rank->exe, NULL) : NULL;
    uint32_t best = chain_head(chains, &key);

    for (uint32_t i = best; i != MW_MODEL_NONE; i = chains->next[i]) {
        const struct mw_model_process *process = &model->processes[i], *chosen = &model->processes[best];
        bool may = may_be(process, rank, program), chosen_may = may_be(chosen, rank, program);
        bool was_there = process->first_ns <= rank->created_ns, chosen_was = chosen->first_ns <= rank->created_ns;
        if (may != chosen_may ? may
            : was_there != chosen_was ? was_there
                                      : (process->image > chosen->image) == was_there)
            best = i;
    }
    return best != MW_MODEL_NONE && may_be(&model->processes[best], rank, program) ? best : MW_MODEL_NONE;
}

/* What was sampled may be higher than what the rank measured last, when it grew after its last boundary. */
static void join(struct mw_model *model, uint32_t rank_index, uint32_t entry)
{
    struct mw_model_rank *rank = &model->ranks[rank_index];
    struct mw_model_process *process = &model->processes[entry];

    rank->process = entry;
    process->role = MW_MODEL_RANK;
    process->rank = rank_index;
    if (process->peak.bytes > mw_model_sum(rank->peak.bytes, rank->error_bytes)) {
        rank->peak = process->peak;
        rank->peak_ns = process->rss_max_ns;
        rank->peak_phase = rank->peak_site = MW_MODEL_NONE;
    } else if (process->peak.bytes > rank->peak.bytes)
        rank->peak.bytes = process->peak.bytes;
    if (process->first_ns < rank->begin_ns)
        rank->begin_ns = process->first_ns;
    if (rank->huge_bytes < process->huge_max)
        rank->huge_bytes = process->huge_max;
    if (rank->swap_bytes < process->swap_max)
        rank->swap_bytes = process->swap_max;
    process->peak = rank->peak;
}

/* Those that are counted elsewhere; none of them is a rank. */
static void drop_counted(struct mw_model *model)
{
    uint32_t *moved = mw_mem_alloc(model->process_count, sizeof(*moved)), kept = 0;

    for (size_t i = 0; i < model->process_count; i++) {
        moved[i] = kept;
        if (model->processes[i].count)
            model->processes[kept++] = model->processes[i];
    }
    for (size_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].process != MW_MODEL_NONE)
            model->ranks[i].process = moved[model->ranks[i].process];
    model->process_count = kept;
    free(moved);
}

void mw_merge_processes(struct mw_merge *merge, const struct mw_exits_read *exits)
{
    struct mw_model *model = merge->model;
    struct chains chains = {.groups = mw_map_create()};

    for (size_t i = 0; i < merge->view_count; i++)
        take_view(merge, &merge->views[i], &chains);
    take_exits(merge, &chains, exits);
    for (uint32_t i = 0; i < model->rank_count; i++) {
        uint32_t entry = find_rank_image(model, &chains, &model->ranks[i]);
        if (entry != MW_MODEL_NONE)
            join(model, i, entry);
    }
    drop_counted(model);
    mw_map_destroy(chains.groups);
    free(chains.heads);
    free(chains.next);
}

void mw_merge_processes_place(const struct mw_model *model, struct mw_model_rank *rank)
{
    const struct mw_model_process *process = rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
    struct mw_model_phase *phase = rank->phase == MW_MODEL_NONE ? NULL : &rank->phases[rank->phase];

    if (!process || !phase || rank->peak_phase != MW_MODEL_NONE || rank->in_site != MW_MODEL_NONE ||
        process->rss_max_ns < rank->since_ns || process->rss_max > rank->peak.bytes)
        return;
    rank->peak_phase = rank->phase;
    if (phase->peak.bytes < process->rss_max) {
        phase->peak = (struct mw_model_bytes){process->rss_max, MW_MODEL_AT_LEAST};
        phase->peak_ns = process->rss_max_ns;
        phase->peak_visit = phase->visits;
    }
}
