/* SPDX-License-Identifier: MIT */
/* Notes for the reader beside the numbers: what is missing, and what the numbers do not include. */
#include "collector/base/ranges.h"
#include "collector/base/units.h"
#include "collector/merge/parts.h"

#include <inttypes.h>

/* Spawned worlds above this number are reported as a count. */
#define SPAWNS_SHOWN 8
#define HOSTS_SHOWN 8
/* Fewer late samples than one of this many are not worth a note. */
#define LATE_SHARE 20

/* If memwatch was started as one of the ranks, it does not know the other ranks; they are not missing. */
static bool note_inside(struct mw_model *model)
{
    const struct mw_model_job *job = &model->job;

    if (!job->sampled || job->inside_rank < 0)
        return false;
    mw_model_note(model, MW_MODEL_NOTE_REMARK,
                  "memwatch was started inside the job, as rank %d%s, and saw that rank only: put it "
                  "before mpirun for one report on all ranks",
                  job->inside_rank, job->inside_size ? mw_model_format(model, " of %u", job->inside_size) : "");
    return true;
}

/* Ranks of one world without a record. The ranks are sorted; *first is the begin of the world and moves to its end. */
static void note_missing(struct mw_model *model, uint32_t world, size_t *first)
{
    struct mw_ranges list = {0};
    int64_t next = 0, size = model->worlds[world].size;

    for (bool end = false; !end; *first += !end) {
        end = *first == model->rank_count || model->ranks[*first].world != world;
        int64_t rank = end ? size : model->ranks[*first].rank;
        if (rank < 0)
            continue;
        if (rank > next)
            mw_ranges_add(&list, next, rank - 1);
        if (rank >= next)
            next = rank + 1;
    }
    if (list.count)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%u of %lld ranks%s left no record: %s %s", list.count, (long long)size,
                      model->world_count > 1 ? mw_model_format(model, " of world %u", world + 1) : "",
                      list.count == 1 ? "rank" : "ranks", mw_ranges_text(&list));
}

/* Why some ranks have no record, if others have one. */
static void note_unrecorded(struct mw_model *model)
{
    for (size_t i = 0; model->rank_count && i < model->unrecorded_count; i++)
        if (model->unrecorded[i].why != MW_MODEL_WHY_UNKNOWN)
            mw_model_note(model, MW_MODEL_NOTE_LOST, "without a record: %s", model->unrecorded[i].text);
}

static const char *count_of(struct mw_model *model, uint64_t count, const char *one, const char *many)
{
    return mw_model_format(model, "%s %s", mw_units_count(count).text, count == 1 ? one : many);
}

static void note_full_tables(struct mw_model *model)
{
    const struct mw_model_cost *cost = &model->cost;

    if (cost->lost_sites)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%s counted by line, or by MPI function as \"other places\", and not by call "
                      "site: there were more call sites than the %d that each rank has room for; those that were called often, "
                      "or that much memory belongs to, are shown",
                      count_of(model, cost->lost_sites, "call is", "calls are"), MW_RECORD_SITES);
    if (cost->lost_phases)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%s counted as \"other phases\": there were more phases than the %d that each "
                      "rank has room for; those that came often, or that much memory belongs to, are shown",
                      count_of(model, cost->lost_phases, "visit of a phase is", "visits of phases are"), MW_RECORD_PHASES);
    if (cost->lost_modules)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%s no room in the table of libraries (%d for each rank); calls from there "
                      "have no line",
                      count_of(model, cost->lost_modules, "time a library found", "times a library found"), MW_RECORD_MODULES);
}

static void note_lost_detail(struct mw_model *model)
{
    const struct mw_model_cost *cost = &model->cost;

    note_full_tables(model);
    if (cost->lost_requests)
        mw_model_note(
            model, MW_MODEL_NOTE_LOST,
            "%s while too many others were not completed or freed yet: when collectives were completed, and the bytes of "
            "persistent messages, are not recorded",
            count_of(model, cost->lost_requests, "request was made", "requests were made"));
    if (cost->lost_objects)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%s while a rank had too many others: call sites may have freed more objects than is reported",
                      count_of(model, cost->lost_objects, "MPI object was created", "MPI objects were created"));
    if (cost->lost_nested)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%s nested too deeply, and counted in the phase around",
                      count_of(model, cost->lost_nested, "visit of a phase was", "visits of phases were"));
    if (cost->unrecorded)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%llu %s not recorded: made in signal handlers in the middle of other "
                      "calls, or while a cancelled or stopped thread had the record",
                      (unsigned long long)cost->unrecorded, cost->unrecorded == 1 ? "call was" : "calls were");
}

