/* SPDX-License-Identifier: MIT */
/* The samples of a job on one host: its processes, how they ended, their sum over time.
 *
 * Filled by the sampler (in the launcher, and in the agent of every other host), kept in the file view-<host> of the run
 * directory (collector/view/file), read by collector/merge. Bytes and CLOCK_MONOTONIC nanoseconds of that host. The facts,
 * which come first, have no pointers and are written to the file as they are. The arrays after them belong to their creator.
 */
#ifndef MW_COLLECTOR_VIEW_VIEW_H
#define MW_COLLECTOR_VIEW_VIEW_H

#include <stddef.h>
#include <stdint.h>

#define MW_VIEW_RECENT 16
#define MW_VIEW_CGROUPS 16
#define MW_VIEW_CHARGES 24
#define MW_VIEW_NODES 16
#define MW_VIEW_SIGNALS 8

/* RSS of a process. */
struct mw_view_rss {
    uint64_t ns; /* not before this time, and normally a few microseconds later */
    uint64_t rss;
};

/* What is known of how a process ended. */
enum mw_view_end {
    MW_VIEW_LIVES, /* or its end was not seen */
    MW_VIEW_ENDED, /* at end_ns or shortly before; how is not known */
    MW_VIEW_STATUS /* the same, and wait_status is as returned by wait(2) */
};

/* One program image of one process: (pid, start_ticks) identifies the process, `image` counts its execs. */
struct mw_view_process {
    int32_t pid;
    int32_t ppid;         /* the first parent that was seen */
    uint64_t start_ticks; /* /proc/PID/stat field 22 */
    uint32_t image;       /* 0 for the first program seen in the process, 1 after an exec, ... */
    uint32_t samples;     /* times it was seen */
    uint32_t end;         /* enum mw_view_end */
    int32_t wait_status;
    uint32_t cgroup;      /* in cgroups, plus one; 0 not known */
    uint32_t recent_next; /* position of the next one; older ones are overwritten */
    uint32_t is_kept;     /* its end is watched: its entry is never evicted */
    uint32_t launch_rank; /* rank by its launcher's variables, plus one; 0 if none */
    uint32_t facts;       /* MW_SEEN_* (collector/journal/seen.h): why it may not be a rank */
    uint32_t own_ns;      /* inode of its PID namespace; 0 unknown */
    int32_t own_pid;      /* its pid in that namespace; 0 unknown */
    int32_t sent_signal;  /* the last one that its launcher sent it while it was running; 0 none seen */
    uint64_t first_ns;    /* begin of the first and of the last sample that saw it */
    uint64_t last_ns;
    uint64_t end_ns;   /* when its end was noticed */
    uint64_t leave_ns; /* when it closed its files on exit (launcher/sample/leaving.h), in the kernel's order of all
                             processes of the host; 0 if not seen */
    uint64_t alive_ns; /* when it was last seen not to be exiting while another process was; 0 never */
    uint64_t oom_ns;   /* last OOM kill seen in its group before its end; 0 never */
    uint64_t rss_last; /* in the last sample */
    uint64_t rss_max;  /* largest RSS sampled: a lower bound */
    uint64_t rss_max_ns, rss_max_until_ns; /* it was read between these times: a sampler may have to wait for a CPU or a disk */
    uint64_t hwm_seen;                     /* largest VmHWM read while it ran: a lower bound, usually better; 0 never read */
    uint64_t pss_max;                      /* largest PSS sampled; 0 never read */
    uint64_t huge_max;                     /* HugetlbPages, largest seen; not part of RSS */
    uint64_t swap_max;                     /* VmSwap, largest seen; not part of RSS */
    uint64_t address_limit;                /* RLIMIT_AS of /proc/PID/limits, the soft one; 0 none, or unknown */
    uint64_t address_peak;                 /* largest VmPeak read, which counts against that limit; only with a limit */
    uint64_t address_last;                 /* VmSize when last read */
    uint64_t data_limit;                   /* RLIMIT_DATA, likewise */
    uint64_t data_max;                     /* largest VmData read */
    uint64_t data_last;
    struct mw_view_rss recent[MW_VIEW_RECENT]; /* its last seconds, of ranks only; ns 0: empty */
    char preload[120]; /* LD_PRELOAD of its environment if memwatch's library is not in it; "" if none */
    char mpi[64];      /* base name of the mapped MPI library; "" if none was seen */
    char exe[200];     /* path of the program, or "" */
    char command[256]; /* arguments separated by spaces; "[comm]" when unreadable */
};

