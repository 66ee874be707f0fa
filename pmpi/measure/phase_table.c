/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/phase_table.h"

#include "collector/journal/journal.h"
#include "pmpi/base/clear.h"
#include "pmpi/base/index.h"
#include "pmpi/base/quota.h"
#include "pmpi/rank/rank.h"

#include <string.h>

_Static_assert(MW_QUOTA == MW_RECORD_PHASES, "the quotas of pmpi/base/quota.h add up to the table");

static struct mw_quota quota;

static uint32_t used(void)
{
    return mw_journal_used(&mw_rank.journal, MW_SECTION_PHASE);
}

static uint32_t append(const struct mw_phase *phase)
{
    uint32_t index = used();

    mw_rank.journal.phases[index] = *phase;
    mw_journal_publish(&mw_rank.journal, MW_SECTION_PHASE, index);
    return index;
}

/* ---- by key ---- */

static uint64_t hash_of(const struct mw_phase *key)
{
    uint64_t hash = mw_index_mix(0, (uint64_t)key->kind << 48 ^ (uint64_t)key->parent << 32 ^ (uint64_t)key->from_site << 16 ^
                                        key->to_site);

    return mw_index_mix_text(hash, key->name);
}

static bool has_key(uint32_t phase, const void *key)
{
    const struct mw_phase *a = &mw_rank.journal.phases[phase], *b = key;

    return a->kind == b->kind && a->parent == b->parent && a->from_site == b->from_site && a->to_site == b->to_site &&
           !strcmp(a->name, b->name);
}

static uint16_t slots[2 * MW_RECORD_PHASES];
static const struct mw_index by_key = {slots, 2 * MW_RECORD_PHASES, has_key};

static uint16_t *slot_of(const struct mw_phase *key)
{
    return mw_index_slot(&by_key, hash_of(key), key);
}

static uint32_t add(const struct mw_phase *key, uint16_t *slot)
{
    uint32_t index = append(key);

    *slot = (uint16_t)(index + 1);
    return index;
}

/* ---- occurrences of phases without an entry ---- */

#define SEEN_SLOTS 1024
static struct seen {
    uint64_t hash;
    uint32_t count;
} seen[SEEN_SLOTS];

/* Counts an occurrence in one of the four slots that the key may be in. */
static uint32_t count_seen(const struct mw_phase *key)
{
    static unsigned victim;
    uint64_t hash = hash_of(key) | 1;
    unsigned home = (unsigned)(hash >> 44) % SEEN_SLOTS;

    for (unsigned way = 0; way < 4; way++)
        if (seen[home ^ way].hash == hash)
            return seen[home ^ way].count += seen[home ^ way].count < UINT32_MAX;
    seen[home ^ victim++ % 4] = (struct seen){hash, 1};
    return 1;
}

static uint32_t find(const struct mw_phase *key, const struct mw_quota_claim *claim, uint16_t *slot)
{
    return mw_quota_take(&quota, used(), claim) ? add(key, slot) : MW_PHASE_TABLE_NONE;
}

uint32_t mw_phase_table_find(const struct mw_phase *key, uint64_t bytes)
{
    struct mw_quota_claim claim = {.seen = 1, .bytes = bytes};
    uint16_t *slot = slot_of(key);

    if (*slot)
        return *slot - 1u;
    if (used() >= MW_QUOTA_PLAIN)
        claim.seen = count_seen(key);
    return find(key, &claim, slot);
}

uint32_t mw_phase_table_find_heavy(const struct mw_phase *key, uint64_t bytes)
{
    uint16_t *slot = slot_of(key);

    return *slot ? *slot - 1u : find(key, &(struct mw_quota_claim){.bytes = bytes}, slot);
}

/* ---- shared entries ---- */

/* Entries reserved for shared entries without a parent. */
#define ALWAYS 2
#define NAMES 64
static uint32_t names_used;
_Static_assert(ALWAYS + NAMES <= MW_QUOTA_KEPT, "entries reserved for these");

