/* SPDX-License-Identifier: MIT */
/* Reads this process's RSS and high-water mark from the kernel, and resets the mark.
 *
 * Descriptors stay open, with high numbers and CLOEXEC, and are used only while they refer to the opened files: a
 * file that the program has opened under the same number is neither read, written nor closed. Callers hold the
 * rank's lock. Facts (Linux proc(5), getrusage(2)): writing "5" to clear_refs sets VmHWM to the present RSS;
 * ru_maxrss reads the same mark, but never falls below the RSS that the parent had at exec. */
#ifndef MW_PMPI_MEASURE_METER_H
#define MW_PMPI_MEASURE_METER_H

#include "collector/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_meter_reading {
    uint64_t rss;  /* bytes, now */
    uint64_t peak; /* bytes: highest RSS since the last reset, or since exec; at least `rss` */
};

struct mw_meter_limits {
    uint64_t error_bytes; /* bytes: a peak may be this much higher than read, by design of the kernel's counters */
    uint64_t floor_bytes; /* bytes: below this ru_maxrss is not the process's peak */
    bool resets;          /* the mark can be reset, and `may_reset` was true */
};

/* Kernel queries of a boundary: the cost of a boundary depends on them. */
#define MW_METER_MARK 1u
#define MW_METER_RSS 2u
#define MW_METER_STATUS 4u
#define MW_METER_RESET 8u
#define MW_METER_QUERIES 16u /* combinations */

/* Returns the queries since the last call of this function, MW_METER_*. */
unsigned mw_meter_take_queries(void);

/* Opens the files and finds the limits. `may_reset` false: never reset the mark. Does not reset it. Returns 0, or -1
 * with a message in `err`; the meter is closed then. */
int mw_meter_open(bool may_reset, struct mw_meter_limits *limits, struct mw_err *err);

/* Compares the counters with a count of the pages; sets `difference`, bytes. Slow: some milliseconds. Returns false,
 * and leaves `difference` unchanged, if the kernel does not count pages, or counting would take long. */
bool mw_meter_check(uint64_t *difference);

/* Returns false on failure (the program closed the descriptors, and the files could not be opened again); `reading`
 * is unchanged then. */
bool mw_meter_read(struct mw_meter_reading *reading);

/* Reads only the mark, at half the cost. Returns false if ru_maxrss is not this process's peak: use mw_meter_read(). */
bool mw_meter_read_mark(uint64_t *peak);

/* Like mw_meter_read(), with the mark that mw_meter_read_mark() gave just before. */
bool mw_meter_read_rss(uint64_t mark, struct mw_meter_reading *reading);

/* Sets the mark to the present RSS. Returns false if that failed, or resets are off: the mark is unchanged. */
bool mw_meter_reset(void);

/* HugetlbPages and VmSwap of this process, in bytes; 0: unknown. Slow: for the end of a run. Unchanged after
 * mw_syscalls_stop(). */
void mw_meter_outside_rss(uint64_t *huge, uint64_t *swap);

/* RLIMIT_AS and RLIMIT_DATA of this process, and the memory that counts against them. Bytes. */
struct mw_meter_space {
    uint64_t address_limit, data_limit; /* soft limits; 0: none, or unknown */
    uint64_t address_peak;              /* VmPeak: maximum since exec */
    uint64_t data;                      /* VmData, now */
};

/* Returns false if there is no limit, or on failure; `space` then has the limits only. Makes no system call without
 * a limit. The limits are those of mw_meter_open() or of the last mw_meter_find_space(). */
bool mw_meter_read_space(struct mw_meter_space *space);

/* Reads the limits again: a program may set them. */
void mw_meter_find_space(void);

/* Closes the descriptors that still refer to the opened files. */
void mw_meter_close(void);

/* For a forked child: forgets the descriptors, which refer to the parent's memory. They are not closed, since the
 * program may have reused their numbers. */
void mw_meter_forget(void);

/* Opens a file with a high descriptor number, which programs do not expect to be free. Returns it, or -1 with errno. */
int mw_meter_open_high(const char *name, int flags);

#endif
