/* SPDX-License-Identifier: MIT */
#include "collector/bounds.h"

#include "collector/mem.h"

#include <stdlib.h>
#include <string.h>

#define CELLS 1024

struct grid {
    uint64_t begin, cell_ns;
    uint64_t one[CELLS];  /* of the process at hand: the most it can have had in the cell */
    uint64_t sums[CELLS]; /* of all processes */
};

static void set_up(struct grid *grid, const struct mw_model *model)
{
    uint64_t length = mw_model_elapsed(model, model->job.end_ns);

    memset(grid, 0, sizeof(*grid));
    grid->begin = model->job.begin_ns;
    grid->cell_ns = length / CELLS + 1;
}

static size_t cell_at(const struct grid *grid, uint64_t ns)
{
    uint64_t cell = ns > grid->begin ? (ns - grid->begin) / grid->cell_ns : 0;

    return cell < CELLS ? cell : CELLS - 1;
}

/* The process may have had `bytes` at any moment from `from` to `to`. What lies outside counts at the edge. */
static void raise_to(struct grid *grid, uint64_t from, uint64_t to, uint64_t bytes)
{
    for (size_t cell = cell_at(grid, from), last = cell_at(grid, to > from ? to : from); cell <= last; cell++)
        if (grid->one[cell] < bytes)
            grid->one[cell] = bytes;
}

static void add_process(struct grid *grid, uint64_t most)
{
    for (size_t i = 0; i < CELLS; i++)
        grid->sums[i] = mw_model_sum(grid->sums[i], grid->one[i] < most ? grid->one[i] : most);
    memset(grid->one, 0, sizeof(grid->one));
}

/* A process may have lived this much before and after it was seen. */
static uint64_t seen_margin(const struct mw_model *model)
{
    uint64_t length = mw_model_elapsed(model, model->job.end_ns);
    uint64_t mean = model->job.samples ? length / model->job.samples : length;

    return 2 * (mean > model->job.interval_ns ? mean : model->job.interval_ns);
}

static uint64_t before(uint64_t ns, uint64_t margin)
{
    return ns > margin ? ns - margin : 0;
}

static uint64_t phase_peak(const struct mw_model_rank *rank, enum mw_phase_kind kind, uint64_t otherwise)
{
    for (uint32_t i = 0; i < rank->phase_count; i++)
        if (rank->phases[i].kind == kind && rank->phases[i].peak.kind != MW_MODEL_UNKNOWN)
            return rank->phases[i].peak.bytes;
    return otherwise;
}

/* Raises the slices from the `first` to before the `end`. */
static void raise_slices(struct grid *grid, const struct mw_model_rank *rank, uint32_t first, uint32_t end,
                         uint64_t bytes)
{
    uint64_t from, to;

    if (!__builtin_mul_overflow(rank->tick_ns, first, &from) && !__builtin_mul_overflow(rank->tick_ns, end, &to))
        raise_to(grid, mw_model_sum(rank->created_ns, from), mw_model_sum(rank->created_ns, to), bytes);
}

/* The writer leaves no slice empty before its last boundary; if one is, it had at most what its neighbours had. */
static void raise_timeline(struct grid *grid, const struct mw_model_rank *rank)
{
    uint32_t gap = 0; /* where the empty slices at hand began */

    for (uint32_t i = 0; i < rank->tick_count; i++) {
        uint64_t left = gap ? rank->ticks[gap - 1].peak : 0, here = rank->ticks[i].peak;
        if (here == 0)
            continue;
        if (gap < i)
            raise_slices(grid, rank, gap, i, here > left ? here : left);
        raise_slices(grid, rank, i, i + 1, here);
        gap = i + 1;
    }
}

/* Where the last slice begins that holds anything. */
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

