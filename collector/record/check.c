/* SPDX-License-Identifier: MIT */
#include "collector/record/check.h"

#include "collector/record/fields.h"

#include <string.h>

/* Maximum depth of inlined functions and nested phases; compilers and programs stay far below. */
#define CHAIN_MAX 256

struct check {
    const struct mw_model *model;
    const struct mw_model_rank *rank; /* that contains the field */
    struct mw_err *err;
};

static size_t bound_of(const struct check *check, enum mw_field_bound bound)
{
    const struct mw_model *model = check->model;

    switch (bound) {
    case MW_BOUND_HOST: return model->host_count;
    case MW_BOUND_WORLD: return model->world_count;
    case MW_BOUND_RANK: return model->rank_count;
    case MW_BOUND_PROCESS: return model->process_count;
    case MW_BOUND_SITE: return model->site_count;
    case MW_BOUND_PHASE: return model->phase_count;
    case MW_BOUND_RANK_SITE: return check->rank->site_count;
    case MW_BOUND_RANK_PHASE: return check->rank->phase_count;
    case MW_BOUND_RANK_HEAP_SITE: return check->rank->heap.site_count;
    case MW_BOUND_HEAP_LINE: return model->heaps.line_count;
    case MW_BOUND_NONE:
    case MW_BOUND_ELSEWHERE: break;
    }
    return MW_MODEL_NONE;
}

static int outside(const struct check *check, const char *name)
{
    return mw_err_set(check->err, "the record is damaged: \"%s\" points at nothing", name);
}

static int check_object(struct check *check, const struct mw_fields *fields, const void *item);

static int check_items(struct check *check, const struct mw_field *field, const void *items, size_t count)
{
    if (field->of == &mw_fields_job) /* their indices point into their job: checked by mw_record_check() */
        return 0;
    for (size_t i = 0; i < count; i++) {
        const void *item = (const char *)items + i * field->of->size;
        if (field->of == &mw_fields_rank)
            check->rank = item;
        if (check_object(check, field->of, item) < 0)
            return -1;
    }
    return 0;
}

/* The index of a rank is also 0 if there are no ranks. */
static int check_index(const struct check *check, const struct mw_field *field, uint32_t index)
{
    size_t bound = bound_of(check, field->bound);

    if (index == MW_MODEL_NONE || index < bound || (!index && !bound && field->bound == MW_BOUND_RANK))
        return 0;
    return outside(check, field->name);
}

static int check_object(struct check *check, const struct mw_fields *fields, const void *item)
{
    int bad = 0;

    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END && !bad; field++) {
        const void *at = (const char *)item + field->offset;
        if (field->type == MW_FIELD_INDEX)
            bad = check_index(check, field, *(const uint32_t *)at);
        else if (field->type == MW_FIELD_STRUCT)
            bad = check_object(check, field->of, at);
        else if (field->type == MW_FIELD_ROOM)
            bad = check_items(check, field, at, mw_field_count(field, item));
        else if (field->type == MW_FIELD_LIST)
            bad = check_items(check, field, *(void *const *)at, mw_field_count(field, item));
    }
    return bad;
}

/* ---- constraints that are not in the table ---- */

static bool within(uint32_t index, size_t count)
{
    return index == MW_MODEL_NONE || index < count;
}

static int check_sites(const struct check *check)
{
    const struct mw_model *model = check->model;

    for (size_t i = 0; i < model->site_count; i++) {
        const struct mw_model_merged_site *site = &model->sites[i];
        const struct mw_model_rank *rank = site->spike_rank < model->rank_count ? &model->ranks[site->spike_rank] : NULL;
        if (site->spike && (!rank || site->spike_site == MW_MODEL_NONE))
            return outside(check, "spike_rank");
        if (!within(site->spike_site, rank ? rank->site_count : 0))
            return outside(check, "spike_site");
        if (!within(site->spike_record, rank ? rank->spike_count : 0))
            return outside(check, "spike_record");
        if (site->coarse_spike && site->coarse_rank >= model->rank_count)
            return outside(check, "coarse_rank");
    }
    return 0;
}

