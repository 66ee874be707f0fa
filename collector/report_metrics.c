/* SPDX-License-Identifier: MIT */
#include "collector/report_metrics.h"

#include "collector/clock.h"
#include "collector/markup.h"

#include <inttypes.h>

static void head(FILE *out, const char *name, const char *unit, const char *help)
{
    fprintf(out, "# TYPE %s gauge\n", name);
    if (unit)
        fprintf(out, "# UNIT %s %s\n", name, unit);
    fprintf(out, "# HELP %s %s\n", name, help);
}

static void label(FILE *out, const char *name, const char *value, const char *before)
{
    fprintf(out, "%s%s=\"", before, name);
    mw_markup_put(out, MW_MARKUP_METRICS, value);
    putc('"', out);
}

static void bytes(FILE *out, const char *name, const char *help, struct mw_model_bytes value)
{
    if (value.kind == MW_MODEL_UNKNOWN)
        return;
    head(out, name, "bytes", help);
    fprintf(out, "%s %" PRIu64 "\n", name, value.bytes);
}

static void write_job(FILE *out, const struct mw_model *model)
{
    const struct mw_model_job *job = &model->job;
    uint64_t end = job->command_end_ns ? job->command_end_ns : job->end_ns;

    head(out, "memwatch_job_duration_seconds", "seconds", "How long the command ran.");
    fprintf(out, "memwatch_job_duration_seconds %.9f\n", (double)mw_model_elapsed(model, end) / MW_NS_PER_SEC);
    if (job->sampled && !job->runs) {
        head(out, "memwatch_job_exit_status", NULL, "The command's exit status, 128 plus the signal that killed it.");
        fprintf(out, "memwatch_job_exit_status %d\n", job->exit_status);
    }
    head(out, "memwatch_job_ranks", NULL, "MPI ranks that are known.");
    fprintf(out, "memwatch_job_ranks %zu\n", model->rank_count);
    head(out, "memwatch_job_deaths", NULL, "Ranks that did not end regularly.");
    fprintf(out, "memwatch_job_deaths %zu\n", model->death_count);
    bytes(out, "memwatch_job_rss_seen_bytes", "Largest sum of RSS in one sample: at least what the job had.",
          model->peak.seen);
    bytes(out, "memwatch_job_rss_upper_bytes", "No moment can have had more RSS.", model->peak.upper);
    bytes(out, "memwatch_job_pss_seen_bytes", "Largest sum of PSS in one sweep: shared pages once.", model->peak.pss);
}

static void write_hosts(FILE *out, const struct mw_model *model)
{
    if (!model->host_count)
        return;
    head(out, "memwatch_host_rss_upper_bytes", "bytes", "No moment can have had more RSS on this host.");
    for (size_t i = 0; i < model->host_count; i++) {
        if (model->hosts[i].upper.kind == MW_MODEL_UNKNOWN)
            continue;
        label(out, "host", model->hosts[i].name, "memwatch_host_rss_upper_bytes{");
        fprintf(out, "} %" PRIu64 "\n", model->hosts[i].upper.bytes);
    }
}

static void write_ranks(FILE *out, const struct mw_model *model)
{
    static const char *const kinds[] = {"unknown", "exact", "at_least", "at_most"};

    if (!model->rank_count)
        return;
    head(out, "memwatch_rank_rss_peak_bytes", "bytes", "Highest RSS of a rank.");
    for (size_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        if (rank->peak.kind == MW_MODEL_UNKNOWN)
            continue;
        fprintf(out, "memwatch_rank_rss_peak_bytes{world=\"%u\",rank=\"%d\"", rank->world + 1, rank->rank);
        label(out, "host", model->hosts[rank->host].name, ",");
        fprintf(out, ",pid=\"%d\",kind=\"%s\"} %" PRIu64 "\n", rank->pid, kinds[rank->peak.kind], rank->peak.bytes);
    }
}

/* Those that the program names: the others are too many, and change with every line. */
static void write_phases(FILE *out, const struct mw_model *model)
{
    bool begun = false;

    for (size_t i = 0; i < model->phase_count; i++) {
        const struct mw_model_merged_phase *phase = &model->phases[i];
        if (phase->kind != MW_PHASE_USER)
            continue;
        if (!begun)
            head(out, "memwatch_phase_rss_peak_bytes", "bytes", "Highest RSS of one rank in a phase of the program.");
        begun = true;
        label(out, "phase", phase->path, "memwatch_phase_rss_peak_bytes{");
        fprintf(out, "} %" PRIu64 "\n", phase->peak.max);
    }
}

int mw_report_metrics_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    (void)style;
    write_job(out, model);
    write_hosts(out, model);
    write_ranks(out, model);
    write_phases(out, model);
    fputs("# EOF\n", out);
    return ferror(out) ? -1 : 0;
}
