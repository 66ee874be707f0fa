/* SPDX-License-Identifier: MIT */
/* The parts of the post-mortem (collector/merge/deaths.c), in the order in which they are called; each is a set of rules
 * over a model whose hosts, ranks and processes are known. Not for other files, apart from tests. */
#ifndef MW_COLLECTOR_POST_MORTEM_POST_MORTEM_H
#define MW_COLLECTOR_POST_MORTEM_POST_MORTEM_H

#include "collector/model/model.h"

#include <stdbool.h>

/* Ends within this time of each other may be seen in another order than that in which they began: a rank is announced as
 * ended last, its launcher sees its sockets close before, and kills others that are gone sooner. */
#define MW_POST_MORTEM_TOGETHER_NS (50 * MW_NS_PER_MS)

/* A process that was killed frees its memory first: how long after the OOM killer's kill its end may be seen. */
#define MW_POST_MORTEM_DYING_NS (5 * MW_NS_PER_SEC)

/* A signal is noted when memwatch reads it: at most a pass of the sampler's loop on its host, and the time in which it tells
 * signals to the group from others, after it came. A rank may have died of it by then. */
uint64_t mw_post_mortem_read_by(const struct mw_model *model, uint64_t came_ns);

/* Whether exactly this process lives, or may live as far as is known on the host where the report is made. */
typedef bool mw_post_mortem_lives(const void *context, const char *host, int32_t pid, uint64_t start_ticks);

/* post_mortem/ends.c: what is known of each irregular end, in order of time. */
void mw_post_mortem_ends(struct mw_model *model, mw_post_mortem_lives *lives, const void *context);

/* post_mortem/oom.c: which SIGKILLs the kernel's OOM killer sent, surely or perhaps. */
void mw_post_mortem_oom(struct mw_model *model);

/* post_mortem/outside.c: sets ended_by where something else than a rank's end ended the job. */
void mw_post_mortem_outside(struct mw_model *model);

/* post_mortem/first.c: which of them was first: sets first_count and first_why, and puts those that may have been it at
 * the start of the list. */
void mw_post_mortem_first(struct mw_model *model);

/* Which launcher ended the other ranks when one had died, as far as its processes show it; and the signals of that. */
enum mw_post_mortem_launcher { MW_POST_MORTEM_UNKNOWN, MW_POST_MORTEM_HYDRA, MW_POST_MORTEM_PRRTE, MW_POST_MORTEM_SLURM };
enum mw_post_mortem_launcher mw_post_mortem_launcher(const struct mw_model *model);
bool mw_post_mortem_launcher_sends(enum mw_post_mortem_launcher launcher, int signo);

/* A launcher, or a signal to all, ends processes in this way; a fault of the program's does not. */
bool mw_post_mortem_may_be_cleanup(enum mw_post_mortem_launcher launcher, const struct mw_model_death *death);

/* post_mortem/text.c: the words for each. */
void mw_post_mortem_text(struct mw_model *model);
const char *mw_post_mortem_signal(struct mw_model *model, int signo);

/* post_mortem/waiting.c: who was inside a call when the first one died. */
void mw_post_mortem_waiting(struct mw_model *model);

#endif
