/* SPDX-License-Identifier: MIT */
#include "collector/model/bounds.h"

#include "collector/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define CELLS 1024

/* Sums over processes, per cell of time. */
struct sums {
    uint64_t cells[CELLS];
    uint64_t error_bytes; /* of the ranks */
};

struct mw_bounds {
    struct mw_model *model;
    uint64_t begin, cell_ns;
    uint64_t one[CELLS]; /* upper bound of the current process in the cell */
    bool open[CELLS];    /* a rank ran that was not measured: no bound there */
    struct sums job, *hosts;
};

struct mw_bounds *mw_bounds_create(struct mw_model *model)
{
    struct mw_bounds *bounds = mw_mem_alloc(1, sizeof(*bounds));

    bounds->model = model;
    bounds->begin = model->job.begin_ns;
    bounds->cell_ns = mw_model_elapsed(model, model->job.end_ns) / CELLS + 1;
    bounds->hosts = mw_mem_alloc(model->host_count, sizeof(*bounds->hosts));
    return bounds;
}

static size_t cell_at(const struct mw_bounds *bounds, uint64_t ns)
{
    uint64_t cell = ns > bounds->begin ? (ns - bounds->begin) / bounds->cell_ns : 0;

    return cell < CELLS ? cell : CELLS - 1;
}

/* The process may have had `bytes` at any time from `from` to `to`. Times outside of the grid count at its edge. */
static void raise_to(struct mw_bounds *bounds, uint64_t from, uint64_t to, uint64_t bytes)
{
    for (size_t cell = cell_at(bounds, from), last = cell_at(bounds, to > from ? to : from); cell <= last; cell++)
        if (bounds->one[cell] < bytes)
            bounds->one[cell] = bytes;
}

static void add_cells(struct sums *sums, const uint64_t one[CELLS], uint64_t most)
{
    for (size_t i = 0; i < CELLS; i++)
        sums->cells[i] = mw_model_sum(sums->cells[i], one[i] < most ? one[i] : most);
}

/* Adds the current process, which never had more than `most`. */
static void add_process(struct mw_bounds *bounds, uint32_t host, uint64_t most)
{
    add_cells(&bounds->job, bounds->one, most);
    add_cells(&bounds->hosts[host], bounds->one, most);
    memset(bounds->one, 0, sizeof(bounds->one));
}

/* Time that a process may have run before and after it was sampled: the longest time between the begin of a sample of its host
 * and that of the next one, and the duration of a sample, which is less than that. */
static uint64_t seen_margin(const struct mw_model *model, uint32_t host)
{
    uint64_t gap = model->hosts[host].gap_max_ns;

    return mw_model_sum(gap ? gap : mw_model_elapsed(model, model->job.end_ns), gap);
}

/* From `from` to `to` there is no bound. */
static void open_cells(struct mw_bounds *bounds, uint64_t from, uint64_t to)
{
    for (size_t cell = cell_at(bounds, from), last = cell_at(bounds, to > from ? to : from); cell <= last; cell++)
        bounds->open[cell] = true;
}

/* It had ended when its end was noticed. */
static uint64_t end_of(const struct mw_model_process *seen, uint64_t margin)
{
    uint64_t end = mw_model_sum(seen->last_ns, margin);

    return seen->end != MW_VIEW_LIVES && seen->end_ns >= seen->last_ns && seen->end_ns < end ? seen->end_ns : end;
}

static uint64_t before(uint64_t ns, uint64_t margin)
{
    return ns > margin ? ns - margin : 0;
}

static uint64_t phase_peak(const struct mw_model_rank *rank, enum mw_phase_kind kind, uint64_t default_value)
{
    for (uint32_t i = 0; i < rank->phase_count; i++)
        if (rank->phases[i].kind == kind && rank->phases[i].peak.kind != MW_MODEL_UNKNOWN)
            return rank->phases[i].peak.bytes;
    return default_value;
}

/* Raises the slices from the `first` to before the `end`. */
static void raise_slices(struct mw_bounds *bounds, const struct mw_model_rank *rank, uint32_t first, uint32_t end,
                         uint64_t bytes)
{
    uint64_t from, to;

    if (!__builtin_mul_overflow(rank->tick_ns, first, &from) && !__builtin_mul_overflow(rank->tick_ns, end, &to))
        raise_to(bounds, mw_model_sum(rank->created_ns, from), mw_model_sum(rank->created_ns, to), bytes);
}

/* The writer leaves no slice empty before its last boundary; an empty one has at most the values of its neighbours. */
static void raise_timeline(struct mw_bounds *bounds, const struct mw_model_rank *rank)
{
    uint32_t gap = 0; /* start of the current run of empty slices */

    for (uint32_t i = 0; i < rank->tick_count; i++) {
        uint64_t left = gap ? rank->ticks[gap - 1].peak : 0, here = rank->ticks[i].peak;
        if (here == 0)
            continue;
        if (gap < i)
            raise_slices(bounds, rank, gap, i, here > left ? here : left);
        raise_slices(bounds, rank, i, i + 1, here);
        gap = i + 1;
    }
}

/* Start of the last slice that is not empty. */
static uint64_t last_slice_begin(const struct mw_model_rank *rank)
{
    uint64_t ns = 0;

    for (uint32_t i = rank->tick_count; i > 0; i--)
        if (rank->ticks[i - 1].peak) {
            if (__builtin_mul_overflow(rank->tick_ns, i - 1, &ns))
                ns = 0;
            break;
        }
    return mw_model_sum(rank->created_ns, ns);
}

