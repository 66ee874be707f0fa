/* SPDX-License-Identifier: MIT */
#include "collector/report/trace.h"

#include "collector/base/json_out.h"
#include "collector/model/phase_span.h"
#include "collector/model/rank_name.h"

#include <inttypes.h>

/* Times are relative to the start of the run, also in its jobs. Process 0 of the trace is the run; the others are the hosts,
 * separately for each of several jobs. Ranks are threads, numbered by their index plus one over all jobs, because ids of
 * phases are derived from it. */
struct trace {
    FILE *out;
    const struct mw_model *run, *model;   /* `model`: the current job */
    uint32_t first_process, first_thread; /* number of its first host and of its first rank */
    bool begun;
};

static void begin(struct trace *trace, const char *type, const char *name, uint32_t process, uint32_t thread)
{
    fprintf(trace->out, "%s{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"name\":", trace->begun ? ",\n" : "", type, process, thread);
    mw_json_out_string(trace->out, name);
    trace->begun = true;
}

/* Microseconds since the start of the job. */
static void at(struct trace *trace, const char *key, uint64_t ns)
{
    fprintf(trace->out, ",\"%s\":%llu.%03llu", key, (unsigned long long)(ns / 1000), (unsigned long long)(ns % 1000));
}

static uint32_t process_of(const struct trace *trace, uint32_t host)
{
    return trace->first_process + host;
}

static void name_track(struct trace *trace, const char *what, uint32_t process, uint32_t thread, const char *name)
{
    begin(trace, "M", what, process, thread);
    fputs(",\"args\":{\"name\":", trace->out);
    mw_json_out_string(trace->out, name);
    fputs("}}", trace->out);
}

static void counter(struct trace *trace, const char *name, uint32_t process, uint64_t ns, uint64_t bytes)
{
    begin(trace, "C", name, process, 0);
    at(trace, "ts", ns);
    fprintf(trace->out, ",\"args\":{\"bytes\":%" PRIu64 "}}", bytes);
}

/* A counter keeps its value until the next one: a final 0 ends it before the end of the trace. */
static void add_job(struct trace *trace)
{
    static const char name[] = "sum of RSS, sampled";
    const struct mw_model *model = trace->run;
    uint64_t end = 0;

    name_track(trace, "process_name", 0, 0, model->job_count ? "all jobs" : "job");
    for (size_t i = 0; i < model->slice_count; i++)
        if (model->slices[i].samples) {
            counter(trace, name, 0, i * model->slice_ns, model->slices[i].rss_max);
            end = (i + 1) * model->slice_ns;
        }
    if (end && !model->job.runs)
        counter(trace, name, 0, end, 0);
}

/* When the rank had ended; 0 if it may still be running. */
static uint64_t end_of(const struct trace *trace, const struct mw_model_rank *rank)
{
    const struct mw_model_process *seen = rank->process == MW_MODEL_NONE ? NULL : &trace->model->processes[rank->process];

    if (seen && seen->end != MW_VIEW_LIVES)
        return seen->end_ns > rank->known_ns ? seen->end_ns : rank->known_ns;
    return rank->exited || rank->stage == MW_STAGE_EXITED ? rank->known_ns : 0;
}

static void add_curve(struct trace *trace, const struct mw_model_rank *rank, const char *name)
{
    uint64_t last = 0, end = mw_model_elapsed(trace->run, end_of(trace, rank));

    for (uint32_t i = 0; i < rank->tick_count; i++)
        if (rank->ticks[i].peak) {
            last = mw_model_elapsed(trace->run, mw_model_sum(rank->created_ns, i * rank->tick_ns));
            counter(trace, name, process_of(trace, rank->host), last, rank->ticks[i].peak);
        }
    if (last && end)
        counter(trace, name, process_of(trace, rank->host), end > last ? end : last + 1, 0);
}

/* One occurrence, as an asynchronous slice, because those of one rank may overlap. */
static void add_occurrence(struct trace *trace, const struct mw_model_rank *rank, uint32_t thread,
                           const struct mw_model_phase *phase, const struct mw_phase_span *span)
{
    uint64_t id = (uint64_t)thread << 16 | (uint64_t)(phase - rank->phases);

    for (int end = 0; end < 2; end++) {
        begin(trace, end ? "e" : "b", phase->path, process_of(trace, rank->host), thread);
        fprintf(trace->out, ",\"cat\":\"phase\",\"id\":%" PRIu64, id);
        at(trace, "ts", mw_model_elapsed(trace->run, end ? span->last_ns : span->first_ns));
        fprintf(trace->out, ",\"args\":{\"visits\":%" PRIu64 ",\"peak_bytes\":%" PRIu64 "}}", phase->visits, phase->peak.bytes);
    }
}

/* Several occurrences: only the first and the last are recorded, so this is a counter of the share of time spent in the
 * phase. */
