/* SPDX-License-Identifier: MIT */
/* The end of measuring before the end of the record: a sandbox is about to be entered, or the user has asked for it. */
#ifndef MW_PMPI_LIFE_STOP_H
#define MW_PMPI_LIFE_STOP_H

#include "collector/journal/record.h"

/* Measures for the last time, and makes no system calls from then on; only counts. */
void mw_stop_measuring(enum mw_unmeasured why);

#endif
