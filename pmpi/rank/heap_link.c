/* SPDX-License-Identifier: MIT */
#include "pmpi/rank/heap_link.h"

#include "pmpi/base/compat.h"
#include "pmpi/heap/link.h"
#include "pmpi/rank/rank.h"

#include <stddef.h>

static const struct mw_heap_link *link;

static const struct mw_heap_link *find(void)
{
    return mw_compat_dlsym(RTLD_DEFAULT, MW_HEAP_LINK_NAME);
}

static uint32_t *used(enum mw_section section)
{
    return &mw_rank.journal.head->sections[section].used;
}

void mw_heap_link_connect(bool wanted, uint32_t (*mpi_site)(void))
{
    struct mw_journal *journal = &mw_rank.journal;
    const struct mw_heap_tables tables = {
        .state = journal->heap,
        .sites = journal->heap_sites,
        .sites_used = used(MW_SECTION_HEAP_SITE),
        .modules = journal->heap_modules,
        .modules_used = used(MW_SECTION_HEAP_MODULE),
        .phases = journal->heap_phases,
        .phases_used = used(MW_SECTION_HEAP_PHASE),
        .ticks = journal->heap_ticks,
        .ticks_used = used(MW_SECTION_HEAP_TICK),
        .left = journal->heap_left,
        .left_used = used(MW_SECTION_HEAP_LEFT),
        .functions = journal->heap_functions,
        .functions_used = used(MW_SECTION_HEAP_FUNCTION),
    };
    const struct mw_heap_host host = {.mpi_site = mpi_site, .boundaries = &mw_rank.boundaries};
    const struct mw_heap_link *found = journal->heap ? find() : NULL;

    if (journal->heap && !wanted)
        journal->heap->why = MW_HEAP_OFF;
    if (!found)
        return;
    if (found->version != MW_HEAP_LINK_VERSION || found->bytes != sizeof(*found)) {
        journal->heap->why = MW_HEAP_OTHER_VERSION;
        return;
    }
    link = found;
    link->attach(&tables, &host);
}

void mw_heap_link_mark(uint64_t mark)
{
    if (link)
        link->mark(mark);
}

void mw_heap_link_phase(const uint32_t *phases, uint32_t count, uint64_t rss, uint64_t mark)
{
    if (link)
        link->phase(phases, count, rss, mark);
}

void mw_heap_link_given(const void *address, uint64_t size)
{
    if (link)
        link->given(address, size);
}

void mw_heap_link_finish(void)
{
    if (link)
        link->finish();
}

void mw_heap_link_stop(void)
{
    const struct mw_heap_link *found = link ? link : find();

    if (found && found->version == MW_HEAP_LINK_VERSION && found->bytes == sizeof(*found))
        found->stop();
}
