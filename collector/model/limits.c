/* SPDX-License-Identifier: MIT */
/* The memory limits of each host and each process, and the limit with the least memory left. */
#include "collector/model/limits.h"

#include "collector/base/mem.h"

#include <string.h>

static uint64_t left_of(uint64_t bytes, uint64_t used)
{
    return bytes > used ? bytes - used : 0;
}

/* ---- of a host ---- */

static bool is_below(const char *directory, const char *above)
{
    size_t length = strlen(above);

    return !strncmp(directory, above, length) && (!directory[length] || directory[length] == '/');
}

static bool has_killed_below(const struct mw_view *view, const char *directory)
{
    for (uint32_t i = 0; i < view->cgroup_count; i++)
        if (view->cgroups[i].kills && is_below(view->cgroups[i].directory, directory))
            return true;
    return false;
}

static uint64_t least_left(const struct mw_view_charge *charge)
{
    return left_of(charge->least.bytes, charge->least.used);
}

/* v1 counts each time a limit was reached, even if page cache could be dropped then. So a v1 limit ran out only if a process
 * below it was killed. Of several such limits, it is the one with less memory left. */
static bool may_have_run_out(const struct mw_view *view, const struct mw_view_charge *charge)
{
    if (!charge->hits || (charge->kind != MW_LIMIT_CGROUP && charge->kind != MW_LIMIT_MEMSW))
        return false;
    return !(charge->flags & MW_VIEW_CHARGE_V1) || has_killed_below(view, charge->directory);
}

static bool ran_out(const struct mw_view *view, const struct mw_view_charge *charge)
{
    if (!may_have_run_out(view, charge))
        return false;
    for (uint32_t i = 0; charge->flags & MW_VIEW_CHARGE_V1 && i < view->charge_count; i++) {
        const struct mw_view_charge *other = &view->charges[i];
        if (other != charge && may_have_run_out(view, other) && least_left(other) < least_left(charge))
            return false;
    }
    return true;
}

static struct mw_model_bytes used_of(const struct mw_view_charge *charge, bool all)
{
    if (all)
        return (struct mw_model_bytes){charge->bytes, MW_MODEL_EXACT};
    if (!(charge->flags & MW_VIEW_CHARGE_SEEN))
        return (struct mw_model_bytes){0, MW_MODEL_UNKNOWN};
    return (struct mw_model_bytes){charge->least.used,
                                   charge->flags & MW_VIEW_CHARGE_CACHE ? MW_MODEL_AT_MOST : MW_MODEL_AT_LEAST};
}

static void take_charge(struct mw_model *model, uint32_t host, struct mw_model_charge *to, const struct mw_view *view,
                        const struct mw_view_charge *from)
{
    const struct mw_view_amount *least = &from->least;
    bool all = ran_out(view, from);

    *to = (struct mw_model_charge){
        .kind = (enum mw_limit_kind)from->kind,
        .bytes = from->flags & MW_VIEW_CHARGE_SEEN && !all ? least->bytes : from->bytes,
        .used = used_of(from, all),
        .ns = mw_model_time_of(model, host, least->ns),
        .upper = {from->upper, from->upper ? MW_MODEL_AT_MOST : MW_MODEL_UNKNOWN},
        .hits = from->hits,
        .ran_out = all,
        .above = (from->flags & MW_VIEW_CHARGE_ABOVE) != 0,
        .cache_counts = (from->flags & MW_VIEW_CHARGE_CACHE) != 0,
        .anon = least->anon,
        .shmem = least->shmem,
        .dirty = least->dirty,
        .kernel = least->kernel,
        .rss = least->rss,
        .swap_left = least->swap_left,
        .path = mw_model_string(model, from->directory),
    };
}

/* memory.high does not stop a process. The amount granted by Slurm counts where no control group enforces it. */
static bool is_hard(const struct mw_model_host *host, const struct mw_model_charge *charge)
{
    if (charge->kind == MW_LIMIT_HIGH || charge->used.kind == MW_MODEL_UNKNOWN || !charge->bytes)
        return false;
    for (uint32_t i = 0; charge->kind == MW_LIMIT_SLURM && i < host->charge_count; i++)
        if (host->charges[i].kind == MW_LIMIT_CGROUP && host->charges[i].bytes <= charge->bytes)
            return false;
    return true;
}

static uint64_t charge_left(const struct mw_model_charge *charge)
{
    return left_of(charge->bytes, charge->used.bytes);
}

