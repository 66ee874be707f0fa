/* SPDX-License-Identifier: MIT */
/* A job without ranks: the reason, if known. */
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <stdio.h>
#include <string.h>

#define SHOWN 12 /* reasons */

/* Whether the MPI launcher failed and no process of a rank was sampled: then the launcher has printed the reason. */
static bool launcher_failed(const struct mw_model *model)
{
    bool is_launcher = false;

    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role != MW_MODEL_LAUNCHER)
            return false;
        else if (model->processes[i].pid == model->job.pid)
            is_launcher = true;
    return is_launcher && model->job.sampled && !model->job.runs && model->job.command_end_ns && model->job.exit_status;
}

/* A copy of a launcher that was about to execute a program: sampled only between fork and exec. */
static bool has_copies(const struct mw_model *model)
{
    for (size_t i = 0; i < model->process_count; i++)
        for (size_t k = 0; k < model->process_count; k++)
            if (model->processes[i].ppid == model->processes[k].pid && model->processes[i].exe == model->processes[k].exe &&
                model->processes[i].command == model->processes[k].command) /* equal strings are stored once */
                return true;
    return false;
}

static void write_launcher_failed(struct mw_lines *lines)
{
    const struct mw_model_job *job = &lines->model->job;
    int length = (int)strcspn(job->command, " ");

    if (has_copies(lines->model))
        mw_lines_add(lines, 0, MW_LINE_WARN,
                     "%.*s exited with %d before the processes that it started could be sampled; its message is above.", length,
                     job->command, job->exit_status);
    else
        mw_lines_add(lines, 0, MW_LINE_WARN, "%.*s exited with %d before it started a rank; its message is above.", length,
                     job->command, job->exit_status);
}

static void write_reasons(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;

    for (size_t i = 0; i < model->unrecorded_count && i < SHOWN; i++)
        mw_lines_add(lines, 1, MW_LINE_PLAIN, "%s", model->unrecorded[i].text);
    if (model->unrecorded_count > SHOWN)
        mw_lines_add(lines, 1, MW_LINE_ASIDE, "%zu more", model->unrecorded_count - SHOWN);
}

void mw_lines_no_ranks(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;

    if (model->rank_count)
        return;
    if (launcher_failed(model)) {
        write_launcher_failed(lines);
        return;
    }
    mw_lines_add(lines, 0, MW_LINE_WARN, "No rank reported.%s%s",
                 model->job.sampled ? " The processes below were only sampled from outside." : "",
                 model->unrecorded_count ? " Why:"
                                         : " The reason is not known: no process was seen that may have become a rank.");
    write_reasons(lines);
}
