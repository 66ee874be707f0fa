/* SPDX-License-Identifier: MIT */
/* `memwatch completion SHELL`. */
#ifndef MW_LAUNCHER_CLI_COMPLETION_H
#define MW_LAUNCHER_CLI_COMPLETION_H

#include "launcher/cli/command.h"

/* Prints what makes the shell that argv[1] names complete `commands`. Returns the exit status. */
int mw_completion_print(const struct mw_command *commands, int argc, char **argv);

#endif
