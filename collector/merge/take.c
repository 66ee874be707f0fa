/* SPDX-License-Identifier: MIT */
/* Converts one record to a rank. Fields that are the same in both are in the tables of collector/record, and
 * mw_merge_fields_take() converts them; here is the rest: addresses become places, phases get names, and every peak gets its
 * kind. */
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/limits.h"
#include "collector/model/binding.h"
#include "collector/model/heap_owner.h"
#include "collector/model/in_mpi.h"

#include <stdlib.h>
#include <string.h>

/* State for the conversion of one record. */
struct source {
    struct mw_merge *merge;
    struct mw_model *model;
    const struct mw_journal_read *journal;
    struct mw_model_rank *rank;
    uint32_t modules[MW_RECORD_MODULES * 16]; /* index of a module of the record to its number in the symbols */
    size_t frame_count;
};

static uint64_t time_of(const struct source *source, uint64_t ns)
{
    return mw_model_time_of(source->model, source->rank->host, ns);
}

static void take_fields(const struct source *source, const struct mw_fields *fields, void *to, const void *from)
{
    mw_merge_fields_take(source->model, source->rank->host, fields, to, from);
}

static void find_modules(struct source *source)
{
    const uint32_t room = sizeof(source->modules) / sizeof(source->modules[0]);

    for (uint32_t i = 0; i < source->journal->module_count && i < room; i++)
        source->modules[i] = mw_symbols_module(source->merge->symbols, &source->journal->modules[i]);
}

static const struct mw_model_place *place_of(struct source *source, const struct mw_frame *frame)
{
    const uint32_t room = sizeof(source->modules) / sizeof(source->modules[0]);
    uint32_t module = mw_merge_index_of(frame->module);

    if (frame->module == MW_FRAME_PYTHON)
        return mw_merge_places_python(source->merge, source->journal->functions, frame->offset);
    return mw_merge_places_find(source->merge, module < room ? source->modules[module] : 0, frame->offset);
}

/* Places of `depth` frames and of the functions inlined there, in the rank's backing array. Sets `places` to their number. */
static const struct mw_model_place **take_frames(struct source *source, const struct mw_frame *frames, uint32_t depth,
                                                 uint32_t *places)
{
    const struct mw_model_place **start = source->rank->frames + source->frame_count;

    *places = 0;
    for (uint32_t i = 0; i < depth; i++)
        for (const struct mw_model_place *place = place_of(source, &frames[i]); place; place = place->outer)
            start[(*places)++] = place;
    source->frame_count += *places;
    return start;
}

static size_t count_places(struct source *source, const struct mw_frame *frames, uint32_t depth)
{
    size_t count = 0;

    for (uint32_t i = 0; i < depth; i++)
        for (const struct mw_model_place *place = place_of(source, &frames[i]); place; place = place->outer)
            count++;
    return count;
}

static size_t count_frames(struct source *source)
{
    const struct mw_journal_read *journal = source->journal;
    size_t count = 0;

    for (uint32_t i = 0; i < journal->site_count; i++)
        count += count_places(source, journal->sites[i].frames, journal->sites[i].depth);
    for (uint32_t i = 0; i < journal->spike_count; i++)
        count += count_places(source, journal->spikes[i].frames, journal->spikes[i].depth);
    return count;
}

/* In Python a call is from the script, not from the extension module and libraries that it goes through. */
static void skip_libraries(struct mw_model_site *to, const struct mw_site *from)
{
    uint32_t script = 0;

    if (!from->depth || from->frames[from->depth - 1].module != MW_FRAME_PYTHON)
        return;
    while (script < to->depth && mw_heap_is_library(to->frames[script]))
        script++;
    if (script == to->depth)
        return;
    to->frames += script;
    to->depth -= script;
}

/* Whether the site is the shared entry for all calls of one function that have no separate entry. */
static bool is_of_call(const struct mw_site *site)
{
    return (site->flags & MW_SITE_SHARED) && site->depth == 0 && site->call[0] != '(';
}

