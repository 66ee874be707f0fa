/* SPDX-License-Identifier: MIT */
/* Settings from the environment (set by `memwatch run`, or by hand; listed in memwatch-pmpi(7)). */
#ifndef MW_PMPI_RANK_SETTINGS_H
#define MW_PMPI_RANK_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct mw_settings {
    bool exact;             /* MEMWATCH_EXACT=1: measure every boundary */
    bool reset;             /* MEMWATCH_RESET=0: never reset the kernel's mark */
    uint32_t budget_ppm;    /* MEMWATCH_OVERHEAD: share of the run's time for measuring, in ppm */
    int site_depth;         /* MEMWATCH_SITE_DEPTH */
    bool collective_phases; /* MEMWATCH_COLLECTIVE_PHASES=1: only collectives are boundaries of phases */
    bool syscalls;          /* MEMWATCH_SYSCALLS=0: make no system calls after MPI_Init */
    bool heap;              /* MEMWATCH_HEAP=0: do not record allocations */
    bool gather;            /* MEMWATCH_GATHER=1: gather to rank 0 even if the launcher has the journals */
};

/* Invalid values give the default. */
struct mw_settings mw_settings_read(void);

/* Logs a warning for each variable with an invalid value. Call it in one rank of a world only. */
void mw_settings_warn(void);

#endif
