/* SPDX-License-Identifier: MIT */
#include "collector/page/data.h"

#include "collector/base/json_out.h"
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/model/phase_choice.h"
#include "collector/model/phase_span.h"
#include "collector/page/curves.h"
#include "collector/report/names.h"
#include "collector/report/text/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A page is to be mailed: what is smaller than so many others is in the record only. */
#define MOST_SPIKES 500
#define MOST_PROCESSES 4000
#define PHASES_SHOWN 60
#define WIDE 100000 /* columns: no paragraph is broken */

/* ---- values, each behind what stands before it ---- */

static void put(FILE *out, const char *before, uint64_t value)
{
    fputs(before, out);
    mw_json_out_unsigned(out, value);
}

static void put_change(FILE *out, const char *before, int64_t value)
{
    fprintf(out, "%s%" PRId64, before, value);
}

static void put_text(FILE *out, const char *before, const char *text)
{
    fputs(before, out);
    mw_json_out_string(out, text ? text : "");
}

static void put_bytes(FILE *out, const char *before, struct mw_model_bytes value)
{
    fprintf(out, "%s[", before);
    mw_json_out_unsigned(out, value.bytes);
    fprintf(out, ",%d]", (int)value.kind);
}

static void put_time(FILE *out, const char *before, const struct mw_model *model, uint64_t ns)
{
    put(out, before, mw_model_elapsed(model, ns));
}

/* The lines that a section of the text report has. */
static void put_lines(FILE *out, const char *before, const struct mw_model *model, const struct mw_report_style *style,
                      void (*section)(const struct mw_report *))
{
    char *text = NULL, *rest, *line;
    size_t size = 0;
    struct mw_report report = {.out = open_memstream(&text, &size), .model = model, .style = style, .width = WIDE};
    bool any = false;

    fprintf(out, "%s[", before);
    if (report.out) {
        section(&report);
        fclose(report.out);
    }
    for (rest = text; (line = rest ? strsep(&rest, "\n") : NULL); any |= line[0] != '\0')
        if (line[0])
            put_text(out, any ? "," : "", line);
    putc(']', out);
    free(text);
}

/* A run with several jobs leaves their ranks to them. */
static void no_section(const struct mw_report *report)
{
    (void)report;
}

/* ---- the job ---- */

static void put_job(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    const struct mw_model_peak *peak = &model->peak;
    char mpi_own[200];

    mw_report_mpi_own(mpi_own, sizeof(mpi_own), model);
    put_text(out, "\"command\":", model->job.command);
    put_lines(out, ",\"summary\":", model, style, mw_report_text_job);
    put_lines(out, ",\"deaths\":", model, style, mw_report_text_deaths);
    put_lines(out, ",\"certainty\":", model, style, mw_report_text_peak);
    put_lines(out, ",\"no_ranks\":", model, style, model->job_count ? no_section : mw_report_text_no_ranks);
    put_lines(out, ",\"in_mpi\":", model, style, mw_report_text_in_mpi);
    put_text(out, ",\"mpi_own\":", mpi_own);
    put(out, ",\"begin_wall_ns\":", model->job.begin_wall_ns);
    put_bytes(out, ",\"seen\":", peak->seen);
    put_bytes(out, ",\"upper\":", peak->upper);
    put_bytes(out, ",\"pss\":", peak->pss);
    put(out, ",\"open_ranks\":", peak->upper_open_ranks);
    put(out, ",\"sum_of_peaks\":", peak->sum_of_peaks);
    put(out, ",\"error\":", model->cost.error_bytes_max);
}

static void put_notes(FILE *out, const struct mw_model *model)
{
    fputs(",\"notes\":[", out);
    for (size_t i = 0; i < model->note_count; i++) {
        fprintf(out, "%s[%d", i ? "," : "", (int)model->notes[i].kind);
        put_text(out, ",", model->notes[i].text);
        putc(']', out);
    }
    putc(']', out);
}

/* ---- tables: an array of rows, whose columns run.js names ---- */

static const char *const limit_words[MW_LIMIT_KINDS] = {
    [MW_LIMIT_NONE] = "", [MW_LIMIT_CGROUP] = "control group", [MW_LIMIT_NODE] = "memory of the node",
    [MW_LIMIT_HIGH] = "memory.high of control group", [MW_LIMIT_MEMSW] = "memory and swap of control group",
    [MW_LIMIT_SLURM] = "Slurm", [MW_LIMIT_ADDRESS] = "ulimit -v", [MW_LIMIT_DATA] = "ulimit -d"};

