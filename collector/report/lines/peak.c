/* SPDX-License-Identifier: MIT */
/* The job's peak in three numbers, the headroom, the cost of memwatch. */
#include "collector/model/rank_name.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <stdio.h>

/* Smaller amounts of shared memory are not reported. */
#define SHARED_MIN (16ULL << 20)
#define SHARED_SHARE 5 /* percent of RSS */

/* One of the three numbers and its description. */
static void write_number(struct mw_lines *lines, struct mw_model_bytes bytes, const char *meaning)
{
    mw_lines_add(lines, 0, MW_LINE_PLAIN, "%s", meaning);
    mw_lines_value(lines, bytes);
}

/* For one of several jobs, which were sampled together. */
static void describe_part(const struct mw_lines *lines, char *text, size_t size)
{
    const struct mw_model_peak *peak = &lines->model->peak;

    if (peak->seen.kind == MW_MODEL_UNKNOWN)
        snprintf(text, size, "at one moment: samples are of all jobs together");
    else
        snprintf(text, size, "%s, %s %s",
                 peak->seen_processes == 1 ? "at some time: the peak of one of its processes"
                                           : "at one moment: the sum of RSS over all processes minus the upper bound of "
                                             "the other jobs",
                 peak->seen_processes == 1 ? "by" : "at", mw_report_when(lines->model, peak->seen_ns).text);
}

static void write_seen(struct mw_lines *lines)
{
    const struct mw_model_peak *peak = &lines->model->peak;
    char text[200] = "largest sum at one moment: the job was not sampled";

    if (peak->seen.kind != MW_MODEL_UNKNOWN && peak->seen_hosts)
        snprintf(text, sizeof(text), "seen on %u hosts together, at %s: the sum of each host's smallest sample within %s",
                 peak->seen_hosts, mw_report_when(lines->model, peak->seen_ns).text,
                 mw_units_time(lines->model->slice_ns).text);
    else if (lines->model->number)
        describe_part(lines, text, sizeof(text));
    else if (peak->seen.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "seen at one moment: sum of RSS over %u processes, at %s", peak->seen_processes,
                 mw_report_when(lines->model, peak->seen_ns).text);
    write_number(lines, peak->seen, text);
}

static void write_upper(struct mw_lines *lines)
{
    const struct mw_model_peak *peak = &lines->model->peak;
    char text[400] = "upper bound: no process reported its own peak", open[120] = "", sampled[120] = "", error[64] = "";

    if (peak->error_bytes)
        snprintf(error, sizeof(error), "; %s of it for reading errors", mw_units_bytes(peak->error_bytes).text);
    if (peak->upper_open_ranks)
        snprintf(open, sizeof(open), "; without the end of %u rank%s, which was not measured", peak->upper_open_ranks,
                 peak->upper_open_ranks == 1 ? "" : "s");
    if (peak->upper_sampled)
        snprintf(sampled, sizeof(sampled), "; %u other process%s in it as sampled", peak->upper_sampled,
                 peak->upper_sampled == 1 ? " is" : "es are");
    if (peak->upper.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "upper bound at any time, from each process's peaks over time%s%s%s%s",
                 lines->model->job.sampled ? "" : " (ranks only)", error, open, sampled);
    write_number(lines, peak->upper, text);
}

static void write_pss(struct mw_lines *lines)
{
    const struct mw_model_peak *peak = &lines->model->peak;
    char text[200] = "PSS, which counts shared pages once: not sampled";

    if (peak->seen_hosts || lines->model->number)
        return; /* PSS of single hosts is in the table of hosts; PSS of jobs is that of the run */
    if (peak->pss.kind != MW_MODEL_UNKNOWN)
        snprintf(text, sizeof(text), "PSS, which counts shared pages once: at %s, when RSS was %s (%llu sweep%s)",
                 mw_report_when(lines->model, peak->pss_ns).text, mw_units_bytes(peak->pss_rss).text,
                 (unsigned long long)peak->pss_sweeps, peak->pss_sweeps == 1 ? "" : "s");
    write_number(lines, peak->pss, text);
}

/* Whether so much is shared that it is worth a line; libraries alone are not. */
static bool is_much_shared(const struct mw_model_peak *peak)
{
    return peak->shared.bytes >= SHARED_MIN && peak->shared.bytes / SHARED_SHARE >= peak->shared_rss / 100;
}

static void write_shared(struct mw_lines *lines)
{
    const struct mw_model_peak *peak = &lines->model->peak;
    char text[400], what[120] = "";

    if (!is_much_shared(peak))
        return;
    if (peak->shared_shmem)
        snprintf(what, sizeof(what), "; %s of it shared memory, the rest files such as libraries",
                 mw_units_bytes(peak->shared_shmem).text);
    snprintf(text, sizeof(text), "counted more than once by sums of RSS: %s minus PSS, sampled at %s%s",
             mw_units_bytes(peak->shared_rss).text, mw_report_when(lines->model, peak->shared_ns).text, what);
    write_number(lines, peak->shared, text);
}

static void write_cost(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;
    const struct mw_model_cost *cost = &model->cost;
    uint64_t lasted = model->job.end_ns > model->job.begin_ns ? model->job.end_ns - model->job.begin_ns : 0;
    char ranks[340] = "", sampling[120] = "";

    if (model->rank_count)
        snprintf(ranks, sizeof(ranks),
                 "%s of the ranks' time (most in %s: %s), at most %s of a rank's RSS; %s of %s "
                 "calls measured%s",
                 mw_units_percent(cost->share_mean).text, mw_rank_name(model, cost->share_worst).text,
                 mw_units_percent(cost->share_max).text, mw_units_bytes(cost->shim_bytes_max).text,
                 mw_units_count(cost->measured).text, mw_units_count(cost->calls).text,
                 cost->measured < cost->calls ? ", the others only counted" : "");
    if (cost->launcher_rss_peak && lasted && !model->number) /* not if memwatch was killed */
        snprintf(sampling, sizeof(sampling), "%ssampling took %s of one CPU and %s", model->rank_count ? "; " : "",
                 mw_units_percent((double)cost->launcher_cpu_ns / (double)lasted).text,
                 mw_units_bytes(cost->launcher_rss_peak).text);
    if (ranks[0] || sampling[0]) {
        mw_lines_add(lines, 0, MW_LINE_PLAIN, "%s%s", ranks, sampling);
        mw_lines_label(lines, "memwatch");
    }
}

void mw_lines_peak(struct mw_lines *lines)
{
    write_seen(lines);
    write_upper(lines);
    write_pss(lines);
    write_shared(lines);
    mw_lines_headroom(lines);
    write_cost(lines);
}
