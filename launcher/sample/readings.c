/* SPDX-License-Identifier: MIT */
#include "launcher/sample/readings.h"

#include "collector/base/clock.h"
#include "collector/journal/procmem.h"
#include "launcher/sample/evidence.h"
#include "launcher/sample/images.h"
#include "launcher/sample/ulimits.h"

#include <unistd.h>

/* The mark, huge pages and swap of a process are read when it is first seen, then at growing intervals. */
#define LOOK_AFTER_NS MW_NS_PER_SEC
#define LOOK_RANK_NS (100 * MW_NS_PER_MS)
#define LOOK_HUGE_NS (50 * MW_NS_PER_MS) /* where huge pages are available: no other source reports them */

#define LAUNCH_RANK_LOOKS 8
#define RECENT_GAP_NS (250 * MW_NS_PER_MS)
#define MAPS_NS (60 * MW_NS_PER_SEC) /* how long an MPI library is looked for in a process that is not a rank */

static void raise_to(uint64_t *known, uint64_t value)
{
    if (*known < value)
        *known = value;
}

/* The limits and use of address space and data; a program may change its limits. */
static void note_space(struct mw_sampler *sampler, const struct mw_tree_process *process, struct mw_view_process *entry,
                       const struct mw_procmem_status *status)
{
    struct mw_ulimits ulimits;

    if (process->borrows || mw_ulimits_read(sampler->tree.procfd, process->pid, &ulimits))
        return;
    entry->address_limit = ulimits.address;
    entry->data_limit = ulimits.data;
    entry->address_last = status->address;
    entry->data_last = status->data;
    if (ulimits.address)
        raise_to(&entry->address_peak, status->address_peak);
    raise_to(&entry->data_max, status->data);
}

static void look_closer(struct mw_sampler *sampler, struct mw_tree_process *process, struct mw_view_process *entry)
{
    int fd = mw_procmem_open(sampler->tree.procfd, process->pid, "status");
    struct mw_procmem_status status;

    mw_sampler_sampled(sampler, process)->looked_ns = sampler->now;
    if (fd >= 0 && !mw_procmem_status_read(fd, &status)) {
        raise_to(&entry->hwm_seen, status.hwm);
        raise_to(&entry->huge_max, status.huge);
        raise_to(&entry->swap_max, status.swap);
        note_space(sampler, process, entry, &status);
    }
    if (fd >= 0)
        close(fd);
    if (!entry->launch_rank && entry->samples <= LAUNCH_RANK_LOOKS) /* likewise: the environment was empty */
        mw_images_read_environment(sampler, process);
    if (!entry->mpi[0] && sampler->now - entry->first_ns < MAPS_NS && mw_images_may_load_mpi(sampler, process))
        mw_evidence_look(entry, sampler->tree.procfd);
    if (entry->command[0] == '[') /* first seen in the middle of an exec: the command line was empty */
        mw_images_command(sampler, process, entry->command, sizeof(entry->command));
}

/* Due when first seen, then when the process's age has grown by half, at the latest every second. A rank measures its
 * mark itself, up to the last boundary: less urgent there. In every sample if a limit of the process may end it. */
static bool look_is_due(const struct mw_sampler *sampler, const struct mw_tree_process *process,
                        const struct mw_view_process *entry)
{
    const struct mw_sampled *sampled = mw_sampler_sampled(sampler, process);
    uint64_t since = sampler->now - sampled->looked_ns;

    return !sampled->looked_ns || entry->address_limit || entry->data_limit ||
           since >= (sampler->huge_pages ? LOOK_HUGE_NS : LOOK_AFTER_NS) ||
           since >= (sampled->looked_ns - entry->first_ns) / 2 + (sampled->is_rank ? LOOK_RANK_NS : MW_NS_PER_MS);
}

/* Keeps the last seconds: a sample less than RECENT_GAP_NS after the previous one replaces it. */
static void note_recent(struct mw_view_process *entry, uint64_t ns, uint64_t rss)
{
    uint32_t last = (entry->recent_next + MW_VIEW_RECENT - 1) % MW_VIEW_RECENT;
    uint32_t before = (last + MW_VIEW_RECENT - 1) % MW_VIEW_RECENT;
    bool close = entry->recent[before].ns && entry->recent[last].ns - entry->recent[before].ns < RECENT_GAP_NS;

    entry->recent[close ? last : entry->recent_next] = (struct mw_view_rss){ns, rss};
    if (!close)
        entry->recent_next = (entry->recent_next + 1) % MW_VIEW_RECENT;
}

uint64_t mw_readings_take(struct mw_sampler *sampler, struct mw_tree_process *process)
{
    uint64_t begin = process->steady ? sampler->now : mw_clock_now(), rss = mw_tree_rss(&sampler->tree, process);
    struct mw_view_process *entry = mw_sampler_entry(sampler, process);

    if (!rss || !entry)
        return rss;
    entry->samples++;
    entry->last_ns = sampler->now;
    entry->rss_last = rss;
    if (mw_sampler_sampled(sampler, process)->is_rank)
        note_recent(entry, begin, rss);
    if (entry->rss_max < rss) {
        entry->rss_max = rss;
        entry->rss_max_ns = begin;
        entry->rss_max_until_ns = mw_clock_now();
    }
    if (look_is_due(sampler, process, entry))
        look_closer(sampler, process, entry);
    return rss;
}
