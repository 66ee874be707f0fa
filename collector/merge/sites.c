/* SPDX-License-Identifier: MIT */
/* Merges call sites of all ranks that have the same call, communicator size and place. */
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/objects.h"
#include "collector/model/rises.h"

#include <stdint.h>
#include <stdlib.h>

/* Strings are stored once, so their addresses identify them. */
struct key {
    const char *call;
    struct mw_merge_place place;
    uint64_t comm_size;
};

/* What one rank adds to one merged site: the sum over all its sites that map to it. */
struct share {
    uint64_t time_ns;
    int64_t growth;
    uint64_t spike;
    uint64_t left; /* objects that were not freed */
    bool growing;
    uint32_t rank; /* plus one: the rank of these values */
};

/* The spikes of single ranks that may be at least half of the largest one. */
struct spikes {
    uint64_t *values;
    size_t count;
};

struct mw_merge_sites {
    struct mw_model *model;
    struct mw_map *keys;
    struct share *shares; /* by merged site */
    struct spikes *spikes;
    size_t share_count, spikes_count;
    uint32_t *touched; /* merged sites of the current rank */
    size_t touched_count;
};

static struct key key_of(struct mw_model *model, const struct mw_model_site *site)
{
    return (struct key){site->call, mw_merge_place(model, site->place), site->comm_size};
}

static uint32_t find_merged(struct mw_merge_sites *sites, const struct mw_model_site *site)
{
    struct mw_model *model = sites->model;
    struct key key = key_of(model, site);
    uint32_t next = (uint32_t)model->site_count;
    uint32_t found = mw_map_add(sites->keys, &key, sizeof(key), next);

    if (found == next) {
        *MW_MEM_PUSH(model->sites, model->site_count) = (struct mw_model_merged_site){
            .call = site->call,
            .label = site->label,
            .comm_size = site->comm_size,
            .place = site->place,
            .first_ns = site->first_ns,
            .spike_rank = MW_MODEL_NONE,
            .spike_site = MW_MODEL_NONE,
            .spike_record = MW_MODEL_NONE,
            .coarse_rank = MW_MODEL_NONE,
            .left_rank = MW_MODEL_NONE,
            .rise = {.rank = MW_MODEL_NONE, .phase = ""},
        };
        (void)MW_MEM_PUSH(sites->shares, sites->share_count);
        (void)MW_MEM_PUSH(sites->spikes, sites->spikes_count);
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

static void take_spike(struct mw_merge_sites *sites, struct mw_model_merged_site *to, uint32_t rank, uint32_t index)
{
    const struct mw_model_site *from = &sites->model->ranks[rank].sites[index];

    if (from->spike > to->spike) {
        to->spike = from->spike;
        to->spike_rank = rank;
        to->spike_site = index;
        to->spike_ns = from->spike_ns;
        to->spike_visit = from->spike_visit;
        to->spike_entry_rss = from->spike_entry_rss;
    }
    if (from->coarse_spike > to->coarse_spike) {
        to->coarse_spike = from->coarse_spike;
        to->coarse_rank = rank;
    }
}

static void take_objects(struct share *share, struct mw_model_merged_site *to, const struct mw_model_site *from,
                         const struct mw_model_rank *rank)
{
    if (!from->object)
        return;
    to->object = from->object;
    to->created = mw_model_sum(to->created, from->created);
    to->freed = mw_model_sum(to->freed, from->freed);
    share->left = mw_model_sum(share->left, mw_objects_left(from));
    share->growing |= mw_objects_are_growing(from, rank);
}

static void take_site(struct mw_merge_sites *sites, uint32_t rank, uint32_t index)
{
    struct mw_model_site *from = &sites->model->ranks[rank].sites[index];
    uint32_t merged = from->merged = find_merged(sites, from);
    struct mw_model_merged_site *to = &sites->model->sites[merged];
    struct share *share = &sites->shares[merged];

    if (share->rank != rank + 1) {
        *share = (struct share){.rank = rank + 1};
        *MW_MEM_PUSH(sites->touched, sites->touched_count) = merged;
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
    take_spike(sites, to, rank, index);
    mw_rises_take_site(&to->rise, sites->model, rank, index);
    take_objects(share, to, from, &sites->model->ranks[rank]);
}

/* Half of the largest spike so far is at most half of the final largest one: lower spikes never count. */
static void keep_spike(struct spikes *spikes, uint64_t largest, uint64_t spike)
{
    if (spike && spike >= largest / 2)
        *MW_MEM_PUSH(spikes->values, spikes->count) = spike;
}

static void end_rank(struct mw_merge_sites *sites, uint32_t rank)
{
    for (size_t i = 0; i < sites->touched_count; i++) {
        struct mw_model_merged_site *to = &sites->model->sites[sites->touched[i]];
        const struct share *share = &sites->shares[sites->touched[i]];
        mw_model_spread_add(&to->time, to->ranks, share->time_ns, rank);
        mw_model_change_add(&to->growth, to->ranks, share->growth, rank);
        keep_spike(&sites->spikes[sites->touched[i]], to->spike, share->spike);
        if (share->left > to->left_max) {
            to->left_max = share->left;
            to->left_rank = rank;
        }
        to->growing_ranks += share->growing;
        to->ranks++;
    }
    free(sites->touched);
    sites->touched = NULL;
    sites->touched_count = 0;
}

struct mw_merge_sites *mw_merge_sites_create(struct mw_model *model)
{
    struct mw_merge_sites *sites = mw_mem_alloc(1, sizeof(*sites));

    *sites = (struct mw_merge_sites){.model = model, .keys = mw_map_create()};
    return sites;
}

void mw_merge_sites_add(struct mw_merge_sites *sites, uint32_t rank)
{
    for (uint32_t i = 0; i < sites->model->ranks[rank].site_count; i++)
        take_site(sites, rank, i);
    end_rank(sites, rank);
}

void mw_merge_sites_link(struct mw_merge_sites *sites, struct mw_model_rank *rank)
{
    for (uint32_t i = 0; i < rank->site_count; i++) {
        struct key key = key_of(sites->model, &rank->sites[i]);
        rank->sites[i].merged = mw_map_find(sites->keys, &key, sizeof(key)); /* MW_MAP_NONE equals MW_MODEL_NONE */
    }
}

static uint32_t count_large(const struct spikes *spikes, uint64_t largest)
{
    uint32_t count = 0;

    for (size_t i = 0; i < spikes->count; i++)
        count += spikes->values[i] >= largest / 2;
    return count;
}

void mw_merge_sites_finish(struct mw_merge_sites *sites)
{
    for (size_t i = 0; i < sites->model->site_count; i++) {
        struct mw_model_merged_site *site = &sites->model->sites[i];
        site->spike_ranks = count_large(&sites->spikes[i], site->spike);
        if (site->spike)
            site->spike_record = find_record(&sites->model->ranks[site->spike_rank], site->spike_site, site->spike_visit);
        free(sites->spikes[i].values);
    }
    free(sites->spikes);
    free(sites->shares);
    mw_map_destroy(sites->keys);
    free(sites);
}
