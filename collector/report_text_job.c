/* SPDX-License-Identifier: MIT */
/* The job: what ran, how it ended, its peak in three numbers, the headroom, what memwatch cost. */
#include "collector/report_text_parts.h"

#include <signal.h>
#include <string.h>

/* Hosts named in the first line; of more only the number is told. */
#define HOSTS_NAMED 3

/* Less than this is not said to be counted more than once. */
#define SHARED_LEAST (16ULL << 20)
#define SHARED_SHARE 5 /* percent of RSS */

static void write_command(const struct mw_report *report)
{
    const char *command = report->model->job.command;

    mw_report_paragraph(report, "memwatch  ", MW_TEXT_BOLD, "%s", command[0] ? command : "(command unknown)");
}

static void append(char *line, size_t size, const char *text)
{
    size_t length = strlen(line);

    snprintf(line + length, size - length, "%s%s", length ? " · " : "", text);
}

static void append_end(char *line, size_t size, const struct mw_model *model)
{
    const struct mw_model_job *job = &model->job;
    struct mw_units took = mw_units_time(job->end_ns > job->begin_ns ? job->end_ns - job->begin_ns : 0);
    char text[160];

    if (!job->sampled)
        snprintf(text, sizeof(text), "%s from the first to the last moment recorded", took.text);
    else if (job->exit_signal)
        snprintf(text, sizeof(text), "killed by signal %d (%s) after %s", job->exit_signal,
                 strsignal(job->exit_signal), took.text);
    else
        snprintf(text, sizeof(text), "ended with status %d after %s", job->exit_status, took.text);
    append(line, size, text);
}

