/* SPDX-License-Identifier: MIT */
/* Lines of the post-mortem: which rank died first, why and where; which ranks were waiting; the memory of the others. */
#include "collector/base/mem.h"
#include "collector/base/ranges.h"
#include "collector/model/rank_name.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_SHOWN 6
#define CANDIDATES_SHOWN 8
#define HELD_SHOWN 8
#define RECENT_NAMED 4

static const struct mw_model_process *seen_of(const struct mw_model *model, const struct mw_model_death *death)
{
    return death->process == MW_MODEL_NONE ? NULL : &model->processes[death->process];
}

/* "rank 3", "process 4711 (would be rank 3)", "process 4711 (a rank that was not sampled)" */
static void write_name(char *text, size_t size, const struct mw_model *model, const struct mw_model_death *death)
{
    if (death->rank == MW_MODEL_NONE && death->launch_rank < 0)
        snprintf(text, size, "process %d (a rank that was not sampled)", model->processes[death->process].pid);
    else if (death->rank == MW_MODEL_NONE)
        snprintf(text, size, "process %d (would be rank %d)", model->processes[death->process].pid, death->launch_rank);
    else
        snprintf(text, size, "%s%s", mw_rank_name(model, death->rank).text,
                 mw_model_rank_number(model, death->rank) < 0 ? "," : "");
}

/* Where MPI_Abort was called first, if it returned and other calls followed; or NULL. A call inside another one (in an error
 * handler) has no place. */
static const struct mw_model_site *aborted_in(const struct mw_model_rank *rank)
{
    if (rank->stage != MW_STAGE_ABORTED || rank->since_ns <= rank->abort_ns)
        return NULL;
    for (uint32_t i = 0; i < rank->site_count; i++)
        if (strcmp(rank->sites[i].call, "MPI_Abort") == 0 && rank->sites[i].first_ns <= rank->abort_ns)
            return &rank->sites[i];
    return NULL;
}

/* "inside MPI_Allreduce fft.c:120, entered at 2.90 s" */
static void describe_doing(char *text, size_t size, const struct mw_model *model, const struct mw_model_rank *rank)
{
    const struct mw_model_site *abort_site = aborted_in(rank);
    struct mw_units when = mw_report_when(model, abort_site ? rank->abort_ns : rank->since_ns);

    if (abort_site)
        snprintf(text, size, "inside %s, entered at %s", abort_site->label, when.text);
    else if (rank->in_site != MW_MODEL_NONE)
        snprintf(text, size, "inside %s, entered at %s", rank->sites[rank->in_site].label, when.text);
    else if (rank->last_site != MW_MODEL_NONE)
        snprintf(text, size, "in the program since it left %s at %s", rank->sites[rank->last_site].label, when.text);
    else
        snprintf(text, size, "before its first MPI call");
}

static const char *user_phase(const struct mw_model_rank *rank)
{
    uint32_t phase = rank->phase;

    if (phase != MW_MODEL_NONE && rank->phases[phase].kind != MW_PHASE_USER)
        phase = rank->phases[phase].parent;
    return phase == MW_MODEL_NONE ? "" : rank->phases[phase].path;
}

/* What the dead rank was doing, and where. */
static void describe_where(char *text, size_t size, const struct mw_model *model, const struct mw_model_death *death)
{
    const struct mw_model_rank *rank = death->rank == MW_MODEL_NONE ? NULL : &model->ranks[death->rank];
    const struct mw_model_process *seen = seen_of(model, death);
    const char *phase = rank ? user_phase(rank) : "";
    char doing[600];

    if (rank)
        describe_doing(doing, sizeof(doing), model, rank);
    else
        snprintf(doing, sizeof(doing), "%.200s had not called MPI_Init", seen->name);
    snprintf(text, size, "%s%s%s%s · pid %d%s%s", phase[0] ? "phase \"" : "", phase, phase[0] ? "\" · " : "", doing,
             rank ? rank->pid : seen->pid, model->host_count > 1 ? " on " : "",
             model->host_count > 1 ? model->hosts[mw_model_death_host(model, death)].name : "");
}

static void write_where(struct mw_lines *lines, const struct mw_model_death *death)
{
    char text[1200];

    describe_where(text, sizeof(text), lines->model, death);
    mw_lines_add(lines, 1, MW_LINE_PLAIN, "%s", text);
}

