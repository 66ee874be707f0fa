/* SPDX-License-Identifier: MIT */
/* Reads this process's RSS and high-water mark from the kernel, and resets the mark.
 *
 * Descriptors are kept open, with high numbers and CLOEXEC, and used only while they are ours: whatever a program has
 * put where they were is neither read, written nor closed. Callers hold the observe lock. Facts behind it
 * (Linux proc(5), getrusage(2)): writing "5" to clear_refs sets VmHWM to the present RSS; ru_maxrss reads the same
 * mark but never falls below the RSS that the parent had at exec. */
#ifndef MW_PMPI_MEASURE_METER_H
#define MW_PMPI_MEASURE_METER_H

#include "collector/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_meter_reading {
    uint64_t rss;  /* bytes, now */
    uint64_t peak; /* bytes: highest RSS since the last reset (since exec before the first); at least rss */
};

struct mw_meter_limits {
    uint64_t error_bytes; /* a peak may be this much higher than read, by the design of the kernel's counters */
    uint64_t floor_bytes; /* below this getrusage() tells nothing */
    bool resets;          /* the mark can be, and is to be, reset */
};

/* What has been asked of the kernel: by these, what a boundary takes can be compared with what others take. */
#define MW_METER_MARK 1u
#define MW_METER_RSS 2u
#define MW_METER_STATUS 4u
#define MW_METER_RESET 8u
#define MW_METER_QUERIES 16u /* combinations */

/* Since the last time that this was called. */
unsigned mw_meter_take_queries(void);

/* Opens the files and finds the limits. `may_reset` false: never reset. The mark is not reset by this.
 * Returns 0, or -1 with a line in err; the meter is closed then. */
int mw_meter_open(bool may_reset, struct mw_meter_limits *limits, struct mw_err *err);

/* Compares what the counters say with a count of the pages: by how much they are `apart`, bytes. Slow: some milliseconds.
 * Returns false, and leaves it alone, where the kernel does not count, or would count for long. */
bool mw_meter_check(uint64_t *difference);

/* Returns false when the kernel does not answer (the program closed our descriptors and they could not be opened
 * again); reading is left alone. */
bool mw_meter_read(struct mw_meter_reading *reading);

/* The mark alone: half as dear. Returns false where it takes more to tell it. */
bool mw_meter_read_mark(uint64_t *peak);

/* Sets the mark to the present RSS. Returns false when it could not, or resets are off: the mark stands. */
bool mw_meter_reset(void);

/* HugetlbPages and VmSwap of this process, in bytes; 0 when unknown. Slow: for the end of a run. After
 * mw_syscalls_stop() they are left alone. */
void mw_meter_outside_rss(uint64_t *huge, uint64_t *swap);

/* What RLIMIT_AS and RLIMIT_DATA allow this process, and what counts against them. Bytes. */
struct mw_meter_space {
    uint64_t address_limit, data_limit; /* soft limits; 0 none, or unknown */
    uint64_t address_peak;              /* VmPeak; the most since exec */
    uint64_t data;                      /* VmData, now */
};

/* Returns false when there is neither limit, or the kernel does not answer; then `space` has the limits at most.
 * Without a limit this asks the kernel nothing: the limits are those of mw_meter_open(), or of the last
 * mw_meter_find_space(). */
bool mw_meter_read_space(struct mw_meter_space *space);

/* Looks again what the limits are: a program may set them itself. */
void mw_meter_find_space(void);

/* Closes what is still ours. */
void mw_meter_close(void);

/* In a forked child: the descriptors refer to the parent's memory, and their numbers may be the program's by now. They
 * stay open, for to close them could only do harm. */
void mw_meter_forget(void);

/* Opens a file at a descriptor that programs do not trip over. Returns it, or -1 with errno. */
int mw_meter_open_high(const char *name, int flags);

#endif
