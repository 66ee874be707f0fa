/* SPDX-License-Identifier: MIT */
/* Writes one metric family after the other, each with the samples of all jobs: the samples of a family must be consecutive.
 * Every sample has the label `run`, unique to the run, so that files of several runs can be in one directory. There is no
 * label `job`: Prometheus uses that name for its scrape targets and would rename ours. */
#include "collector/report/metrics.h"

#include "collector/base/clock.h"
#include "collector/base/json_out.h"
#include "collector/base/markup.h"
#include "collector/model/certainty.h"
#include "collector/model/rank_name.h"

#include <inttypes.h>

struct metrics {
    FILE *out;
    const struct mw_model *run;
    const char *id;
};

static void head(FILE *out, const char *name, const char *unit, const char *help)
{
    fprintf(out, "# TYPE %s gauge\n", name);
    if (unit)
        fprintf(out, "# UNIT %s %s\n", name, unit);
    fprintf(out, "# HELP %s %s\n", name, help);
}

static void label(FILE *out, const char *name, const char *value)
{
    fprintf(out, ",%s=\"", name);
    mw_markup_put(out, MW_MARKUP_METRICS, value);
    putc('"', out);
}

/* The name of a sample and its first labels: those of the run, and with `job` those of the job. */
static void begin(const struct metrics *metrics, const char *name, const struct mw_model *job)
{
    fprintf(metrics->out, "%s{run=\"", name);
    mw_markup_put(metrics->out, MW_MARKUP_METRICS, metrics->id);
    putc('"', metrics->out);
    if (job)
        fprintf(metrics->out, ",mpi_job=\"%u\"", job->number ? job->number : 1);
}

/* The samples of one model in a family; none if unknown. */
typedef void write_sample(const struct metrics *metrics, const char *name, const struct mw_model *model,
                          const struct mw_model *job);

static void put_info(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    begin(metrics, name, job);
    label(metrics->out, "command", model->job.command);
    fputs("} 1\n", metrics->out);
}

static void put_jobs(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    size_t count = model->job_count ? model->job_count : model->rank_count > 0;

    begin(metrics, name, job);
    fprintf(metrics->out, "} %zu\n", count);
}

static void put_duration(const struct metrics *metrics, const char *name, const struct mw_model *model,
                         const struct mw_model *job)
{
    begin(metrics, name, job);
    fputs("} ", metrics->out);
    mw_json_out_seconds(metrics->out, mw_model_duration(model));
    putc('\n', metrics->out);
}

static void put_status(const struct metrics *metrics, const char *name, const struct mw_model *model,
                       const struct mw_model *job)
{
    if (!mw_model_status_is_known(model))
        return;
    begin(metrics, name, job);
    fprintf(metrics->out, "} %d\n", model->job.exit_status);
}

static void put_ranks(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    begin(metrics, name, job);
    fprintf(metrics->out, "} %zu\n", mw_model_rank_total(model));
}

static void put_deaths(const struct metrics *metrics, const char *name, const struct mw_model *model,
                       const struct mw_model *job)
{
    begin(metrics, name, job);
    fprintf(metrics->out, "} %zu\n", mw_model_death_total(model));
}

static void put_bytes(const struct metrics *metrics, const char *name, const struct mw_model *job,
                      const struct mw_model_bytes *value)
{
    if (value->kind == MW_MODEL_UNKNOWN)
        return;
    begin(metrics, name, job);
    fprintf(metrics->out, "} %" PRIu64 "\n", value->bytes);
}

static void put_seen(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    put_bytes(metrics, name, job, &model->peak.seen);
}

static void put_upper(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    put_bytes(metrics, name, job, &model->peak.upper);
}

static void put_pss(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    put_bytes(metrics, name, job, &model->peak.pss);
}

static void put_hosts(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    for (size_t i = 0; i < model->host_count; i++) {
        if (model->hosts[i].upper.kind == MW_MODEL_UNKNOWN)
            continue;
        begin(metrics, name, job);
        label(metrics->out, "host", model->hosts[i].name);
        fprintf(metrics->out, "} %" PRIu64 "\n", model->hosts[i].upper.bytes);
    }
}

