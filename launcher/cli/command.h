/* SPDX-License-Identifier: MIT */
/* A subcommand. */
#ifndef MW_LAUNCHER_CLI_COMMAND_H
#define MW_LAUNCHER_CLI_COMMAND_H

#include <argp.h>

struct mw_command {
    const char *name; /* NULL behind the last one */
    int (*main)(int argc, char **argv); /* takes its own argv (argv[0] is its name), and returns the exit status */
    const char *summary; /* NULL: not for users */
    /* Its options, in tables of argp's children as well: for completion. In an option's `arg`, words with | between are all that
     * it takes. NULL: it takes nothing but --help. */
    const struct argp *(*argp)(void);
};

#endif