static void write_memory(struct mw_lines *lines, const struct mw_model_death *death)
{
    const struct mw_model *model = lines->model;
    struct mw_model_bytes peak = death->rank != MW_MODEL_NONE ? model->ranks[death->rank].peak
                                                              : model->processes[death->process].peak;
    char age[80] = "";

    if (!death->rss_ns)
        return;
    if (death->ns > death->rss_ns)
        snprintf(age, sizeof(age), ", %s before", mw_units_time(death->ns - death->rss_ns).text);
    mw_lines_add(lines, 1, MW_LINE_PLAIN, "RSS then: %s, last seen at %s%s · its peak until then: %s",
                 mw_report_bytes(death->rss).text, mw_report_when(model, death->rss_ns).text, age, mw_report_bytes(peak).text);
}

/* Its RSS over the last seconds, as bars and some of the numbers. */
static void write_last_seconds(struct mw_lines *lines, const struct mw_model_process *seen)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    char line[MW_VIEW_RECENT * 4 + 1] = "", numbers[400] = "";
    uint64_t most = 1;

    if (!seen || seen->recent_count < 2)
        return;
    for (uint32_t i = 0; i < seen->recent_count; i++)
        if (most < seen->recent[i].rss)
            most = seen->recent[i].rss;
    for (uint32_t i = 0; i < seen->recent_count; i++)
        strcat(line, bars[(size_t)((double)seen->recent[i].rss / (double)most * 7.0 + 0.5)]);
    for (uint32_t i = 0; i < RECENT_NAMED && i < seen->recent_count; i++) {
        uint32_t last = seen->recent_count - 1;
        const struct mw_view_rss
            *sample = &seen->recent[seen->recent_count <= RECENT_NAMED ? i : i * last / (RECENT_NAMED - 1)];
        size_t length = strlen(numbers);
        snprintf(numbers + length, sizeof(numbers) - length, "%s%s at %s", i ? ", " : "", mw_units_bytes(sample->rss).text,
                 mw_report_when(lines->model, sample->ns).text);
    }
    mw_lines_add(lines, 1, MW_LINE_PLAIN, "its last seconds: %s  %s", line, numbers);
}

/* Why the OOM killer is only a possible cause. */
static void write_perhaps(struct mw_lines *lines, const struct mw_model_host *host, const struct mw_model_cgroup *group)
{
    unsigned long long kills = group && group->counts ? group->kills : host->kills;

    if (group && group->counts)
        mw_lines_add(lines, 1, MW_LINE_WARN,
                     "the OOM killer killed %llu process%s in control group %s; "
                     "%s",
                     kills, kills == 1 ? "" : "es", group->name,
                     group->shared ? "processes outside of the job are in it as well"
                                   : "other processes may have been the victims");
    else
        mw_lines_add(lines, 1, MW_LINE_WARN,
                     "the OOM killer killed %llu process%s on host %s during the run; no "
                     "control group shows whether this was one of them",
                     kills, kills == 1 ? "" : "es", host->name);
}

static void write_oom(struct mw_lines *lines, const struct mw_model_death *death)
{
    const struct mw_model_host *host = &lines->model->hosts[mw_model_death_host(lines->model, death)];
    const struct mw_model_cgroup *group = death->cgroup < host->cgroup_count ? &host->cgroups[death->cgroup] : NULL;

    if (death->perhaps_oom && death->cause == MW_MODEL_CAUSE_SIGNAL)
        write_perhaps(lines, host, group);
    if (death->cause != MW_MODEL_CAUSE_OOM || !group)
        return;
    mw_lines_add(lines, 1, MW_LINE_WARN,
                 "control group %s %s%s%s%s: the OOM killer "
                 "killed %llu process%s in it",
                 group->name, group->limit ? "reached its limit of " : "has no known limit",
                 group->limit ? mw_units_bytes(group->limit).text : "", group->limit_path[0] ? ", set in " : "",
                 group->limit_path, (unsigned long long)group->kills, group->kills == 1 ? "" : "es");
}