static const char *const limit_words[MW_LIMIT_KINDS] = {[MW_LIMIT_NONE] = "none",
                                                        [MW_LIMIT_CGROUP] = "cgroup",
                                                        [MW_LIMIT_NODE] = "node",
                                                        [MW_LIMIT_HIGH] = "cgroup_high",
                                                        [MW_LIMIT_MEMSW] = "cgroup_memory_and_swap",
                                                        [MW_LIMIT_SLURM] = "slurm",
                                                        [MW_LIMIT_ADDRESS] = "address_space",
                                                        [MW_LIMIT_DATA] = "data"};

/* One value per limit on several processes together; a group with memory.high may have another limit as well. */
static void put_charges(const struct metrics *metrics, const char *name, const struct mw_model *model, bool used)
{
    for (size_t i = 0; i < model->host_count; i++)
        for (uint32_t c = 0; c < model->hosts[i].charge_count; c++) {
            const struct mw_model_charge *charge = &model->hosts[i].charges[c];
            if (charge->used.kind == MW_MODEL_UNKNOWN)
                continue;
            begin(metrics, name, NULL);
            label(metrics->out, "host", model->hosts[i].name);
            label(metrics->out, "limit", limit_words[charge->kind]);
            label(metrics->out, "cgroup", charge->path);
            fprintf(metrics->out, "} %" PRIu64 "\n", used ? charge->used.bytes : charge->bytes);
        }
}

static void put_limits(const struct metrics *metrics, const char *name, const struct mw_model *model,
                       const struct mw_model *job)
{
    (void)job;
    put_charges(metrics, name, model, false);
}

static void put_used(const struct metrics *metrics, const char *name, const struct mw_model *model, const struct mw_model *job)
{
    (void)job;
    put_charges(metrics, name, model, true);
}

static void put_one_headroom(const struct metrics *metrics, const char *name, const struct mw_model *model,
                             const struct mw_model *job)
{
    const struct mw_model_headroom *headroom = &model->headroom;

    if (headroom->kind == MW_LIMIT_NONE)
        return;
    begin(metrics, name, job);
    label(metrics->out, "host", model->hosts[headroom->host].name);
    label(metrics->out, "limit", limit_words[headroom->kind]);
    if (headroom->rank != MW_MODEL_NONE && mw_rank_name_is_known(model, headroom->rank))
        fprintf(metrics->out, ",rank=\"%d\"", model->ranks[headroom->rank].rank);
    fprintf(metrics->out, "} %" PRIu64 "\n", headroom->left.bytes);
}

/* Of the run, and of each of its jobs if there are several. */
static void put_headroom(const struct metrics *metrics, const char *name, const struct mw_model *model,
                         const struct mw_model *job)
{
    put_one_headroom(metrics, name, model, job);
    for (size_t i = 0; i < model->job_count; i++)
        put_one_headroom(metrics, name, &model->jobs[i], &model->jobs[i]);
}

static void put_rank_peaks(const struct metrics *metrics, const char *name, const struct mw_model *model,
                           const struct mw_model *job)
{
    for (size_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        if (rank->peak.kind == MW_MODEL_UNKNOWN)
            continue;
        begin(metrics, name, job);
        fprintf(metrics->out, ",world=\"%u\"", rank->world + 1);
        if (rank->rank >= 0) /* MPI_Init has returned */
            fprintf(metrics->out, ",rank=\"%d\"", rank->rank);
        label(metrics->out, "host", model->hosts[rank->host].name);
        fprintf(metrics->out, ",pid=\"%d\",kind=\"%s\"} %" PRIu64 "\n", rank->pid, mw_certainty[rank->peak.kind].name,
                rank->peak.bytes);
    }
}

/* Phases with one path are one series: a phase "a/b" and "b" inside "a" have the same path. Equal strings of a model are
 * stored once. */
static bool largest_of_path(const struct mw_model *model, size_t index, uint64_t *bytes)
{
    const char *path = model->phases[index].path;

    *bytes = 0;
    for (size_t i = 0; i < model->phase_count; i++) {
        if (model->phases[i].kind != MW_PHASE_USER || model->phases[i].path != path)
            continue;
        if (i < index)
            return false; /* written with the earlier one */
        if (model->phases[i].peak_kind != MW_MODEL_UNKNOWN && model->phases[i].peak.max > *bytes)
            *bytes = model->phases[i].peak.max;
    }
    return *bytes;
}

