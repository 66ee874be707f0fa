/* SPDX-License-Identifier: MIT */
/* The post-mortem: which rank died first, of what, where; who was waiting; what the others held. */
#include "collector/mem.h"
#include "collector/ranges.h"
#include "collector/report_text_parts.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_SHOWN 6
#define HELD_SHOWN 8
#define MOMENTS_NAMED 4

static const struct mw_model_process *process_of(const struct mw_model *model, const struct mw_model_rank *rank)
{
    return rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
}

/* "inside MPI_Allreduce fft.c:120, entered at 2.90 s" */
static void describe_doing(char *text, size_t size, const struct mw_model *model, const struct mw_model_rank *rank)
{
    struct mw_units when = mw_report_when(model, rank->since_ns);

    if (rank->in_site != MW_MODEL_NONE)
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

static void write_where(const struct mw_report *report, const struct mw_model_rank *rank)
{
    const struct mw_model *model = report->model;
    const char *phase = user_phase(rank);
    char doing[600];

    describe_doing(doing, sizeof(doing), model, rank);
    mw_report_paragraph(report, "      ", MW_TEXT_PLAIN, "%s%s%s%s · pid %d%s%s", phase[0] ? "phase \"" : "", phase,
                        phase[0] ? "\" · " : "", doing, rank->pid, model->host_count > 1 ? " on " : "",
                        model->host_count > 1 ? model->hosts[rank->host].name : "");
}

static void write_memory(const struct mw_report *report, const struct mw_model_death *death)
{
    const struct mw_model *model = report->model;
    const struct mw_model_rank *rank = &model->ranks[death->rank];
    char age[80] = "";

    if (death->ns > death->rss_ns)
        snprintf(age, sizeof(age), ", %s before", mw_units_time(death->ns - death->rss_ns).text);
    mw_report_paragraph(report, "      ", MW_TEXT_PLAIN, "RSS then: %s, last seen at %s%s · its peak until then: %s",
                        mw_report_bytes(death->rss).text, mw_report_when(model, death->rss_ns).text, age,
                        mw_report_bytes(rank->peak).text);
}

/* What it had over its last seconds, as bars and some of the numbers. */
static void write_moments(const struct mw_report *report, const struct mw_model_process *seen)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    char line[MW_VIEW_MOMENTS * 4 + 1] = "", numbers[400] = "";
    uint64_t most = 1;

    if (!seen || seen->moment_count < 2)
        return;
    for (uint32_t i = 0; i < seen->moment_count; i++)
        if (most < seen->moments[i].rss)
            most = seen->moments[i].rss;
    for (uint32_t i = 0; i < seen->moment_count; i++)
        strcat(line, bars[(size_t)((double)seen->moments[i].rss / (double)most * 7.0 + 0.5)]);
    for (uint32_t i = 0; i < MOMENTS_NAMED && i < seen->moment_count; i++) {
        uint32_t last = seen->moment_count - 1;
        const struct mw_view_moment *moment =
            &seen->moments[seen->moment_count <= MOMENTS_NAMED ? i : i * last / (MOMENTS_NAMED - 1)];
        size_t length = strlen(numbers);
        snprintf(numbers + length, sizeof(numbers) - length, "%s%s at %s", i ? ", " : "",
                 mw_units_bytes(moment->rss).text, mw_report_when(report->model, moment->ns).text);
    }
    mw_report_paragraph(report, "      ", MW_TEXT_PLAIN, "its last seconds: %s  %s", line, numbers);
}

static void write_oom(const struct mw_report *report, const struct mw_model_death *death)
{
    const struct mw_model_host *host = &report->model->hosts[report->model->ranks[death->rank].host];
    const struct mw_model_cgroup *group = death->cgroup < host->cgroup_count ? &host->cgroups[death->cgroup] : NULL;

    if (death->cause != MW_MODEL_CAUSE_OOM)
        return;
    if (!group)
        mw_report_paragraph(report, "      ", MW_TEXT_WARN, "host %s ran out of memory: the OOM killer killed %llu "
                            "process%s there", host->name, (unsigned long long)host->kills,
                            host->kills == 1 ? "" : "es");
    else
        mw_report_paragraph(report, "      ", MW_TEXT_WARN, "control group %s reached its limit of %s%s%s: the OOM killer "
                            "killed %llu process%s of it", group->name,
                            group->limit ? mw_units_bytes(group->limit).text : "?", group->limit_path[0] ? ", set in " : "",
                            group->limit_path, (unsigned long long)group->kills, group->kills == 1 ? "" : "es");
}

static void write_waiting(const struct mw_report *report)
{
    const struct mw_model *model = report->model;

    for (size_t i = 0; i < model->waiting_count && i < GROUPS_SHOWN; i++) {
        const struct mw_model_waiting *group = &model->waiting[i];
        if (group->first_too && group->count == 1)
            continue;
        mw_report_paragraph(report, "      ", MW_TEXT_PLAIN, "%s rank%s %s in %s, since %s",
                            group->first_too ? "in it together:" : "waiting for it:", group->count == 1 ? "" : "s",
                            group->ranks, group->label, mw_report_when(model, group->since_ns).text);
    }
    if (model->waiting_count > GROUPS_SHOWN)
        mw_report_paragraph(report, "      ", MW_TEXT_DIM, "and ranks in %zu more calls",
                            model->waiting_count - GROUPS_SHOWN);
}

