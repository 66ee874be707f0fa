/* SPDX-License-Identifier: MIT */
/* Hosts, what limits their memory, and processes. Part of collector/model/model.h, which says what indices, times and strings
 * are. */
#ifndef MW_COLLECTOR_MODEL_HOST_H
#define MW_COLLECTOR_MODEL_HOST_H

#include "collector/model/number.h"
#include "collector/view/view.h"

#include <stdbool.h>

enum mw_model_role { MW_MODEL_RANK, MW_MODEL_LAUNCHER, MW_MODEL_OTHER };

/* One process; or several short ones of one program that were counted together when they ended. Then all fields but `count`,
 * `peak_sum`, `first_ns` and `last_ns` are of the one with the largest peak. */
struct mw_model_process {
    enum mw_model_role role;
    uint64_t count;    /* 1 */
    uint64_t peak_sum; /* of several: sum of their peaks, which need not be simultaneous */
    uint32_t rank;     /* rank index, for MW_MODEL_RANK */
    uint32_t host;
    int32_t pid, ppid;
    uint64_t start_ticks;
    uint32_t image;   /* 0 the first program of the process, 1 after an exec, ... */
    uint32_t samples; /* 0: never sampled, known only by its exit record */
    const char *name; /* base name of the program */
    const char *exe, *command;
    uint64_t first_ns, last_ns;
    enum mw_view_end end;
    bool left_running;   /* it outlived the job: the last sample of its host, after the command had ended, still had it */
    uint64_t end_ns;     /* when its end was noticed */
    uint64_t leave_ns;   /* when it closed its files on exit, in the kernel's order on its host; 0 if not seen */
    uint64_t alive_ns;   /* when it was last seen not to be exiting while another process was; 0 never */
    int32_t sent_signal; /* the last one that its launcher sent it while it was running; 0 none seen */
    uint64_t oom_ns;     /* last OOM kill seen in its group before its end; 0 never */
    uint32_t facts;      /* MW_SEEN_* (collector/journal/seen.h); while merging only, as the next ones up to `launch_rank` */
    const char *preload; /* LD_PRELOAD of its environment if memwatch's library is not in it; "" if none, or unknown */
    const char *mpi;     /* base name of its MPI library; "" if none was seen */
    uint32_t pid_ns;     /* the PID namespace of `pid` and `ppid`; 0 unknown */
    uint32_t own_ns;     /* that the process is in */
    int32_t own_pid;     /* its pid there */
    int32_t launch_rank; /* rank by its launcher's variables; -1 if none */
    int32_t wait_status;
    uint32_t cgroup; /* in its host's groups, or none */
    struct mw_model_bytes peak;
    uint64_t rss_last; /* in the sample that began at last_ns */
    uint64_t rss_max, rss_max_ns, hwm_seen, pss_max, huge_max, swap_max;
    uint64_t rss_max_until_ns;            /* rss_max was read at rss_max_ns, at the latest at this time; while merging only */
    struct mw_model_ulimit address, data; /* sampled; for ranks those of the rank */
    uint64_t data_max;                    /* largest VmData sampled: private writable memory, touched or not; 0 unknown */
    struct mw_view_rss recent[MW_VIEW_RECENT]; /* ranks: samples of the last seconds, oldest first */
    uint32_t recent_count;
};

/* A limit on the memory of a host's processes together, at the time when the least was left of it. */
struct mw_model_charge {
    enum mw_limit_kind kind;
    uint64_t bytes;              /* the limit */
    struct mw_model_bytes used;  /* what counted against it and cannot be dropped; unknown if never read */
    uint64_t ns;                 /* when that was */
    struct mw_model_bytes upper; /* the kernel's own peak, with page cache that it can drop; at most that counted */
    uint64_t hits;               /* how often the kernel found the limit reached; 0 also if unknown */
    bool ran_out;                /* an allocation failed there, or the OOM killer ended processes */
    bool above;                  /* it is set in an ancestor of `path` that is not visible there */
    bool cache_counts;           /* `used` includes page cache that could be dropped; the kernel does not say how much */
    uint64_t anon, shmem, dirty, kernel; /* of `used`: memory of programs; files in tmpfs and shared memory; page cache not
                                            yet written; the rest, the kernel's own. All 0 unknown */
    uint64_t rss;                        /* sum of RSS of the job's processes in the same sample */
    uint64_t swap_left;                  /* what could have been swapped out */
    const char *path;                    /* of the control group's files; "" none */
};

