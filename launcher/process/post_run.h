/* SPDX-License-Identifier: MIT */
/* --post-run-cmd: a command of the user's that is run after the report, while the run's record is still there. */
#ifndef MW_LAUNCHER_PROCESS_POST_RUN_H
#define MW_LAUNCHER_PROCESS_POST_RUN_H

#include "launcher/process/relay.h"
#include "launcher/process/spawn.h"

struct mw_post_run {
    const char *command; /* for sh -c; NULL: none */
    char **environment;  /* memwatch's own, before anything was put there for the job */
};

/* Remembers the environment. Before anything is set in it. */
void mw_post_run_init(struct mw_post_run *post, const char *command);

/* Runs it with the record's path as $1 and in MEMWATCH_RECORD, and waits. What it prints goes to stderr. Its failure is
 * said there. */
void mw_post_run_execute(const struct mw_post_run *post, const char *record, struct mw_relay *relay,
                 const struct mw_spawn_inherit *inherit);

void mw_post_run_fini(struct mw_post_run *post);

#endif
