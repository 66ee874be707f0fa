/* SPDX-License-Identifier: MIT */
#include "collector/base/clock.h"
#include "collector/base/hostname.h"
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/limits.h"

#include <string.h>

static const char *clean_name(struct mw_merge *merge, const char *name)
{
    return mw_model_string(merge->model, name && name[0] ? name : "?");
}

/* The model stores equal strings once. */
static const struct mw_merge_clock *find_clock(const struct mw_merge *merge, const char *host)
{
    for (size_t i = 0; i < merge->clock_count; i++)
        if (merge->clocks[i].host == host)
            return &merge->clocks[i];
    return NULL;
}

void mw_merge_hosts_clock(struct mw_merge *merge, const struct mw_ident *ident, const struct mw_state *state)
{
    const char *host = clean_name(merge, ident->host);

    if (state->gathered_host[0])
        merge->gathered_host = mw_model_string(merge->model, state->gathered_host);
    if (state->clock_known != 1 || find_clock(merge, host))
        return;
    *MW_MEM_PUSH(merge->clocks, merge->clock_count) = (struct mw_merge_clock){host, state->clock_shift_ns,
                                                                              state->clock_error_ns};
}

/* The monotonic clocks of two hosts are unrelated. The shift comes from the ranks' measurements against a third host, if
 * both hosts have one; otherwise from the wall clocks, which may be set wrongly. */
static void set_shift(const struct mw_merge *merge, struct mw_model_host *host, int64_t wall_offset)
{
    const struct mw_merge_clock *own = find_clock(merge, host->name);
    const struct mw_merge_clock *reference = find_clock(merge, merge->reference);

    host->shift_ns = (int64_t)((uint64_t)wall_offset - (uint64_t)merge->reference_offset);
    if (own && reference && own != reference) {
        host->shift_ns = (int64_t)((uint64_t)own->shift_ns - (uint64_t)reference->shift_ns);
        host->clock_error_ns = mw_model_sum(mw_model_sum(own->error_ns, reference->error_ns), 1);
    }
}

uint32_t mw_merge_hosts_find(struct mw_merge *merge, const char *name, uint64_t wall_ns, uint64_t mono_ns)
{
    struct mw_model *model = merge->model;
    const char *clean = clean_name(merge, name);
    int64_t offset = (int64_t)(wall_ns - mono_ns);
    uint32_t next = (uint32_t)model->host_count;
    uint32_t found = mw_map_add(merge->host_keys, &clean, sizeof(clean), next); /* equal strings are stored once */
    struct mw_model_host *host;

    if (found != next)
        return found;
    host = MW_MEM_PUSH(model->hosts, model->host_count);
    host->name = clean;
    host->why = host->limit.cgroup_path = mw_model_string(model, "");
    if (!merge->has_reference) {
        merge->has_reference = true;
        merge->reference = clean;
        merge->reference_offset = offset;
    }
    set_shift(merge, host, offset);
    return next;
}

uint32_t mw_merge_hosts_find_clean(struct mw_merge *merge, const char *clean)
{
    char name[MW_HOSTNAME_SIZE];

    for (size_t i = 0; i < merge->model->host_count; i++) {
        mw_hostname_clean(merge->model->hosts[i].name, name);
        if (!strcmp(name, clean))
            return (uint32_t)i;
    }
    return mw_merge_hosts_find(merge, clean, merge->has_reference ? (uint64_t)merge->reference_offset : mw_clock_wall(),
                               merge->has_reference ? 0 : mw_clock_now());
}

static void take_cgroups(struct mw_model *model, struct mw_model_host *host, const struct mw_view *view)
{
    uint32_t index = (uint32_t)(host - model->hosts);

    host->cgroup_count = view->cgroup_count;
    host->cgroups = mw_mem_alloc(view->cgroup_count, sizeof(*host->cgroups));
    for (uint32_t i = 0; i < view->cgroup_count; i++)
        host->cgroups[i] = (struct mw_model_cgroup){
            .name = mw_model_string(model, view->cgroups[i].name),
            .limit_path = mw_model_string(model, view->cgroups[i].limit_directory),
            .limit = view->cgroups[i].limit,
            .peak = view->cgroups[i].peak,
            .kills = view->cgroups[i].kills,
            .kills_ns = mw_model_time_of(model, index, view->cgroups[i].kills_ns),
            .counts = (view->cgroups[i].flags & MW_VIEW_CGROUP_COUNTS) != 0,
            .shared = (view->cgroups[i].flags & MW_VIEW_CGROUP_SHARED) != 0,
        };
}

static void take_nodes(struct mw_model_host *host, const struct mw_view *view)
{
    host->node_count = view->node_count;
    host->nodes = mw_mem_alloc(view->node_count, sizeof(*host->nodes));
    for (uint32_t i = 0; i < view->node_count; i++)
        host->nodes[i] = (struct mw_model_numa){.index = view->nodes[i].index, .bytes = view->nodes[i].bytes};
}

void mw_merge_hosts_fill(struct mw_model *model, uint32_t index, const struct mw_view *view)
{
    struct mw_model_host *host = &model->hosts[index];

    host->is_sampled = true;
    host->end_ns = mw_model_time_of(model, index, view->end_ns);
    host->samples = view->samples;
    host->gap_mean_ns = mw_view_gap_mean(view);
    host->gap_max_ns = view->gap_max_ns;
    host->last_ns = mw_model_time_of(model, index, view->last_ns);
    host->seen = (struct mw_model_bytes){view->rss_sum_max, view->rss_sum_max ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN};
    host->seen_ns = mw_model_time_of(model, index, view->rss_sum_max_ns);
    host->pss = (struct mw_model_bytes){view->pss_sum_max, view->pss_sum_max ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN};
    host->kills = view->host_kills;
    take_cgroups(model, host, view);
    take_nodes(host, view);
    mw_limits_fill(model, index, view);
}

/* Counts the ranks of each NUMA node, by the node that they ran on. */
void mw_merge_hosts_count(struct mw_model *model)
{
    for (size_t i = 0; i < model->rank_count; i++) {
        struct mw_model_host *host = &model->hosts[model->ranks[i].host];
        for (uint32_t n = 0; n < host->node_count; n++)
            if (host->nodes[n].index == model->ranks[i].numa_node) {
                host->nodes[n].ranks++;
                host->nodes[n].peaks = mw_model_sum(host->nodes[n].peaks, model->ranks[i].peak.bytes);
            }
    }
}
