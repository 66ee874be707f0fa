/* SPDX-License-Identifier: MIT */
/* What the launcher saw of a job from outside: its process tree, sampled.
 *
 * Filled by the launcher's sampler, read by collector/merge. Bytes and CLOCK_MONOTONIC nanoseconds.
 * The view owns all its memory; mw_view_fini() frees it.
 */
#ifndef MW_COLLECTOR_VIEW_H
#define MW_COLLECTOR_VIEW_H

#include <stddef.h>
#include <stdint.h>

/* One program image of one process: (pid, start_ticks) names the process, `image` counts its execs. */
struct mw_view_process {
    int32_t pid;
    int32_t ppid; /* the first parent that was seen */
    uint64_t start_ticks; /* /proc/PID/stat field 22 */
    uint32_t image;       /* 0 for the first program seen in the process, 1 after an exec, ... */
    uint32_t samples;     /* times it was seen */
    char *exe;            /* path of the program, or "" */
    char *command;        /* arguments separated by spaces; "[comm]" when unreadable */
    uint64_t first_ns;    /* first and last time it was seen */
    uint64_t last_ns;
    uint64_t rss_max;     /* largest RSS sampled: a lower bound */
    uint64_t rss_max_ns;
    uint64_t hwm_seen;    /* largest VmHWM read while it lived: a lower bound, usually better; 0 never read */
    uint64_t pss_max;     /* largest PSS sampled; 0 never read */
    uint64_t huge_max;    /* HugetlbPages, largest seen; not part of RSS */
    uint64_t swap_max;    /* VmSwap, largest seen; not part of RSS */
};

/* One slice of the job's timeline; slices cover consecutive `slice_ns` from `begin_ns`. */
struct mw_view_slice {
    uint64_t rss_max;   /* largest sum of RSS over the tree in one sample of the slice; 0: no sample */
    uint32_t processes; /* in that sample */
    uint32_t samples;
};

enum mw_limit_kind { MW_LIMIT_NONE, MW_LIMIT_CGROUP, MW_LIMIT_NODE };

struct mw_view {
    char *command;       /* as the user gave it, arguments separated by spaces */
    char *host;
    int32_t pid;         /* of the command */
    int32_t exit_status; /* what memwatch exits with for it: status, or 128 + signal */
    int32_t exit_signal; /* 0, or the signal that killed the command */
    uint64_t begin_ns, end_ns;
    uint64_t begin_wall_ns; /* CLOCK_REALTIME at begin_ns */
    uint64_t interval_ns;
    uint64_t samples;

    struct mw_view_process *processes; /* bounded */
    size_t process_count;
    uint64_t processes_lost; /* programs that found no room there: counted in the sums only */

    struct mw_view_slice *slices; /* bounded; the slice length doubles when full */
    size_t slice_count;
    uint64_t slice_ns;

    uint64_t rss_sum_max; /* largest sum over the tree seen at one moment: a lower bound */
    uint64_t rss_sum_max_ns;
    uint32_t rss_sum_max_processes;
    uint64_t pss_sum_max; /* largest sum of PSS seen in one sweep; 0: never read */
    uint64_t pss_sum_max_ns;
    uint64_t pss_rss_sum; /* sum of RSS in that same sweep */
    uint64_t pss_sweeps;

    uint64_t shared_max;   /* largest RSS minus PSS in one sweep, of the processes it could read; 0: none */
    uint64_t shared_ns;
    uint64_t shared_rss;   /* in that same sweep */
    uint64_t shared_shmem; /* how much of shared_max is shared memory, the rest being files; 0 also when unknown */

    uint64_t cgroup_limit;   /* the tightest limit on the way up; 0 none */
    char *cgroup_path;       /* where that limit is set; NULL none */
    uint64_t cgroup_peak;    /* the kernel's own peak of that cgroup, page cache included; 0 unknown */
    uint64_t node_bytes;     /* memory of the host by hwloc; 0 unknown */
    uint64_t available_begin_bytes; /* MemAvailable at the start; 0 unknown */

    uint64_t launcher_cpu_ns;   /* user + system time that sampling took */
    uint64_t launcher_rss_peak; /* of memwatch itself */
};

/* Frees everything the view owns and zeroes it. */
void mw_view_fini(struct mw_view *view);

#endif