static uint32_t share(const struct mw_phase *shared)
{
    uint32_t entries_left = MW_RECORD_PHASES - used(), wanted = NAMES - names_used + ALWAYS;
    uint16_t *slot = slot_of(shared);

    if (*slot)
        return *slot - 1u;
    return shared->parent && entries_left <= wanted ? MW_PHASE_TABLE_NONE : add(shared, slot);
}

uint32_t mw_phase_table_share(const struct mw_phase *key)
{
    struct mw_phase shared = {
        .kind = key->kind == MW_PHASE_USER ? MW_PHASE_USER : MW_PHASE_BETWEEN, .parent = key->parent, .name = "(other phases)"};
    uint32_t index = share(&shared);

    mw_rank.journal.cost->lost_phases++;
    if (index != MW_PHASE_TABLE_NONE)
        return index;
    shared.parent = 0;
    return share(&shared);
}

/* ---- names ---- */

static struct name {
    uint32_t index, shared;
    bool kept;
} names[NAMES];

static struct name *name_of(uint32_t index)
{
    for (uint32_t i = 0; i < names_used; i++)
        if (names[i].index == index)
            return &names[i];
    return NULL;
}

bool mw_phase_table_is_reusable(uint32_t index)
{
    return name_of(index) != NULL;
}

void mw_phase_table_keep(uint32_t index, bool keep)
{
    struct name *name = name_of(index);

    if (name)
        name->kept = keep;
}

static bool is_in_use(const struct name *name)
{
    const struct mw_journal *journal = &mw_rank.journal;

    if (name->kept || journal->state->peak_phase == name->index + 1)
        return true;
    for (uint32_t i = 0; i < mw_journal_used(journal, MW_SECTION_SPIKE); i++)
        if (journal->spikes[i].phase == name->index + 1)
            return true;
    return false;
}

/* Finds a reusable entry. A parent must come before its children. */
static struct name *find_free(const struct mw_phase *key)
{
    static unsigned next;

    for (unsigned i = 0; i < names_used; i++) {
        struct name *name = &names[next++ % names_used];
        if (name->index >= key->parent && !is_in_use(name))
            return name;
    }
    if (names_used == NAMES || used() == MW_RECORD_PHASES)
        return NULL;
    names[names_used] = (struct name){.index = append(key)};
    return &names[names_used++];
}

/* Adds the counts of a reused entry to the shared one. Peaks are not sums and stay valid. The separately kept visits
 * are dropped. */
static void retire(const struct mw_phase *from, struct mw_phase *to)
{
    to->visits += from->visits;
    to->measured += from->measured;
    to->time_ns += from->time_ns;
    to->growth += from->growth;
    to->growth_mpi += from->growth_mpi;
    if (!to->first_ns || from->first_ns < to->first_ns) {
        to->first_ns = from->first_ns;
        to->entry_rss = from->entry_rss;
    }
    if (from->last_ns > to->last_ns) {
        to->last_ns = from->last_ns;
        to->exit_rss = from->exit_rss;
    }
    if (to->coarse_peak < from->coarse_peak)
        to->coarse_peak = from->coarse_peak;
    if (to->peak < from->peak) {
        to->peak = from->peak;
        to->peak_ns = from->peak_ns;
        to->peak_visit = to->visits;
    }
}

uint32_t mw_phase_table_find_reusable(const struct mw_phase *key, uint32_t shared)
{
    struct name *name = find_free(key);
    struct mw_phase before;

    if (!name)
        return shared;
    before = mw_rank.journal.phases[name->index];
    mw_rank.journal.phases[name->index] = *key;
    if (before.visits)
        retire(&before, &mw_rank.journal.phases[name->shared]);
    name->shared = shared;
    return name->index;
}

void mw_phase_table_start(void)
{
    mw_clear(slots, sizeof(slots));
    mw_clear(seen, sizeof(seen));
    quota = (struct mw_quota){0, 0};
    names_used = 0;
}