/* The limit with the least headroom, over all hosts. */
struct mw_model_headroom {
    enum mw_limit_kind kind; /* MW_LIMIT_NONE: no limit is known */
    uint32_t host;           /* index, or none */
    uint32_t charge;         /* in the host's charges; none for a limit of one process */
    uint32_t rank, process;  /* index of that process: of the rank, or of a process that is not a rank */
    uint64_t bytes;          /* the limit */
    struct mw_model_bytes used;
    struct mw_model_bytes left; /* the opposite kind: at most if `used` is sampled */
};

/* What limits memory on a host. */
struct mw_model_limit {
    enum mw_limit_kind kind; /* of the hard limit with the least headroom; of the tighter limit if that is not known */
    uint64_t bytes;
    struct mw_model_bytes used;                                            /* what counted against it; unknown if not read */
    uint64_t cgroup_limit, cgroup_peak, node_bytes, available_begin_bytes; /* 0 unknown */
    const char *cgroup_path;                                               /* "" none */
};

/* A control group of a host, and what the OOM killer did there. */
struct mw_model_cgroup {
    const char *name, *limit_path; /* limit_path "" when there is no limit */
    uint64_t limit, peak, kills, kills_ns;
    uint64_t victims; /* of kills: ranks */
    bool counts;      /* the group has a counter of kills */
    bool shared;      /* processes that are not the job's were seen in it */
};

struct mw_model_numa {
    int32_t index;
    uint32_t ranks; /* that were on it at MPI_Init */
    uint64_t peaks; /* sum over these ranks: an upper bound of what they had together */
    uint64_t bytes;
};

/* State of the connection to a host's agent. */
enum mw_model_peer { MW_MODEL_PEER_NONE, MW_MODEL_PEER_CONNECTED, MW_MODEL_PEER_DONE, MW_MODEL_PEER_LOST };

struct mw_model_host {
    const char *name;
    bool is_launcher;           /* the host of `memwatch run` */
    bool is_sampled;            /* by the launcher or an agent */
    const struct mw_view *view; /* while merging only */
    int64_t shift_ns;           /* added to this host's CLOCK_MONOTONIC to reach the reference axis */
    uint64_t clock_error_ns;    /* of shift_ns; 0: compared by wall clocks, or the reference itself */
    uint32_t ranks;
    uint64_t end_ns;  /* when sampling ended; 0 if it did not, or was not sampled */
    uint64_t last_ns; /* of the last sample */
    uint64_t samples;
    uint64_t gap_mean_ns, gap_max_ns; /* between its samples */
    enum mw_model_peer peer;
    uint64_t heard_ns;           /* when its agent was heard last */
    const char *why;             /* of PEER_LOST; "" */
    struct mw_model_bytes upper; /* of what is known on this host */
    struct mw_model_bytes seen;  /* largest sum of RSS in one sample */
    uint64_t seen_ns;
    struct mw_model_bytes pss; /* largest sum of PSS in one sweep */
    uint64_t together;         /* upper bound of the processes that were counted together; only while merging */
    struct mw_model_limit limit;
    uint64_t kills;   /* by the OOM killer, on the host */
    uint64_t victims; /* of kills: ranks, not in a group that counted the kill */
    struct mw_model_cgroup *cgroups;
    struct mw_model_charge *charges;
    struct mw_model_numa *nodes;
    uint32_t cgroup_count, charge_count, node_count;
};

#endif
