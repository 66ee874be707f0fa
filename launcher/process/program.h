/* SPDX-License-Identifier: MIT */
/* Finds programs as execvp() does. */
#ifndef MW_LAUNCHER_PROCESS_PROGRAM_H
#define MW_LAUNCHER_PROCESS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* The path of a program: the word itself if it has a slash, else that in $PATH. Returns whether there is such a regular file that
 * this user may execute. */
bool mw_program_find(const char *word, char *path, size_t size);

#endif
