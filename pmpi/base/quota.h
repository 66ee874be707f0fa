/* SPDX-License-Identifier: MIT */
/* Which keys get an entry in a table of fixed size whose entries are never removed: the tables of call sites and of
 * phases.
 *
 * First come, first served would leave the main part of a program without entries if its start takes them all. The
 * table is therefore divided into five quotas, used in this order:
 *
 *   plain  any key
 *   twice  keys that occur a second time, or with much memory; keys that occur once share an entry
 *   often  keys that occur often; the threshold rises as the quota fills
 *   heavy  keys with much memory; likewise
 *   rest   shared entries, and reusable ones that name a peak
 *
 * Often and heavy are separate, so that neither calls in loops nor steady growth of memory can use up the other's
 * quota. */
#ifndef MW_PMPI_BASE_QUOTA_H
#define MW_PMPI_BASE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#define MW_QUOTA_PLAIN 1024
#define MW_QUOTA_TWICE 512
#define MW_QUOTA_OFTEN 256
#define MW_QUOTA_HEAVY 128
#define MW_QUOTA_REST 128
#define MW_QUOTA (MW_QUOTA_PLAIN + MW_QUOTA_TWICE + MW_QUOTA_OFTEN + MW_QUOTA_HEAVY + MW_QUOTA_REST)

/* Entries of `rest` that are reserved for it. */
#define MW_QUOTA_KEPT 66

/* What the decision is based on. */
struct mw_quota_claim {
    uint32_t seen;  /* how often the key was seen, including this time; too low if it was forgotten in between */
    uint64_t bytes; /* memory that grew, or rose temporarily, this time */
};

struct mw_quota {
    uint32_t often, heavy; /* entries used of these quotas */
};

/* The first threshold, and after how many entries it doubles. */
#define MW_QUOTA_SEEN 4
#define MW_QUOTA_SEEN_STEP 16
#define MW_QUOTA_BYTES (256u << 10)
#define MW_QUOTA_BYTES_STEP 8

/* The first two quotas are used up: occurring twice is not enough any more. */
static inline bool mw_quota_is_scarce(uint32_t used)
{
    return used >= MW_QUOTA_PLAIN + MW_QUOTA_TWICE;
}

/* Whether a key gets an entry. If true, the caller must add it. `used`: all entries in use. */
static inline bool mw_quota_take(struct mw_quota *quota, uint32_t used, const struct mw_quota_claim *claim)
{
    if (used < MW_QUOTA_PLAIN)
        return true;
    if (!mw_quota_is_scarce(used))
        return claim->seen > 1 || claim->bytes >= MW_QUOTA_BYTES;
    if (used >= MW_QUOTA - MW_QUOTA_KEPT)
        return false;
    if (quota->often < MW_QUOTA_OFTEN && claim->seen >= (uint64_t)MW_QUOTA_SEEN << quota->often / MW_QUOTA_SEEN_STEP) {
        quota->often++;
        return true;
    }
    if (quota->heavy < MW_QUOTA_HEAVY && claim->bytes >= (uint64_t)MW_QUOTA_BYTES << quota->heavy / MW_QUOTA_BYTES_STEP) {
        quota->heavy++;
        return true;
    }
    return false;
}

#endif
