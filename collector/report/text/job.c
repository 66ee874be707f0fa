/* SPDX-License-Identifier: MIT */
/* The job: its command and how it ended. */
#include "collector/report/text/parts.h"

#include <string.h>

/* Maximum number of hosts named in the first line; of more only the number is shown. */
#define HOSTS_NAMED 3

static void write_command(const struct mw_report *report)
{
    const char *command = report->model->job.command;
    char first[32] = "memwatch  ";

    if (report->model->number)
        snprintf(first, sizeof(first), "Job %u  ", report->model->number);
    mw_report_paragraph(report, first, MW_TEXT_BOLD, "%s", command[0] ? command : "(command unknown)");
}

static void append(char *line, size_t size, const char *text)
{
    size_t length = strlen(line);

    snprintf(line + length, size - length, "%s%s", length ? " · " : "", text);
}

void mw_report_text_end(char *text, size_t size, const struct mw_model *model)
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
        snprintf(text, size, "killed by signal %d (%s) after %s", job->exit_signal,
                 strsignal(job->exit_signal), took.text);
    else
        snprintf(text, size, "ended with status %d after %s", job->exit_status, took.text);
}

static void append_ranks(char *line, size_t size, const struct mw_model *model)
{
    size_t hosts = 0, ranks = mw_model_rank_total(model);
    char text[300], jobs[32] = "";

    if (model->job_count)
        snprintf(jobs, sizeof(jobs), "%zu jobs with ", model->job_count);
    for (size_t i = 0; i < model->host_count; i++)
        hosts += model->hosts[i].ranks > 0;
    snprintf(text, sizeof(text), "%s%zu rank%s on %zu host%s", jobs, ranks, ranks == 1 ? "" : "s", hosts,
             hosts == 1 ? "" : "s");
    if (!ranks && model->job_count)
        snprintf(text, sizeof(text), "%zu jobs without ranks", model->job_count);
    else if (!ranks)
        snprintf(text, sizeof(text), "no ranks");
    append(line, size, text);
    for (size_t i = 0, named = 0; hosts && hosts <= HOSTS_NAMED && i < model->host_count; i++)
        if (model->hosts[i].ranks) {
            size_t length = strlen(line);
            snprintf(line + length, size - length, "%s%s%s", named ? ", " : " (", model->hosts[i].name,
                     named + 1 == hosts ? ")" : "");
            named++;
        }
}

/* Each of several jobs may have a different one. */
static void append_library(char *line, size_t size, const struct mw_model *model)
{
    char text[80];

    snprintf(text, sizeof(text), "%.64s", model->job.library);
    text[strcspn(text, ",\n")] = '\0'; /* Open MPI appends its packager and more */
    if (text[0])
        append(line, size, text);
}

static void append_samples(char *line, size_t size, const struct mw_model *model)
{
    const struct mw_model_job *job = &model->job;
    char text[200], gaps[120] = "";

    if (!job->sampled || model->number) /* with several jobs the samples belong to the run */
        return;
    if (job->gap_mean_ns)
        snprintf(gaps, sizeof(gaps), ", one every %s on average, longest gap %s",
                 mw_units_time(job->gap_mean_ns).text, mw_units_time(job->gap_max_ns).text);
    snprintf(text, sizeof(text), "%s sample%s%s (%s requested)", mw_units_count(job->samples).text,
             job->samples == 1 ? "" : "s", gaps, mw_units_time(job->interval_ns).text);
    append(line, size, text);
}

static void write_summary(const struct mw_report *report)
{
    char line[900] = "";

    mw_report_text_end(line, sizeof(line), report->model);
    append_ranks(line, sizeof(line), report->model);
    append_library(line, sizeof(line), report->model);
    append_samples(line, sizeof(line), report->model);
    mw_report_paragraph(report, "  ", MW_TEXT_PLAIN, "%s", line);
}

void mw_report_text_job(const struct mw_report *report)
{
    write_command(report);
    write_summary(report);
}
