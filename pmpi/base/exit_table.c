/* SPDX-License-Identifier: MIT */
#include "pmpi/base/exit_table.h"

#define FIRST (MW_EXIT_OTHERS + 1)
#define END (MW_EXIT_SLOTS - MW_EXIT_LATE)
#define NONE SIZE_MAX

/* ---- lanes ---- */

static bool has_place(const struct mw_exit_lane *lane, const struct mw_exit_entry *entry)
{
    return lane->end_ns <= entry->first_ns || lane->begin_ns >= entry->last_ns;
}

static uint64_t raise_of(const struct mw_exit_lane *lane, const struct mw_exit_entry *entry)
{
    return entry->peak > lane->peak ? entry->peak - lane->peak : 0;
}

/* The lane that has to be raised least. */
static struct mw_exit_lane *find_lane(struct mw_exit_index *index, const struct mw_exit_entry *entry)
{
    struct mw_exit_lane *best = NULL;

    for (size_t i = 0; i < index->lane_count && i < MW_EXIT_LANES; i++) {
        struct mw_exit_lane *lane = &index->lanes[i];
        if (has_place(lane, entry) && (!best || raise_of(lane, entry) < raise_of(best, entry)))
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
        lane->peak += raise_of(lane, entry);
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

/* What a program has in the table. */
struct own {
    size_t count;
    size_t together;          /* the entry of several processes, or none */
    size_t smallest, second;  /* of single processes; or none */
};

static struct own look_at(const struct mw_exit_index *index, uint64_t program)
{
    struct own own = {0, NONE, NONE, NONE};

    for (size_t i = FIRST; i < END; i++) {
        const struct mw_exit_entry *entry = &index->entries[i];
        if (!entry->count || entry->program != program)
            continue;
        own.count++;
        if (entry->count > 1) {
            own.together = i;
        } else if (own.smallest == NONE || entry->peak < index->entries[own.smallest].peak) {
            own.second = own.smallest;
            own.smallest = i;
        } else if (own.second == NONE || entry->peak < index->entries[own.second].peak) {
            own.second = i;
        }
    }
    return own;
}

static size_t find_free(const struct mw_exit_index *index)
{
    for (size_t i = FIRST; i < END; i++)
        if (!index->entries[i].count)
            return i;
    return NONE;
}

/* The program with the most entries that can do with one less; with none, nothing. */
static struct own find_donor(const struct mw_exit_index *index)
{
    struct own best = {0, NONE, NONE, NONE};

    for (size_t i = FIRST; i < END; i++) {
        struct own own = look_at(index, index->entries[i].program);
        bool can = own.together != NONE ? own.smallest != NONE : own.second != NONE;
        if (can && own.count > best.count)
            best = own;
    }
    return best;
}

static void note(struct mw_exit_table_changes *changes, size_t slot, size_t text_from)
{
    changes->slots[changes->count++] = (struct mw_exit_table_change){slot, text_from};
}

/* Counts `from` (whose text is where `text` says) together with what is in `slot`. */
static void join(struct mw_exit_index *index, size_t slot, const struct mw_exit_entry *from, size_t text,
                 struct mw_exit_table_changes *changes)
{
    struct mw_exit_entry *to = &index->entries[slot];

    if (to->count == 1 && slot != MW_EXIT_OTHERS) /* it was by itself */
        add_to_lanes(index, to);
    add_to_lanes(index, from);
    changes->lanes = true;
    note(changes, slot, mw_exit_table_join(to, from) ? text : slot);
}

/* Makes a slot of a program free by counting its smallest process together with others, and puts `entry` there. */
static void replace(struct mw_exit_index *index, const struct own *own, const struct mw_exit_entry *entry,
                    struct mw_exit_table_changes *changes)
{
    struct mw_exit_entry smallest = index->entries[own->smallest];

    join(index, own->together != NONE ? own->together : own->second, &smallest, own->smallest, changes);
    index->entries[own->smallest] = *entry;
    note(changes, own->smallest, MW_EXIT_TABLE_TEXT_NEW);
}

/* One more of a program that is there. */
static void add_to_own(struct mw_exit_index *index, const struct own *own, const struct mw_exit_entry *entry,
                       struct mw_exit_table_changes *changes)
{
    size_t bound = own->together != NONE ? own->smallest : own->second; /* whoever is smaller is counted together */

    if (bound == NONE || entry->peak <= index->entries[bound].peak)
        join(index, own->together != NONE ? own->together : own->smallest, entry, MW_EXIT_TABLE_TEXT_NEW, changes);
    else
        replace(index, own, entry, changes);
}

struct mw_exit_table_changes mw_exit_table_add(struct mw_exit_index *index, const struct mw_exit_entry *entry)
{
    struct own own = look_at(index, entry->program), donor;
    struct mw_exit_table_changes changes = {.count = 0};
    size_t slot = find_free(index);

    if (slot != NONE && own.count < MW_EXIT_TABLE_ENTRIES) {
        index->entries[slot] = *entry;
        note(&changes, slot, MW_EXIT_TABLE_TEXT_NEW);
    } else if (own.count) {
        add_to_own(index, &own, entry, &changes);
    } else if ((donor = find_donor(index)).count) {
        replace(index, &donor, entry, &changes);
    } else {
        join(index, MW_EXIT_OTHERS, entry, MW_EXIT_TABLE_TEXT_NEW, &changes);
    }
    return changes;
}
