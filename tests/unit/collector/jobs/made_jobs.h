/* SPDX-License-Identifier: MIT */
/* The run directory of several jobs, from a table of processes and one of ranks, merged. */
#ifndef MW_TESTS_UNIT_COLLECTOR_JOBS_MADE_JOBS_H
#define MW_TESTS_UNIT_COLLECTOR_JOBS_MADE_JOBS_H

#include "collector/model/model.h"

/* Times in ms since the run began; memory in MiB. */
struct made_process {
    int32_t pid, ppid;
    uint32_t image;
    const char *exe, *command;
    uint64_t first, last, mib;
    int32_t status; /* as returned by wait(2); -1: ended, with unknown status */
};

struct made_rank {
    uint64_t world;
    int32_t rank, size, pid, ppid;
    uint64_t created, end, mib;
    int32_t spawned;
};

#define SHELL                                           \
    {                                                   \
        100, 1, 0, "/bin/sh", "sh script", 0, 900, 2, 0 \
    }
#define MPIRUN(pid, parent, first, last, status)                                        \
    {                                                                                   \
        pid, parent, 0, "/usr/bin/mpirun", "mpirun -n 2 ./app", first, last, 20, status \
    }
#define APP(pid, parent, first, last, mib)                             \
    {                                                                  \
        pid, parent, 0, "/home/user/app", "./app", first, last, mib, 0 \
    }

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MADE_RUN(processes, ranks) made_run(processes, COUNT(processes), ranks, COUNT(ranks))

struct mw_model *made_run(const struct made_process *processes, size_t process_count, const struct made_rank *ranks,
                          size_t rank_count);

/* Two mpiruns, one after the other, of the same program, with two ranks each. */
#define MADE_TWO 8
#define MADE_TWO_RANKS 4
extern const struct made_process made_two[MADE_TWO];
extern const struct made_rank made_two_ranks[MADE_TWO_RANKS];
struct mw_model *made_two_jobs(void);

#endif
