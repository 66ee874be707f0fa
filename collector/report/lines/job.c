/* SPDX-License-Identifier: MIT */
/* How the job ended, ranks, library and samples: one line each, for one paragraph. */
#include "collector/report/lines/lines.h"

#include <stdio.h>
#include <string.h>

/* Maximum number of hosts named in the first line; of more only the number is shown. */
#define HOSTS_NAMED 3

void mw_lines_end(char *text, size_t size, const struct mw_model *model)
{
    const struct mw_model_job *job = &model->job;
    struct mw_units took = mw_units_time(mw_model_duration(model));

    if (!job->sampled)
        snprintf(text, size, "%s from the first to the last recorded time", took.text);
    else if (job->runs)
        snprintf(text, size, "still running after %s%s", took.text,
                 job->launcher_died ? ", but memwatch itself was killed" : "");
    else if (!job->command_end_ns && !job->launcher_died)
        snprintf(text, size, "observed for %s; whether it is still running is not known on this host", took.text);
    else if (!job->command_end_ns)
        snprintf(text, size, "memwatch itself was killed after %s: how the command ended is not known", took.text);
    else if (job->status_unknown)
        snprintf(text, size, "ended after %s with an unknown status", took.text);
    else if (job->exit_signal)
        snprintf(text, size, "killed by signal %d (%s) after %s", job->exit_signal, strsignal(job->exit_signal), took.text);
    else
        snprintf(text, size, "ended with status %d after %s", job->exit_status, took.text);
}

static void add_end(struct mw_lines *lines)
{
    char text[200];

    mw_lines_end(text, sizeof(text), lines->model);
    mw_lines_add(lines, 0, MW_LINE_PLAIN, "%s", text);
}

/* " (node1, node2)"; of many hosts only the number is shown. */
static void name_hosts(char *text, size_t size, const struct mw_model *model, size_t hosts)
{
    text[0] = '\0';
    for (size_t i = 0, named = 0; hosts && hosts <= HOSTS_NAMED && i < model->host_count; i++)
        if (model->hosts[i].ranks) {
            size_t length = strlen(text);
            snprintf(text + length, size - length, "%s%s%s", named ? ", " : " (", model->hosts[i].name,
                     named + 1 == hosts ? ")" : "");
            named++;
        }
}

static void add_ranks(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;
    size_t hosts = 0, ranks = mw_model_rank_total(model);
    char names[800], jobs[32] = "";

    if (model->job_count)
        snprintf(jobs, sizeof(jobs), "%zu jobs with ", model->job_count);
    for (size_t i = 0; i < model->host_count; i++)
        hosts += model->hosts[i].ranks > 0;
    name_hosts(names, sizeof(names), model, hosts);
    if (ranks)
        mw_lines_add(lines, 0, MW_LINE_PLAIN, "%s%zu rank%s on %zu host%s%s", jobs, ranks, ranks == 1 ? "" : "s", hosts,
                     hosts == 1 ? "" : "s", names);
    else if (model->job_count)
        mw_lines_add(lines, 0, MW_LINE_PLAIN, "%zu jobs without ranks", model->job_count);
    else
        mw_lines_add(lines, 0, MW_LINE_PLAIN, "no ranks");
}

/* Each of several jobs may have a different one. */
static void add_library(struct mw_lines *lines)
{
    char text[80];

    snprintf(text, sizeof(text), "%.64s", lines->model->job.library);
    text[strcspn(text, ",\n")] = '\0'; /* Open MPI appends its packager and more */
    if (text[0])
        mw_lines_add(lines, 0, MW_LINE_PLAIN, "%s", text);
}

static void add_samples(struct mw_lines *lines)
{
    const struct mw_model_job *job = &lines->model->job;
    char gaps[120] = "";

    if (!job->sampled || lines->model->number) /* with several jobs the samples belong to the run */
        return;
    if (job->gap_mean_ns)
        snprintf(gaps, sizeof(gaps), ", one every %s on average, longest gap %s", mw_units_time(job->gap_mean_ns).text,
                 mw_units_time(job->gap_max_ns).text);
    mw_lines_add(lines, 0, MW_LINE_PLAIN, "%s sample%s%s (%s requested)", mw_units_count(job->samples).text,
                 job->samples == 1 ? "" : "s", gaps, mw_units_time(job->interval_ns).text);
}

void mw_lines_job(struct mw_lines *lines)
{
    add_end(lines);
    add_ranks(lines);
    add_library(lines);
    add_samples(lines);
}