static void take_site(struct source *source, struct mw_model_site *to, const struct mw_site *from)
{
    take_fields(source, &mw_fields_site, to, from);
    to->call = mw_model_string(source->model, from->call[0] ? from->call : "?");
    to->merged = MW_MODEL_NONE;
    to->frames = take_frames(source, from->frames, from->depth, &to->depth);
    skip_libraries(to, from);
    to->place = to->depth ? to->frames[0] : NULL;
    to->label = to->place          ? mw_model_format(source->model, "%s %s", to->call, to->place->label)
                : is_of_call(from) ? mw_model_format(source->model, "%s (other places)", to->call)
                                   : to->call;
}

static uint64_t time_in_mpi(const struct mw_model_rank *rank)
{
    uint64_t ns = 0;

    for (uint32_t i = 0; i < rank->site_count; i++)
        ns = mw_model_sum(ns, rank->sites[i].time_ns);
    return ns;
}

static void take_sites(struct source *source)
{
    struct mw_model_rank *rank = source->rank;

    rank->site_count = source->journal->site_count;
    rank->sites = mw_mem_alloc(rank->site_count, sizeof(*rank->sites));
    for (uint32_t i = 0; i < rank->site_count; i++)
        take_site(source, &rank->sites[i], &source->journal->sites[i]);
}

static void set_path(struct mw_model *model, const struct mw_model_rank *rank, struct mw_model_phase *phase)
{
    phase->path = phase->parent == MW_MODEL_NONE
                      ? phase->name
                      : mw_model_format(model, "%s/%s", rank->phases[phase->parent].path, phase->name);
}

/* Not a call: the program began or ended a named phase there. */
static const char *edge_label(const struct mw_model_rank *rank, const struct mw_model_phase *phase, uint32_t site)
{
    if (site != MW_MODEL_NONE)
        return rank->sites[site].label;
    return phase->parent == MW_MODEL_NONE ? "named phase" : "phase edge";
}

void mw_merge_take_name(struct mw_model *model, const struct mw_model_rank *rank, struct mw_model_phase *phase)
{
    const char *from = edge_label(rank, phase, phase->from_site), *to = edge_label(rank, phase, phase->to_site);

    if (phase->kind == MW_PHASE_EXCHANGE)
        phase->name = mw_model_format(model, strcmp(from, to) ? "exchange %s – %s" : "exchange %s", from, to);
    else
        phase->name = mw_model_format(model, "%s → %s", from, to);
    set_path(model, rank, phase);
}

/* MPI begins with MPI_Init, or with a session. */
static const char *first_name(const struct source *source, const struct mw_model_phase *phase)
{
    bool is_session = phase->to_site != MW_MODEL_NONE && !strcmp(source->rank->sites[phase->to_site].call, "MPI_Session_init");

    return is_session ? "start → MPI_Session_init" : "start → MPI_Init";
}

/* A session may follow the end of earlier ones. */
static const char *last_name(const struct source *source, const struct mw_model_phase *phase)
{
    bool is_session = phase->from_site != MW_MODEL_NONE &&
                      !strcmp(source->rank->sites[phase->from_site].call, "MPI_Session_finalize");

    if (phase->to_site != MW_MODEL_NONE)
        return NULL;
    return is_session ? "MPI_Session_finalize → end" : "MPI_Finalize → end";
}

static const char *given_name(const struct source *source, const struct mw_model_phase *phase, const char *given)
{
    switch (phase->kind) {
    case MW_PHASE_START: return first_name(source, phase);
    case MW_PHASE_END: return last_name(source, phase);
    case MW_PHASE_USER: return mw_model_string(source->model, given[0] ? given : "(no name)");
    case MW_PHASE_EXCHANGE:
    case MW_PHASE_BETWEEN: break;
    }
    if (given[0]) /* the shared entry for all sites that found the table full */
        return mw_model_string(source->model, given);
    if (phase->from_site == MW_MODEL_NONE && phase->to_site == MW_MODEL_NONE)
        return phase->parent == MW_MODEL_NONE ? "between named phases" : "no MPI call";
    return NULL;
}