static void append_ranks(char *line, size_t size, const struct mw_model *model)
{
    char text[300];
    size_t hosts = 0;

    for (size_t i = 0; i < model->host_count; i++)
        hosts += model->hosts[i].ranks > 0;
    snprintf(text, sizeof(text), "%zu rank%s on %zu host%s", model->rank_count, model->rank_count == 1 ? "" : "s",
             hosts, hosts == 1 ? "" : "s");
    if (model->rank_count == 0)
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

static void append_library(char *line, size_t size, const struct mw_model *model)
{
    char text[80];

    snprintf(text, sizeof(text), "%.64s", model->job.library);
    text[strcspn(text, ",\n")] = '\0'; /* Open MPI appends its packager and more */
    if (text[0])
        append(line, size, text);
}

static void append_samples(char *line, size_t size, const struct mw_model_job *job)
{
    char text[120];

    if (!job->sampled)
        return;
    snprintf(text, sizeof(text), "%s sample%s, one every %s", mw_units_count(job->samples).text,
             job->samples == 1 ? "" : "s", mw_units_time(job->interval_ns).text);
    append(line, size, text);
}

static void write_summary(const struct mw_report *report)
{
    char line[900] = "";

    append_end(line, sizeof(line), report->model);
    append_ranks(line, sizeof(line), report->model);
    append_library(line, sizeof(line), report->model);
    append_samples(line, sizeof(line), &report->model->job);
    mw_report_paragraph(report, "  ", MW_TEXT_PLAIN, "%s", line);
}

static void write_deaths(const struct mw_report *report)
{
    for (size_t i = 0; i < report->model->note_count; i++)
        if (report->model->notes[i].kind == MW_MODEL_NOTE_DEATH)
            mw_report_paragraph(report, "  ✗ ", MW_TEXT_ALARM, "%s", report->model->notes[i].text);
}

/* One of the three numbers, padded so that what it means stands in one column. */
static void write_number(const struct mw_report *report, struct mw_model_bytes bytes, const char *meaning)
{
    struct mw_units number = mw_report_bytes(bytes);
    char first[64];

    if (bytes.kind == MW_MODEL_UNKNOWN)
        snprintf(number.text, sizeof(number.text), "unknown");
    snprintf(first, sizeof(first), "    %s%*s  ", number.text, 12 - mw_text_width(number.text), "");
    mw_report_paragraph(report, first, MW_TEXT_PLAIN, "%s", meaning);
}

static void write_seen(const struct mw_report *report)
{
    const struct mw_model_peak *peak = &report->model->peak;
    char text[200] = "largest sum at one moment: nobody sampled the job";

    if (peak->seen.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "seen at one moment: sum of RSS over %u processes, at %s", peak->seen_processes,
                 mw_report_when(report->model, peak->seen_ns).text);
    write_number(report, peak->seen, text);
}

static void write_upper(const struct mw_report *report)
{
    const struct mw_model_peak *peak = &report->model->peak;
    char text[400] = "upper bound: no process told its own peak", open[120] = "", sampled[120] = "", error[64] = "";

    if (peak->error_bytes)
        snprintf(error, sizeof(error), "; %s of it for reading errors", mw_units_bytes(peak->error_bytes).text);
    if (peak->upper_open_ranks)
        snprintf(open, sizeof(open), "; does not hold for the end of %u rank%s that nobody measured",
                 peak->upper_open_ranks, peak->upper_open_ranks == 1 ? "" : "s");
    if (peak->upper_sampled)
        snprintf(sampled, sizeof(sampled), "; %u other process%s in it with what sampling saw", peak->upper_sampled,
                 peak->upper_sampled == 1 ? " is" : "es are");
    if (peak->upper.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "upper bound at any moment, from each process's peaks over time%s%s%s%s",
                 report->model->job.sampled ? "" : " (ranks only)", error, open, sampled);
    write_number(report, peak->upper, text);
}

static void write_pss(const struct mw_report *report)
{
    const struct mw_model_peak *peak = &report->model->peak;
    char text[200] = "PSS, which counts shared pages once: never read";

    if (peak->pss.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "PSS, which counts shared pages once: at %s, where RSS was %s (%llu sweep%s)",
                 mw_report_when(report->model, peak->pss_ns).text, mw_units_bytes(peak->pss_rss).text,
                 (unsigned long long)peak->pss_sweeps, peak->pss_sweeps == 1 ? "" : "s");
    write_number(report, peak->pss, text);
}

/* Worth a line: what is shared by a few processes of every job, such as libraries, is not. */
static bool is_much_shared(const struct mw_model_peak *peak)
{
    return peak->shared.bytes >= SHARED_LEAST && peak->shared.bytes / SHARED_SHARE >= peak->shared_rss / 100;
}

static void write_shared(const struct mw_report *report)
{
    const struct mw_model_peak *peak = &report->model->peak;
    char text[400], what[120] = "";

    if (!is_much_shared(peak))
        return;
    if (peak->shared_shmem)
        snprintf(what, sizeof(what), "; %s of it shared memory, the rest files such as libraries",
                 mw_units_bytes(peak->shared_shmem).text);
    snprintf(text, sizeof(text), "counted more than once by sums of RSS: %s minus PSS, sampled at %s%s",
             mw_units_bytes(peak->shared_rss).text, mw_report_when(report->model, peak->shared_ns).text, what);
    write_number(report, peak->shared, text);
}

static const struct mw_model_host *launcher_host(const struct mw_model *model)
{
    for (size_t i = 0; i < model->host_count; i++)
        if (model->hosts[i].is_launcher)
            return &model->hosts[i];
    return NULL;
}

static void describe_limit(char *text, size_t size, const struct mw_model_limit *limit)
{
    if (limit->kind == MW_LIMIT_CGROUP)
        snprintf(text, size, "%s, the limit of control group %s", mw_units_bytes(limit->bytes).text,
                 limit->cgroup_path);
    else
        snprintf(text, size, "%s, the memory of the node", mw_units_bytes(limit->bytes).text);
}

/* Of the launcher's host only: memwatch sees no other host's limits. */
static void write_headroom(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const struct mw_model_host *host = launcher_host(model);
    const struct mw_model_limit *limit = &model->limit;
    uint64_t upper = host && host->upper.kind == MW_MODEL_AT_MOST ? host->upper.bytes : 0;
    uint64_t seen = model->peak.seen.bytes;
    bool open = model->peak.upper_open_ranks || model->peak.upper_sampled;
    char what[600];

    if (limit->kind == MW_LIMIT_NONE)
        return;
    describe_limit(what, sizeof(what), limit);
    if (upper && upper <= limit->bytes)
        mw_report_paragraph(report, "  Headroom    ", MW_TEXT_PLAIN, "%s %s left of %s",
                            open ? "about" : "at least", mw_units_bytes(limit->bytes - upper).text, what);
    else if (seen <= limit->bytes)
        mw_report_paragraph(report, "  Headroom    ", upper ? MW_TEXT_WARN : MW_TEXT_PLAIN, "at most %s left of %s%s",
                            mw_units_bytes(limit->bytes - seen).text, what,
                            upper ? "; the upper bound leaves nothing" : "");
    else
        mw_report_paragraph(report, "  Headroom    ", MW_TEXT_ALARM, "none: %s more than %s",
                            mw_units_bytes(seen - limit->bytes).text, what);
    if (limit->cgroup_peak)
        mw_report_paragraph(report, "              ", MW_TEXT_DIM,
                            "the control group's own peak is %s, page cache and kernel memory included",
                            mw_units_bytes(limit->cgroup_peak).text);
}

static void write_cost(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const struct mw_model_cost *cost = &model->cost;
    uint64_t lasted = model->job.end_ns > model->job.begin_ns ? model->job.end_ns - model->job.begin_ns : 0;
    char ranks[300] = "", sampling[120] = "";

    if (model->rank_count)
        snprintf(ranks, sizeof(ranks), "%s of the ranks' time (most in rank %s: %s), %s in each rank; %s of %s calls "
                 "measured%s", mw_units_percent(cost->share_mean).text,
                 mw_report_rank(model, cost->share_worst).text, mw_units_percent(cost->share_max).text,
                 mw_units_bytes(cost->shim_bytes_max).text, mw_units_count(cost->measured).text,
                 mw_units_count(cost->calls).text, cost->measured < cost->calls ? ", the others only counted" : "");
    if (model->job.sampled && lasted)
        snprintf(sampling, sizeof(sampling), "%ssampling took %s of one CPU and %s", model->rank_count ? "; " : "",
                 mw_units_percent((double)cost->launcher_cpu_ns / (double)lasted).text,
                 mw_units_bytes(cost->launcher_rss_peak).text);
    if (ranks[0] || sampling[0])
        mw_report_paragraph(report, "  memwatch    ", MW_TEXT_PLAIN, "%s%s", ranks, sampling);
}

static void write_no_ranks(const struct mw_report *report)
{
    static const char *const reasons[] = {
        "the program makes no MPI call, or ended before MPI_Init",
        "it is linked statically, and nothing can be preloaded into it",
        "it uses an MPI that memwatch does not know (Open MPI and MPICH and what is binary compatible with them)",
        ("LD_PRELOAD got lost on the way: a container, sudo or a set-uid program, a batch system or a wrapper that "
         "starts the ranks with an environment of its own"),
        "the ranks run on hosts that cannot see the run directory",
    };

    fputc('\n', report->out);
    mw_report_paragraph(report, "  ", MW_TEXT_WARN, "No rank reported.%s Why that may be:",
                        report->model->job.sampled ? " Below is what sampling saw of the processes from outside." : "");
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        mw_report_paragraph(report, "    · ", MW_TEXT_PLAIN, "%s", reasons[i]);
}

void mw_report_text_job(const struct mw_report *report)
{
    write_command(report);
    write_summary(report);
    write_deaths(report);
    mw_report_heading(report, "Peak memory of the job", "");
    write_seen(report);
    write_upper(report);
    write_pss(report);
    write_shared(report);
    write_headroom(report);
    write_cost(report);
    if (report->model->rank_count == 0)
        write_no_ranks(report);
}
