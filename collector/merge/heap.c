/* SPDX-License-Identifier: MIT */
/* Converts the heap of one record: what each site held at the rank's peak, whose memory that is, and at which line. */
#include "collector/base/mem.h"
#include "collector/journal/heap_amounts.h"
#include "collector/merge/parts.h"
#include "collector/model/heap_owner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is kept of a rank: this many sites with the most bytes at the peak, and with the most bytes left. */
#define KEPT 256
#define KEPT_LEFT 64

#define OFFSET_MASK ((UINT64_C(1) << MW_HEAP_FRAME_OFFSET) - 1)
#define MOST ((uint64_t)INT64_MAX / 64) /* sums of the rows do not overflow */

struct source {
    struct mw_merge *merge;
    const struct mw_journal_read *journal;
    struct mw_model_rank *rank;
    struct mw_model_heap *heap;
    uint32_t *modules; /* of the record to their numbers in the symbols */
    uint32_t *kept;    /* site of the record to its index in heap->sites */
};

/* ---- amounts ---- */

static uint64_t limited(double value)
{
    return value < (double)MOST ? (uint64_t)value : MOST;
}

static uint64_t error_of(const struct mw_heap_site *site, uint64_t bytes)
{
    return limited(sqrt(mw_heap_amounts_variance(site) * (double)bytes));
}