/* For indices that are not optional. */
static int check_ranks(const struct check *check)
{
    const struct mw_model *model = check->model;

    if (model->rank_count && model->rank_peak.worst == MW_MODEL_NONE)
        return outside(check, "worst");
    for (size_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        if (rank->host == MW_MODEL_NONE || rank->world == MW_MODEL_NONE)
            return outside(check, rank->host == MW_MODEL_NONE ? "host" : "world");
        for (uint32_t s = 0; s < rank->site_count; s++)
            if (rank->sites[s].merged == MW_MODEL_NONE && rank->has_details)
                return outside(check, "merged");
        for (uint32_t s = 0; s < rank->phase_count; s++) {
            if (rank->phases[s].merged == MW_MODEL_NONE && rank->has_details)
                return outside(check, "merged");
            if (rank->phases[s].parent != MW_MODEL_NONE && rank->phases[s].parent >= s)
                return outside(check, "parent");
        }
        for (uint32_t s = 0; s < rank->spike_count; s++)
            if (rank->spikes[s].site == MW_MODEL_NONE)
                return outside(check, "site");
        if (rank->tick_count && !rank->tick_ns)
            return outside(check, "tick_ns");
    }
    return 0;
}

/* The limit is of a host, a rank or a process. */
static int check_headroom(const struct check *check)
{
    const struct mw_model *model = check->model;
    const struct mw_model_headroom *headroom = &model->headroom;

    if (headroom->kind == MW_LIMIT_NONE)
        return 0;
    if (headroom->host >= model->host_count)
        return outside(check, "host");
    if (headroom->charge != MW_MODEL_NONE)
        return headroom->charge < model->hosts[headroom->host].charge_count ? 0 : outside(check, "charge");
    if (headroom->rank != MW_MODEL_NONE)
        return headroom->rank < model->rank_count ? 0 : outside(check, "rank");
    return headroom->process < model->process_count ? 0 : outside(check, "process");
}

static int check_processes(const struct check *check)
{
    const struct mw_model *model = check->model;

    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (process->host == MW_MODEL_NONE || (process->role == MW_MODEL_RANK && process->rank >= model->rank_count))
            return outside(check, "host");
        if (!within(process->cgroup, model->hosts[process->host].cgroup_count))
            return outside(check, "cgroup");
    }
    for (size_t i = 0; i < model->death_count; i++) {
        const struct mw_model_death *death = &model->deaths[i];
        if (!within(death->rank, model->rank_count) || !within(death->process, model->process_count) ||
            (death->rank == MW_MODEL_NONE && death->process == MW_MODEL_NONE))
            return outside(check, "rank");
        if (!within(death->cgroup, model->hosts[mw_model_death_host(model, death)].cgroup_count))
            return outside(check, "cgroup");
    }
    if (check_headroom(check) < 0)
        return -1;
    if (model->first_count > model->death_count)
        return outside(check, "first_count");
    return 0;
}

static int check_chains(const struct check *check)
{
    const struct mw_model *model = check->model;

    for (size_t i = 0; i < model->phase_count; i++)
        if (model->phases[i].parent != MW_MODEL_NONE && model->phases[i].parent >= i)
            return outside(check, "parent"); /* parents precede their children */
    for (size_t i = 0; i < model->place_count; i++) {
        const struct mw_model_place *place = model->places[i];
        int length = 0;
        while (place && length++ < CHAIN_MAX)
            place = place->outer;
        if (place)
            return outside(check, "outer");
    }
    if (model->slice_count && !model->slice_ns)
        return outside(check, "slice_ns");
    if (model->bound_count && !model->bound_ns)
        return outside(check, "bound_ns");
    return 0;
}

static int check_model(const struct mw_model *model, struct mw_err *err)
{
    struct check check = {.model = model, .err = err};

    return check_object(&check, &mw_fields_model, model) < 0 || check_sites(&check) < 0 || check_ranks(&check) < 0 ||
                   check_processes(&check) < 0 || check_chains(&check) < 0
               ? -1
               : 0;
}

/* Jobs have no jobs; a run with jobs has no ranks itself. */
static int check_jobs(const struct mw_model *model, struct mw_err *err)
{
    if (model->job_count == 1 || (model->job_count && (model->rank_count || model->site_count || model->phase_count)))
        return mw_err_set(err, "the record is damaged: \"jobs\" has what belongs to one job only");
    for (size_t i = 0; i < model->job_count; i++)
        if (model->jobs[i].number != i + 1)
            return mw_err_set(err, "the record is damaged: \"number\" is not a job's place in the list");
    return 0;
}

int mw_record_check(const struct mw_model *model, struct mw_err *err)
{
    if (check_model(model, err) < 0 || check_jobs(model, err) < 0)
        return -1;
    for (size_t i = 0; i < model->job_count; i++)
        if (check_model(&model->jobs[i], err) < 0)
            return -1;
    return 0;
}