/* A phase stores its peak when a visit ends. For an open visit, the state has the rest. */
static uint64_t open_peak(const struct mw_journal_read *journal, const struct mw_phase *phase)
{
    const struct mw_state *state = &journal->state;
    uint64_t peak = phase->peak;

    if (state->rss_ns >= phase->last_ns && state->rss > peak)
        peak = state->rss;
    if (state->peak_ns >= phase->last_ns && state->peak_phase && &journal->phases[state->peak_phase - 1] == phase &&
        state->peak > peak)
        peak = state->peak;
    return peak;
}

static bool has_unmeasured_visit(const struct mw_journal_read *journal, const struct mw_phase *phase)
{
    return journal->state.unmeasured_ns && phase->last_ns > journal->state.unmeasured_ns;
}

/* The peak of a phase in the journal, and its certainty. */
static struct mw_model_bytes phase_peak(const struct source *source, const struct mw_phase *from, bool open)
{
    uint64_t peak = open ? open_peak(source->journal, from) : from->peak;
    bool reset = !(source->journal->cost.flags & MW_COST_NO_RESET);

    if (peak == 0 && from->coarse_peak == 0)
        return (struct mw_model_bytes){0, MW_MODEL_UNKNOWN};
    if ((open && source->journal->state.stage != MW_STAGE_EXITED) || has_unmeasured_visit(source->journal, from))
        return (struct mw_model_bytes){peak, MW_MODEL_AT_LEAST};
    if (from->coarse_peak > from->peak)
        return (struct mw_model_bytes){from->coarse_peak, MW_MODEL_AT_MOST};
    /* Without a reset, the mark of an earlier phase remains: only the peak of the first phase is certainly its own. */
    return (struct mw_model_bytes){from->peak, reset || from->kind == MW_PHASE_START ? MW_MODEL_EXACT : MW_MODEL_AT_MOST};
}

/* Whether the rank is inside this phase at the end of its journal. */
static bool is_open(const struct mw_journal_read *journal, uint32_t phase)
{
    for (uint32_t at = journal->state.phase; at; at = journal->phases[at - 1].parent)
        if (at - 1 == phase)
            return true;
    return false;
}

static void take_phase(struct source *source, uint32_t i)
{
    const struct mw_phase *from = &source->journal->phases[i];
    struct mw_model_rank *rank = source->rank;
    struct mw_model_phase *to = &rank->phases[i];

    take_fields(source, &mw_fields_phase, to, from);
    to->merged = MW_MODEL_NONE;
    to->peak = phase_peak(source, from, is_open(source->journal, i));
    to->visit_count = from->visit_count;
    memcpy(to->kept, from->kept, sizeof(to->kept));
    to->name = given_name(source, to, from->name);
    if (to->name)
        set_path(source->model, rank, to);
    else
        mw_merge_take_name(source->model, rank, to);
}

static void take_phases(struct source *source)
{
    struct mw_model_rank *rank = source->rank;

    rank->phase_count = source->journal->phase_count;
    rank->phases = mw_mem_alloc(rank->phase_count, sizeof(*rank->phases));
    for (uint32_t i = 0; i < rank->phase_count; i++)
        take_phase(source, i);
}

static uint64_t spike_height(const struct mw_model_spike *spike)
{
    return spike->peak_rss > spike->entry_rss ? spike->peak_rss - spike->entry_rss : 0;
}

static int compare_spikes(const void *a, const void *b)
{
    uint64_t x = spike_height(a), y = spike_height(b);

    return (x < y) - (x > y);
}

static void take_spikes(struct source *source)
{
    struct mw_model_rank *rank = source->rank;

    rank->spike_count = source->journal->spike_count;
    rank->spikes = mw_mem_alloc(rank->spike_count, sizeof(*rank->spikes));
    for (uint32_t i = 0; i < rank->spike_count; i++) {
        const struct mw_spike *from = &source->journal->spikes[i];
        take_fields(source, &mw_fields_spike, &rank->spikes[i], from);
        rank->spikes[i].frames = take_frames(source, from->frames, from->depth, &rank->spikes[i].depth);
    }
    qsort(rank->spikes, rank->spike_count, sizeof(*rank->spikes), compare_spikes);
}