static void write_first(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const struct mw_model_death *death = &model->deaths[0];
    const struct mw_model_rank *rank = &model->ranks[death->rank];
    const char *first = model->death_count == 1 ? ""
                        : death->exact          ? " died first,"
                        : death->waiting        ? " (nobody saw which rank died first)"
                                                : " probably died first";
    char name[80];

    if (rank->rank < 0)
        snprintf(name, sizeof(name), "process %d, not yet a rank,", rank->pid);
    else
        snprintf(name, sizeof(name), "rank %s", mw_report_rank(model, death->rank).text);
    mw_report_paragraph(report, "  ✗ ", MW_TEXT_ALARM, "%s%s%s%s: %s", name, first,
                        death->exact ? (first[0] ? " at " : " died at ") : "",
                        death->exact ? mw_report_when(model, death->ns).text : "", death->text);
    write_oom(report, death);
    write_where(report, rank);
    write_memory(report, death);
    write_moments(report, process_of(model, rank));
    write_waiting(report);
}

/* Deaths after the first, those of one cause in one line. */
static void write_others(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    bool *told = mw_mem_alloc(model->death_count, sizeof(*told));

    for (size_t i = 1; i < model->death_count; i++) {
        struct mw_ranges ranks = {0};
        uint64_t last = model->deaths[i].ns;
        uint32_t *list, count = 0;
        if (told[i])
            continue;
        list = mw_mem_alloc(model->rank_count, sizeof(*list));
        for (size_t k = i; k < model->death_count; k++)
            if (model->deaths[k].text == model->deaths[i].text) { /* equal strings are kept once */
                told[k] = true;
                list[model->deaths[k].rank] = 1;
                last = model->deaths[k].ns;
                count++;
            }
        for (uint32_t k = 0; k < model->rank_count; k++)
            if (list[k])
                mw_ranges_add(&ranks, model->ranks[k].rank, model->ranks[k].rank);
        mw_report_paragraph(report, "  ✗ ", MW_TEXT_ALARM, "then rank%s %s: %s%s%s", count == 1 ? "" : "s",
                            mw_ranges_text(&ranks), model->deaths[i].text,
                            model->deaths[i].exact ? (count == 1 ? ", at " : ", the last one at ") : "",
                            model->deaths[i].exact ? mw_report_when(model, last).text : "");
        free(list);
    }
    free(told);
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

/* What a rank had when the first one died: the sample that was taken then, or what it measured last before. */
static uint64_t held_by(const struct mw_model *model, uint32_t index)
{
    const struct mw_model_rank *rank = &model->ranks[index];
    const struct mw_model_process *seen = process_of(model, rank);

    return seen && seen->rss_last && seen->last_ns > rank->rss_ns ? seen->rss_last : rank->rss;
}

static void write_held(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const uint32_t first = model->deaths[0].rank;
    struct held *held = mw_mem_alloc(model->rank_count, sizeof(*held));
    size_t count = 0, shown;
    char line[600] = "";

    for (uint32_t i = 0; i < model->rank_count; i++)
        if (i != first)
            held[count++] = (struct held){held_by(model, i), i};
    if (count)
        qsort(held, count, sizeof(*held), compare_held);
    shown = count <= HELD_SHOWN + 1 ? count : HELD_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        size_t length = strlen(line);
        snprintf(line + length, sizeof(line) - length, "%srank %s %s", i ? ", " : "",
                 mw_report_rank(model, held[i].rank).text, mw_units_bytes(held[i].rss).text);
    }
    if (count > shown) {
        size_t length = strlen(line);
        snprintf(line + length, sizeof(line) - length, ", %zu more between %s and %s", count - shown,
                 mw_units_bytes(held[count - 1].rss).text, mw_units_bytes(held[shown].rss).text);
    }
    if (count)
        mw_report_paragraph(report, "      ", MW_TEXT_PLAIN, "the others held then: %s", line);
    free(held);
}

/* The command died of a signal, and no rank with it: the job may have none. */
static void write_command_killed(const struct mw_report *report)
{
    const struct mw_model *model = report->model;

    for (size_t i = 0; i < model->host_count; i++) {
        const struct mw_model_host *host = &model->hosts[i];
        for (uint32_t g = 0; g < host->cgroup_count; g++)
            if (host->cgroups[g].kills > host->cgroups[g].victims)
                mw_report_paragraph(report, "  ✗ ", MW_TEXT_ALARM,
                                    "the kernel's OOM killer killed %llu process%s that %s no rank in control group %s%s%s",
                                    (unsigned long long)(host->cgroups[g].kills - host->cgroups[g].victims),
                                    host->cgroups[g].kills - host->cgroups[g].victims == 1 ? "" : "es",
                                    host->cgroups[g].kills - host->cgroups[g].victims == 1 ? "is" : "are",
                                    host->cgroups[g].name, host->cgroups[g].limit ? ", limit " : "",
                                    host->cgroups[g].limit ? mw_units_bytes(host->cgroups[g].limit).text : "");
    }
}

void mw_report_text_deaths(const struct mw_report *report)
{
    const struct mw_model *model = report->model;

    if (model->death_count || (model->ended_by[0] && (model->job.exit_status || model->job.exit_signal)))
        mw_report_heading(report, "Post-mortem", "");
    if (model->ended_by[0] && (model->death_count || model->job.exit_status || model->job.exit_signal))
        mw_report_paragraph(report, "  ✗ ", MW_TEXT_ALARM, "ended from outside: %s", model->ended_by);
    write_command_killed(report);
    if (!model->death_count)
        return;
    write_first(report);
    write_held(report);
    write_others(report);
}
