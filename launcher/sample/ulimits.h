/* SPDX-License-Identifier: MIT */
/* The limits of one process on its memory: RLIMIT_AS (ulimit -v) and RLIMIT_DATA (ulimit -d), which batch systems such
 * as Torque and Grid Engine set. The kernel enforces no other: RLIMIT_RSS has no effect since Linux 2.4.30. */
#ifndef MW_LAUNCHER_SAMPLE_ULIMITS_H
#define MW_LAUNCHER_SAMPLE_ULIMITS_H

#include <stdint.h>
#include <sys/types.h>

/* Soft limits in bytes; 0: none. */
struct mw_ulimits {
    uint64_t address, data;
};

/* From PID/limits below `procfd`. Returns 0, or -1 with errno (EPROTO: unexpected format). */
int mw_ulimits_read(int procfd, pid_t pid, struct mw_ulimits *ulimits);

/* The same from the contents of such a file. */
int mw_ulimits_parse(const char *text, struct mw_ulimits *ulimits);

#endif