void mw_merge_take_ticks(const struct mw_journal_read *journal, struct mw_model_rank *rank)
{
    rank->ticks = NULL;
    rank->tick_count = 0;
    rank->tick_ns = journal->state.tick_ns;
    if (rank->tick_ns == 0)
        return;
    rank->tick_count = journal->tick_count;
    rank->ticks = mw_mem_alloc(rank->tick_count, sizeof(*rank->ticks));
    if (rank->tick_count)
        memcpy(rank->ticks, journal->ticks, rank->tick_count * sizeof(*rank->ticks));
}

static void take_objects(const struct mw_state *state, struct mw_model_rank *rank)
{
    for (uint32_t kind = MW_OBJECT_NONE + 1; kind < MW_OBJECT_KINDS; kind++) {
        const struct mw_objects *from = &state->objects[kind];
        if (from->created)
            rank->objects[rank->object_count++] = (struct mw_model_objects){(enum mw_object_kind)kind, from->created,
                                                                            from->freed, from->most};
    }
}

/* What is not in the record, or is made of several fields of the journal. */
static void take_rest(struct source *source)
{
    const struct mw_ident *ident = &source->journal->ident;
    const struct mw_state *state = &source->journal->state;
    const struct mw_cost *cost = &source->journal->cost;
    struct mw_model_rank *rank = source->rank;

    rank->reach = ident->reach <= MW_WORLD_WHOLE ? (enum mw_world_reach)ident->reach : MW_WORLD_WHOLE;
    rank->pid_ns = rank->own_ns = ident->pid_ns;
    rank->own_pid = ident->pid;
    rank->begin_ns = rank->created_ns;
    mw_binding_describe(source->model, rank, ident->affinity, ident->host);
    rank->peak.bytes = state->peak;
    mw_limits_take(rank, state);
    take_objects(state, rank);
    rank->measure_ns = cost->measure_ns + cost->counting_ns;
}

/* Exact if the rank measured up to its end. A gathered record is also exact, up to the gather. */
static enum mw_model_kind peak_kind(const struct mw_model_rank *rank)
{
    bool ended = (rank->stage == MW_STAGE_EXITED || rank->stage == MW_STAGE_ABORTED || rank->gathered) && !rank->unmeasured_ns;

    return rank->peak.bytes == 0 ? MW_MODEL_UNKNOWN : ended ? MW_MODEL_EXACT : MW_MODEL_AT_LEAST;
}

static void find_times(const struct source *source)
{
    struct mw_model_rank *rank = source->rank;

    rank->known_ns = rank->created_ns;
    if (rank->rss_ns > rank->known_ns)
        rank->known_ns = rank->rss_ns;
    if (rank->since_ns > rank->known_ns)
        rank->known_ns = rank->since_ns;
    for (uint32_t i = 0; i < source->journal->phase_count; i++) {
        const struct mw_phase *phase = &source->journal->phases[i];
        uint64_t first_ns = time_of(source, phase->first_ns), last_ns = time_of(source, phase->last_ns);
        if (last_ns > rank->known_ns)
            rank->known_ns = last_ns;
        if (phase->kind == MW_PHASE_START && first_ns && first_ns < rank->begin_ns)
            rank->begin_ns = first_ns;
    }
}

/* The sites and, if `whole`, the rest. */
static void take_details(struct source *source, bool whole)
{
    find_modules(source);
    source->rank->frames = mw_mem_alloc(count_frames(source), sizeof(*source->rank->frames));
    take_sites(source);
    source->rank->has_details = whole;
    if (!whole)
        return;
    take_phases(source);
    take_spikes(source);
    mw_merge_take_ticks(source->journal, source->rank);
}

void mw_merge_take_details(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank)
{
    struct source source = {.merge = merge, .model = merge->model, .journal = journal, .rank = rank};

    take_details(&source, true);
}

void mw_merge_take(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank)
{
    struct source source = {.merge = merge, .model = merge->model, .journal = journal, .rank = rank};

    take_fields(&source, &mw_fields_rank, rank, journal);
    take_rest(&source);
    take_details(&source, !merge->is_large);
    mw_merge_heap_sums(merge, journal, rank);
    rank->mpi_ns = time_in_mpi(rank);
    mw_in_mpi_set(rank);
    find_times(&source);
    rank->peak.kind = peak_kind(rank);
}