/* Only user phases: the others are too many, and their names change with the source lines. */
static void put_phases(const struct metrics *metrics, const char *name, const struct mw_model *model,
                       const struct mw_model *job)
{
    uint64_t bytes;

    for (size_t i = 0; i < model->phase_count; i++) {
        if (model->phases[i].kind != MW_PHASE_USER || !largest_of_path(model, i, &bytes))
            continue;
        begin(metrics, name, job);
        label(metrics->out, "phase", model->phases[i].path);
        fprintf(metrics->out, "} %" PRIu64 "\n", bytes);
    }
}

static const struct family {
    const char *name, *unit, *help;
    bool of_run; /* of the run; else of each job */
    write_sample *put;
} families[] = {
    {"memwatch_run_info", NULL, "The command of memwatch run; always 1.", true, put_info},
    {"memwatch_run_jobs", NULL, "MPI jobs that the command started.", true, put_jobs},
    {"memwatch_run_duration_seconds", "seconds", "From the start of the command to its end, or to the last sample.", true,
     put_duration},
    {"memwatch_run_exit_status", NULL, "The command's exit status, 128 plus the signal that killed it.", true, put_status},
    {"memwatch_run_rss_seen_bytes", "bytes", "Largest sum of RSS in one sample, of all processes.", true, put_seen},
    {"memwatch_run_rss_upper_bytes", "bytes", "Upper bound of RSS at any time, of all processes.", true, put_upper},
    {"memwatch_host_rss_upper_bytes", "bytes", "Upper bound of RSS at any time on this host.", true, put_hosts},
    {"memwatch_limit_bytes", "bytes", "A limit on memory of several processes together.", true, put_limits},
    {"memwatch_limit_used_bytes", "bytes",
     "Memory that counted against it when the least was left, sampled, without memory that the "
     "kernel could drop.",
     true, put_used},
    {"memwatch_headroom_bytes", "bytes", "Memory left of the limit with the least headroom.", true, put_headroom},
    {"memwatch_job_info", NULL, "What started the job; always 1.", false, put_info},
    {"memwatch_job_duration_seconds", "seconds", "How long the job ran.", false, put_duration},
    {"memwatch_job_exit_status", NULL, "The exit status of what started the job, 128 plus the signal that killed it.", false,
     put_status},
    {"memwatch_job_ranks", NULL, "MPI ranks that are known.", false, put_ranks},
    {"memwatch_job_deaths", NULL, "Ranks that did not end regularly.", false, put_deaths},
    {"memwatch_job_rss_seen_bytes", "bytes", "A sum of RSS at one time: a lower bound.", false, put_seen},
    {"memwatch_job_rss_upper_bytes", "bytes", "Upper bound of RSS at any time.", false, put_upper},
    {"memwatch_job_pss_seen_bytes", "bytes", "Largest sum of PSS in one sweep: shared pages once.", false, put_pss},
    {"memwatch_rank_rss_peak_bytes", "bytes", "Highest RSS of a rank.", false, put_rank_peaks},
    {"memwatch_phase_rss_peak_bytes", "bytes", "Highest RSS of one rank in a phase of the program.", false, put_phases},
};

static void write_family(const struct metrics *metrics, const struct family *family)
{
    head(metrics->out, family->name, family->unit, family->help);
    if (family->of_run)
        family->put(metrics, family->name, metrics->run, NULL);
    for (size_t i = 0; !family->of_run && i < mw_model_parts(metrics->run); i++)
        family->put(metrics, family->name, mw_model_part(metrics->run, i), mw_model_part(metrics->run, i));
}

/* Unique to the run: host, process and start time; without a launcher the world id. */
static void write_id(char *id, size_t size, const struct mw_model *run)
{
    const char *host = run->host_count ? run->hosts[0].name : "";

    if (run->job.begin_wall_ns)
        snprintf(id, size, "%.64s-%d-%" PRIu64, host, run->job.pid, run->job.begin_wall_ns / (uint64_t)MW_NS_PER_MS);
    else
        snprintf(id, size, "%.64s-%016" PRIx64 "-%" PRIu64, host, run->world_count ? run->worlds[0].id : 0, run->job.begin_ns);
}

int mw_report_metrics_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    char id[160];
    const struct metrics metrics = {out, model, id};

    (void)style;
    write_id(id, sizeof(id), model);
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        write_family(&metrics, &families[i]);
    fputs("# EOF\n", out);
    return ferror(out) ? -1 : 0;
}
