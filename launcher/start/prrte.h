/* SPDX-License-Identifier: MIT */
/* Whether an mpirun is that of PRRTE, as in Open MPI 5 and later. */
#ifndef MW_LAUNCHER_START_PRRTE_H
#define MW_LAUNCHER_START_PRRTE_H

#include <stdbool.h>

/* Determined from the libraries that the program needs, without executing it. `word`: as in a command line, searched on
 * PATH if it contains no slash. False if unknown: a script, an unreadable file. */
bool mw_prrte_is(const char *word);

#endif