/* RSS does not include these, so a job may need more memory than its peak. */
static void note_outside_rss(struct mw_model *model)
{
    uint64_t huge = 0, swap = 0;

    for (size_t i = 0; i < model->rank_count; i++) {
        huge = mw_model_sum(huge, model->ranks[i].huge_bytes);
        swap = mw_model_sum(swap, model->ranks[i].swap_bytes);
    }
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role != MW_MODEL_RANK) {
            huge = mw_model_sum(huge, model->processes[i].huge_max);
            swap = mw_model_sum(swap, model->processes[i].swap_max);
        }
    if (huge)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "huge pages are not part of RSS: the processes had up to %s of them, "
                      "added up",
                      mw_units_bytes(huge).text);
    if (swap)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "swapped-out memory is not part of RSS: the processes had up to %s of "
                      "it, added up",
                      mw_units_bytes(swap).text);
}

static void note_contradiction(struct mw_model *model)
{
    const struct mw_model_peak *peak = &model->peak;

    if (peak->seen.kind != MW_MODEL_UNKNOWN && peak->upper.kind != MW_MODEL_UNKNOWN && peak->seen.bytes > peak->upper.bytes)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "the sum seen at one moment is %s larger than the upper bound: readings are not exact, "
                      "or a process that was only sampled had more",
                      mw_units_bytes(peak->seen.bytes - peak->upper.bytes).text);
}

static void note_resets(struct mw_model *model)
{
    if (model->cost.no_reset_ranks)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "in %u ranks the kernel's mark was not reset: their phases' peaks are "
                      "upper bounds, and spikes show only where they raised the peak of the whole life",
                      model->cost.no_reset_ranks);
}

/* Ranks that made no system calls after some time. */
static void note_unmeasured(struct mw_model *model, enum mw_unmeasured why, const char *what)
{
    struct mw_ranges list = {0};
    uint64_t first_ns = UINT64_MAX;

    for (size_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        if (!rank->unmeasured_ns || rank->unmeasured != why)
            continue;
        mw_ranges_add(&list, rank->rank, rank->rank);
        if (rank->unmeasured_ns < first_ns)
            first_ns = rank->unmeasured_ns;
    }
    if (list.count)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%s %s %s%s at %s: memory from then on is %s",
                      list.count == 1 ? "rank" : "ranks", mw_ranges_text(&list), what, list.count == 1 ? "" : ", the first",
                      mw_units_time(mw_model_elapsed(model, first_ns)).text,
                      model->job.sampled ? "only sampled by the launcher" : "not known");
}

static void note_clocks(struct mw_model *model)
{
    size_t compared = 0;
    uint64_t error = 0;

    for (size_t i = 0; i < model->host_count; i++) {
        const struct mw_model_host *host = &model->hosts[i];
        compared += !host->clock_error_ns && !host->is_launcher && (host->ranks || host->is_sampled);
        if (error < host->clock_error_ns)
            error = host->clock_error_ns;
    }
    if (error)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "times of other hosts are right to %s or better: their clocks were "
                      "compared over the network",
                      mw_units_time(error).text);
    if (model->host_count > 1 && compared)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "times of %zu host%s are compared by wall clocks and are only as good as "
                      "these agree",
                      compared, compared == 1 ? "" : "s");
}

