/* SPDX-License-Identifier: MIT */
/* The user's settings for Open MPI: words of the command line, and files of MCA parameters. */
#ifndef MW_LAUNCHER_START_MCA_H
#define MW_LAUNCHER_START_MCA_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the text, or any word of the command, contains one of `words`. */
bool mw_mca_text_has(const char *text, const char *const words[], size_t count);
bool mw_mca_words_have(char *const command[], const char *const words[], size_t count);

/* Whether a line of one of Open MPI's parameter files, without comments, contains one of `words`: the user's file,
 * Debian's, and those of each mpirun on PATH. */
bool mw_mca_files_have(const char *const words[], size_t count);

#endif