static void write_waiting(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;

    for (size_t i = 0; i < model->waiting_count && i < GROUPS_SHOWN; i++) {
        const struct mw_model_waiting *group = &model->waiting[i];
        if (group->first_too && group->count == 1)
            continue;
        mw_lines_add(lines, 1, MW_LINE_PLAIN, "%s rank%s %s in %s, since %s",
                     group->first_too          ? "in it together:"
                     : model->first_count == 1 ? "waiting for it:"
                                               : "inside a call then:",
                     group->count == 1 ? "" : "s", group->ranks, group->label, mw_report_when(model, group->since_ns).text);
    }
    if (model->waiting_count > GROUPS_SHOWN)
        mw_lines_add(lines, 1, MW_LINE_ASIDE, "and ranks in %zu more calls", model->waiting_count - GROUPS_SHOWN);
}

static void write_details(struct mw_lines *lines, const struct mw_model_death *death)
{
    write_oom(lines, death);
    write_where(lines, death);
    write_memory(lines, death);
    if (death->rank != MW_MODEL_NONE)
        mw_lines_heap_held(lines, death->rank, "");
    mw_lines_ulimits(lines, death->rank, death->process);
    write_last_seconds(lines, seen_of(lines->model, death));
    write_waiting(lines);
}

static void write_first(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;
    const struct mw_model_death *death = &model->deaths[0];
    const char *first = model->death_count == 1 ? "" : death->exact ? " died first," : " died first";
    char name[80];

    write_name(name, sizeof(name), model, death);
    mw_lines_add(lines, 0, MW_LINE_ALARM, "%s%s%s%s: %s", name, first, death->exact ? (first[0] ? " at " : " died at ") : "",
                 death->exact ? mw_report_when(model, death->ns).text : "", death->text);
    write_details(lines, death);
}

static bool is_rank(const struct mw_model *model, const struct mw_model_death *death)
{
    return death->rank != MW_MODEL_NONE && mw_rank_name_is_known(model, death->rank);
}

/* The ends from `from` on, one line per cause, each prefixed by `before`. */
static void write_list(struct mw_lines *lines, size_t from, const char *before)
{
    const struct mw_model *model = lines->model;
    bool *written = mw_mem_alloc(model->death_count, sizeof(*written));

    for (size_t i = from; i < model->death_count; i++) {
        const struct mw_model_death *death = &model->deaths[i];
        struct mw_ranges ranks = {0};
        uint64_t last = death->ns;
        uint32_t *list, count = 0;
        char name[80];
        if (written[i])
            continue;
        list = mw_mem_alloc(model->rank_count + 1, sizeof(*list));
        for (size_t k = i; k < model->death_count; k++)
            if (model->deaths[k].text == death->text && /* equal strings are stored once */
                (k == i || (is_rank(model, &model->deaths[k]) && is_rank(model, death)))) {
                written[k] = true;
                if (is_rank(model, death))
                    list[model->deaths[k].rank] = 1;
                if (last < model->deaths[k].ns)
                    last = model->deaths[k].ns;
                count++;
            }
        for (uint32_t k = 0; k < model->rank_count; k++)
            if (list[k])
                mw_ranges_add(&ranks, model->ranks[k].rank, model->ranks[k].rank);
        write_name(name, sizeof(name), model, death);
        mw_lines_add(lines, 0, MW_LINE_ALARM, "%s%s%s: %s%s%s", before, count == 1 ? name : "ranks ",
                     count == 1 ? "" : mw_ranges_text(&ranks), death->text,
                     death->exact ? (count == 1 ? ", at " : ", the last one at ") : "",
                     death->exact ? mw_report_when(model, last).text : "");
        free(list);
    }
    free(written);
}