static bool is_group(enum mw_limit_kind kind)
{
    return kind == MW_LIMIT_CGROUP || kind == MW_LIMIT_MEMSW;
}

/* The limit of which the least was left: limit, what counted against it, whose, on which host; null: none is known. */
static void put_headroom(FILE *out, const struct mw_model *model)
{
    const struct mw_model_headroom *headroom = &model->headroom;
    char whose[600];

    if (headroom->kind == MW_LIMIT_NONE) {
        fputs(",\"headroom\":null", out);
        return;
    }
    mw_report_headroom_limit(whose, sizeof(whose), model);
    put(out, ",\"headroom\":[", headroom->bytes);
    put_bytes(out, ",", headroom->used);
    put_text(out, ",", whose);
    put_text(out, ",", model->host_count > 1 ? model->hosts[headroom->host].name : "");
    putc(']', out);
}

static void put_hosts(FILE *out, const struct mw_model *model)
{
    fputs(",\n\"hosts\":[", out);
    for (size_t i = 0; i < model->host_count; i++) {
        const struct mw_model_host *host = &model->hosts[i];
        put_text(out, i ? ",\n[" : "\n[", host->name);
        put(out, ",", host->ranks);
        put_bytes(out, ",", host->seen);
        put_bytes(out, ",", host->upper);
        put_bytes(out, ",", host->pss);
        put(out, ",", host->limit.bytes);
        put_text(out, ",", limit_words[host->limit.kind]);
        put_text(out, ",", is_group(host->limit.kind) ? host->limit.cgroup_path : "");
        fprintf(out, ",%d]", host->is_sampled);
    }
    putc(']', out);
}

static void put_ranks(FILE *out, const struct mw_model *model, const struct mw_page_curves *curves)
{
    char place[700];

    fputs(",\n\"ranks\":[", out);
    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        mw_report_peak_place(place, sizeof(place), rank);
        put_text(out, i ? ",\n[" : "\n[", mw_report_rank(model, i).text);
        put_text(out, ",", model->hosts[rank->host].name);
        put_change(out, ",", rank->pid);
        put_bytes(out, ",", rank->peak);
        put_time(out, ",", model, rank->peak_ns);
        put_text(out, ",", place);
        put_bytes(out, ",", rank->held_mpi);
        put(out, ",", rank->end_rss);
        put(out, ",", rank->calls);
        put(out, ",", rank->measured);
        put_text(out, ",", rank->binding);
        put_time(out, ",", model, rank->begin_ns);
        put_time(out, ",", model, rank->known_ns);
        fprintf(out, ",%d,", rank->exited);
        mw_page_curves_write_rank(out, curves, model, rank);
        putc(']', out);
    }
    putc(']', out);
}

/* The phases that the table shows at first, with those that they are inside of. */
static bool *choose_phases(const struct mw_model *model)
{
    bool *among = mw_mem_alloc(model->phase_count, sizeof(*among));
    bool *chosen = mw_mem_alloc(model->phase_count, sizeof(*chosen));

    for (size_t i = 0; i < model->phase_count; i++)
        among[i] = true;
    mw_phase_choice_make(model, among, PHASES_SHOWN, chosen);
    free(among);
    for (size_t i = 0; i < model->phase_count; i++)
        for (uint32_t at = (uint32_t)i; chosen[i] && at != MW_MODEL_NONE; at = model->phases[at].parent)
            chosen[at] = true;
    return chosen;
}

static void put_phases(FILE *out, const struct mw_model *model)
{
    bool *chosen = choose_phases(model);
    char name[600];

    fputs(",\n\"phases\":[", out);
    for (size_t i = 0; i < model->phase_count; i++) {
        const struct mw_model_merged_phase *phase = &model->phases[i];
        const struct mw_phase_span span = phase->kind == MW_PHASE_USER
                                              ? mw_phase_span_merged(model, (uint32_t)i)
                                              : (struct mw_phase_span){phase->first_ns, phase->last_ns, 0, 0};
        mw_report_phase(name, sizeof(name), phase);
        put_text(out, i ? ",\n[" : "\n[", name);
        put_text(out, ",", phase->kind == MW_PHASE_USER ? phase->path : "");
        put(out, ",", phase->kind);
        put(out, ",", phase->depth);
        put(out, ",", phase->ranks);
        put(out, ",", phase->visits_max);
        fprintf(out, ",%d", mw_report_by_tick(phase));
        put(out, ",", (uint64_t)phase->time.mean);
        put(out, ",", phase->peak.min);
        put(out, ",", (uint64_t)phase->peak.mean);
        put_bytes(out, ",", (struct mw_model_bytes){phase->peak.max, phase->peak_kind});
        put_text(out, ",", mw_report_rank(model, phase->peak.worst).text);
        put_change(out, ",", phase->growth.max);
        put_time(out, ",", model, span.first_ns);
        put_time(out, ",", model, span.last_ns);
        fprintf(out, ",%d,", chosen[i]);
        mw_json_out_double(out, span.share);
        putc(']', out);
    }
    putc(']', out);
    free(chosen);
}

