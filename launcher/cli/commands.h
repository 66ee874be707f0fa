/* SPDX-License-Identifier: MIT */
/* The subcommands. */
#ifndef MW_LAUNCHER_CLI_COMMANDS_H
#define MW_LAUNCHER_CLI_COMMANDS_H

#include "launcher/cli/command.h"

extern const struct mw_command mw_commands[];

#endif
