/* SPDX-License-Identifier: MIT */
/* Whether an mpirun is that of PRRTE, as in Open MPI 5 and later. */
#ifndef MW_LAUNCHER_START_PRRTE_H
#define MW_LAUNCHER_START_PRRTE_H

#include <stdbool.h>

/* By the libraries that the program needs; it is not executed. `word`: as in a command line, looked for on PATH where it has
 * no slash. False where it isn't known: a script, a file that cannot be read. */
bool mw_prrte_is(const char *word);

#endif