/* One slice of the job's timeline; slices cover consecutive `slice_ns` from `begin_ns`. */
struct mw_view_slice {
    uint64_t rss_max;   /* largest sum of RSS over the tree in one sample of the slice; 0: no sample */
    uint64_t rss_min;   /* smallest one */
    uint32_t processes; /* in the sample of rss_max */
    uint32_t samples;
};

/* Kinds of limits on memory. The order is that of the words in records. */
enum mw_limit_kind {
    MW_LIMIT_NONE,
    MW_LIMIT_CGROUP,  /* a control group's memory.max (v1: memory.limit_in_bytes) */
    MW_LIMIT_NODE,    /* the memory of the node */
    MW_LIMIT_HIGH,    /* memory.high: the kernel throttles processes above it, but does not kill */
    MW_LIMIT_MEMSW,   /* v1: memory.memsw.limit_in_bytes, memory and swap together */
    MW_LIMIT_SLURM,   /* memory granted by Slurm on this node, by its environment */
    MW_LIMIT_ADDRESS, /* RLIMIT_AS of a process (ulimit -v) */
    MW_LIMIT_DATA,    /* RLIMIT_DATA (ulimit -d) */
    MW_LIMIT_KINDS
};

#define MW_VIEW_CHARGE_V1 1u    /* of a control group of version 1 */
#define MW_VIEW_CHARGE_ABOVE 2u /* the limit is that of an ancestor that is not visible here */
#define MW_VIEW_CHARGE_CACHE 4u /* `used` includes page cache that the kernel could drop */
#define MW_VIEW_CHARGE_SEEN 8u  /* read at least once while the job ran */

/* What counts against a limit, at the time when the least was left. */
struct mw_view_amount {
    uint64_t bytes; /* the limit then */
    uint64_t used;  /* memory that counts against it, without clean page cache and other memory that the kernel can drop */
    uint64_t anon, shmem, dirty, kernel; /* of it: memory of programs; files in tmpfs, and shared memory; page cache that is
                                            not yet written; all else. All 0: not known */
    uint64_t swap_left;                  /* what could have been swapped out */
    uint64_t rss;                        /* sum of RSS over the job's processes then */
    uint64_t ns;
};

/* A limit on the memory of several processes together. */
struct mw_view_charge {
    uint32_t kind;               /* enum mw_limit_kind */
    uint32_t flags;              /* MW_VIEW_CHARGE_* */
    struct mw_view_amount least; /* at the sample with the least left */
    uint64_t bytes;              /* the limit, and what counted against it, at the last reading */
    uint64_t used;
    uint64_t droppable;        /* what the kernel could have dropped at the last reading */
    uint64_t upper;            /* the kernel's peak, including droppable memory; 0 unknown */
    uint64_t hits_begin, hits; /* how often the kernel found the limit reached: before the job, and since */
    char directory[256];       /* of the group's files; "" none */
};

#define MW_VIEW_CGROUP_COUNTS 1u /* it has a counter of OOM kills */
#define MW_VIEW_CGROUP_SHARED 2u /* processes outside of the job were seen in it */

/* A control group in which processes of the job were seen. */
struct mw_view_cgroup {
    uint64_t limit;      /* the tightest limit of it and its ancestors, 0 if none */
    uint64_t peak;       /* the kernel's peak of the group with that limit, including page cache, if it rose; else 0 */
    uint64_t peak_begin; /* its value when the group was first seen */
    uint64_t kills;      /* number of OOM kills in this group since it was first seen */
    uint64_t kills_begin;
    uint64_t kills_ns;      /* when the first of them was noticed */
    uint64_t kills_last_ns; /* when the last one was */
    uint32_t flags;         /* MW_VIEW_CGROUP_* */
    uint32_t reserved;
    char name[256];            /* of the group, as named by the kernel */
    char directory[256];       /* where its files are */
    char limit_directory[256]; /* files of the group where that limit is set; "" if none */
};

struct mw_view_node {
    int32_t index; /* the system's number */
    uint32_t reserved;
    uint64_t bytes;
};

/* A signal to memwatch, which is passed on to the job. */
struct mw_view_signal {
    int32_t signo;
    int32_t sender; /* pid, 0 unknown or the terminal */
    uint64_t ns;
};

/* The limit of --kill-over for which memwatch ended the job. */
enum mw_view_over_what { MW_VIEW_OVER_NONE, MW_VIEW_OVER_TOTAL, MW_VIEW_OVER_RANK, MW_VIEW_OVER_PROCESS };

