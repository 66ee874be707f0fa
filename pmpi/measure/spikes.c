/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/spikes.h"

#include "pmpi/base/lock.h"
#include "pmpi/base/stack.h"
#include "pmpi/measure/modules.h"
#include "pmpi/measure/scripts.h"
#include "pmpi/rank/rank.h"

#include <stdatomic.h>
#include <stdint.h>

/* Maximum number of spikes of one site. */
#define MAX_PER_SITE 4

static uint64_t rise(const struct mw_spike *spike)
{
    return spike->peak_rss - spike->entry_rss;
}

/* Index of the entry to write: a free one, or the smallest of the competing ones if it is smaller; -1: none. */
static int choose(const struct mw_spike *spike)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint32_t used = mw_journal_used(journal, MW_SECTION_SPIKE);
    int smallest = -1, site_smallest = -1, of_site = 0;

    for (int i = 0; i < (int)used; i++) {
        const struct mw_spike *other = &journal->spikes[i];
        if (smallest < 0 || rise(other) < rise(&journal->spikes[smallest]))
            smallest = i;
        if (other->site != spike->site)
            continue;
        of_site++;
        if (site_smallest < 0 || rise(other) < rise(&journal->spikes[site_smallest]))
            site_smallest = i;
    }
    if (of_site >= MAX_PER_SITE)
        smallest = site_smallest;
    else if (used < MW_RECORD_SPIKES)
        return (int)used;
    return rise(spike) > rise(&journal->spikes[smallest]) ? smallest : -1;
}

void mw_spikes_note(const struct mw_spike *spike, void *return_address)
{
    struct mw_journal *journal = &mw_rank.journal;
    _Static_assert(MW_RECORD_SPIKE_FRAMES <= MW_STACK_FRAMES, "a spike's stack fits");
    struct mw_python_stack python;
    struct mw_stack stack;
    int index = choose(spike);
    struct mw_spike *entry;
    uint32_t seq;

    if (index < 0)
        return;
    mw_lock_disable_cancel();
    mw_stack_capture(&stack, MW_RECORD_SPIKE_FRAMES, return_address);
    entry = &journal->spikes[index];
    seq = entry->seq | 1;
    __atomic_store_n(&entry->seq, seq, __ATOMIC_RELAXED);
    atomic_thread_fence(memory_order_release);
    entry->site = spike->site;
    entry->phase = spike->phase;
    entry->visit = spike->visit;
    entry->entry_rss = spike->entry_rss;
    entry->peak_rss = spike->peak_rss;
    entry->exit_rss = spike->exit_rss;
    entry->entry_ns = spike->entry_ns;
    entry->exit_ns = spike->exit_ns;
    mw_python_read(&python);
    entry->depth = python.depth ? mw_scripts_stack(entry->frames, MW_RECORD_SPIKE_FRAMES, stack.frames, stack.depth, &python)
                                : (uint32_t)stack.depth;
    for (int i = 0; i < stack.depth && !python.depth; i++)
        entry->frames[i] = mw_modules_frame(stack.frames[i]);
    mw_lock_restore_cancel();
    __atomic_store_n(&entry->seq, seq + 1, __ATOMIC_RELEASE);
    if ((uint32_t)index == mw_journal_used(journal, MW_SECTION_SPIKE))
        mw_journal_publish(journal, MW_SECTION_SPIKE, (uint32_t)index);
}
