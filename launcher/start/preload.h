/* SPDX-License-Identifier: MIT */
/* How the shim gets into the ranks: the environment of the job. */
#ifndef MW_LAUNCHER_START_PRELOAD_H
#define MW_LAUNCHER_START_PRELOAD_H

#include "collector/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the user asks of the libraries. */
struct mw_preload_settings {
    uint64_t interval_ns; /* between two samples, for agents on other hosts */
    uint32_t budget_ppm;  /* share of the run that measuring in the ranks may take, in millionths */
    int site_depth;       /* 0: the default */
    bool exact, no_reset, no_syscalls;
    bool no_wait_library; /* leave libmemwatch-wait.so out */
};

/* Finds libmemwatch-pmpi.so: MEMWATCH_SHIM, beside the command (installed or in the build tree), or where it was
 * installed. Returns 0 with its absolute path, or -1 with a line in err. */
int mw_preload_find(char *path, size_t size, struct mw_err *err);

/* Finds libmemwatch-wait.so, which lies beside the shim. Returns 0 with its path, or -1 when it is not there. */
int mw_preload_find_wait(char *path, size_t size, const char *shim);

/* Sets the variables in this process's environment, for the job to inherit: LD_PRELOAD (ours first, then what the user
 * has), what daemons on other hosts are started by (launcher/start/daemons.h) and MEMWATCH_*. Returns 0, or -1 with a line in err. */
int mw_preload_setenv(const char *shim, const char *run_dir, const struct mw_preload_settings *settings, char *const command[],
                      struct mw_err *err);

#endif
