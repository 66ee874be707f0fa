/* SPDX-License-Identifier: MIT */
/* Starts the command as memwatch itself was started: same signal mask and dispositions, limits and process group. */
#ifndef MW_LAUNCHER_SPAWN_H
#define MW_LAUNCHER_SPAWN_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What memwatch changes of itself and the command must not inherit. */
struct mw_spawn_inherit {
    sigset_t mask;
    struct sigaction child_action; /* of SIGCHLD */
    struct rlimit files;
};

struct mw_spawn_result {
    pid_t pid;
    int error; /* errno of exec; 0: it runs */
};

/* Where the command's stdout goes. */
enum mw_spawn_output {
    MW_SPAWN_OWN,
    MW_SPAWN_TO_STDERR, /* a report has stdout for itself */
    MW_SPAWN_DROPPED    /* with its stderr */
};

/* Starts `command`. pid is -1 when fork failed. */
struct mw_spawn_result mw_spawn(char *const command[], const struct mw_spawn_inherit *inherit,
                                enum mw_spawn_output output);

#endif
