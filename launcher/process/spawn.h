/* SPDX-License-Identifier: MIT */
/* Starts the command with the state that memwatch was started with: signal mask and dispositions, timers, limits and
 * process group. */
#ifndef MW_LAUNCHER_PROCESS_SPAWN_H
#define MW_LAUNCHER_PROCESS_SPAWN_H

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>

#define MW_SPAWN_TIMERS 3 /* ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF */

/* State that memwatch changes for itself and the command must not inherit. */
struct mw_spawn_inherit {
    uint64_t mask;                 /* launcher/process/signal_mask.h */
    struct sigaction child_action; /* of SIGCHLD */
    struct rlimit files;
    struct itimerval timers[MW_SPAWN_TIMERS]; /* all zero: none to pass on */
};

struct mw_spawn_result {
    pid_t pid;
    int error; /* errno of exec; 0: it has started */
};

/* Where the command's stdout goes. */
enum mw_spawn_output {
    MW_SPAWN_OWN,
    MW_SPAWN_TO_STDERR, /* stdout is used by a report */
    MW_SPAWN_DROPPED    /* and its stderr as well */
};

/* A command that is not started yet: a waiting child with all signals blocked. */
struct mw_spawn {
    pid_t pid; /* -1: there is none */
    int fd;    /* to start it, and to get the result */
    int error; /* why there is none */
};

/* Blocks all signals, and saves what commands are to inherit. `files` is the current limit. No other code in this
 * process changes signal dispositions. */
void mw_spawn_hold(struct mw_spawn_inherit *inherit);

/* Takes the timers that were set when memwatch was started (`alarm 60; exec memwatch run`), for the command. */
void mw_spawn_take_timers(struct mw_spawn_inherit *inherit);

/* For a child that executes another program itself: restores the state from mw_spawn_hold(). */
void mw_spawn_release(const struct mw_spawn_inherit *inherit);

/* Forks; then starts the command, with memwatch's environment if `environment` is NULL. */
struct mw_spawn mw_spawn_prepare(char *const command[], char *const environment[], const struct mw_spawn_inherit *inherit,
                                 enum mw_spawn_output output);
struct mw_spawn_result mw_spawn_start(struct mw_spawn *spawn);

#endif
