/* SPDX-License-Identifier: MIT */
/* Loads the shim into the ranks: sets the environment of the job. */
#ifndef MW_LAUNCHER_START_PRELOAD_H
#define MW_LAUNCHER_START_PRELOAD_H

#include "collector/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The user's options for the libraries. */
struct mw_preload_settings {
    uint64_t interval_ns; /* between two samples, for agents on other hosts */
    uint32_t budget_ppm;  /* limit of measurement overhead in the ranks, in millionths of the run */
    int site_depth;       /* 0: the default */
    bool exact, no_reset, no_syscalls;
    bool collective_phases; /* only collectives are boundaries of phases */
    bool no_wait_library;   /* do not load libmemwatch-wait.so */
    bool no_heap;           /* do not load libmemwatch-heap.so */
    long heap_interval;     /* mean bytes between two samples of small blocks; 0: the default */
};

/* Finds libmemwatch-pmpi.so: MEMWATCH_SHIM, relative to this program (installed or in the build tree), or the
 * installation directory. Returns 0 with its absolute path, or -1 with a line in err. */
int mw_preload_find(char *path, size_t size, struct mw_err *err);

/* Finds another library, MW_FILE_WAIT or MW_FILE_HEAP, in the directory of the shim. Returns 0 with its path, or -1 if it is
 * not there. */
int mw_preload_find_beside(char *path, size_t size, const char *shim, const char *name);

/* Sets variables in this process's environment, for the job to inherit: LD_PRELOAD (ours first, then the user's),
 * settings for daemons on other hosts (launcher/start/daemons.h) and MEMWATCH_*. Returns 0, or -1 with a line in err. */
int mw_preload_setenv(const char *shim, const char *run_dir, const struct mw_preload_settings *settings, char *const command[],
                      struct mw_err *err);

#endif