/* The first death is not known: lists the candidates, with the facts known about each. */
static void write_candidates(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;
    uint64_t first = UINT64_MAX, last = 0;
    char within[80] = "", name[80], where[1200];

    for (uint32_t i = 0; i < model->first_count; i++) {
        const struct mw_model_death *death = &model->deaths[i];
        first = death->ns < first ? death->ns : first;
        last = !death->exact ? UINT64_MAX : death->ns > last ? death->ns : last;
    }
    if (last != UINT64_MAX)
        snprintf(within, sizeof(within), ", within %s of each other", mw_units_time(last - first).text);
    mw_lines_add(lines, 0, MW_LINE_ALARM, "%u processes ended%s; which of them was the first is not known: %s",
                 model->first_count, within, model->first_why);
    for (uint32_t i = 0; i < model->first_count && i < CANDIDATES_SHOWN; i++) {
        const struct mw_model_death *death = &model->deaths[i];
        write_name(name, sizeof(name), model, death);
        describe_where(where, sizeof(where), model, death);
        mw_lines_add(lines, 1, MW_LINE_PLAIN, "%s: %s%s%s · %s", name, death->text, death->exact ? ", at " : ", last known at ",
                     mw_report_when(model, death->ns).text, where);
        write_oom(lines, death);
    }
    if (model->first_count > CANDIDATES_SHOWN)
        mw_lines_add(lines, 1, MW_LINE_ASIDE, "and %u more", model->first_count - CANDIDATES_SHOWN);
    write_waiting(lines);
}

struct held {
    uint64_t rss;
    uint32_t rank;
};

static int compare_held(const void *a, const void *b)
{
    const struct held *x = a, *y = b;

    if (x->rss != y->rss)
        return x->rss < y->rss ? 1 : -1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static void write_held(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;
    const uint32_t first = model->first_count == 1 ? model->deaths[0].rank : MW_MODEL_NONE;
    struct held *held = mw_mem_alloc(model->rank_count, sizeof(*held));
    size_t count = 0, shown;
    char line[600] = "";

    for (uint32_t i = 0; i < model->rank_count; i++)
        if (i != first)
            held[count++] = (struct held){model->ranks[i].held_rss, i};
    if (count)
        qsort(held, count, sizeof(*held), compare_held);
    shown = count <= HELD_SHOWN + 1 ? count : HELD_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        size_t length = strlen(line);
        snprintf(line + length, sizeof(line) - length, "%s%s %s", i ? ", " : "", mw_rank_name(model, held[i].rank).text,
                 mw_units_bytes(held[i].rss).text);
    }
    if (count > shown) {
        size_t length = strlen(line);
        snprintf(line + length, sizeof(line) - length, ", %zu more between %s and %s", count - shown,
                 mw_units_bytes(held[count - 1].rss).text, mw_units_bytes(held[shown].rss).text);
    }
    if (count)
        mw_lines_add(lines, 1, MW_LINE_PLAIN, "%s held then: %s", first == MW_MODEL_NONE ? "the ranks" : "the others", line);
    if (count && !model->ranks[held[0].rank].heap.end_ns) /* it has not gone on to MPI_Finalize */
        mw_lines_heap_held(lines, held[0].rank, mw_rank_name(model, held[0].rank).text);
    free(held);
}

/* The command died of a signal, but no rank did: the job may have none. */
static void write_command_killed(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;

    for (size_t i = 0; i < model->host_count; i++) {
        const struct mw_model_host *host = &model->hosts[i];
        for (uint32_t g = 0; g < host->cgroup_count; g++)
            if (host->cgroups[g].kills > host->cgroups[g].victims)
                mw_lines_add(lines, 0, MW_LINE_ALARM,
                             "the kernel's OOM killer killed %llu process%s other than ranks in control group %s%s%s",
                             (unsigned long long)(host->cgroups[g].kills - host->cgroups[g].victims),
                             host->cgroups[g].kills - host->cgroups[g].victims == 1 ? "" : "es", host->cgroups[g].name,
                             host->cgroups[g].limit ? ", limit " : "",
                             host->cgroups[g].limit ? mw_units_bytes(host->cgroups[g].limit).text : "");
    }
}

void mw_lines_deaths(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;

    if (model->ended_by[0] && (model->death_count || model->job.exit_status || model->job.exit_signal))
        mw_lines_add(lines, 0, MW_LINE_ALARM, "ended from outside: %s", model->ended_by);
    write_command_killed(lines);
    if (!model->death_count)
        return;
    if (model->first_count == 1)
        write_first(lines);
    else if (model->first_count)
        write_candidates(lines);
    else /* the job was ended from outside */
        write_list(lines, 0, "");
    if (!model->first_count)
        write_details(lines, &model->deaths[0]);
    write_held(lines);
    write_list(lines, model->first_count ? model->first_count : model->death_count, "then ");
}
