/* SPDX-License-Identifier: MIT */
/* Call sites of all ranks become one where call, communicator size and place agree. */
#include "collector/mem.h"
#include "collector/merge_parts.h"

#include <stdint.h>
#include <stdlib.h>

/* Strings and places are kept once, so their addresses name them. A place is told by its label, not by its address
 * in the program: two calls in one line, or a loop that was unrolled, are one line to the reader. */
struct key {
    const char *call, *place;
    uint64_t comm_size;
};

/* What one rank adds to one merged site; it may have several of its own that are the same. */
struct share {
    uint64_t time_ns;
    int64_t growth;
    uint64_t spike;
    uint32_t rank; /* plus one: the rank these belong to */
};

struct work {
    struct mw_model *model;
    struct mw_map *keys;
    struct share *shares; /* by merged site */
    size_t share_count;
    uint32_t *touched;    /* merged sites of the rank at hand */
    size_t touched_count;
};

static uint32_t find_merged(struct work *work, const struct mw_model_site *site)
{
    struct mw_model *model = work->model;
    const struct mw_model_place *place = site->place;
    struct key key = {site->call, place ? place->label : NULL, site->comm_size};
    uint32_t next = (uint32_t)model->site_count;
    uint32_t found = mw_map_add(work->keys, &key, sizeof(key), next);

    if (found == next) {
        *MW_MEM_PUSH(model->sites, model->site_count) = (struct mw_model_merged_site){
            .call = site->call,
            .label = site->label,
            .comm_size = site->comm_size,
            .place = place,
            .first_ns = site->first_ns,
            .spike_rank = MW_MODEL_NONE,
            .spike_site = MW_MODEL_NONE,
            .spike_record = MW_MODEL_NONE,
            .coarse_rank = MW_MODEL_NONE,
        };
        (void)MW_MEM_PUSH(work->shares, work->share_count);
    }
    return found;
}

/* The rank's record of one call of a site, which has the stack. */
static uint32_t find_record(const struct mw_model_rank *rank, uint32_t site, uint64_t visit)
{
    for (uint32_t i = 0; i < rank->spike_count; i++)
        if (rank->spikes[i].site == site && rank->spikes[i].visit == visit)
            return i;
    return MW_MODEL_NONE;
}

static void take_spike(struct work *work, struct mw_model_merged_site *to, uint32_t rank, uint32_t index)
{
    const struct mw_model_site *from = &work->model->ranks[rank].sites[index];

    if (from->spike > to->spike) {
        to->spike = from->spike;
        to->spike_rank = rank;
        to->spike_site = index;
        to->spike_record = find_record(&work->model->ranks[rank], index, from->spike_visit);
        to->spike_ns = from->spike_ns;
        to->spike_visit = from->spike_visit;
        to->spike_entry_rss = from->spike_entry_rss;
    }
    if (from->coarse_spike > to->coarse_spike) {
        to->coarse_spike = from->coarse_spike;
        to->coarse_rank = rank;
    }
}

static void take_site(struct work *work, uint32_t rank, uint32_t index)
{
    struct mw_model_site *from = &work->model->ranks[rank].sites[index];
    uint32_t merged = from->merged = find_merged(work, from);
    struct mw_model_merged_site *to = &work->model->sites[merged];
    struct share *share = &work->shares[merged];

    if (share->rank != rank + 1) {
        *share = (struct share){.rank = rank + 1};
        *MW_MEM_PUSH(work->touched, work->touched_count) = merged;
    }
    share->time_ns = mw_model_sum(share->time_ns, from->time_ns);
    share->growth = mw_model_sum_change(share->growth, from->growth);
    share->spike = from->spike > share->spike ? from->spike : share->spike;
    to->calls = mw_model_sum(to->calls, from->calls);
    to->measured = mw_model_sum(to->measured, from->measured);
    to->sent = mw_model_sum(to->sent, from->sent);
    to->received = mw_model_sum(to->received, from->received);
    if (from->first_ns && (!to->first_ns || from->first_ns < to->first_ns))
        to->first_ns = from->first_ns;
    take_spike(work, to, rank, index);
}

static void end_rank(struct work *work, uint32_t rank)
{
    for (size_t i = 0; i < work->touched_count; i++) {
        struct mw_model_merged_site *to = &work->model->sites[work->touched[i]];
        const struct share *share = &work->shares[work->touched[i]];
        mw_model_spread_add(&to->time, to->ranks, share->time_ns, rank);
        mw_model_change_add(&to->growth, to->ranks, share->growth, rank);
        to->ranks++;
    }
    free(work->touched);
    work->touched = NULL;
    work->touched_count = 0;
}

/* Counted at the end, when the largest one is known. */
static void count_spiking(struct mw_model *model)
{
    for (size_t r = 0; r < model->rank_count; r++) {
        const struct mw_model_rank *rank = &model->ranks[r];
        for (uint32_t i = 0; i < rank->site_count; i++) {
            struct mw_model_merged_site *merged = &model->sites[rank->sites[i].merged];
            merged->spike_ranks += rank->sites[i].spike && rank->sites[i].spike >= merged->spike / 2;
        }
    }
}

void mw_merge_sites(struct mw_merge *merge)
{
    struct work work = {.model = merge->model, .keys = mw_map_create()};

    for (uint32_t r = 0; r < work.model->rank_count; r++) {
        for (uint32_t i = 0; i < work.model->ranks[r].site_count; i++)
            take_site(&work, r, i);
        end_rank(&work, r);
    }
    count_spiking(work.model);
    free(work.shares);
    mw_map_destroy(work.keys);
}
