/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/site_table.h"

#include "collector/journal/journal.h"
#include "pmpi/base/clear.h"
#include "pmpi/base/index.h"
#include "pmpi/measure/governor.h"
#include "pmpi/rank/rank.h"

#include <stdio.h>
#include <string.h>

_Static_assert(MW_QUOTA == MW_RECORD_SITES, "the quotas of pmpi/base/quota.h add up to the table");

static struct mw_quota quota;

static uint32_t used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_SITE);
}

bool mw_site_table_is_scarce(void)
{
    return mw_quota_is_scarce(used());
}

void mw_site_table_call(char *name, const char *call, bool completes)
{
    snprintf(name, sizeof(((struct mw_site *)0)->call), "%s%s", call, completes ? "+Wait" : "");
}

/* ---- index by key ---- */

static uint64_t hash_of(const struct mw_site *site)
{
    uint64_t hash = mw_index_mix_text((uint64_t)site->comm_size << 32 | site->start_site, site->call);

    for (uint32_t i = 0; i < site->depth; i++)
        hash = mw_index_mix(hash, site->frames[i].offset ^ (uint64_t)site->frames[i].module << 56);
    return hash;
}

static bool is_site(uint32_t index, const void *site)
{
    const struct mw_site *a = &mw_rank.journal.sites[index], *b = site;

    return a->comm_size == b->comm_size && a->start_site == b->start_site && a->depth == b->depth && a->flags == b->flags &&
           !strcmp(a->call, b->call) && !memcmp(a->frames, b->frames, a->depth * sizeof(a->frames[0]));
}

/* Without reusable entries. */
static uint16_t slots[2 * MW_RECORD_SITES];
static const struct mw_index by_site = {slots, 2 * MW_RECORD_SITES, is_site};

static uint16_t *index_slot(const struct mw_site *site)
{
    return mw_index_slot(&by_site, hash_of(site), site);
}

static uint32_t append(const struct mw_site *site)
{
    uint32_t index = used();

    mw_rank.journal.sites[index] = *site;
    mw_journal_publish(&mw_rank.journal, MW_SECTION_SITE, index);
    return index;
}

static uint32_t add(const struct mw_site *site, uint16_t *slot)
{
    uint32_t index = append(site);

    *slot = (uint16_t)(index + 1);
    return index;
}

uint32_t mw_site_table_find(const struct mw_site *site, const struct mw_quota_claim *claim)
{
    uint16_t *slot = index_slot(site);

    if (*slot)
        return *slot - 1u;
    if (claim ? !mw_quota_take(&quota, used(), claim) : used() >= MW_RECORD_SITES - MW_QUOTA_KEPT)
        return UINT32_MAX;
    return add(site, slot);
}

/* ---- shared entries ---- */

/* Reusable entries (below): one for each spike, one for the peak, and one for the call that may become either. */
#define NAMES (MW_RECORD_SPIKES + 2)
_Static_assert(NAMES + 1 <= MW_QUOTA_KEPT, "entries reserved for these");

static uint32_t names[NAMES]; /* indices */
static uint32_t names_used;

/* Whether a shared entry may be added: entries for all reusable ones, and for one shared by all other calls, are
 * reserved. */
static bool may_share(void)
{
    return MW_RECORD_SITES - used() > NAMES - names_used + 1;
}

/* Number of calls of a new shared entry that are measured whatever the budget. */
#define MEASURED_OF_SHARED 1024

static uint32_t share(const struct mw_site *site, bool may_add)
{
    uint16_t *slot = index_slot(site);
    uint32_t index;

    if (*slot)
        return *slot - 1u;
    if (!may_add)
        return UINT32_MAX;
    index = add(site, slot);
    mw_governor_watch_for(index, MEASURED_OF_SHARED);
    return index;
}

static uint32_t share_call(const char *name)
{
    struct mw_site all = {.flags = MW_SITE_SHARED};
    uint32_t index;

    memcpy(all.call, name, strnlen(name, sizeof(all.call) - 1));
    index = share(&all, may_share());
    if (index != UINT32_MAX)
        return index;
    return share(&(struct mw_site){.call = "(other calls)", .flags = MW_SITE_SHARED}, true);
}

