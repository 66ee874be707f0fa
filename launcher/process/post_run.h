/* SPDX-License-Identifier: MIT */
/* --post-run-cmd: the user's command that runs after the report, while the run's record still exists. */
#ifndef MW_LAUNCHER_PROCESS_POST_RUN_H
#define MW_LAUNCHER_PROCESS_POST_RUN_H

#include "launcher/process/relay.h"
#include "launcher/process/spawn.h"

struct mw_post_run {
    const char *command; /* for sh -c; NULL: none */
    char **environment;  /* memwatch's environment, from before variables were set for the job */
};

/* Saves the environment. Call before any variable is set for the job. */
void mw_post_run_init(struct mw_post_run *post, const char *command);

/* Runs the command with the record's path as $1 and in MEMWATCH_RECORD, and waits. Its output goes to stderr, where its
 * failure is reported as well. */
void mw_post_run_execute(const struct mw_post_run *post, const char *record, struct mw_relay *relay,
                         const struct mw_spawn_inherit *inherit);

void mw_post_run_fini(struct mw_post_run *post);

#endif
