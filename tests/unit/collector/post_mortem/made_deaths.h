/* SPDX-License-Identifier: MIT */
/* Made-up ends of processes, for tests of the post-mortem. */
#ifndef MW_TESTS_MADE_DEATHS_H
#define MW_TESTS_MADE_DEATHS_H

#include "collector/base/clock.h"
#include "collector/model/model.h"

#include <stdint.h>

#define MS MW_NS_PER_MS
#define MIB (1ull << 20)
#define BEGIN (1000 * MS) /* of the job; the times below are ms after it */

enum { NOBODY = -1, OUTSIDE = -2 };

enum kind { WELL, SIGNAL, STATUS, EXITED, ABORTED, UNSEEN, UNWATCHED, LOST, DUMPED, KINDS };

struct made_end {
    enum kind kind; /* EXITED: by exit(), at `order`; UNSEEN: unknown how; UNWATCHED: unknown how and when */
    int number;     /* signal, status or code */
    int ms;         /* when the end was noticed, or last known */
    int order;      /* when it closed its files; 0 not seen */
    int alive;      /* last seen not to be ending */
    int host;
};

/* A job on three hosts, without ranks, that `launcher` started with pid 4000. */
struct mw_model *made_job(const char *launcher);

/* ms after the job's begin as ns; 0: 0, unknown. */
uint64_t made_at(int ms);

/* A process that ended so. */
struct mw_model_process *made_process(struct mw_model *model, int pid, int ppid, int launch_rank, const struct made_end *end);

/* Rank `number` with pid 5000 + number. It has a process, unless its end was not watched. */
void made_rank(struct mw_model *model, int number, const struct made_end *end);

/* Makes the post-mortem. */
void made_conclude(struct mw_model *model);

/* Fails unless this rank is named as the first one: NOBODY if none is certain, OUTSIDE if the cause was none of them. */
void made_expect_first(const struct mw_model *model, int first, const char *what);

#endif
