/* SPDX-License-Identifier: MIT */
/* Sampled processes and exit records; processes that are ranks are matched with their rank. */
#include "collector/base/mem.h"
#include "collector/merge/chains.h"
#include "collector/model/limits.h"

#include <inttypes.h>
#include <stdlib.h>

/* Adds the sampled processes, with times on the axis of the job. */
static void add_seen(struct mw_model *model, const struct mw_view *view, const struct mw_view_process *from, uint32_t host)
{
    struct mw_model_process *to = MW_MEM_PUSH(model->processes, model->process_count);
    uint64_t peak = from->hwm_seen > from->rss_max ? from->hwm_seen : from->rss_max;

    *to = (struct mw_model_process){
        .count = 1,
        .rank = MW_MODEL_NONE,
        .host = host,
        .pid = from->pid,
        .ppid = from->ppid,
        .pid_ns = view->pid_ns,
        .own_ns = from->own_pid ? from->own_ns : view->pid_ns,
        .own_pid = from->own_pid ? from->own_pid : from->pid,
        .start_ticks = from->start_ticks,
        .image = from->image,
        .samples = from->samples,
        .name = mw_merge_chains_name(model, from->exe, from->command),
        .exe = mw_model_string(model, from->exe),
        .command = mw_model_string(model, from->command),
        .first_ns = mw_model_time_of(model, host, from->first_ns),
        .last_ns = mw_model_time_of(model, host, from->last_ns),
        .end = (enum mw_view_end)from->end,
        .end_ns = mw_model_time_of(model, host, from->end_ns),
        .leave_ns = mw_model_time_of(model, host, from->leave_ns),
        .alive_ns = mw_model_time_of(model, host, from->alive_ns),
        .sent_signal = from->sent_signal,
        .oom_ns = mw_model_time_of(model, host, from->oom_ns),
        .facts = from->facts,
        .preload = mw_model_string(model, from->preload),
        .mpi = mw_model_string(model, from->mpi),
        .launch_rank = (int32_t)from->launch_rank - 1,
        .wait_status = from->wait_status,
        .cgroup = from->cgroup ? from->cgroup - 1 : MW_MODEL_NONE,
        .peak = {peak, peak ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN},
        .rss_last = from->rss_last,
        .rss_max = from->rss_max,
        .rss_max_ns = mw_model_time_of(model, host, from->rss_max_ns),
        .rss_max_until_ns = mw_model_time_of(model, host, from->rss_max_until_ns),
        .hwm_seen = from->hwm_seen,
        .pss_max = from->pss_max,
        .huge_max = from->huge_max,
        .swap_max = from->swap_max,
        .address = mw_limits_sampled(from->address_limit, from->address_peak),
        .data = mw_limits_sampled(from->data_limit, from->data_max),
        .data_max = from->data_max,
    };
    for (uint32_t i = 0; i < MW_VIEW_RECENT; i++) {
        const struct mw_view_rss *sample = &from->recent[(from->recent_next + i) % MW_VIEW_RECENT];
        if (sample->ns)
            to->recent[to->recent_count++] = (struct mw_view_rss){mw_model_time_of(model, host, sample->ns), sample->rss};
    }
    to->role = mw_merge_chains_role(to->name);
}

static void take_view(struct mw_merge *merge, const struct mw_view *view, struct mw_merge_chains *chains)
{
    uint32_t host = mw_merge_hosts_find(merge, view->host, view->begin_wall_ns, view->begin_ns);

    if (view->processes_lost)
        mw_model_note(merge->model, MW_MODEL_NOTE_LOST,
                      "%" PRIu64 " additional programs are in the sums, but not in the list, whose size is limited",
                      (uint64_t)view->processes_lost);
    if (view->processes_replaced)
        mw_model_note(merge->model, MW_MODEL_NOTE_REMARK,
                      "of processes that had ended, %u small ones that samples saw are not listed by themselves",
                      view->processes_replaced);
    for (size_t i = 0; i < view->process_count; i++) {
        add_seen(merge->model, view, &view->processes[i], host);
        mw_merge_chains_add(chains, merge->model);
    }
}

