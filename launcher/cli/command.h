/* SPDX-License-Identifier: MIT */
/* A subcommand. */
#ifndef MW_LAUNCHER_CLI_COMMAND_H
#define MW_LAUNCHER_CLI_COMMAND_H

#include <argp.h>

struct mw_command {
    const char *name;                   /* NULL in the last entry */
    int (*main)(int argc, char **argv); /* argv[0] is the subcommand's name; returns the exit status */
    const char *summary;                /* NULL: internal, not listed in --help */
    /* Its options, including those of argp's children, for completion. If an option's `arg` contains "|", it lists all
     * accepted words. NULL: only --help. */
    const struct argp *(*argp)(void);
};

#endif
