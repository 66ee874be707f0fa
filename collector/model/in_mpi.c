/* SPDX-License-Identifier: MIT */
#include "collector/model/in_mpi.h"

#include "collector/model/heap_largest.h"

#include <math.h>
#include <string.h>

static bool is_init(const struct mw_model_site *site)
{
    return strncmp(site->call, "MPI_Init", 8) == 0 || strcmp(site->call, "MPI_Session_init") == 0;
}

static bool is_finalize(const struct mw_model_site *site)
{
    return strcmp(site->call, "MPI_Finalize") == 0 || strcmp(site->call, "MPI_Session_finalize") == 0;
}

static bool is_session(const struct mw_model_site *site)
{
    return strncmp(site->call, "MPI_Session_", 12) == 0;
}

struct mw_in_mpi_names mw_in_mpi_names(const struct mw_model_rank *ranks, size_t count)
{
    static const struct mw_in_mpi_names names[] = {
        {"MPI_Init", "MPI_Finalize"}, /* unknown: assume the most common one */
        {"MPI_Init", "MPI_Finalize"},
        {"MPI_Session_init", "MPI_Session_finalize"},
        {"MPI_Init and MPI_Session_init", "MPI_Finalize and MPI_Session_finalize"},
    };
    unsigned kinds = 0;

    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < ranks[i].site_count; j++)
            if (is_init(&ranks[i].sites[j]))
                kinds |= is_session(&ranks[i].sites[j]) ? 2 : 1;
    return names[kinds];
}

static uint64_t rise(int64_t growth)
{
    return growth > 0 ? (uint64_t)growth : 0;
}

static uint64_t fall(int64_t growth)
{
    return growth < 0 ? -(uint64_t)growth : 0;
}

int64_t mw_in_mpi_init(const struct mw_model_rank *rank)
{
    int64_t growth = 0;

    for (uint32_t i = 0; i < rank->site_count; i++)
        if (is_init(&rank->sites[i]))
            growth = mw_model_sum_change(growth, rank->sites[i].growth);
    return growth;
}

static void add_site(struct mw_model_in_mpi *in, const struct mw_model_site *site)
{
    if (is_init(site))
        return;
    if (is_finalize(site)) {
        in->finalize = mw_model_sum(in->finalize, fall(site->growth));
        return;
    }
    in->later = mw_model_sum(in->later, rise(site->growth));
    in->fell = mw_model_sum(in->fell, fall(site->growth));
    in->received = mw_model_sum(in->received, site->received);
}

#define LOST 100 /* one in so many blocks */

/* MPI always allocates something: a rank of whose MPI nothing is seen has it in the program, statically linked. */
struct mw_model_bytes mw_in_mpi_held(const struct mw_model_rank *rank)
{
    const struct mw_model_heap *heap = &rank->heap;
    int64_t bytes = heap->rows[MW_HEAP_ROW_MPI];
    bool has_all = heap->why == MW_HEAP_RECORDING && heap->lost <= heap->sampled / LOST;

    if (!heap->mark || bytes <= 0 || !mw_heap_largest_is_of_peak(rank))
        return (struct mw_model_bytes){0, MW_MODEL_UNKNOWN};
    return (struct mw_model_bytes){(uint64_t)bytes, !has_all               ? MW_MODEL_AT_LEAST
                                                    : rank->held_mpi_error ? MW_MODEL_ESTIMATE
                                                                           : MW_MODEL_EXACT};
}

void mw_in_mpi_set(struct mw_model_rank *rank)
{
    rank->in_mpi = (struct mw_model_in_mpi){.init = rise(mw_in_mpi_init(rank))};
    for (uint32_t i = 0; i < rank->site_count; i++)
        add_site(&rank->in_mpi, &rank->sites[i]);
    rank->held_mpi = mw_in_mpi_held(rank);
}

static void add_held(struct mw_in_mpi_job *job, const struct mw_model *model, uint32_t index)
{
    struct mw_model_bytes held = model->ranks[index].held_mpi;

    if (held.kind == MW_MODEL_UNKNOWN)
        return;
    if (!job->known++ || held.bytes > model->ranks[job->worst].held_mpi.bytes)
        job->worst = index;
    job->held.bytes = mw_model_sum(job->held.bytes, held.bytes);
    if (rise(model->ranks[index].heap.rows[MW_HEAP_ROW_SHARED]) > job->shared)
        job->shared = rise(model->ranks[index].heap.rows[MW_HEAP_ROW_SHARED]);
    if (job->held.kind != MW_MODEL_AT_LEAST && (job->held.kind != MW_MODEL_ESTIMATE || held.kind == MW_MODEL_AT_LEAST))
        job->held.kind = held.kind;
    job->held_error = (uint64_t)fmin(hypot((double)job->held_error, (double)model->ranks[index].held_mpi_error),
                                     (double)INT64_MAX);
}

static void add_growth(struct mw_model_in_mpi *sum, const struct mw_model_in_mpi *rank)
{
    sum->init = mw_model_sum(sum->init, rank->init);
    sum->later = mw_model_sum(sum->later, rank->later);
    sum->fell = mw_model_sum(sum->fell, rank->fell);
    sum->finalize = mw_model_sum(sum->finalize, rank->finalize);
    sum->received = mw_model_sum(sum->received, rank->received);
}

struct mw_in_mpi_job mw_in_mpi_sum(const struct mw_model *model)
{
    struct mw_in_mpi_job job = {.worst = MW_MODEL_NONE, .names = mw_in_mpi_names(model->ranks, model->rank_count)};

    for (uint32_t i = 0; i < model->rank_count; i++) {
        add_held(&job, model, i);
        add_growth(&job.sum, &model->ranks[i].in_mpi);
        job.init_threads += model->ranks[i].threads == MW_THREADS_INIT;
        job.later_threads += model->ranks[i].threads == MW_THREADS_LATER;
        job.unmeasured += model->ranks[i].measured < model->ranks[i].calls;
    }
    return job;
}
