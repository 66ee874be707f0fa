/* SPDX-License-Identifier: MIT */
/* Mistakes in options that getopt would accept, or name without help. */
#ifndef MW_LAUNCHER_OPTIONS_MISTAKES_H
#define MW_LAUNCHER_OPTIONS_MISTAKES_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

/* Looks for one in the options before the command: "--", the end of the options, as an option's argument; and an argument behind an
 * option that takes it only after "=", if "--" follows before any command. Returns whether there is one, with a line for the
 * user. */
bool mw_mistakes_find(char *text, size_t size, const struct argp *argp, int argc, char **argv);

/* " (did you mean --json?)" for getopt's message on an unknown long option; "" if nothing is near it. */
void mw_mistakes_suggest(char *text, size_t size, const struct argp *argp, const char *message);

#endif
