/* SPDX-License-Identifier: MIT */
#include "collector/clock.h"
#include "collector/hostname.h"
#include "collector/mem.h"
#include "collector/merge_parts.h"

#include <string.h>

static const char *clean_name(struct mw_merge *merge, const char *name)
{
    return mw_model_string(merge->model, name && name[0] ? name : "?");
}

/* The model keeps equal strings once. */
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
    *MW_MEM_PUSH(merge->clocks, merge->clock_count) =
        (struct mw_merge_clock){host, state->clock_shift_ns, state->clock_error_ns};
}

/* Monotonic clocks of two hosts have nothing in common. Where ranks have measured how far both are from a third, that
 * is taken; else their wall clocks, as far as they are set. */
static void set_shift(const struct mw_merge *merge, struct mw_model_host *host, int64_t wall_offset)
{
    const struct mw_merge_clock *own = find_clock(merge, host->name);
    const struct mw_merge_clock *reference = find_clock(merge, merge->reference);

    host->shift_ns = (int64_t)((uint64_t)wall_offset - (uint64_t)merge->reference_offset);
    if (own && reference && own != reference) {
        host->shift_ns = (int64_t)((uint64_t)own->shift_ns - (uint64_t)reference->shift_ns);
        host->shift_measured = true;
        host->shift_error_ns = mw_model_sum(own->error_ns, reference->error_ns);
    }
}

uint32_t mw_merge_hosts_find(struct mw_merge *merge, const char *name, uint64_t wall_ns, uint64_t mono_ns)
{
    struct mw_model *model = merge->model;
    const char *clean = clean_name(merge, name);
    int64_t offset = (int64_t)(wall_ns - mono_ns);
    struct mw_model_host *host;

    for (size_t i = 0; i < model->host_count; i++)
        if (model->hosts[i].name == clean)
            return (uint32_t)i;
    host = MW_MEM_PUSH(model->hosts, model->host_count);
    host->name = clean;
    if (!merge->has_reference) {
        merge->has_reference = true;
        merge->reference = clean;
        merge->reference_offset = offset;
    }
    set_shift(merge, host, offset);
    return (uint32_t)model->host_count - 1;
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

uint64_t mw_merge_hosts_time(const struct mw_model *model, uint32_t host, uint64_t ns)
{
    return ns ? ns + (uint64_t)model->hosts[host].shift_ns : 0;
}
