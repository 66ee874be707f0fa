/* SPDX-License-Identifier: MIT */
/* The parts of the post-mortem (collector/merge_deaths.c), in the order in which they are called; each is a set of rules
 * over a model whose hosts, ranks and processes are known. Not for other files, apart from tests. */
#ifndef MW_COLLECTOR_MERGE_DEATHS_PARTS_H
#define MW_COLLECTOR_MERGE_DEATHS_PARTS_H

#include "collector/model.h"

#include <stdbool.h>

/* Ends within this time of each other may be seen in another order than that in which they began: a rank is announced as
 * ended last, its launcher sees its sockets close before, and kills others that are gone sooner. */
#define MW_MERGE_DEATHS_TOGETHER_NS (50 * MW_NS_PER_MS)

/* A process that was killed frees its memory first: how long after the OOM killer's kill its end may be seen. */
#define MW_MERGE_DEATHS_DYING_NS (5 * MW_NS_PER_SEC)

/* A signal is noted when memwatch reads it: at most a pass of the sampler's loop on its host, and the time in which it tells
 * signals to the group from others, after it came. A rank may have died of it by then. */
uint64_t mw_merge_deaths_read_by(const struct mw_model *model, uint64_t came_ns);

/* Whether exactly this process lives, or may live as far as is known on the host where the report is made. */
typedef bool mw_merge_deaths_lives(const void *context, const char *host, int32_t pid, uint64_t start_ticks);

/* merge_deaths_ends.c: what is known of each irregular end, in order of time. */
void mw_merge_deaths_ends(struct mw_model *model, mw_merge_deaths_lives *lives, const void *context);

/* merge_deaths_oom.c: which SIGKILLs the kernel's OOM killer sent, surely or perhaps. */
void mw_merge_deaths_oom(struct mw_model *model);

/* merge_deaths_outside.c: sets ended_by where something else than a rank's end ended the job. */
void mw_merge_deaths_outside(struct mw_model *model);

/* merge_deaths_first.c: which of them was first: sets first_count and first_why, and puts those that may have been it at
 * the start of the list. */
void mw_merge_deaths_first(struct mw_model *model);

/* Which launcher ended the other ranks when one had died, as far as its processes show it; and the signals of that. */
enum mw_merge_deaths_launcher { MW_MERGE_DEATHS_UNKNOWN, MW_MERGE_DEATHS_HYDRA, MW_MERGE_DEATHS_PRRTE, MW_MERGE_DEATHS_SLURM };
enum mw_merge_deaths_launcher mw_merge_deaths_launcher(const struct mw_model *model);
bool mw_merge_deaths_launcher_sends(enum mw_merge_deaths_launcher launcher, int signo);

/* A launcher, or a signal to all, ends processes in this way; a fault of the program's does not. */
bool mw_merge_deaths_may_be_cleanup(enum mw_merge_deaths_launcher launcher, const struct mw_model_death *death);

/* merge_deaths_text.c: the words for each. */
void mw_merge_deaths_text(struct mw_model *model);
const char *mw_merge_deaths_signal(struct mw_model *model, int signo);

/* merge_deaths_waiting.c: who was inside a call when the first one died. */
void mw_merge_deaths_waiting(struct mw_model *model);

#endif
