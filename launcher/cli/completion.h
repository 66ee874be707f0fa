/* SPDX-License-Identifier: MIT */
/* `memwatch completion SHELL`. */
#ifndef MW_LAUNCHER_CLI_COMPLETION_H
#define MW_LAUNCHER_CLI_COMPLETION_H

#include "launcher/cli/command.h"

/* Prints a script that makes the shell named in argv[1] complete `commands`. Returns the exit status. */
int mw_completion_print(const struct mw_command *commands, int argc, char **argv);

#endif