static int64_t row(uint64_t bytes)
{
    return (int64_t)(bytes < MOST ? bytes : MOST);
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* ---- rows ---- */

static enum mw_heap_owner owner_of(const struct mw_journal_read *journal, const struct mw_heap_site *site, const char **library)
{
    const char *paths[MW_HEAP_FRAMES] = {NULL};
    bool in_mpi = ((site->flags & (MW_HEAP_CUT | MW_HEAP_C_CUT)) && site->mpi_site) || (site->flags & MW_HEAP_MPI_THREAD);
    uint32_t count = 0;
    size_t innermost;
    enum mw_heap_owner owner;

    for (uint32_t i = 0; i < site->depth; i++) {
        uint64_t module = site->frames[i] >> MW_HEAP_FRAME_OFFSET;
        if (module == MW_FRAME_PYTHON && (site->flags & MW_HEAP_C_CUT) && in_mpi)
            break; /* MPI is in between */
        paths[count++] = module == MW_FRAME_PYTHON ? "python" : module ? journal->heap_modules[module - 1].path : "";
    }
    owner = site->flags & MW_HEAP_GIVEN ? MW_HEAP_PROGRAM : mw_heap_owner(paths, count, in_mpi, &innermost);
    *library = owner == MW_HEAP_MPI && innermost < count ? paths[innermost] : "";
    return owner;
}

/* "libucp" of "/usr/lib/libucp.so.0.0.0" */
static const char *library_name(struct mw_model *model, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *end = strstr(name, ".so");

    return mw_model_format(model, "%.*s", (int)(end ? end - name : (ptrdiff_t)strlen(name)), name);
}

/* The sums of sites by owner, and their error. */
static void add_sites(struct source *source)
{
    const struct mw_heap_state *state = &source->journal->heap;
    uint64_t sums[MW_HEAP_OWNERS] = {[MW_HEAP_PROGRAM] = mw_heap_amounts_at_peak(state, &state->sums[MW_HEAP_SUM_OTHER]),
                                     [MW_HEAP_MEMWATCH] = state->own_bytes};
    struct mw_model_heap *heap = source->heap;
    double variances[MW_HEAP_OWNERS] = {0}, variance = 0;
    const char *library;

    for (uint32_t i = 0; i < source->journal->heap_site_count; i++) {
        const struct mw_heap_site *site = &source->journal->heap_sites[i];
        uint64_t bytes = mw_heap_amounts_at_peak(state, &site->amount), error = error_of(site, bytes);
        enum mw_heap_owner owner = owner_of(source->journal, site, &library);
        sums[owner] = mw_model_sum(sums[owner], bytes);
        variances[owner] += (double)error * (double)error;
    }
    for (int owner = 0; owner < MW_HEAP_OWNERS; owner++)
        variance += variances[owner];
    heap->rows[MW_HEAP_ROW_PROGRAM] = row(sums[MW_HEAP_PROGRAM]);
    heap->rows[MW_HEAP_ROW_MPI] = row(sums[MW_HEAP_MPI]);
    heap->rows[MW_HEAP_ROW_MEMWATCH] = row(sums[MW_HEAP_MEMWATCH]);
    heap->error = limited(sqrt(variance));
    source->rank->held_mpi_error = limited(sqrt(variances[MW_HEAP_MPI]));
}

/* Memory without an explanation may be from before the recording, as far as it is anonymous. What malloc seems to keep may
 * be in use since then, too. */
static void split_rest(struct mw_model_heap *heap, const struct mw_heap_state *state)
{
    static const enum mw_heap_row anonymous[] = {MW_HEAP_ROW_PROGRAM, MW_HEAP_ROW_MPI,  MW_HEAP_ROW_MEMWATCH, MW_HEAP_ROW_KEPT,
                                                 MW_HEAP_ROW_HEADERS, MW_HEAP_ROW_DATA, MW_HEAP_ROW_STACKS};
    int64_t rest = (int64_t)heap->mark, before = row(state->anon_bytes);

    for (int i = 0; i < MW_HEAP_ROW_OTHER; i++)
        rest -= heap->rows[i];
    for (size_t i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++)
        before -= heap->rows[anonymous[i]];
    if (before > rest || !state->anon_bytes)
        before = rest;
    if (heap->why == MW_HEAP_LATE) {
        before = before > 0 ? before : 0;
        heap->rows[MW_HEAP_ROW_BEFORE] = before + heap->rows[MW_HEAP_ROW_KEPT];
        heap->rows[MW_HEAP_ROW_KEPT] = 0;
        rest -= before;
    }
    heap->rows[MW_HEAP_ROW_OTHER] = rest;
}

static void take_rows(struct source *source)
{
    const struct mw_heap_state *state = &source->journal->heap;
    struct mw_model_heap *heap = source->heap;
    uint64_t headers = mw_heap_amounts_at_peak(state, &state->sums[MW_HEAP_SUM_HEADERS]);
    uint64_t used = mw_model_sum(mw_heap_amounts_at_peak(state, &state->sums[MW_HEAP_SUM_AREAS]), headers);

    heap->mark = (uint64_t)row(state->mark);
    heap->mark_ns = mw_model_time_of(source->merge->model, source->rank->host, mw_heap_amounts_peak(state)->ns);
    add_sites(source);
    heap->rows[MW_HEAP_ROW_HEADERS] = row(headers);
    heap->rows[MW_HEAP_ROW_KEPT] = row(less(mw_heap_amounts_at_peak(state, &state->sums[MW_HEAP_SUM_RESIDENT]), used));
    heap->rows[MW_HEAP_ROW_FILES] = row(state->file_bytes);
    heap->rows[MW_HEAP_ROW_SHARED] = row(state->shmem_bytes);
    heap->rows[MW_HEAP_ROW_DATA] = row(state->data_bytes);
    heap->rows[MW_HEAP_ROW_STACKS] = row(state->stack_bytes);
    split_rest(heap, state);
}

void mw_merge_heap_sums(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank)
{
    const struct mw_heap_state *state = &journal->heap;
    struct source source = {.merge = merge, .journal = journal, .rank = rank, .heap = &rank->heap};

    mw_model_heap_drop(&rank->heap);
    rank->heap = (struct mw_model_heap){
        .why = (enum mw_heap_why)state->why,
        .begin_ns = mw_model_time_of(merge->model, rank->host, state->begin_ns),
        .end_ns = mw_model_time_of(merge->model, rank->host, state->end_ns),
        .interval = state->interval,
        .sampled = state->sampled,
        .lost = mw_model_sum(mw_model_sum(state->lost_full, state->lost_lock), state->lost_nested),
        .cost_ns = state->cost_ns,
        .python = (uint32_t)(state->python & 0xffff),
        .python_unread = state->python & MW_HEAP_PYTHON_UNREAD,
    };
    if (mw_model_heap_is_recorded(&rank->heap) && state->adopted)
        take_rows(&source);
}

/* ---- the sites that are kept ---- */

struct by_bytes {
    uint64_t bytes;
    uint32_t index;
};

static int compare_bytes(const void *a, const void *b)
{
    const struct by_bytes *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

static uint64_t left_late(const struct mw_heap_left *left)
{
    uint64_t kib = 0;

    for (int i = 1; i < MW_HEAP_LEFT_SLICES; i++)
        kib += left->kib[i];
    return kib << 10;
}

static void want_left(const struct mw_journal_read *journal, bool *wanted)
{
    struct by_bytes *order = mw_mem_alloc(journal->heap_left_count, sizeof(*order));

    for (uint32_t i = 0; i < journal->heap_left_count; i++)
        order[i] = (struct by_bytes){left_late(&journal->heap_left[i]), journal->heap_left[i].site - 1};
    if (journal->heap_left_count)
        qsort(order, journal->heap_left_count, sizeof(*order), compare_bytes);
    for (uint32_t i = 0; i < journal->heap_left_count && i < KEPT_LEFT; i++)
        wanted[order[i].index] = true;
    free(order);
}

/* Sites that other lists refer to. */
static void want_referenced(const struct mw_journal_read *journal, bool *wanted)
{
    for (uint32_t i = 0; i < journal->heap_phase_count; i++)
        for (uint32_t l = 0; l < journal->heap_phases[i].lines; l++)
            if (journal->heap_phases[i].line[l].site)
                wanted[journal->heap_phases[i].line[l].site - 1] = true;
    for (uint32_t i = 0; i < journal->heap_tick_count; i++)
        for (uint32_t l = 0; l < MW_HEAP_TICK_LINES; l++)
            if (journal->heap_ticks[i].line[l].site)
                wanted[journal->heap_ticks[i].line[l].site - 1] = true;
    want_left(journal, wanted);
}

/* ---- one site ---- */

static const struct mw_model_place *place_at(const struct source *source, uint64_t frame)
{
    uint64_t module = frame >> MW_HEAP_FRAME_OFFSET;

    if (module == MW_FRAME_PYTHON)
        return mw_merge_places_python(source->merge, source->journal->heap_functions, frame & OFFSET_MASK);
    return mw_merge_places_find(source->merge, module ? source->modules[module - 1] : 0, frame & OFFSET_MASK);
}

/* In Python, the first place that is not of a library; without one the first Python function. */
static size_t find_script(const struct source *source, const struct mw_heap_site *from, size_t first, size_t count)
{
    size_t python = count;

    for (uint32_t i = from->depth; i > 0 && from->frames[i - 1] >> MW_HEAP_FRAME_OFFSET == MW_FRAME_PYTHON; i--)
        python--;
    for (size_t i = first; i < count; i++)
        if (!mw_heap_is_library(source->heap->frames[i]))
            return i;
    return python;
}

static bool has_python(const struct mw_heap_site *from)
{
    return from->depth && from->frames[from->depth - 1] >> MW_HEAP_FRAME_OFFSET == MW_FRAME_PYTHON;
}

/* Where a stack begins for a reader: behind the frames of the allocator. */
static size_t find_inner(const struct source *source, const struct mw_heap_site *from, size_t first, size_t count)
{
    size_t inner = first;

    if (has_python(from))
        return find_script(source, from, first, count);
    while (inner < count && mw_heap_is_inner(source->heap->frames[inner]))
        inner++;
    return inner == count ? first : inner; /* nothing else */
}

/* "MPI_Alloc_mem" of "PMPI_Alloc_mem"; NULL: it is not a call of MPI. */
static const char *mpi_call(const struct mw_model_place *place)
{
    const char *name = place->function + (place->function[0] == 'P');

    return strncmp(name, "MPI_", 4) ? NULL : name;
}

/* Memory that MPI gave to the program: its stack begins with the call by which the program asked for it, the outermost one. The
 * frames in between, of MPI, of a binding and of memwatch, say nothing. */
static size_t find_given(struct source *source, const struct mw_heap_site *from, size_t first, size_t count)
{
    const struct mw_model_place **frames = source->heap->frames;
    size_t call = count, inner = first;

    for (; inner < count; inner++)
        if (mpi_call(frames[inner]))
            call = inner;
        else if (mw_heap_object(frames[inner]->module) == MW_HEAP_OBJECT_PROGRAM)
            break;
    if (has_python(from))
        inner = find_script(source, from, first, count);
    if (call == count || inner <= call)
        return inner < count ? inner : first;
    frames[inner - 1] = mw_merge_places_call(source->merge, mpi_call(frames[call]));
    return inner - 1;
}

/* Adds the places of a site's stack to heap->frames, without those of the allocator at its inner end. Returns how many. */
static uint32_t take_frames(struct source *source, const struct mw_heap_site *from, size_t *count)
{
    size_t first = *count, inner;

    for (uint32_t i = 0; i < from->depth; i++)
        for (const struct mw_model_place *place = place_at(source, from->frames[i]); place; place = place->outer)
            *MW_MEM_PUSH(source->heap->frames, *count) = place;
    inner = from->flags & MW_HEAP_GIVEN ? find_given(source, from, first, *count) : find_inner(source, from, first, *count);
    for (size_t i = inner; inner > first && i < *count; i++)
        source->heap->frames[first + i - inner] = source->heap->frames[i];
    *count -= inner - first;
    return (uint32_t)(*count - first);
}

/* "mesh.c:120", or, if that line calls a helper that allocates, "mesh.c:120 (via allocate)". */
static void choose_line(struct mw_model *model, struct mw_model_heap_site *to, const struct mw_model_place *const *frames)
{
    uint32_t line = mw_heap_line_of(frames, to->depth);

    to->place = frames[line];
    to->label = line ? mw_model_format(model, "%s (via %s)", frames[line]->label, frames[0]->function) : frames[0]->label;
}

static void name_site(struct source *source, struct mw_model_heap_site *to, const struct mw_model_place *const *frames,
                      const char *library)
{
    struct mw_model *model = source->merge->model;

    to->library = mw_model_string(model, "");
    if (to->owner == MW_HEAP_MPI) {
        to->library = library[0] ? library_name(model, library) : to->library;
        to->label = library[0] ? to->library : mw_model_string(model, "unknown library");
    } else if (to->owner == MW_HEAP_MEMWATCH) {
        to->label = mw_model_string(model, "memwatch");
    } else if (to->depth) {
        choose_line(model, to, frames);
    } else {
        to->label = mw_model_string(model, "(unknown line)");
    }
}

static void take_site(struct source *source, uint32_t index, size_t *frames)
{
    const struct mw_heap_state *state = &source->journal->heap;
    const struct mw_heap_site *from = &source->journal->heap_sites[index];
    uint32_t calls = source->rank->has_details ? source->rank->site_count : 0;
    struct mw_model_heap_site *to = &source->heap->sites[source->heap->site_count];
    const char *library;

    *to = (struct mw_model_heap_site){
        .cut = from->flags & MW_HEAP_CUT,
        .mapping = from->flags & MW_HEAP_MAPPING,
        .owner = owner_of(source->journal, from, &library),
        .mpi_site = from->mpi_site && from->mpi_site <= calls ? from->mpi_site - 1 : MW_MODEL_NONE,
        .merged = MW_MODEL_NONE,
        .at_peak = (uint64_t)row(mw_heap_amounts_at_peak(state, &from->amount)),
        .held = from->amount.held,
        .allocated = from->allocated,
        .same_call = from->samples && from->same_call >= from->samples,
    };
    to->at_peak_error = error_of(from, to->at_peak);
    to->variance = limited(mw_heap_amounts_variance(from));
    if (to->at_peak)
        to->blocks_at_peak = mw_heap_amounts_is_now(state, &from->amount) ? from->held_blocks : from->at_blocks[state->best];
    to->depth = take_frames(source, from, frames);
    name_site(source, to, to->depth ? source->heap->frames + (*frames - to->depth) : NULL, library);
    source->kept[index] = source->heap->site_count++;
}

/* What is in no site of the table. */
static void take_other(struct source *source)
{
    const struct mw_heap_state *state = &source->journal->heap;
    const struct mw_heap_amount *other = &state->sums[MW_HEAP_SUM_OTHER];
    struct mw_model *model = source->merge->model;

    if (mw_heap_amounts_at_peak(state, other))
        source->heap->sites[source->heap->site_count++] = (struct mw_model_heap_site){
            .label = mw_model_string(model, "(other lines)"),
            .owner = MW_HEAP_PROGRAM,
            .library = mw_model_string(model, ""),
            .mpi_site = MW_MODEL_NONE,
            .merged = MW_MODEL_NONE,
            .at_peak = (uint64_t)row(mw_heap_amounts_at_peak(state, other)),
            .held = other->held,
        };
}

/* ---- lists ---- */

static void set_frames(struct mw_model_heap *heap)
{
    size_t first = 0;

    for (uint32_t i = 0; i < heap->site_count; i++) {
        heap->sites[i].frames = heap->sites[i].depth ? heap->frames + first : NULL;
        first += heap->sites[i].depth;
    }
}

static void take_sites(struct source *source)
{
    const struct mw_journal_read *journal = source->journal;
    struct by_bytes *order = mw_mem_alloc(journal->heap_site_count, sizeof(*order));
    bool *wanted = mw_mem_alloc(journal->heap_site_count, sizeof(*wanted));
    struct mw_model_heap *heap = source->heap;
    size_t frames = 0;

    want_referenced(journal, wanted);
    heap->sites = mw_mem_alloc((size_t)journal->heap_site_count + 1, sizeof(*heap->sites));
    for (uint32_t i = 0; i < journal->heap_site_count; i++)
        order[i] = (struct by_bytes){mw_heap_amounts_at_peak(&journal->heap, &journal->heap_sites[i].amount), i};
    if (journal->heap_site_count)
        qsort(order, journal->heap_site_count, sizeof(*order), compare_bytes);
    for (uint32_t i = 0; i < journal->heap_site_count; i++) {
        source->kept[order[i].index] = MW_MODEL_NONE;
        if ((i < KEPT && order[i].bytes) || wanted[order[i].index])
            take_site(source, order[i].index, &frames);
        else if (order[i].bytes) {
            heap->more++;
            heap->more_bytes = mw_model_sum(heap->more_bytes, (uint64_t)row(order[i].bytes));
        }
    }
    free(order);
    free(wanted);
    set_frames(heap);
}

static void put_part(const struct source *source, struct mw_model_heap_part *lines, uint32_t *count, uint32_t site,
                     uint32_t kib)
{
    if (site)
        lines[(*count)++] = (struct mw_model_heap_part){source->kept[site - 1], (uint64_t)kib << 10};
}

static void take_phases(struct source *source)
{
    const struct mw_journal_read *journal = source->journal;
    uint32_t phases = source->rank->has_details ? source->rank->phase_count : 0;
    struct mw_model_heap *heap = source->heap;

    heap->phases = mw_mem_alloc(journal->heap_phase_count, sizeof(*heap->phases));
    for (uint32_t i = 0; i < journal->heap_phase_count; i++) {
        const struct mw_heap_phase *from = &journal->heap_phases[i];
        struct mw_model_heap_phase *to = &heap->phases[heap->phase_count];
        if (from->phase > phases)
            continue;
        *to = (struct mw_model_heap_phase){.phase = from->phase - 1, .mark = from->mark, .held = from->held};
        for (uint32_t l = 0; l < from->lines; l++)
            put_part(source, to->line, &to->lines, from->line[l].site, from->line[l].kib);
        heap->phase_count++;
    }
}

static void take_ticks(struct source *source)
{
    const struct mw_journal_read *journal = source->journal;
    struct mw_model_heap *heap = source->heap;

    heap->ticks = mw_mem_alloc(journal->heap_tick_count, sizeof(*heap->ticks));
    for (uint32_t i = 0; i < journal->heap_tick_count; i++) {
        const struct mw_heap_tick *from = &journal->heap_ticks[i];
        struct mw_model_heap_tick *to = &heap->ticks[heap->tick_count++];
        *to = (struct mw_model_heap_tick){.ns = mw_model_time_of(source->merge->model, source->rank->host, from->ns),
                                          .held = from->held};
        for (uint32_t l = 0; l < MW_HEAP_TICK_LINES; l++)
            put_part(source, to->line, &to->lines, from->line[l].site, from->line[l].kib);
    }
}

static void take_left(struct source *source)
{
    for (uint32_t i = 0; i < source->journal->heap_left_count; i++) {
        const struct mw_heap_left *left = &source->journal->heap_left[i];
        uint32_t index = source->kept[left->site - 1];
        if (index == MW_MODEL_NONE)
            continue;
        source->heap->sites[index].left_late = left_late(left);
        memcpy(source->heap->sites[index].left_kib, left->kib, sizeof(left->kib));
    }
}

void mw_merge_heap_take(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank)
{
    struct source source = {.merge = merge, .journal = journal, .rank = rank, .heap = &rank->heap};

    mw_merge_heap_sums(merge, journal, rank);
    if (!mw_model_heap_is_recorded(&rank->heap))
        return;
    source.modules = mw_mem_alloc(journal->heap_module_count, sizeof(*source.modules));
    source.kept = mw_mem_alloc(journal->heap_site_count, sizeof(*source.kept));
    for (uint32_t i = 0; i < journal->heap_module_count; i++)
        source.modules[i] = mw_symbols_module(merge->symbols, &journal->heap_modules[i]);
    take_sites(&source);
    take_phases(&source);
    take_ticks(&source);
    take_left(&source);
    take_other(&source);
    rank->heap.has_details = true;
    free(source.modules);
    free(source.kept);
}
