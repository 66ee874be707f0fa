/* SPDX-License-Identifier: MIT */
/* Ends measuring before the record ends: the process is about to enter a sandbox, or the user has asked for it
 * (MEMWATCH_SYSCALLS=0). */
#ifndef MW_PMPI_LIFE_STOP_H
#define MW_PMPI_LIFE_STOP_H

#include "collector/journal/record.h"

/* Takes a last measurement. After that the shim makes no system calls, and only counts. */
void mw_stop_measuring(enum mw_unmeasured why);

#endif
