/* SPDX-License-Identifier: MIT */
#include "collector/model/model.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_job(struct mw_model *model)
{
    model->headroom = (struct mw_model_headroom){
        .host = MW_MODEL_NONE, .charge = MW_MODEL_NONE, .rank = MW_MODEL_NONE, .process = MW_MODEL_NONE};
    model->job.inside_rank = -1;
    model->job.command = model->job.library = model->ended_by = model->first_why = mw_model_string(model, "");
}

struct mw_model *mw_model_create(void)
{
    struct mw_model *model = mw_mem_alloc(1, sizeof(*model));

    model->strings = mw_map_create();
    clear_job(model);
    return model;
}

void mw_model_init_job(struct mw_model *job, struct mw_model *run, uint32_t number)
{
    *job = (struct mw_model){.run = run, .number = number};
    clear_job(job);
}

void mw_model_rank_drop(struct mw_model_rank *rank)
{
    free(rank->sites);
    free(rank->phases);
    free(rank->spikes);
    free(rank->ticks);
    free(rank->frames);
    mw_model_heap_drop(&rank->heap);
    rank->sites = NULL;
    rank->phases = NULL;
    rank->spikes = NULL;
    rank->ticks = NULL;
    rank->frames = NULL;
    rank->site_count = rank->phase_count = rank->spike_count = rank->tick_count = 0;
    rank->has_details = false;
}

/* Everything except strings and places, which a job shares with its run. */
static void free_tables(struct mw_model *model)
{
    for (size_t i = 0; i < model->rank_count; i++)
        mw_model_rank_drop(&model->ranks[i]);
    for (size_t i = 0; i < model->host_count; i++) {
        free(model->hosts[i].cgroups);
        free(model->hosts[i].charges);
        free(model->hosts[i].nodes);
    }
    free(model->hosts);
    free(model->deaths);
    free(model->waiting);
    free(model->worlds);
    free(model->ranks);
    free(model->processes);
    free(model->sites);
    free(model->phases);
    free(model->unrecorded);
    free(model->notes);
    free(model->verdict);
    free(model->slices);
    free(model->bounds);
    free(model->heaps.lines);
}

void mw_model_destroy(struct mw_model *model)
{
    if (!model)
        return;
    for (size_t i = 0; i < model->job_count; i++)
        free_tables(&model->jobs[i]);
    free_tables(model);
    for (size_t i = 0; i < model->place_count; i++)
        free(model->places[i]);
    for (size_t i = 0; i < model->string_count; i++)
        free(model->string_list[i]);
    free(model->jobs);
    free(model->places);
    free(model->modules);
    free(model->string_list);
    mw_map_destroy(model->strings);
    free(model);
}

const char *mw_model_string(struct mw_model *model, const char *text)
{
    char *copy = mw_mem_copy(text ? text : "");
    uint32_t id, stored;

    if (model->run)
        model = model->run;
    id = (uint32_t)model->string_count;
    mw_text_clean(copy);
    stored = mw_map_add(model->strings, copy, strlen(copy), id);
    if (stored != id) {
        free(copy);
        return model->string_list[stored];
    }
    return *MW_MEM_PUSH(model->string_list, model->string_count) = copy;
}

__attribute__((format(printf, 2, 0))) static const char *format_string(struct mw_model *model, const char *format, va_list args)
{
    char text[1024]; /* longer ones are cut; mw_text_clean() removes an incomplete character */

    vsnprintf(text, sizeof(text), format, args);
    return mw_model_string(model, text);
}

const char *mw_model_format(struct mw_model *model, const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = format_string(model, format, args);
    va_end(args);
    return text;
}

void mw_model_note(struct mw_model *model, enum mw_model_note_kind kind, const char *format, ...)
{
    struct mw_model_note *note;
    va_list args;

    if (model->note_count >= MW_MODEL_NOTES_MAX) {
        model->notes_dropped++;
        return;
    }
    note = MW_MEM_PUSH(model->notes, model->note_count);
    note->kind = kind;
    va_start(args, format);
    note->text = format_string(model, format, args);
    va_end(args);
}

uint64_t mw_model_time_of(const struct mw_model *model, uint32_t host, uint64_t ns)
{
    return ns ? ns + (uint64_t)model->hosts[host].shift_ns : 0;
}

uint64_t mw_model_elapsed(const struct mw_model *model, uint64_t ns)
{
    return ns > model->job.begin_ns ? ns - model->job.begin_ns : 0;
}

uint64_t mw_model_end(const struct mw_model *model)
{
    return model->job.command_end_ns ? model->job.command_end_ns : model->job.end_ns;
}

bool mw_model_status_is_known(const struct mw_model *model)
{
    const struct mw_model_job *job = &model->job;

    return job->sampled && !job->runs && job->command_end_ns && !job->status_unknown;
}

uint64_t mw_model_duration(const struct mw_model *model)
{
    return mw_model_elapsed(model, mw_model_end(model));
}

uint64_t mw_model_bound_between(const struct mw_model *model, uint64_t begin, uint64_t end)
{
    uint64_t cell = model->bound_count ? begin / model->bound_ns : 0, most = 0;
    uint64_t last = model->bound_count ? end / model->bound_ns + 1 : 0;

    for (cell = cell ? cell - 1 : 0; cell <= last && cell < model->bound_count; cell++) {
        if (!model->bounds[cell].known)
            return 0;
        most = model->bounds[cell].bytes > most ? model->bounds[cell].bytes : most;
    }
    return most;
}

void mw_model_spread_add(struct mw_model_spread *spread, uint32_t count, uint64_t value, uint32_t rank)
{
    if (count == 0)
        *spread = (struct mw_model_spread){.min = value, .max = value, .worst = rank};
    if (value < spread->min)
        spread->min = value;
    if (value > spread->max) {
        spread->max = value;
        spread->worst = rank;
    }
    spread->mean += ((double)value - spread->mean) / (count + 1.0);
}

void mw_model_change_add(struct mw_model_spread_change *change, uint32_t count, int64_t value, uint32_t rank)
{
    if (count == 0)
        *change = (struct mw_model_spread_change){.min = value, .max = value, .worst = rank};
    if (value < change->min)
        change->min = value;
    if (value > change->max) {
        change->max = value;
        change->worst = rank;
    }
    change->sum = mw_model_sum_change(change->sum, value);
}

uint64_t mw_model_sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

int64_t mw_model_sum_change(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

size_t mw_model_rank_total(const struct mw_model *model)
{
    size_t count = model->rank_count;

    for (size_t i = 0; i < model->job_count; i++)
        count += model->jobs[i].rank_count;
    return count;
}

size_t mw_model_death_total(const struct mw_model *model)
{
    size_t count = model->death_count;

    for (size_t i = 0; i < model->job_count; i++)
        count += model->jobs[i].death_count;
    return count;
}