/* Hosts whose agent was lost, and hosts without samples. */
static void note_hosts(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    size_t lost = 0, unsampled = 0;

    for (size_t i = 0; i < model->host_count; i++) {
        const struct mw_model_host *host = &model->hosts[i];
        if (host->peer == MW_MODEL_PEER_LOST && lost++ < HOSTS_SHOWN)
            mw_model_note(model, MW_MODEL_NOTE_LOST, "host %s was lost at %s (%s): what is known of it ends there", host->name,
                          mw_units_time(mw_model_elapsed(model, host->heard_ns)).text,
                          host->why[0] ? host->why : "why is not known");
        unsampled += merge->launcher && host->ranks && !host->is_sampled;
    }
    if (lost > HOSTS_SHOWN)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%zu more hosts were lost", lost - HOSTS_SHOWN);
    if (unsampled)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%zu host%s not sampled: other processes there, and what ranks had "
                      "after their last call, are not known",
                      unsampled, unsampled == 1 ? " was" : "s were");
}

/* Worlds that were spawned by another world. */
static void note_spawned(struct mw_model *model)
{
    uint32_t last = MW_MODEL_NONE;
    size_t shown = 0, more = 0;

    for (size_t i = 0; i < model->rank_count; i++) { /* sorted by world */
        const struct mw_model_rank *rank = &model->ranks[i];
        const struct mw_model_world *world = &model->worlds[rank->world];
        if (!rank->spawned || rank->world == last)
            continue;
        last = rank->world;
        if (shown++ >= SPAWNS_SHOWN)
            more++;
        else
            mw_model_note(model, MW_MODEL_NOTE_REMARK, "world %u (%d rank%s) was started by MPI_Comm_spawn at %s", last + 1,
                          world->size, world->size == 1 ? "" : "s",
                          mw_units_time(mw_model_elapsed(model, world->first_ns)).text);
    }
    if (more)
        mw_model_note(model, MW_MODEL_NOTE_REMARK, "%zu more worlds were started by MPI_Comm_spawn", more);
}

/* Records that were not brought here, but were gathered on another host. */
static void note_gathered_elsewhere(const struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    for (size_t i = 0; i < model->world_count; i++)
        if (merge->gathered_host && (int64_t)model->worlds[i].ranks < model->worlds[i].size) {
            mw_model_note(model, MW_MODEL_NOTE_LOST, "the complete record is on host %s in %s: memwatch report prints it there",
                          merge->gathered_host, merge->path);
            return;
        }
}

static void note_late_samples(struct mw_merge *merge)
{
    uint64_t samples = 0, late = 0;

    for (size_t i = 0; i < merge->view_count; i++) {
        samples += merge->views[i].samples;
        late += merge->views[i].samples_late;
    }
    if (late > samples / LATE_SHARE)
        mw_model_note(merge->model, MW_MODEL_NOTE_REMARK,
                      "%" PRIu64 " of %" PRIu64
                      " samples took longer than 50 ms, as on a busy host: they are not in the sums over "
                      "processes, which may have been larger",
                      late, samples);
}

/* Notes on a run with several jobs that no single job reports. */
static void note_run(struct mw_merge *merge)
{
    note_outside_rss(merge->model);
    note_contradiction(merge->model);
    note_hosts(merge);
    note_clocks(merge->model);
    note_late_samples(merge);
}

/* Notes on the ranks of a job. */
static void note_job(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    size_t first = 0;
    bool inside = note_inside(model);

    for (uint32_t i = 0; !inside && i < model->world_count; i++)
        note_missing(model, i, &first);
    note_unrecorded(model);
    note_gathered_elsewhere(merge);
    note_lost_detail(model);
    note_spawned(model);
    note_resets(model);
    note_unmeasured(model, MW_UNMEASURED_SANDBOX, "entered a seccomp sandbox");
    note_unmeasured(model, MW_UNMEASURED_ASKED, "made no more system calls, as --no-syscalls asks,");
}

void mw_merge_notes(struct mw_merge *merge)
{
    if (!merge->model->job_count)
        note_job(merge);
    if (merge->is_part)
        note_outside_rss(merge->model);
    else
        note_run(merge);
    if (merge->gathered_only)
        mw_model_note(merge->model, MW_MODEL_NOTE_REMARK,
                      "gathered in MPI_Finalize: what came after it is not in these numbers, "
                      "and the other processes were not sampled");
}