/* Index of the hard limit with the least memory left, or none. */
static uint32_t find_nearest(const struct mw_model_host *host)
{
    uint32_t nearest = MW_MODEL_NONE;

    for (uint32_t i = 0; i < host->charge_count; i++)
        if (is_hard(host, &host->charges[i]) &&
            (nearest == MW_MODEL_NONE || charge_left(&host->charges[i]) < charge_left(&host->charges[nearest])))
            nearest = i;
    return nearest;
}

/* The control group with the smallest limit, even if its usage is unknown. */
static void find_smallest(struct mw_model_limit *limit, const struct mw_model_host *host)
{
    for (uint32_t i = 0; i < host->cgroup_count; i++)
        if (host->cgroups[i].limit && (!limit->cgroup_limit || host->cgroups[i].limit < limit->cgroup_limit)) {
            limit->cgroup_limit = host->cgroups[i].limit;
            limit->cgroup_peak = host->cgroups[i].peak;
            limit->cgroup_path = host->cgroups[i].limit_path;
        }
    if (limit->cgroup_limit && (!limit->node_bytes || limit->cgroup_limit <= limit->node_bytes)) {
        limit->kind = MW_LIMIT_CGROUP;
        limit->bytes = limit->cgroup_limit;
    } else if (limit->node_bytes) {
        limit->kind = MW_LIMIT_NODE;
        limit->bytes = limit->node_bytes;
    }
}

/* The control group of the nearest limit; its peak only if it rose during the job. */
static void name_group(struct mw_model_limit *limit, const struct mw_model_host *host, const struct mw_model_charge *charge)
{
    limit->cgroup_limit = charge->bytes;
    limit->cgroup_path = charge->path;
    limit->cgroup_peak = 0;
    for (uint32_t i = 0; i < host->cgroup_count; i++)
        if (!strcmp(host->cgroups[i].limit_path, charge->path))
            limit->cgroup_peak = host->cgroups[i].peak;
}

static void find_limit(struct mw_model_host *host, const struct mw_view *view)
{
    struct mw_model_limit *limit = &host->limit;
    uint32_t nearest = find_nearest(host);

    limit->node_bytes = view->node_bytes;
    limit->available_begin_bytes = view->available_begin_bytes;
    find_smallest(limit, host);
    if (nearest == MW_MODEL_NONE)
        return;
    limit->kind = host->charges[nearest].kind;
    limit->bytes = host->charges[nearest].bytes;
    limit->used = host->charges[nearest].used;
    if (limit->kind == MW_LIMIT_CGROUP || limit->kind == MW_LIMIT_MEMSW)
        name_group(limit, host, &host->charges[nearest]);
}

/* If the OOM killer was invoked because of one limit, that is the limit that the group reached. */
static void name_reached(struct mw_model *model, struct mw_model_cgroup *group, const struct mw_model_host *host,
                         const char *directory)
{
    for (uint32_t i = 0; i < host->charge_count; i++) {
        const struct mw_model_charge *charge = &host->charges[i];
        if (!charge->ran_out || charge->above || !is_below(directory, charge->path))
            continue;
        group->limit = charge->bytes;
        group->limit_path = mw_model_string(model, charge->path);
        return;
    }
}

void mw_limits_fill(struct mw_model *model, uint32_t index, const struct mw_view *view)
{
    struct mw_model_host *host = &model->hosts[index];

    host->charge_count = view->charge_count;
    host->charges = mw_mem_alloc(view->charge_count, sizeof(*host->charges));
    for (uint32_t i = 0; i < view->charge_count; i++)
        take_charge(model, index, &host->charges[i], view, &view->charges[i]);
    for (uint32_t i = 0; i < host->cgroup_count && i < view->cgroup_count; i++)
        if (host->cgroups[i].kills)
            name_reached(model, &host->cgroups[i], host, view->cgroups[i].directory);
    find_limit(host, view);
}

/* ---- of a process ---- */

void mw_limits_join(struct mw_model_ulimit *rank, struct mw_model_ulimit *process)
{
    if (rank->used.bytes < process->used.bytes || (rank->used.kind == MW_MODEL_UNKNOWN && (process->bytes || !rank->bytes)))
        *rank = *process;
    *process = *rank;
}

