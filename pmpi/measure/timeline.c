/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/timeline.h"

#include "pmpi/rank/rank.h"

/* Halves the resolution: merges each two slices. */
static void halve(struct mw_journal *journal)
{
    struct mw_tick *ticks = journal->ticks;
    uint32_t used = mw_journal_used(journal, MW_SECTION_TIMELINE);

    for (uint32_t i = 0; i < MW_RECORD_TICKS / 2; i++) {
        struct mw_tick a = ticks[2 * i], b = ticks[2 * i + 1];
        ticks[i].peak = a.peak > b.peak ? a.peak : b.peak;
        ticks[i].last = b.last ? b.last : a.last;
    }
    for (uint32_t i = MW_RECORD_TICKS / 2; i < MW_RECORD_TICKS; i++)
        ticks[i] = (struct mw_tick){0, 0};
    journal->state->tick_ns *= 2;
    if (used)
        mw_journal_publish(journal, MW_SECTION_TIMELINE, (used - 1) / 2);
}

void mw_timeline_add(uint64_t from_ns, uint64_t to_ns, uint64_t peak, uint64_t rss)
{
    struct mw_journal *journal = &mw_rank.journal;
    uint64_t origin = journal->ident->mono_ns;
    uint64_t first, last;

    from_ns = from_ns > origin ? from_ns - origin : 0;
    to_ns = to_ns > origin ? to_ns - origin : 0;
    while (to_ns / journal->state->tick_ns >= MW_RECORD_TICKS)
        halve(journal);
    first = from_ns / journal->state->tick_ns;
    last = to_ns / journal->state->tick_ns;
    for (uint64_t i = first; i <= last; i++)
        if (journal->ticks[i].peak < peak)
            journal->ticks[i].peak = peak;
    journal->ticks[last].last = rss;
    if (last >= mw_journal_used(journal, MW_SECTION_TIMELINE))
        mw_journal_publish(journal, MW_SECTION_TIMELINE, (uint32_t)last);
}