static void put_sites(FILE *out, const struct mw_model *model)
{
    fputs(",\n\"sites\":[", out);
    for (size_t i = 0; i < model->site_count; i++) {
        const struct mw_model_merged_site *site = &model->sites[i];
        put_text(out, i ? ",\n[" : "\n[", site->call);
        put_text(out, ",", site->place ? site->place->label : "");
        put_text(out, ",", site->place ? site->place->function : "");
        put(out, ",", site->comm_size);
        put(out, ",", site->ranks);
        put(out, ",", site->calls);
        put(out, ",", site->measured);
        put(out, ",", site->sent);
        put(out, ",", site->received);
        put(out, ",", (uint64_t)site->time.mean);
        put_change(out, ",", site->growth.max);
        put(out, ",", site->spike);
        put_text(out, ",", site->spike ? mw_report_rank(model, site->spike_rank).text : "");
        putc(']', out);
    }
    putc(']', out);
}

static int compare_processes(const void *a, const void *b)
{
    const struct mw_model_process *x = *(const struct mw_model_process *const *)a;
    const struct mw_model_process *y = *(const struct mw_model_process *const *)b;

    if (x->peak.bytes != y->peak.bytes)
        return x->peak.bytes < y->peak.bytes ? 1 : -1;
    return (x > y) - (x < y);
}

static void put_process(FILE *out, const struct mw_model *model, const struct mw_model_process *process,
                        uint32_t command)
{
    static const char *const roles[] = {"rank", "launcher", "other"};

    put_text(out, "\n[", process->name);
    put_text(out, ",", roles[process->role]);
    put_text(out, ",", process->role == MW_MODEL_RANK ? mw_report_rank(model, process->rank).text : "");
    put_text(out, ",", model->hosts[process->host].name);
    put_change(out, ",", process->pid);
    put_bytes(out, ",", process->peak);
    put_time(out, ",", model, process->first_ns);
    put_time(out, ",", model, process->last_ns);
    put(out, ",", command);
    putc(']', out);
}

/* Ranks have long command lines, and all the same: each is written once. The model keeps equal strings once. */
static void put_listed(FILE *out, const struct mw_model *model, const struct mw_model_process *const *list, size_t count)
{
    struct mw_map *keys = mw_map_create();
    const char **commands = NULL;
    size_t known = 0;

    fputs(",\n\"processes\":[", out);
    for (size_t i = 0; i < count; i++) {
        uint32_t command = mw_map_add(keys, &list[i]->command, sizeof(list[i]->command), (uint32_t)known);
        if (command == known)
            *MW_MEM_PUSH(commands, known) = list[i]->command;
        fputs(i ? "," : "", out);
        put_process(out, model, list[i], command);
    }
    fputs("],\n\"commands\":[", out);
    for (size_t i = 0; i < known; i++)
        put_text(out, i ? "," : "", commands[i]);
    putc(']', out);
    free(commands);
    mw_map_destroy(keys);
}

static void put_processes(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    const struct mw_model_process **list = NULL;
    uint64_t hidden_largest = 0;
    size_t count = 0, hidden = 0;

    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (mw_report_lists(style, process->command)) {
            *MW_MEM_PUSH(list, count) = process;
            continue;
        }
        hidden++;
        if (process->peak.bytes > hidden_largest)
            hidden_largest = process->peak.bytes;
    }
    if (list)
        qsort(list, count, sizeof(*list), compare_processes);
    put_listed(out, model, list, count < MOST_PROCESSES ? count : MOST_PROCESSES);
    put(out, ",\"processes_smaller\":", count > MOST_PROCESSES ? count - MOST_PROCESSES : 0);
    put(out, ",\"processes_hidden\":", hidden);
    put(out, ",\"hidden_largest\":", hidden_largest);
    free(list);
}

/* ---- spikes: the largest of all ranks ---- */

struct spike {
    uint32_t rank;
    const struct mw_model_spike *spike;
    uint64_t height;
};