/* The rank's mark covers its program from the exec to the last measured boundary. A process that had more memory in that
 * time was the program before an exec, even if it has the same name. */
static bool was_before_exec(const struct mw_model_process *process, const struct mw_model_rank *rank)
{
    return rank->peak.kind != MW_MODEL_UNKNOWN && !(rank->cost_flags & MW_COST_BLIND) &&
           process->rss_max_until_ns < rank->rss_ns && process->rss_max > mw_model_sum(rank->peak.bytes, rank->error_bytes);
}

/* Whether a sampled program may be the one that the rank reports. The process may have run another program before: `mpirun
 * cargo run` builds first. */
static bool may_match(const struct mw_model_process *process, const struct mw_model_rank *rank, const char *program)
{
    return (!program || !process->exe[0] || process->name == program) && /* equal strings are stored once */
           !was_before_exec(process, rank);
}

/* When the process may have begun to run this program at the earliest: after the last sample of the program before. */
static uint64_t earliest_begin(const struct mw_model *model, const struct mw_merge_chains *chains, uint32_t head,
                               const struct mw_model_process *process)
{
    uint64_t before = 0;

    for (uint32_t i = head; i != MW_MODEL_NONE; i = chains->next[i])
        if (model->processes[i].image < process->image && model->processes[i].last_ns > before)
            before = model->processes[i].last_ns;
    return before < process->first_ns ? before : process->first_ns;
}

/* The program of the process that called MPI_Init: of those with the rank's name, the last one that may have run when the journal
 * was created, or the first one seen if sampling began later. None if it was never seen. */
static uint32_t find_rank_image(struct mw_model *model, const struct mw_merge_chains *chains, const struct mw_model_rank *rank)
{
    struct mw_merge_chains_key key = mw_merge_chains_key(rank->host, rank->own_ns, rank->own_pid, rank->start_ticks);
    const char *program = rank->exe[0] ? mw_merge_chains_name(model, rank->exe, NULL) : NULL;
    uint32_t head = mw_merge_chains_head(chains, &key), best = head;

    for (uint32_t i = head; i != MW_MODEL_NONE; i = chains->next[i]) {
        const struct mw_model_process *process = &model->processes[i], *chosen = &model->processes[best];
        bool matches = may_match(process, rank, program), best_matches = may_match(chosen, rank, program);
        bool existed = earliest_begin(model, chains, head, process) <= rank->created_ns;
        bool best_existed = earliest_begin(model, chains, head, chosen) <= rank->created_ns;
        if (matches != best_matches ? matches : existed != best_existed ? existed : (process->image > chosen->image) == existed)
            best = i;
    }
    return best != MW_MODEL_NONE && may_match(&model->processes[best], rank, program) ? best : MW_MODEL_NONE;
}

/* The sampled value may be higher than the rank's last measurement, if it grew after its last boundary. */
static void join(struct mw_model *model, uint32_t rank_index, uint32_t entry)
{
    struct mw_model_rank *rank = &model->ranks[rank_index];
    struct mw_model_process *process = &model->processes[entry];

    rank->process = entry;
    if (rank->pid_ns != process->pid_ns) { /* its own pids are not valid outside of its namespace */
        rank->pid_ns = process->pid_ns;
        rank->pid = process->pid;
        rank->ppid = process->ppid;
    }
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
    mw_limits_join(&rank->address, &process->address);
    mw_limits_join(&rank->data, &process->data);
    process->peak = rank->peak;
}

/* Removes processes that are counted elsewhere; none of them is a rank. */
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
    struct mw_merge_chains chains = {.groups = mw_map_create()};

    for (size_t i = 0; i < merge->view_count; i++)
        take_view(merge, &merge->views[i], &chains);
    mw_merge_exits(merge, &chains, exits);
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

void mw_merge_processes_assign_peak(const struct mw_model *model, struct mw_model_rank *rank)
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