static void add_share(struct trace *trace, const struct mw_model_rank *rank, const char *rank_name,
                      const struct mw_model_phase *phase, const struct mw_phase_span *span)
{
    char name[900];

    snprintf(name, sizeof(name), "%s: %% of time in %s (%" PRIu64 " visits)", rank_name, phase->path, span->occurrences);
    for (int end = 0; end < 2; end++) {
        begin(trace, "C", name, process_of(trace, rank->host), 0);
        at(trace, "ts", mw_model_elapsed(trace->run, end ? span->last_ns : span->first_ns));
        fputs(",\"args\":{\"percent\":", trace->out);
        mw_json_out_double(trace->out, end ? 0 : 100 * span->share);
        fputs("}}", trace->out);
    }
}

static void add_phase(struct trace *trace, const struct mw_model_rank *rank, uint32_t thread, const char *rank_name,
                      const struct mw_model_phase *phase)
{
    struct mw_phase_span span = mw_phase_span_of(rank, phase);

    if (span.occurrences > 1)
        add_share(trace, rank, rank_name, phase, &span);
    else
        add_occurrence(trace, rank, thread, phase, &span);
}

static void add_stack(struct trace *trace, const struct mw_model_spike *spike)
{
    fputs(",\"stack\":[", trace->out);
    for (uint32_t i = 0; i < spike->depth; i++) {
        if (i)
            putc(',', trace->out);
        mw_json_out_string(trace->out, spike->frames[i]->label);
    }
    putc(']', trace->out);
}

static void add_spike(struct trace *trace, const struct mw_model_rank *rank, uint32_t thread,
                      const struct mw_model_spike *spike)
{
    uint64_t enter = mw_model_elapsed(trace->run, spike->entry_ns);
    uint64_t leave = mw_model_elapsed(trace->run, spike->exit_ns);

    begin(trace, "X", rank->sites[spike->site].label, process_of(trace, rank->host), thread);
    at(trace, "ts", enter);
    at(trace, "dur", leave > enter ? leave - enter : 0);
    fprintf(trace->out,
            ",\"cat\":\"spike\",\"args\":{\"entry_bytes\":%" PRIu64 ",\"peak_bytes\":%" PRIu64 ",\"exit_bytes\":%" PRIu64,
            spike->entry_rss, spike->peak_rss, spike->exit_rss);
    add_stack(trace, spike);
    fputs("}}", trace->out);
}

/* Counters of one name are one track within a process of the trace: before MPI_Init has returned a rank is named by its
 * pid. */
static void add_rank(struct trace *trace, uint32_t index)
{
    const struct mw_model *model = trace->model;
    const struct mw_model_rank *rank = &model->ranks[index];
    uint32_t thread = trace->first_thread + index;
    const struct mw_rank_name name = mw_rank_name(model, index);

    name_track(trace, "thread_name", process_of(trace, rank->host), thread, name.text);
    add_curve(trace, rank, name.text);
    for (uint32_t i = 0; i < rank->phase_count; i++)
        if (rank->phases[i].kind == MW_PHASE_USER)
            add_phase(trace, rank, thread, name.text, &rank->phases[i]);
    for (uint32_t i = 0; i < rank->spike_count; i++)
        add_spike(trace, rank, thread, &rank->spikes[i]);
}

static void add_death(struct trace *trace, const struct mw_model_death *death)
{
    /* thread 0: a process that never became a rank */
    begin(trace, "i", death->text, process_of(trace, mw_model_death_host(trace->model, death)),
          death->rank == MW_MODEL_NONE ? 0 : trace->first_thread + death->rank);
    at(trace, "ts", mw_model_elapsed(trace->run, death->ns));
    fputs(",\"s\":\"t\",\"cat\":\"death\"}", trace->out);
}

static void name_hosts(struct trace *trace)
{
    const struct mw_model *model = trace->model;
    char name[128];

    for (uint32_t i = 0; i < model->host_count; i++) {
        snprintf(name, sizeof(name), "job %u on %.64s", model->number, model->hosts[i].name);
        if (!model->number)
            name_track(trace, "process_name", process_of(trace, i), 0, model->hosts[i].name);
        else if (model->hosts[i].ranks)
            name_track(trace, "process_name", process_of(trace, i), 0, name);
    }
}

static void add_part(struct trace *trace, const struct mw_model *model)
{
    trace->model = model;
    name_hosts(trace);
    for (uint32_t i = 0; i < model->rank_count; i++)
        add_rank(trace, i);
    for (size_t i = 0; i < model->death_count; i++)
        add_death(trace, &model->deaths[i]);
    trace->first_process += (uint32_t)model->host_count;
    trace->first_thread += (uint32_t)model->rank_count;
}

int mw_report_trace_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct trace trace = {.out = out, .run = model, .model = model, .first_process = 1, .first_thread = 1};

    (void)style;
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", out);
    add_job(&trace);
    for (size_t i = 0; i < mw_model_parts(model); i++)
        add_part(&trace, mw_model_part(model, i));
    fputs("]}\n", out);
    return ferror(out) ? -1 : 0;
}
