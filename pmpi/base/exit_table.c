/* SPDX-License-Identifier: MIT */
#include "pmpi/base/exit_table.h"

#define FIRST (MW_EXIT_OTHERS + 1)
#define END (MW_EXIT_SLOTS - MW_EXIT_LATE)
#define NONE SIZE_MAX

/* ---- lanes ---- */

static bool fits(const struct mw_exit_lane *lane, const struct mw_exit_entry *entry)
{
    return lane->end_ns <= entry->first_ns || lane->begin_ns >= entry->last_ns;
}

static uint64_t increase_of(const struct mw_exit_lane *lane, const struct mw_exit_entry *entry)
{
    return entry->peak > lane->peak ? entry->peak - lane->peak : 0;
}

/* The lane whose peak increases least. */
static struct mw_exit_lane *find_lane(struct mw_exit_index *index, const struct mw_exit_entry *entry)
{
    struct mw_exit_lane *best = NULL;

    for (size_t i = 0; i < index->lane_count && i < MW_EXIT_LANES; i++) {
        struct mw_exit_lane *lane = &index->lanes[i];
        if (fits(lane, entry) && (!best || increase_of(lane, entry) < increase_of(best, entry)))
            best = lane;
    }
    return best;
}

static void add_to_lanes(struct mw_exit_index *index, const struct mw_exit_entry *entry)
{
    struct mw_exit_lane *lane = find_lane(index, entry);

    if (!lane && index->lane_count < MW_EXIT_LANES) {
        lane = &index->lanes[index->lane_count++];
        *lane = (struct mw_exit_lane){entry->first_ns, entry->last_ns, entry->peak};
    } else if (!lane) {
        index->beyond += entry->peak;
    } else {
        lane->begin_ns = lane->begin_ns < entry->first_ns ? lane->begin_ns : entry->first_ns;
        lane->end_ns = lane->end_ns > entry->last_ns ? lane->end_ns : entry->last_ns;
        lane->peak += increase_of(lane, entry);
    }
}

/* ---- entries ---- */

bool mw_exit_table_join(struct mw_exit_entry *to, const struct mw_exit_entry *from)
{
    bool is_larger = !to->count || from->peak > to->peak;

    if (!to->first_ns || from->first_ns < to->first_ns)
        to->first_ns = from->first_ns;
    if (from->last_ns > to->last_ns)
        to->last_ns = from->last_ns;
    to->count += from->count;
    to->peak_sum += from->peak_sum;
    if (is_larger) {
        to->peak = from->peak;
        to->start_ticks = from->start_ticks;
        to->pid_ns = from->pid_ns;
        to->end_ns = from->end_ns;
        to->pid = from->pid;
        to->ppid = from->ppid;
        to->facts = from->facts;
    }
    return is_larger;
}

/* The entries of one program. */
struct usage {
    size_t count;
    size_t combined;         /* the entry that counts several processes, or NONE */
    size_t smallest, second; /* entries of single processes with the lowest peaks, or NONE */
};

static struct usage find_usage(const struct mw_exit_index *index, uint64_t program)
{
    struct usage usage = {0, NONE, NONE, NONE};

    for (size_t i = FIRST; i < END; i++) {
        const struct mw_exit_entry *entry = &index->entries[i];
        if (!entry->count || entry->program != program)
            continue;
        usage.count++;
        if (entry->count > 1) {
            usage.combined = i;
        } else if (usage.smallest == NONE || entry->peak < index->entries[usage.smallest].peak) {
            usage.second = usage.smallest;
            usage.smallest = i;
        } else if (usage.second == NONE || entry->peak < index->entries[usage.second].peak) {
            usage.second = i;
        }
    }
    return usage;
}

static size_t find_free(const struct mw_exit_index *index)
{
    for (size_t i = FIRST; i < END; i++)
        if (!index->entries[i].count)
            return i;
    return NONE;
}

/* The program with the most entries that can give one up. Its `count` is 0 if there is none. */
static struct usage find_donor(const struct mw_exit_index *index)
{
    struct usage best = {0, NONE, NONE, NONE};

    for (size_t i = FIRST; i < END; i++) {
        struct usage usage = find_usage(index, index->entries[i].program);
        bool can = usage.combined != NONE ? usage.smallest != NONE : usage.second != NONE;
        if (can && usage.count > best.count)
            best = usage;
    }
    return best;
}

static void add_change(struct mw_exit_table_changes *changes, size_t slot, size_t text_from)
{
    changes->slots[changes->count++] = (struct mw_exit_table_change){slot, text_from};
}

/* Adds `from` to the entry in `slot`. `text`: the slot with the text of `from`. */
static void join(struct mw_exit_index *index, size_t slot, const struct mw_exit_entry *from, size_t text,
                 struct mw_exit_table_changes *changes)
{
    struct mw_exit_entry *to = &index->entries[slot];

    if (to->count == 1 && slot != MW_EXIT_OTHERS) /* it was an entry of a single process, which has no lane yet */
        add_to_lanes(index, to);
    add_to_lanes(index, from);
    changes->lanes = true;
    add_change(changes, slot, mw_exit_table_join(to, from) ? text : slot);
}

/* Frees a slot of a program by adding its smallest process to another entry, and stores `entry` there. */
static void replace(struct mw_exit_index *index, const struct usage *usage, const struct mw_exit_entry *entry,
                    struct mw_exit_table_changes *changes)
{
    struct mw_exit_entry smallest = index->entries[usage->smallest];

    join(index, usage->combined != NONE ? usage->combined : usage->second, &smallest, usage->smallest, changes);
    index->entries[usage->smallest] = *entry;
    add_change(changes, usage->smallest, MW_EXIT_TABLE_TEXT_NEW);
}

/* Adds a process of a program that has entries already. */
static void add_to_program(struct mw_exit_index *index, const struct usage *usage, const struct mw_exit_entry *entry,
                           struct mw_exit_table_changes *changes)
{
    size_t bound = usage->combined != NONE ? usage->smallest : usage->second; /* a process with a lower peak is added to
                                                                                 a combined entry */

    if (bound == NONE || entry->peak <= index->entries[bound].peak)
        join(index, usage->combined != NONE ? usage->combined : usage->smallest, entry, MW_EXIT_TABLE_TEXT_NEW, changes);
    else
        replace(index, usage, entry, changes);
}

struct mw_exit_table_changes mw_exit_table_add(struct mw_exit_index *index, const struct mw_exit_entry *entry)
{
    struct usage usage = find_usage(index, entry->program), donor;
    struct mw_exit_table_changes changes = {.count = 0};
    size_t slot = find_free(index);

    if (slot != NONE && usage.count < MW_EXIT_TABLE_ENTRIES) {
        index->entries[slot] = *entry;
        add_change(&changes, slot, MW_EXIT_TABLE_TEXT_NEW);
    } else if (usage.count) {
        add_to_program(index, &usage, entry, &changes);
    } else if ((donor = find_donor(index)).count) {
        replace(index, &donor, entry, &changes);
    } else {
        join(index, MW_EXIT_OTHERS, entry, MW_EXIT_TABLE_TEXT_NEW, &changes);
    }
    return changes;
}