static void raise_rank(struct grid *grid, const struct mw_model *model, const struct mw_model_rank *rank)
{
    const struct mw_model_process *seen =
        rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
    uint64_t begin = rank->begin_ns, end = model->job.end_ns, most = rank->peak.bytes;
    uint64_t after = rank->rss_ns ? rank->rss_ns : last_slice_begin(rank);
    bool ended = rank->stage == MW_STAGE_EXITED;

    if (seen && seen->samples) {
        begin = before(begin < seen->first_ns ? begin : seen->first_ns, seen_margin(model));
        end = mw_model_sum(seen->last_ns, seen_margin(model));
        if (end < rank->known_ns)
            end = rank->known_ns;
    }
    raise_to(grid, begin, rank->created_ns, phase_peak(rank, MW_PHASE_START, most));
    raise_timeline(grid, rank);
    /* Behind the last boundary: the last phase's peak when its end was measured; otherwise nobody knows. */
    raise_to(grid, rank->tick_count ? after : rank->created_ns, end,
             ended && rank->tick_count ? phase_peak(rank, MW_PHASE_END, most) : most);
}

/* The largest sum over time, of one host or (MW_MODEL_NONE) of all. */
static uint64_t largest_sum(const struct mw_model *model, uint32_t host)
{
    struct grid *grid = mw_mem_alloc(1, sizeof(*grid));
    uint64_t largest = 0, margin = seen_margin(model);

    set_up(grid, model);
    for (size_t i = 0; i < model->rank_count; i++)
        if (host == MW_MODEL_NONE || model->ranks[i].host == host) {
            raise_rank(grid, model, &model->ranks[i]);
            add_process(grid, model->ranks[i].peak.bytes);
        }
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (process->role == MW_MODEL_RANK || (host != MW_MODEL_NONE && process->host != host))
            continue;
        raise_to(grid, before(process->first_ns, process->samples ? margin : 0),
                 mw_model_sum(process->last_ns, process->samples && process->peak.kind != MW_MODEL_EXACT ? margin : 0),
                 process->peak.bytes);
        add_process(grid, process->peak.bytes);
    }
    for (size_t i = 0; i < CELLS; i++)
        if (grid->sums[i] > largest)
            largest = grid->sums[i];
    free(grid);
    return largest;
}

static uint64_t error_sum(const struct mw_model *model, uint32_t host)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < model->rank_count; i++)
        if (host == MW_MODEL_NONE || model->ranks[i].host == host)
            sum = mw_model_sum(sum, model->ranks[i].error_bytes);
    return sum;
}

/* Samples alone bound nothing from above. */
static bool is_any_exact(const struct mw_model *model)
{
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].peak.kind == MW_MODEL_EXACT)
            return true;
    return model->rank_count > 0;
}

static struct mw_model_bytes upper_bound(const struct mw_model *model, uint32_t host)
{
    uint64_t sum = largest_sum(model, host);

    return (struct mw_model_bytes){mw_model_sum(sum, error_sum(model, host)),
                                   sum && is_any_exact(model) ? MW_MODEL_AT_MOST : MW_MODEL_UNKNOWN};
}

static void count_open_ends(struct mw_model *model)
{
    struct mw_model_peak *peak = &model->peak;

    for (size_t i = 0; i < model->rank_count; i++) {
        peak->upper_open_ranks += model->ranks[i].peak.kind != MW_MODEL_EXACT;
        peak->sum_of_peaks = mw_model_sum(peak->sum_of_peaks, model->ranks[i].peak.bytes);
    }
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role != MW_MODEL_RANK) {
            peak->upper_sampled += model->processes[i].peak.kind != MW_MODEL_EXACT;
            peak->sum_of_peaks = mw_model_sum(peak->sum_of_peaks, model->processes[i].peak.bytes);
        }
}

void mw_bounds_fill(struct mw_model *model)
{
    count_open_ends(model);
    model->peak.error_bytes = error_sum(model, MW_MODEL_NONE);
    model->peak.upper = upper_bound(model, MW_MODEL_NONE);
    for (uint32_t i = 0; i < model->host_count; i++)
        model->hosts[i].upper = model->host_count == 1 ? model->peak.upper : upper_bound(model, i);
}
