/* SPDX-License-Identifier: MIT */
/* The parts of the post-mortem (collector/merge/deaths.c), in call order. Each is a set of rules over a model whose hosts,
 * ranks and processes are complete. Internal, except for tests. */
#ifndef MW_COLLECTOR_POST_MORTEM_POST_MORTEM_H
#define MW_COLLECTOR_POST_MORTEM_POST_MORTEM_H

#include "collector/model/model.h"

#include <stdbool.h>

/* Ends within this time of each other may be seen in a different order than they happened: a launcher sees the sockets of a
 * rank close before its end is reported, and may kill others that end sooner. */
#define MW_POST_MORTEM_TOGETHER_NS (50 * MW_NS_PER_MS)

/* Maximum time from the OOM killer's kill to the end of the process, which first frees its memory. */
#define MW_POST_MORTEM_DYING_NS (5 * MW_NS_PER_SEC)

/* The time of a signal is noted when memwatch reads it: up to one pass of the sampler's loop after its arrival, plus the
 * time to separate signals to the group from others. A rank may have died of it by then. */
uint64_t mw_post_mortem_read_by(const struct mw_model *model, uint64_t came_ns);

/* Whether exactly this process is running, or may be running as far as this host knows. */
typedef bool mw_post_mortem_lives(const void *context, const char *host, int32_t pid, uint64_t start_ticks);

/* post_mortem/ends.c: what is known of each irregular end, in order of time. */
void mw_post_mortem_ends(struct mw_model *model, mw_post_mortem_lives *lives, const void *context);

/* post_mortem/oom.c: which SIGKILLs the kernel's OOM killer certainly or possibly sent. */
void mw_post_mortem_oom(struct mw_model *model);

/* post_mortem/outside.c: sets ended_by if something other than a rank's end ended the job. */
void mw_post_mortem_outside(struct mw_model *model);

/* post_mortem/first.c: which of them was first: sets first_count and first_why, and moves the candidates to the start of the
 * list. */
void mw_post_mortem_first(struct mw_model *model);

/* Which launcher ended the other ranks after one had died, as far as its processes show; and its signals. */
enum mw_post_mortem_launcher { MW_POST_MORTEM_UNKNOWN, MW_POST_MORTEM_HYDRA, MW_POST_MORTEM_PRRTE, MW_POST_MORTEM_SLURM };
enum mw_post_mortem_launcher mw_post_mortem_launcher(const struct mw_model *model);
bool mw_post_mortem_launcher_sends(enum mw_post_mortem_launcher launcher, int signo);

/* Whether a launcher, or a signal to all, may end processes in this way; a fault of the program does not. */
bool mw_post_mortem_may_be_cleanup(enum mw_post_mortem_launcher launcher, const struct mw_model_death *death);

/* post_mortem/text.c: the description of each. */
void mw_post_mortem_text(struct mw_model *model);
const char *mw_post_mortem_signal(struct mw_model *model, int signo);

/* post_mortem/waiting.c: ranks that were inside a call when the first one died. */
void mw_post_mortem_waiting(struct mw_model *model);

#endif