struct mw_view_over {
    uint32_t what; /* enum mw_view_over_what */
    int32_t pid;   /* of the process that was over; 0: all together */
    uint64_t limit;
    uint64_t bytes; /* its memory */
    uint64_t ns;
};

struct mw_view {
    char host[64];
    char command[1024];     /* as given by the user, arguments separated by spaces, cut; "" in the view of an agent */
    int32_t is_launcher;    /* 1: made by `memwatch run`; 0: by an agent */
    int32_t sampler_pid;    /* memwatch itself */
    uint64_t sampler_ticks; /* its start time */
    int32_t pid;            /* of the command */
    int32_t exit_status;    /* memwatch's exit status for it: status, or 128 + signal */
    int32_t exit_signal;    /* 0, or the signal that killed the command */
    uint32_t signal_count;  /* signals that memwatch was sent; the first ones are kept */
    uint64_t begin_ns;
    uint64_t command_end_ns; /* when the command ended; 0 if it has not */
    uint64_t end_ns;         /* 0 if not over yet, or memwatch was killed */
    uint64_t last_ns;        /* of the last sample */
    uint64_t begin_wall_ns;  /* CLOCK_REALTIME at begin_ns */
    int64_t shift_ns;        /* of an agent: offset to the launcher's monotonic clock, with an error up to error_ns */
    uint64_t error_ns;       /* 0: not measured */
    uint64_t interval_ns;    /* requested time between samples */
    uint64_t samples;
    uint64_t samples_late; /* of them: they took too long for a sum of one moment, and are in no sum and no slice */
    uint64_t first_sample_ns;
    uint64_t gap_max_ns; /* longest time between two samples, or from begin_ns to the first; 0 without samples */

    uint64_t rss_sum_max; /* largest sum over the tree in one sample, read within 50 ms: a lower bound */
    uint64_t rss_sum_max_ns;
    uint32_t rss_sum_max_processes;
    uint32_t node_count;
    uint64_t pss_sum_max; /* largest sum of PSS seen in one sweep; 0: never read */
    uint64_t pss_sum_max_ns;
    uint64_t pss_rss_sum; /* sum of RSS in that same sweep */
    uint64_t pss_sweeps;

    uint64_t shared_max; /* largest RSS minus PSS in one sweep, of the readable processes; 0 if none */
    uint64_t shared_ns;
    uint64_t shared_rss;   /* in that same sweep */
    uint64_t shared_shmem; /* part of shared_max that is shared memory, the rest is files; 0 also if unknown */

    uint64_t node_bytes;            /* memory of the host by hwloc; 0 unknown */
    uint64_t available_begin_bytes; /* MemAvailable at the start; 0 unknown */
    uint64_t host_kills;            /* by the OOM killer on the host, since the start */
    uint64_t host_kills_begin;
    uint32_t cgroup_count;       /* cgroups[0] is that of the sampler */
    uint32_t processes_replaced; /* number of evicted entries of small ended processes */
    uint32_t inside_rank;        /* if the launcher was started by an mpirun, as one of its ranks: that rank plus one; else 0 */
    uint32_t inside_size;        /* of how many; 0 not known */
    uint32_t pid_ns;             /* inode of the PID namespace that its pids belong to; 0 unknown */
    uint32_t charge_count;
    struct mw_view_charge charges[MW_VIEW_CHARGES]; /* limits on several processes together, the node's first */
    struct mw_view_cgroup cgroups[MW_VIEW_CGROUPS];
    struct mw_view_node nodes[MW_VIEW_NODES]; /* NUMA nodes */
    struct mw_view_signal signals[MW_VIEW_SIGNALS];
    struct mw_view_over over;

    uint64_t launcher_cpu_ns;   /* user + system time of sampling */
    uint64_t launcher_rss_peak; /* of memwatch itself */

    uint64_t processes_lost; /* programs that did not fit: counted only in the sums */
    uint64_t process_count;
    uint64_t slice_count;
    uint64_t slice_ns; /* doubled when all slices are used */

    /* End of the facts. */
    struct mw_view_process *processes;
    struct mw_view_slice *slices;
};

/* Time between two samples, on average; 0: fewer than two. */
static inline uint64_t mw_view_gap_mean(const struct mw_view *view)
{
    return view->samples > 1 && view->last_ns > view->first_sample_ns
               ? (view->last_ns - view->first_sample_ns) / (view->samples - 1)
               : 0;
}

#define MW_VIEW_FACTS_BYTES offsetof(struct mw_view, processes)

#endif
