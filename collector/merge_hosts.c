/* SPDX-License-Identifier: MIT */
#include "collector/mem.h"
#include "collector/merge_parts.h"

#include <string.h>

uint32_t mw_merge_hosts_find(struct mw_merge *merge, const char *name, uint64_t wall_ns, uint64_t mono_ns)
{
    struct mw_model *model = merge->model;
    const char *clean = mw_model_string(model, name && name[0] ? name : "?");
    int64_t offset = (int64_t)(wall_ns - mono_ns);
    uint32_t next = (uint32_t)model->host_count;
    uint32_t found = mw_map_add(merge->host_keys, &clean, sizeof(clean), next); /* equal strings are kept once */
    struct mw_model_host *host;

    if (found != next)
        return found;
    host = MW_MEM_PUSH(model->hosts, model->host_count);
    host->name = clean;
    if (!merge->has_reference) {
        merge->has_reference = true;
        merge->reference_offset = offset;
    }
    /* Monotonic clocks of two hosts have nothing in common; their wall clocks do, as far as they are set. */
    host->shift_ns = (int64_t)((uint64_t)offset - (uint64_t)merge->reference_offset);
    return next;
}

uint64_t mw_merge_hosts_time(const struct mw_model *model, uint32_t host, uint64_t ns)
{
    return ns ? ns + (uint64_t)model->hosts[host].shift_ns : 0;
}
