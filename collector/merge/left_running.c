/* SPDX-License-Identifier: MIT */
/* Processes that outlive the job: daemons that a rank started, helpers, ranks whose launcher was killed. They still use
 * memory of their host. */
#include "collector/base/units.h"
#include "collector/merge/parts.h"
#include "collector/model/rank_name.h"

#include <stdio.h>
#include <string.h>

#define NAMED_MAX 6     /* maximum number of processes named in one note */
#define ANCESTORS_MAX 8 /* maximum number of ancestors searched for a rank */

/* The command of the run, also for one of its jobs: the end of the command is what counts. */
static const struct mw_model_job *command_of(const struct mw_model *model)
{
    return model->run ? &model->run->job : &model->job;
}

/* Whether the last sample of its host, taken after the command had ended, still contained it. */
static bool is_left(const struct mw_model *model, const struct mw_model_process *process)
{
    const struct mw_model_host *host = &model->hosts[process->host];
    const struct mw_model_job *command = command_of(model);

    return process->end == MW_VIEW_LIVES && process->samples && host->end_ns && process->last_ns == host->last_ns &&
           !command->runs && !command->launcher_died && process->last_ns > command->command_end_ns;
}

/* The first process that was seen with this pid; NULL if there is none. */
static const struct mw_model_process *find_process(const struct mw_model *model, uint32_t host, int32_t pid)
{
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].host == host && model->processes[i].pid == pid)
            return &model->processes[i];
    return NULL;
}

/* " of rank 3": the rank that started it; if that was not seen, the rank in its environment. "" if unknown. */
static const char *owner_of(struct mw_model *model, const struct mw_model_process *process)
{
    const struct mw_model_process *at = find_process(model, process->host, process->ppid);

    if (process->role == MW_MODEL_RANK)
        return mw_model_format(model, ", %s", mw_rank_name(model, process->rank).text);
    for (int i = 0; at && i < ANCESTORS_MAX; i++, at = find_process(model, at->host, at->ppid))
        if (at->role == MW_MODEL_RANK)
            return mw_model_format(model, " of %s", mw_rank_name(model, at->rank).text);
    return process->launch_rank < 0 ? "" : mw_model_format(model, " of rank %d", process->launch_rank);
}

struct left {
    uint64_t count, bytes;
    char names[600];
};

static void add(struct left *left, struct mw_model *model, const struct mw_model_process *process)
{
    size_t length = strlen(left->names);

    if (left->count++ < NAMED_MAX)
        snprintf(left->names + length, sizeof(left->names) - length, "%s%.40s%s (pid %d, %s)", length ? ", " : "",
                 process->name, owner_of(model, process), process->pid, mw_units_bytes(process->rss_last).text);
    left->bytes = mw_model_sum(left->bytes, process->rss_last);
}

static void note(struct mw_model *model, uint32_t host, const struct left *left)
{
    const struct mw_model_host *at_host = &model->hosts[host];
    char sum[80] = "", where[100] = "", more[40] = "";

    if (left->count > 1)
        snprintf(sum, sizeof(sum), ", with an RSS of %s added up", mw_units_bytes(left->bytes).text);
    if (model->host_count > 1)
        snprintf(where, sizeof(where), " on %.80s", at_host->name);
    if (left->count > NAMED_MAX)
        snprintf(more, sizeof(more), ", and %llu more", (unsigned long long)(left->count - NAMED_MAX));
    mw_model_note(model, MW_MODEL_NOTE_REMARK,
                  "still running%s after the job%s: %s%s; memwatch stopped watching %s after the command had ended", where, sum,
                  left->names, more, mw_units_time(at_host->last_ns - command_of(model)->command_end_ns).text);
}

void mw_merge_left_running(struct mw_model *model)
{
    for (uint32_t host = 0; host < model->host_count; host++) {
        struct left left = {0};
        for (size_t i = 0; i < model->process_count; i++) {
            struct mw_model_process *process = &model->processes[i];
            process->left_running |= process->host == host && is_left(model, process);
            if (process->host == host && process->left_running)
                add(&left, model, process);
        }
        if (left.count)
            note(model, host, &left);
    }
}
