/* SPDX-License-Identifier: MIT */
#include "collector/report_trace.h"

#include "collector/json_out.h"

#include <inttypes.h>

struct trace {
    FILE *out;
    const struct mw_model *model;
    bool begun;
};

/* Viewers count hosts from 1; 0 is the job. Ranks are threads by their index, plus one. */
static void begin(struct trace *trace, const char *type, const char *name, uint32_t process, uint32_t thread)
{
    fprintf(trace->out, "%s{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"name\":", trace->begun ? ",\n" : "", type, process,
            thread);
    mw_json_out_string(trace->out, name);
    trace->begun = true;
}

/* Microseconds since the job began. */
static void at(struct trace *trace, const char *key, uint64_t ns)
{
    fprintf(trace->out, ",\"%s\":%llu.%03llu", key, (unsigned long long)(ns / 1000), (unsigned long long)(ns % 1000));
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

static void add_job(struct trace *trace)
{
    const struct mw_model *model = trace->model;

    name_track(trace, "process_name", 0, 0, "job");
    for (size_t i = 0; i < model->slice_count; i++)
        if (model->slices[i].samples)
            counter(trace, "sum of RSS, sampled", 0, i * model->slice_ns, model->slices[i].rss_max);
}

static void add_curve(struct trace *trace, const struct mw_model_rank *rank, const char *name)
{
    for (uint32_t i = 0; i < rank->tick_count; i++)
        if (rank->ticks[i].peak)
            counter(trace, name, rank->host + 1,
                    mw_model_elapsed(trace->model, mw_model_sum(rank->created_ns, i * rank->tick_ns)),
                    rank->ticks[i].peak);
}

/* An asynchronous slice: those of one rank may overlap. */
static void add_phase(struct trace *trace, const struct mw_model_rank *rank, uint32_t thread,
                      const struct mw_model_phase *phase)
{
    uint64_t first = mw_model_elapsed(trace->model, phase->first_ns);
    uint64_t last = mw_model_elapsed(trace->model, phase->visits ? phase->last_ns : rank->known_ns); /* or still open */
    uint64_t id = (uint64_t)thread << 16 | (uint64_t)(phase - rank->phases);

    for (int end = 0; end < 2; end++) {
        begin(trace, end ? "e" : "b", phase->path, rank->host + 1, thread);
        fprintf(trace->out, ",\"cat\":\"phase\",\"id\":%" PRIu64, id);
        at(trace, "ts", end ? (last > first ? last : first) : first);
        fprintf(trace->out, ",\"args\":{\"visits\":%" PRIu64 ",\"peak_bytes\":%" PRIu64 "}}", phase->visits,
                phase->peak.bytes);
    }
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
    uint64_t enter = mw_model_elapsed(trace->model, spike->entry_ns);
    uint64_t leave = mw_model_elapsed(trace->model, spike->exit_ns);

    begin(trace, "X", rank->sites[spike->site].label, rank->host + 1, thread);
    at(trace, "ts", enter);
    at(trace, "dur", leave > enter ? leave - enter : 0);
    fprintf(trace->out, ",\"cat\":\"spike\",\"args\":{\"entry_bytes\":%" PRIu64 ",\"peak_bytes\":%" PRIu64
            ",\"exit_bytes\":%" PRIu64, spike->entry_rss, spike->peak_rss, spike->exit_rss);
    add_stack(trace, spike);
    fputs("}}", trace->out);
}

static void add_rank(struct trace *trace, uint32_t index)
{
    const struct mw_model *model = trace->model;
    const struct mw_model_rank *rank = &model->ranks[index];
    char name[64];

    if (model->world_count > 1)
        snprintf(name, sizeof(name), "rank %u.%d", rank->world + 1, rank->rank);
    else
        snprintf(name, sizeof(name), "rank %d", rank->rank);
    name_track(trace, "thread_name", rank->host + 1, index + 1, name);
    add_curve(trace, rank, name);
    for (uint32_t i = 0; i < rank->phase_count; i++)
        if (rank->phases[i].kind == MW_PHASE_USER)
            add_phase(trace, rank, index + 1, &rank->phases[i]);
    for (uint32_t i = 0; i < rank->spike_count; i++)
        add_spike(trace, rank, index + 1, &rank->spikes[i]);
}

static void add_death(struct trace *trace, const struct mw_model_death *death)
{
    /* thread 0: a process that never became a rank */
    begin(trace, "i", death->text, mw_model_death_host(trace->model, death) + 1,
          death->rank == MW_MODEL_NONE ? 0 : death->rank + 1);
    at(trace, "ts", mw_model_elapsed(trace->model, death->ns));
    fputs(",\"s\":\"t\",\"cat\":\"death\"}", trace->out);
}

int mw_report_trace_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct trace trace = {.out = out, .model = model};

    (void)style;
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", out);
    add_job(&trace);
    for (uint32_t i = 0; i < model->host_count; i++)
        name_track(&trace, "process_name", i + 1, 0, model->hosts[i].name);
    for (uint32_t i = 0; i < model->rank_count; i++)
        add_rank(&trace, i);
    for (size_t i = 0; i < model->death_count; i++)
        add_death(&trace, &model->deaths[i]);
    fputs("]}\n", out);
    return ferror(out) ? -1 : 0;
}