static int compare_spikes(const void *a, const void *b)
{
    const struct spike *x = a, *y = b;

    if (x->height != y->height)
        return x->height < y->height ? 1 : -1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static struct spike *list_spikes(const struct mw_model *model, size_t *count)
{
    struct spike *list = NULL;

    *count = 0;
    for (uint32_t i = 0; i < model->rank_count; i++)
        for (uint32_t j = 0; j < model->ranks[i].spike_count; j++) {
            const struct mw_model_spike *spike = &model->ranks[i].spikes[j];
            uint64_t base = spike->entry_rss > spike->exit_rss ? spike->entry_rss : spike->exit_rss;
            if (spike->peak_rss >= base + MW_REPORT_TEXT_SPIKE) /* what came to stay is growth */
                *MW_MEM_PUSH(list, *count) = (struct spike){i, spike, spike->peak_rss - base};
        }
    if (list)
        qsort(list, *count, sizeof(*list), compare_spikes);
    return list;
}

static void put_stack(FILE *out, const struct mw_model_spike *spike)
{
    char line[1200];

    fputs(",[", out);
    for (uint32_t i = 0; i < spike->depth; i++) {
        const struct mw_model_place *place = spike->frames[i];
        const char *function = mw_report_names_is_in_label(place) ? "" : place->function;
        snprintf(line, sizeof(line), "%s%s%s", function, function[0] ? "  " : "", place->label);
        put_text(out, i ? "," : "", line);
    }
    putc(']', out);
}

static void put_spikes(FILE *out, const struct mw_model *model)
{
    size_t count;
    struct spike *list = list_spikes(model, &count);

    fputs(",\n\"spikes\":[", out);
    for (size_t i = 0; i < count && i < MOST_SPIKES; i++) {
        const struct mw_model_rank *rank = &model->ranks[list[i].rank];
        const struct mw_model_spike *spike = list[i].spike;
        put(out, i ? ",\n[" : "\n[", list[i].rank);
        put_text(out, ",", rank->sites[spike->site].label);
        put_text(out, ",", spike->phase == MW_MODEL_NONE ? "" : rank->phases[spike->phase].path);
        put(out, ",", spike->visit);
        put_time(out, ",", model, spike->entry_ns);
        put_time(out, ",", model, spike->exit_ns);
        put(out, ",", spike->entry_rss);
        put(out, ",", spike->peak_rss);
        put(out, ",", spike->exit_rss);
        put_stack(out, spike);
        putc(']', out);
    }
    put(out, "],\"spikes_left_out\":", count > MOST_SPIKES ? count - MOST_SPIKES : 0);
    free(list);
}

/* How the fullest rank came to its peak, as text/waterfall.c has it. */
static void put_waterfall(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    const struct mw_model_rank *rank = model->rank_count ? &model->ranks[model->rank_peak.worst] : NULL;
    struct mw_waterfall waterfall = {.count = 0};
    char text[500];

    if (rank && mw_report_lists(style, rank->command))
        waterfall = mw_waterfall_make(rank);
    fprintf(out, ",\n\"waterfall\":{\"rank\":%u,\"steps\":[", rank ? model->rank_peak.worst : 0);
    for (size_t i = 0; i < waterfall.count; i++) {
        mw_report_waterfall_step(text, sizeof(text), rank, &waterfall, &waterfall.steps[i]);
        put_text(out, i ? ",[" : "[", text);
        put_change(out, ",", waterfall.steps[i].bytes);
        putc(']', out);
    }
    fputs("]}", out);
}

void mw_page_data_write_one(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct mw_report_style plain = *style;
    struct mw_page_curves curves = mw_page_curves_of(model);

    plain.color = false;
    putc('{', out);
    put_job(out, model, &plain);
    put_notes(out, model);
    put(out, ",\n\"span\":", curves.span_ns);
    put(out, ",\"step\":", curves.step_ns);
    put(out, ",\"count\":", curves.count);
    put(out, ",\"unit\":", curves.unit);
    fputs(",\n\"job\":", out);
    mw_page_curves_write_job(out, &curves, model);
    put_headroom(out, model);
    fputs(",\n\"bound\":", out);
    mw_page_curves_write_bound(out, &curves, model);
    put(out, ",\n\"bound_sampled\":", model->peak.upper_sampled);
    put_hosts(out, model);
    put_ranks(out, model, &curves);
    put_waterfall(out, model, style);
    put_phases(out, model);
    put_sites(out, model);
    put_spikes(out, model);
    put_processes(out, model, style);
    putc('}', out);
}