static void raise_rank(struct mw_bounds *bounds, const struct mw_model *model, const struct mw_model_rank *rank)
{
    const struct mw_model_process *seen = rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
    uint64_t begin = rank->begin_ns, end = model->job.end_ns, most = rank->peak.bytes;
    uint64_t after = rank->rss_ns ? rank->rss_ns : last_slice_begin(rank);
    bool ended = rank->stage == MW_STAGE_EXITED;

    if (seen && seen->samples) {
        begin = before(begin < seen->first_ns ? begin : seen->first_ns, seen_margin(model, rank->host));
        end = end_of(seen, seen_margin(model, rank->host));
        if (end < rank->known_ns)
            end = rank->known_ns;
    }
    raise_to(bounds, begin, rank->created_ns, phase_peak(rank, MW_PHASE_START, most));
    raise_timeline(bounds, rank);
    /* After the last boundary: the last phase's peak if its end was measured; else unknown. */
    raise_to(bounds, rank->tick_count ? after : rank->created_ns, end,
             ended && rank->tick_count ? phase_peak(rank, MW_PHASE_END, most) : most);
    if (rank->peak.kind != MW_MODEL_EXACT)
        open_cells(bounds, rank->tick_count ? after : begin, end);
}

void mw_bounds_add_rank(struct mw_bounds *bounds, uint32_t index)
{
    const struct mw_model_rank *rank = &bounds->model->ranks[index];
    struct mw_model_peak *peak = &bounds->model->peak;
    struct sums *host = &bounds->hosts[rank->host];

    raise_rank(bounds, bounds->model, rank);
    add_process(bounds, rank->host, rank->peak.bytes);
    bounds->job.error_bytes = mw_model_sum(bounds->job.error_bytes, rank->error_bytes);
    host->error_bytes = mw_model_sum(host->error_bytes, rank->error_bytes);
    peak->upper_open_ranks += rank->peak.kind != MW_MODEL_EXACT;
    peak->sum_of_peaks = mw_model_sum(peak->sum_of_peaks, rank->peak.bytes);
}

static void add_other(struct mw_bounds *bounds, const struct mw_model_process *process)
{
    uint64_t margin = process->samples ? seen_margin(bounds->model, process->host) : 0;
    struct mw_model_peak *peak = &bounds->model->peak;

    if (process->count > 1) {
        peak->sum_of_peaks = mw_model_sum(peak->sum_of_peaks, process->peak_sum);
        return; /* add_together() */
    }
    raise_to(bounds, before(process->first_ns, margin), end_of(process, process->peak.kind != MW_MODEL_EXACT ? margin : 0),
             process->peak.bytes);
    add_process(bounds, process->host, process->peak.bytes);
    peak->upper_sampled += process->peak.kind != MW_MODEL_EXACT;
    peak->sum_of_peaks = mw_model_sum(peak->sum_of_peaks, process->peak.bytes);
}

/* The processes of a host that were counted together, of any program: while any of them may have run. */
static void add_together(struct mw_bounds *bounds, uint32_t host)
{
    const struct mw_model *model = bounds->model;
    uint64_t together = model->hosts[host].together;

    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].count > 1 && model->processes[i].host == host)
            raise_to(bounds, model->processes[i].first_ns, model->processes[i].last_ns, together);
    add_process(bounds, host, together);
}

/* Samples alone are not an upper bound. */
static bool is_any_exact(const struct mw_model *model)
{
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].peak.kind == MW_MODEL_EXACT)
            return true;
    return model->rank_count > 0;
}

static struct mw_model_bytes upper_bound(const struct sums *sums, bool any_exact)
{
    uint64_t largest = 0;

    for (size_t i = 0; i < CELLS; i++)
        if (sums->cells[i] > largest)
            largest = sums->cells[i];
    return (struct mw_model_bytes){mw_model_sum(largest, sums->error_bytes),
                                   largest && any_exact ? MW_MODEL_AT_MOST : MW_MODEL_UNKNOWN};
}

/* Over time. */
static void write_bounds(struct mw_model *model, const struct mw_bounds *bounds)
{
    const struct sums *sums = &bounds->job;

    model->bound_ns = bounds->cell_ns;
    model->bound_count = CELLS;
    model->bounds = mw_mem_alloc(CELLS, sizeof(*model->bounds));
    for (size_t i = 0; i < CELLS; i++)
        if (!bounds->open[i])
            model->bounds[i] = (struct mw_model_bound){sums->cells[i] ? mw_model_sum(sums->cells[i], sums->error_bytes) : 0,
                                                       true};
}

void mw_bounds_finish(struct mw_bounds *bounds)
{
    struct mw_model *model = bounds->model;
    bool any_exact = is_any_exact(model);

    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role != MW_MODEL_RANK)
            add_other(bounds, &model->processes[i]);
    for (uint32_t i = 0; i < model->host_count; i++)
        if (model->hosts[i].together)
            add_together(bounds, i);
    model->peak.error_bytes = bounds->job.error_bytes;
    model->peak.upper = upper_bound(&bounds->job, any_exact);
    if (any_exact)
        write_bounds(model, bounds);
    for (size_t i = 0; i < model->host_count; i++)
        model->hosts[i].upper = upper_bound(&bounds->hosts[i], any_exact);
    free(bounds->hosts);
    free(bounds);
}
