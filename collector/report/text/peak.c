/* SPDX-License-Identifier: MIT */
/* The job's peak in three numbers, the headroom, the cost of memwatch. */
#include "collector/model/rank_name.h"
#include "collector/report/text/parts.h"

/* Smaller amounts of shared memory are not reported. */
#define SHARED_MIN (16ULL << 20)
#define SHARED_SHARE 5 /* percent of RSS */

/* One of the three numbers, padded so that the descriptions are aligned. */
static void write_number(const struct mw_report *report, struct mw_model_bytes bytes, const char *meaning)
{
    struct mw_units number = mw_report_bytes(bytes);
    char first[64];

    if (bytes.kind == MW_MODEL_UNKNOWN)
        snprintf(number.text, sizeof(number.text), "unknown");
    snprintf(first, sizeof(first), "    %s%*s  ", number.text, 12 - mw_text_width(number.text), "");
    mw_report_paragraph(report, first, MW_TEXT_PLAIN, "%s", meaning);
}

/* For one of several jobs, which were sampled together. */
static void describe_part(const struct mw_report *report, char *text, size_t size)
{
    const struct mw_model_peak *peak = &report->model->peak;

    if (peak->seen.kind == MW_MODEL_UNKNOWN)
        snprintf(text, size, "at one moment: samples are of all jobs together");
    else
        snprintf(text, size, "%s, %s %s",
                 peak->seen_processes == 1 ? "at some time: the peak of one of its processes"
                                           : "at one moment: the sum of RSS over all processes minus the upper bound of "
                                             "the other jobs",
                 peak->seen_processes == 1 ? "by" : "at", mw_report_when(report->model, peak->seen_ns).text);
}

static void write_seen(const struct mw_report *report)
{
    const struct mw_model_peak *peak = &report->model->peak;
    char text[200] = "largest sum at one moment: the job was not sampled";

    if (peak->seen.kind != MW_MODEL_UNKNOWN && peak->seen_hosts)
        snprintf(text, sizeof(text), "seen on %u hosts together, at %s: the sum of each host's smallest sample within %s",
                 peak->seen_hosts, mw_report_when(report->model, peak->seen_ns).text,
                 mw_units_time(report->model->slice_ns).text);
    else if (report->model->number)
        describe_part(report, text, sizeof(text));
    else if (peak->seen.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "seen at one moment: sum of RSS over %u processes, at %s", peak->seen_processes,
                 mw_report_when(report->model, peak->seen_ns).text);
    write_number(report, peak->seen, text);
}

static void write_upper(const struct mw_report *report)
{
    const struct mw_model_peak *peak = &report->model->peak;
    char text[400] = "upper bound: no process reported its own peak", open[120] = "", sampled[120] = "", error[64] = "";

    if (peak->error_bytes)
        snprintf(error, sizeof(error), "; %s of it for reading errors", mw_units_bytes(peak->error_bytes).text);
    if (peak->upper_open_ranks)
        snprintf(open, sizeof(open), "; without the end of %u rank%s, which was not measured",
                 peak->upper_open_ranks, peak->upper_open_ranks == 1 ? "" : "s");
    if (peak->upper_sampled)
        snprintf(sampled, sizeof(sampled), "; %u other process%s in it as sampled", peak->upper_sampled,
                 peak->upper_sampled == 1 ? " is" : "es are");
    if (peak->upper.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "upper bound at any time, from each process's peaks over time%s%s%s%s",
                 report->model->job.sampled ? "" : " (ranks only)", error, open, sampled);
    write_number(report, peak->upper, text);
}

static void write_pss(const struct mw_report *report)
{
    const struct mw_model_peak *peak = &report->model->peak;
    char text[200] = "PSS, which counts shared pages once: not sampled";

    if (peak->seen_hosts || report->model->number)
        return; /* PSS of single hosts is in the table of hosts; PSS of jobs is that of the run */
    if (peak->pss.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "PSS, which counts shared pages once: at %s, when RSS was %s (%llu sweep%s)",
                 mw_report_when(report->model, peak->pss_ns).text, mw_units_bytes(peak->pss_rss).text,
                 (unsigned long long)peak->pss_sweeps, peak->pss_sweeps == 1 ? "" : "s");
    write_number(report, peak->pss, text);
}

/* Whether so much is shared that it is worth a line; libraries alone are not. */
static bool is_much_shared(const struct mw_model_peak *peak)
{
    return peak->shared.bytes >= SHARED_MIN && peak->shared.bytes / SHARED_SHARE >= peak->shared_rss / 100;
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

static void write_cost(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const struct mw_model_cost *cost = &model->cost;
    uint64_t lasted = model->job.end_ns > model->job.begin_ns ? model->job.end_ns - model->job.begin_ns : 0;
    char ranks[340] = "", sampling[120] = "";

    if (model->rank_count)
        snprintf(ranks, sizeof(ranks), "%s of the ranks' time (most in %s: %s), at most %s of a rank's RSS; %s of %s "
                 "calls measured%s", mw_units_percent(cost->share_mean).text,
                 mw_rank_name(model, cost->share_worst).text, mw_units_percent(cost->share_max).text,
                 mw_units_bytes(cost->shim_bytes_max).text, mw_units_count(cost->measured).text,
                 mw_units_count(cost->calls).text, cost->measured < cost->calls ? ", the others only counted" : "");
    if (cost->launcher_rss_peak && lasted && !model->number) /* not if memwatch was killed */
        snprintf(sampling, sizeof(sampling), "%ssampling took %s of one CPU and %s", model->rank_count ? "; " : "",
                 mw_units_percent((double)cost->launcher_cpu_ns / (double)lasted).text,
                 mw_units_bytes(cost->launcher_rss_peak).text);
    if (ranks[0] || sampling[0])
        mw_report_paragraph(report, "  memwatch    ", MW_TEXT_PLAIN, "%s%s", ranks, sampling);
}

void mw_report_text_peak(const struct mw_report *report)
{
    bool is_run = report->model->job_count > 0;

    mw_report_heading(report, is_run ? "Peak memory of all jobs together" : "Peak memory of the job",
                      is_run ? "peaks at different times are not added" : "");
    write_seen(report);
    write_upper(report);
    write_pss(report);
    write_shared(report);
    mw_report_headroom(report);
    write_cost(report);
}