struct mw_model_ulimit mw_limits_sampled(uint64_t bytes, uint64_t used)
{
    return (struct mw_model_ulimit){bytes, {bytes ? used : 0, bytes && used ? MW_MODEL_AT_LEAST : MW_MODEL_UNKNOWN}};
}

/* The rank's last reading of the kernel's mark is final if it was made at the end of its work. */
static bool has_ended(const struct mw_state *state)
{
    bool ended = state->stage == MW_STAGE_FINALIZED || state->stage == MW_STAGE_EXITED || state->stage == MW_STAGE_ABORTED;

    return ended && !state->unmeasured_ns;
}

void mw_limits_take(struct mw_model_rank *rank, const struct mw_state *state)
{
    rank->address = mw_limits_sampled(state->address_limit, state->address_peak);
    rank->data = mw_limits_sampled(state->data_limit, state->data_max);
    if (rank->address.used.kind == MW_MODEL_AT_LEAST && has_ended(state))
        rank->address.used.kind = MW_MODEL_EXACT;
}

/* ---- of the job ---- */

static struct mw_model_bytes memory_left(uint64_t limit, struct mw_model_bytes used)
{
    static const enum mw_model_kind kinds[] = {[MW_MODEL_UNKNOWN] = MW_MODEL_UNKNOWN,
                                               [MW_MODEL_EXACT] = MW_MODEL_EXACT,
                                               [MW_MODEL_AT_LEAST] = MW_MODEL_AT_MOST,
                                               [MW_MODEL_AT_MOST] = MW_MODEL_AT_LEAST};

    return (struct mw_model_bytes){left_of(limit, used.bytes), kinds[used.kind]};
}

static void consider(struct mw_model_headroom *nearest, struct mw_model_headroom one)
{
    one.left = memory_left(one.bytes, one.used);
    if (nearest->kind == MW_LIMIT_NONE || one.left.bytes < nearest->left.bytes)
        *nearest = one;
}

static void consider_ulimits(struct mw_model_headroom *nearest, struct mw_model_headroom who,
                             const struct mw_model_ulimit *address, const struct mw_model_ulimit *data)
{
    const struct mw_model_ulimit *ulimits[] = {address, data};

    for (int i = 0; i < 2; i++) {
        who.kind = i ? MW_LIMIT_DATA : MW_LIMIT_ADDRESS;
        who.bytes = ulimits[i]->bytes;
        who.used = ulimits[i]->used;
        if (who.bytes && who.used.kind != MW_MODEL_UNKNOWN)
            consider(nearest, who);
    }
}

static const struct mw_model_headroom no_headroom = {
    .host = MW_MODEL_NONE, .charge = MW_MODEL_NONE, .rank = MW_MODEL_NONE, .process = MW_MODEL_NONE};

static void consider_host(struct mw_model_headroom *nearest, const struct mw_model *model, uint32_t host)
{
    uint32_t charge = find_nearest(&model->hosts[host]);
    struct mw_model_headroom one = no_headroom;

    if (charge == MW_MODEL_NONE)
        return;
    one.host = host;
    one.charge = charge;
    one.kind = model->hosts[host].charges[charge].kind;
    one.bytes = model->hosts[host].charges[charge].bytes;
    one.used = model->hosts[host].charges[charge].used;
    consider(nearest, one);
}

static void consider_rank(struct mw_model_headroom *nearest, const struct mw_model *model, uint32_t rank)
{
    struct mw_model_headroom one = no_headroom;

    one.host = model->ranks[rank].host;
    one.rank = rank;
    consider_ulimits(nearest, one, &model->ranks[rank].address, &model->ranks[rank].data);
}

static void consider_process(struct mw_model_headroom *nearest, const struct mw_model *model, uint32_t process)
{
    struct mw_model_headroom one = no_headroom;

    one.host = model->processes[process].host;
    one.process = process;
    if (model->processes[process].role != MW_MODEL_RANK)
        consider_ulimits(nearest, one, &model->processes[process].address, &model->processes[process].data);
}

void mw_limits_find_least(struct mw_model *model)
{
    struct mw_model_headroom *nearest = &model->headroom;

    *nearest = no_headroom;
    for (uint32_t i = 0; i < model->host_count && !model->number; i++) /* the hosts of one of several jobs are the run's */
        consider_host(nearest, model, i);
    for (uint32_t i = 0; i < model->rank_count; i++)
        consider_rank(nearest, model, i);
    for (uint32_t i = 0; i < model->process_count; i++)
        consider_process(nearest, model, i);
}
