/* SPDX-License-Identifier: MIT */
/* What the environment asks of the shim (set by `memwatch run`, or by hand; memwatch-pmpi(7) lists it). */
#ifndef MW_PMPI_RANK_SETTINGS_H
#define MW_PMPI_RANK_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct mw_settings {
    bool exact;          /* MEMWATCH_EXACT=1: measure every boundary */
    bool reset;          /* MEMWATCH_RESET=0: never reset the kernel's mark */
    uint32_t budget_ppm; /* MEMWATCH_OVERHEAD: share of the run for measuring, in millionths */
    int site_depth;      /* MEMWATCH_SITE_DEPTH */
    bool syscalls;       /* MEMWATCH_SYSCALLS=0: make no system call once MPI_Init has returned */
    bool gather;         /* MEMWATCH_GATHER=1: gather to rank 0 also where the launcher has the journals */
};

/* Garbage gives the default. */
struct mw_settings mw_settings_read(void);

/* Says so, a line for each variable. For one rank of a world. */
void mw_settings_warn(void);

#endif