uint32_t mw_site_table_share(const struct mw_site *site)
{
    struct mw_site place = {.comm_size = site->comm_size,
                            .start_site = site->start_site,
                            .depth = 1,
                            .flags = MW_SITE_SHARED,
                            .frames = {site->frames[0]}};
    uint32_t index = UINT32_MAX;

    memcpy(place.call, site->call, sizeof(place.call));
    if (site->depth > 1)
        index = share(&place, !mw_site_table_is_scarce());
    return index != UINT32_MAX ? index : share_call(site->call);
}

/* Cache of results by the address of the call's name. */
#define FAST_SLOTS 64
static struct {
    const char *call;
    uint32_t site; /* + 1 */
    bool completes;
} fast[FAST_SLOTS];

uint32_t mw_site_table_share_call(const char *call, bool completes)
{
    unsigned at = (unsigned)((((uintptr_t)call + completes) * 0x9E3779B97F4A7C15ULL) >> 40) % FAST_SLOTS;
    char name[sizeof(((struct mw_site *)0)->call)];

    if (fast[at].call == call && fast[at].completes == completes && fast[at].site)
        return fast[at].site - 1;
    mw_site_table_call(name, call, completes);
    fast[at].site = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the update may be interrupted */
    fast[at].call = call;
    fast[at].completes = completes;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    fast[at].site = share_call(name) + 1;
    return fast[at].site - 1;
}

/* ---- reusable entries for the highest peak and for spikes ---- */

static bool is_reusable(uint32_t index)
{
    for (uint32_t i = 0; i < names_used; i++)
        if (names[i] == index)
            return true;
    return false;
}

static bool is_in_use(uint32_t index)
{
    const struct mw_journal *journal = &mw_rank.journal;

    if (journal->state->peak_site == index + 1)
        return true;
    for (uint32_t i = 0; i < mw_journal_used(journal, MW_SECTION_SPIKE); i++)
        if (journal->spikes[i].site == index + 1)
            return true;
    return false;
}

/* Index of the site's reusable entry, or of one that is not in use; UINT32_MAX: none. */
static uint32_t find_name(const struct mw_site *site)
{
    uint32_t free = UINT32_MAX;

    for (uint32_t i = 0; i < names_used; i++) {
        if (is_site(names[i], site))
            return names[i];
        if (free == UINT32_MAX && !is_in_use(names[i]))
            free = names[i];
    }
    if (free != UINT32_MAX || names_used == NAMES || used() == MW_RECORD_SITES)
        return free;
    names[names_used] = append(site);
    return names[names_used++];
}

/* Adds the counts of a reused entry to the shared entry of its call. */
static void retire(const struct mw_site *site)
{
    struct mw_site *all = &mw_rank.journal.sites[share_call(site->call)];

    all->calls += site->calls;
    all->measured += site->measured;
    all->sent += site->sent;
    all->received += site->received;
    all->time_ns += site->time_ns;
    all->growth += site->growth;
    if (site->first_ns && (!all->first_ns || site->first_ns < all->first_ns))
        all->first_ns = site->first_ns;
    if (all->last_ns < site->last_ns)
        all->last_ns = site->last_ns;
    if (all->coarse_spike < site->coarse_spike)
        all->coarse_spike = site->coarse_spike;
    if (all->spike < site->spike) {
        all->spike = site->spike;
        all->spike_entry_rss = site->spike_entry_rss;
        all->spike_ns = site->spike_ns;
        all->spike_visit = all->calls;
    }
}

uint32_t mw_site_table_find_reusable(const struct mw_site *site)
{
    struct mw_site named = *site, before;
    uint32_t index;

    named.flags = MW_SITE_NAME;
    index = find_name(&named);
    if (index == UINT32_MAX || is_site(index, &named))
        return index;
    before = mw_rank.journal.sites[index];
    mw_rank.journal.sites[index] = named;
    if (before.calls)
        retire(&before);
    return index;
}

void mw_site_table_repair(void)
{
    uint32_t count = used();

    mw_clear(slots, sizeof(slots));
    for (uint32_t i = 0; i < count; i++)
        if (!is_reusable(i))
            *index_slot(&mw_rank.journal.sites[i]) = (uint16_t)(i + 1);
}

void mw_site_table_start(void)
{
    mw_clear(fast, sizeof(fast));
    quota = (struct mw_quota){0, 0};
    names_used = 0;
    mw_site_table_repair();
}
