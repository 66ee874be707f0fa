/* SPDX-License-Identifier: MIT */
/* Who gets an entry in a table of fixed size whose entries are never removed: the tables of call sites and of phases.
 *
 * First come, first served would leave the main part of a program without entries when its start takes them all. So the
 * table is given away in four parts, in this order:
 *
 *   plain  to whatever comes
 *   twice  to what comes the second time, or is heavy: what occurs once is counted together with others
 *   often  the price rises: to what has come more and more often
 *   heavy  likewise: to what more and more memory belongs to
 *   rest   entries that count what has none of its own, and names that are written again and again (a peak's)
 *
 * Often and heavy are parts of their own: neither calls in loops nor steady growth can take the other's room. */
#ifndef MW_PMPI_BASE_ROOM_H
#define MW_PMPI_BASE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#define MW_ROOM_PLAIN 1024
#define MW_ROOM_TWICE 512
#define MW_ROOM_OFTEN 256
#define MW_ROOM_HEAVY 128
#define MW_ROOM_REST 128
#define MW_ROOM (MW_ROOM_PLAIN + MW_ROOM_TWICE + MW_ROOM_OFTEN + MW_ROOM_HEAVY + MW_ROOM_REST)

/* Entries of the rest that nothing else gets, however many others are in it. */
#define MW_ROOM_KEPT 66

/* What one that wants an entry has to show for it. */
struct mw_room_claim {
    uint32_t seen;  /* how often it was seen, this time included; less than that where it was forgotten meanwhile */
    uint64_t bytes; /* the memory that grew, or rose for a moment, in it this time */
};

struct mw_room {
    uint32_t often, heavy; /* entries of these parts that are taken */
};

/* The first price, and how many entries have it before it doubles. */
#define MW_ROOM_SEEN 4
#define MW_ROOM_SEEN_STEP 16
#define MW_ROOM_BYTES (256u << 10)
#define MW_ROOM_BYTES_STEP 8

/* The first two parts are taken: nothing gets an entry just because it came again. */
static inline bool mw_room_is_scarce(uint32_t used)
{
    return used >= MW_ROOM_PLAIN + MW_ROOM_TWICE;
}

/* Whether it is to get an entry, which then must be made. `used`: entries that are taken, of whatever part. */
static inline bool mw_room_take(struct mw_room *room, uint32_t used, const struct mw_room_claim *claim)
{
    if (used < MW_ROOM_PLAIN)
        return true;
    if (!mw_room_is_scarce(used))
        return claim->seen > 1 || claim->bytes >= MW_ROOM_BYTES;
    if (used >= MW_ROOM - MW_ROOM_KEPT)
        return false;
    if (room->often < MW_ROOM_OFTEN && claim->seen >= (uint64_t)MW_ROOM_SEEN << room->often / MW_ROOM_SEEN_STEP) {
        room->often++;
        return true;
    }
    if (room->heavy < MW_ROOM_HEAVY && claim->bytes >= (uint64_t)MW_ROOM_BYTES << room->heavy / MW_ROOM_BYTES_STEP) {
        room->heavy++;
        return true;
    }
    return false;
}

#endif
