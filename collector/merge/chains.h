/* SPDX-License-Identifier: MIT */
/* The programs of each process during the merge: samples and exit records are matched by host, pid and start time. Private
 * to this folder. */
#ifndef MW_COLLECTOR_MERGE_CHAINS_H
#define MW_COLLECTOR_MERGE_CHAINS_H

#include "collector/merge/parts.h"

struct mw_merge_chains_key {
    uint64_t host, pid_ns, pid, start_ticks; /* the PID namespace of the process, and its pid there */
};

/* The entries of each process: a list per key. Zeroed, except for `groups`, a map. */
struct mw_merge_chains {
    struct mw_map *groups; /* key to number of the process */
    uint32_t *heads;       /* by number: the newest entry of the process */
    size_t head_count;
    uint32_t *next; /* by entry: the previous entry of the same process */
    size_t next_count;
};

struct mw_merge_chains_key mw_merge_chains_key(uint32_t host, uint64_t pid_ns, int32_t pid, uint64_t start_ticks);

/* Adds the process that was added to the model last. */
void mw_merge_chains_add(struct mw_merge_chains *chains, const struct mw_model *model);

/* The newest entry of a process, and the entry of the program that it ran last; MW_MODEL_NONE if it has none. */
uint32_t mw_merge_chains_head(const struct mw_merge_chains *chains, const struct mw_merge_chains_key *key);
uint32_t mw_merge_chains_last(const struct mw_model *model, const struct mw_merge_chains *chains,
                              const struct mw_merge_chains_key *key);

/* The base name of a program, from its path or, without one, from the first word of its command line; both may be NULL. */
const char *mw_merge_chains_name(struct mw_model *model, const char *exe, const char *command);

/* The role by that name: a launcher of ranks, or another program. */
enum mw_model_role mw_merge_chains_role(const char *name);

/* merge/exits.c: assigns exit records to the sampled processes, and adds the processes that no sample saw. Sampled processes
 * that are also part of a group that was counted together get a `count` of 0. */
void mw_merge_exits(struct mw_merge *merge, struct mw_merge_chains *chains, const struct mw_exits_read *exits);

#endif
