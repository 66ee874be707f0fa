/* SPDX-License-Identifier: MIT */
/* The programs of each process while merging: what samplers saw of them and what exit records say find each other by host,
 * pid and start time. Not for files outside of this folder. */
#ifndef MW_COLLECTOR_MERGE_CHAINS_H
#define MW_COLLECTOR_MERGE_CHAINS_H

#include "collector/merge/parts.h"

struct mw_merge_chains_key {
    uint64_t host, pid_ns, pid, start_ticks; /* the namespace that the process is in, and its pid there */
};

/* The entries of each process: a list by that key. Zeroed but for `groups`, a map. */
struct mw_merge_chains {
    struct mw_map *groups; /* key: number of the process */
    uint32_t *heads;       /* by number: its newest entry */
    size_t head_count;
    uint32_t *next; /* by entry: the entry before it of the same process */
    size_t next_count;
};

struct mw_merge_chains_key mw_merge_chains_key(uint32_t host, uint64_t pid_ns, int32_t pid, uint64_t start_ticks);

/* Takes the process that was added to the model last. */
void mw_merge_chains_add(struct mw_merge_chains *chains, const struct mw_model *model);

/* The newest entry of a process, and the one of its program that ran last; MW_MODEL_NONE: it has none. */
uint32_t mw_merge_chains_head(const struct mw_merge_chains *chains, const struct mw_merge_chains_key *key);
uint32_t mw_merge_chains_last(const struct mw_model *model, const struct mw_merge_chains *chains,
                              const struct mw_merge_chains_key *key);

/* The base name of a program, by its path or else by the first word of its command line; both may be NULL. */
const char *mw_merge_chains_name(struct mw_model *model, const char *exe, const char *command);

/* By that name: a launcher of ranks, or another program. */
enum mw_model_role mw_merge_chains_role(const char *name);

/* merge/exits.c: gives exit records to what was sampled, and adds those of processes that no sample saw. Of several that were
 * counted together those that were sampled have a `count` of 0 then. */
void mw_merge_exits(struct mw_merge *merge, struct mw_merge_chains *chains, const struct mw_exits_read *exits);

#endif
