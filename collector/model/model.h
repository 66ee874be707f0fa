/* SPDX-License-Identifier: MIT */
/* The run as a reader sees it: job > hosts > ranks > phases, call sites, spikes; other processes; notes.
 *
 * Made by collector/merge, read by every report. Bytes and nanoseconds. All times are on one axis: CLOCK_MONOTONIC of the
 * reference host (the launcher's, else that of the first rank); mw_model_elapsed() converts them to times since the start of
 * the job. Every number that may be inexact has a kind. Everything belongs to the model; strings are clean (mw_text_clean)
 * and never NULL. Indices point into the arrays of the model, or of the rank where noted; MW_MODEL_NONE is none.
 *
 * A command may start several MPI jobs (a script with two mpiruns). Then `jobs` has a model of each, with its ranks, phases,
 * calls, deaths and times, and the model of the run has what concerns all of them: the command, samples, hosts, limits, and
 * processes that belong to no job; it has no ranks. A run with one job is that job's model. Readers iterate over
 * mw_model_parts().
 */
#ifndef MW_COLLECTOR_MODEL_MODEL_H
#define MW_COLLECTOR_MODEL_MODEL_H

#include "collector/journal/record.h"
#include "collector/view/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_MODEL_NONE UINT32_MAX

/* How a number relates to the truth, apart from the reading's own error (mw_model_cost.error_bytes). */
enum mw_model_kind {
    MW_MODEL_UNKNOWN, /* not known */
    MW_MODEL_EXACT,
    MW_MODEL_AT_LEAST, /* sampled, or known only up to some time */
    MW_MODEL_AT_MOST
};

struct mw_model_bytes {
    uint64_t bytes;
    enum mw_model_kind kind;
};

/* A place in the program. */
struct mw_model_place {
    uint32_t line;                      /* 0 unknown */
    uint64_t offset;                    /* return address in the module */
    const char *label;                  /* "fft.c:120"; without a line "mesh::Field::sum+0x1f"; without a name "app+0x1f20" */
    const char *function;               /* "" unknown */
    const char *file;                   /* base name; "" unknown */
    const char *path;                   /* full path; "" unknown */
    const char *module;                 /* "" none */
    const struct mw_model_place *outer; /* the place whose function this one was inlined into; NULL if none */
};

/* Statistics over the ranks that have a value. */
struct mw_model_spread {
    uint64_t min, max;
    double mean;
    uint32_t worst; /* rank index of the maximum */
};

struct mw_model_spread_change {
    int64_t sum, min, max;
    uint32_t worst;
};

/* One call site of one rank (struct mw_site). */
struct mw_model_site {
    const char *call;
    const char *label; /* "MPI_Allreduce fft.c:120" */
    uint32_t comm_size;
    uint32_t depth; /* frames, innermost first, inlined ones too */
    const struct mw_model_place **frames;
    const struct mw_model_place *place; /* the place shown in reports: the innermost frame, or, if that is in a communication
                                           layer, the first one outside of it ("a.c:1 (via b.c:2)"). NULL if none */
    uint32_t merged;                    /* index in model->sites */
    uint64_t calls, measured, sent, received, time_ns, first_ns, last_ns;
    int64_t growth; /* growth that stayed, of measured calls */
    uint64_t spike; /* exact: peak inside a call minus RSS at its entry */
    uint64_t spike_entry_rss, spike_ns, spike_visit;
    uint64_t coarse_spike; /* an upper bound, from an interval with other calls in it */
};

/* One phase of one rank (struct mw_phase). */
struct mw_model_phase {
    enum mw_phase_kind kind;
    uint32_t parent;    /* in rank->phases; a user phase before this one */
    uint32_t from_site; /* in rank->sites */
    uint32_t to_site;
    const char *name; /* user phases: the name; others: their name in reports */
    const char *path; /* the same after its parents, "a/b" */
    uint32_t merged;  /* index in model->phases */
    uint64_t visits, measured, time_ns, first_ns, last_ns, entry_rss, exit_rss;
    struct mw_model_bytes peak; /* AT_MOST if it may be the mark of another interval */
    uint64_t peak_exact;        /* highest value that is certainly of this phase */
    uint64_t peak_ns, peak_visit;
    int64_t growth, growth_mpi;
    uint32_t visit_count;
    struct mw_visit kept[MW_RECORD_VISITS]; /* ends of some of its visits, spread evenly over all */
};

struct mw_model_spike {
    uint32_t site;  /* in rank->sites */
    uint32_t phase; /* user phase in rank->phases, or none */
    uint32_t depth;
    const struct mw_model_place **frames;
    uint64_t visit, entry_rss, peak_rss, exit_rss, entry_ns, exit_ns;
};

/* RSS that grew inside a rank's measured MPI calls: memory of MPI and of the program. collector/model/in_mpi.h describes how
 * far the two can be separated. */
struct mw_model_in_mpi {
    uint64_t init;     /* grew in MPI_Init */
    uint64_t later;    /* grew in later calls without MPI_Finalize: sum over call sites with net growth */
    uint64_t fell;     /* fell in them: sum over call sites with a net fall */
    uint64_t finalize; /* fell in MPI_Finalize */
    uint64_t received; /* bytes that the later calls received: upper bound of receive buffers in `later`, except for page
                          rounding */
};

/* RLIMIT_AS or RLIMIT_DATA of one process, and the maximum that counted against it. */
struct mw_model_ulimit {
    uint64_t bytes;             /* the soft limit; 0 if none, or unknown */
    struct mw_model_bytes used; /* unknown without a limit */
};

struct mw_model_rank {
    uint32_t world;   /* in model->worlds */
    uint32_t host;    /* in model->hosts */
    uint32_t process; /* in model->processes: its samples, or none */
    int32_t rank;     /* -1: MPI_Init has not returned */
    int32_t size, pid, ppid;
    uint64_t start_ticks;
    enum mw_world_reach reach; /* of the id of its world; only while merging, as the next one */
    uint32_t pid_ns;           /* the PID namespace of `pid` and `ppid`; 0 unknown; as the next ones */
    uint32_t own_ns;           /* pid of the rank in its record and exit records */
    int32_t own_pid;           /* its pid there */
    bool spawned;              /* by MPI_Comm_spawn */
    bool gathered;             /* from the gather at MPI_Finalize: nothing later is known */
    enum mw_mpi_kind abi;
    const char *library, *exe, *command;
    int32_t numa_node;   /* -1 unknown */
    const char *binding; /* "cores 0-3", "unbound", "" unknown */
    const char *nodes;   /* NUMA nodes of the binding, "0-1"; "" unknown */

    uint64_t created_ns; /* the journal's creation, in MPI_Init */
    uint64_t begin_ns;   /* earliest known time of the process */
    uint64_t known_ns;   /* last time in the journal */
    enum mw_stage stage;
    bool exited;        /* exit handlers ran */
    uint64_t exited_ns; /* when that began; 0 if they did not run */
    int32_t abort_code;
    uint64_t abort_ns;           /* when MPI_Abort was first called; 0 unknown, or it was not */
    uint32_t in_site, last_site; /* in sites */
    uint32_t phase;              /* current innermost, in phases */
    uint64_t since_ns;

    struct mw_model_bytes peak;
    uint64_t peak_ns;
    uint32_t peak_phase, peak_site;
    uint64_t rss, rss_ns;         /* at the last measured boundary */
    uint64_t held_rss;            /* last known value before the first death; 0 if no rank died, or unknown */
    uint64_t end_rss, end_rss_ns; /* last known value; sampled for a rank that was killed (collector/model/rank_rss.h) */
    uint64_t init_rss;
    int64_t grown_mpi, grown_program;
    enum mw_threads threads; /* other threads during its MPI calls */
    struct mw_model_in_mpi in_mpi;
    struct mw_model_bytes held_mpi;       /* memory of MPI: MW_MODEL_AT_LEAST, or unknown */
    uint64_t huge_bytes, swap_bytes;      /* not part of RSS */
    struct mw_model_ulimit address, data; /* by the rank or by samples, whichever is larger */
    uint64_t unmeasured_ns;               /* since then it measured nothing; 0 if it always measured */
    enum mw_unmeasured unmeasured;        /* why */
    uint64_t mpi_ns;                      /* time inside wrapped calls */
    uint64_t error_bytes;                 /* peaks may be this much higher, by design of the kernel's counters */
    uint64_t checks, checked_bytes; /* how often the counters were compared with a count of the pages; the largest difference */
    uint64_t measure_ns, setup_ns, shim_bytes;
    uint64_t calls, measured, coarse_calls;
    uint64_t lost_sites, lost_phases, lost_modules, lost_requests, lost_nested;
    uint64_t unrecorded; /* calls passed on without a record */
    uint32_t cost_flags; /* MW_COST_* */

    bool has_details; /* has all sites, phases, spikes and ticks. Else, in a large job, only those sites and phases that the
                   fields above point at, and enclosing phases; these sites have no frames. */
    struct mw_model_site *sites;
    struct mw_model_phase *phases;
    struct mw_model_spike *spikes; /* largest first */
    struct mw_tick *ticks;         /* slices of tick_ns from created_ns */
    uint32_t site_count, phase_count, spike_count, tick_count;
    uint64_t tick_ns;
    const struct mw_model_place **frames; /* storage of the frames of sites and spikes */
};

/* One call site over all ranks: same call, communicator size and label of the place. */
struct mw_model_merged_site {
    const char *call;
    const char *label;
    uint32_t comm_size;
    const struct mw_model_place *place;
    uint32_t ranks;
    uint64_t calls, measured, sent, received;
    uint64_t first_ns;
    struct mw_model_spread time;
    struct mw_model_spread_change growth;
    uint64_t spike;        /* largest rise of one call, exact; 0 if none */
    uint32_t spike_rank;   /* rank index */
    uint32_t spike_site;   /* in that rank's sites */
    uint32_t spike_record; /* in that rank's spikes: the stack; or none */
    uint64_t spike_ns, spike_visit, spike_entry_rss;
    uint32_t spike_ranks;  /* ranks whose largest rise is at least half of it */
    uint64_t coarse_spike; /* largest rise of an interval with calls of this site in it: an upper bound; 0 if none */
    uint32_t coarse_rank;
};

/* One phase over all ranks. Parents precede their children; siblings are in order of time. */
struct mw_model_merged_phase {
    enum mw_phase_kind kind;
    uint32_t parent; /* in model->phases */
    uint32_t depth;  /* parents above it */
    const char *name, *path;
    const char *from_call, *to_call; /* MW_PHASE_BETWEEN: the calls around it; NULL where there is none */
    const struct mw_model_place *from_place, *to_place;
    uint32_t ranks;
    uint64_t visits, visits_max; /* over all ranks; of one rank */
    uint64_t measured;           /* number of visits over all ranks with both ends measured */
    uint64_t first_ns, last_ns;
    struct mw_model_spread time, entry_rss, exit_rss, peak;
    enum mw_model_kind peak_kind; /* of the maximum */
    struct mw_model_spread_change growth;
    int64_t growth_mpi;
};

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
    uint64_t rss_last; /* at last_ns */
    uint64_t rss_max, rss_max_ns, hwm_seen, pss_max, huge_max, swap_max;
    struct mw_model_ulimit address, data;      /* sampled; for ranks those of the rank */
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

struct mw_model_world {
    uint64_t id;
    int32_t size;
    uint32_t ranks; /* number of known ones */
    uint64_t first_ns;
};

enum mw_model_note_kind {
    MW_MODEL_NOTE_LOST,  /* something is missing or was damaged */
    MW_MODEL_NOTE_REMARK /* information */
};

/* Why a process that may have been intended as a rank left no record. */
enum mw_model_why {
    MW_MODEL_WHY_UNKNOWN,
    MW_MODEL_WHY_STATIC,     /* statically linked */
    MW_MODEL_WHY_FOREIGN,    /* for another word size or machine */
    MW_MODEL_WHY_SECURE,     /* set-user-ID, or with capabilities */
    MW_MODEL_WHY_USER,       /* another user's process */
    MW_MODEL_WHY_OVERRIDDEN, /* LD_PRELOAD was overwritten */
    MW_MODEL_WHY_LOST,       /* LD_PRELOAD is not in its environment */
    MW_MODEL_WHY_NO_FILE,    /* the library is not visible to it */
    MW_MODEL_WHY_NO_DIR,     /* the run directory is not visible to it */
    MW_MODEL_WHY_REFUSED,    /* its loader did not load the library */
    MW_MODEL_WHY_NEW_ABI,    /* memwatch was not built for its MPI */
    MW_MODEL_WHY_FAILED,     /* it called MPI_Init, but could not be recorded */
    MW_MODEL_WHY_DLOPEN,     /* it looked up the functions of an MPI library by dlsym(), or called none */
    MW_MODEL_WHY_NO_INIT,    /* it has an MPI library, but called none of its functions */
    MW_MODEL_WHY_NO_MPI      /* it has no MPI library */
};

/* Processes of one program for which one reason was found. */
struct mw_model_unrecorded {
    enum mw_model_why why;
    uint64_t count;   /* of processes */
    const char *text; /* the reason and the evidence */
};

struct mw_model_note {
    enum mw_model_note_kind kind;
    const char *text;
};

/* Cause of a rank's death. */
enum mw_model_cause {
    MW_MODEL_CAUSE_UNKNOWN,
    MW_MODEL_CAUSE_SIGNAL, /* `number` is the signal */
    MW_MODEL_CAUSE_OOM,    /* SIGKILL, just after the OOM kill counter of its control group had risen */
    MW_MODEL_CAUSE_ABORT,  /* MPI_Abort; `number` is its code */
    MW_MODEL_CAUSE_EXIT,   /* exit() without MPI_Finalize; `number` is the status, -1 if unknown */
    MW_MODEL_CAUSE_STATUS, /* after MPI_Finalize, with a status that is not 0 */
    MW_MODEL_CAUSE_HOST    /* its host was lost: it may still be running */
};

/* The irregular end of a rank, or of a process that was launched as one but never called MPI_Init. */
struct mw_model_death {
    uint32_t rank;       /* rank index, or none */
    uint32_t process;    /* in processes: its samples, or none */
    int32_t launch_rank; /* before MPI_Init has returned: rank by its launcher's variables; or -1 */
    enum mw_model_cause cause;
    int32_t number;
    uint32_t cgroup;           /* in its host's groups: the one with the OOM kill, or none */
    uint64_t ns;               /* when its end was noticed, or it was last known to run; */
    bool exact;                /* noticed at once, from the kernel; else it died at some time after `ns` */
    uint64_t after_ns;         /* it was still running then */
    uint64_t order_ns;         /* comparable between ends on one host: the smaller one was first; 0 if unknown */
    bool finalized;            /* it had left MPI_Finalize */
    bool waiting;              /* it was inside an MPI call */
    bool perhaps_oom;          /* SIGKILL, possibly by the OOM killer, which killed a process at that time */
    bool inferred;             /* its end was not observed: the cause is derived from the command's exit status */
    bool dumped;               /* it wrote a core file: the fatal signal may have been long before its end */
    const char *text;          /* "killed by SIGSEGV (Segmentation fault)" */
    struct mw_model_bytes rss; /* when it was last seen */
    uint64_t rss_ns;           /* when that was */
};

/* Ranks that were inside the same call when the first rank died. */
struct mw_model_waiting {
    const char *label; /* of the call site */
    const char *ranks; /* "0, 2-7" */
    uint32_t count;
    bool first_too;    /* the first to die was in it as well */
    uint64_t since_ns; /* when the first of them entered it */
};

/* Maximum number of notes that are kept. */
#define MW_MODEL_NOTES_MAX 1000

struct mw_model_job {
    bool sampled;       /* a launcher sampled the job: the fields up to `interval_ns` are set */
    bool runs;          /* it has not ended yet */
    bool launcher_died; /* memwatch ended before the job did */
    const char *command;
    int32_t pid, exit_status, exit_signal;
    bool status_unknown;     /* of one of several jobs: it has ended, but its exit status was not observed */
    int32_t inside_rank;     /* memwatch itself was started by an mpirun, as this rank; -1 if not */
    uint32_t inside_size;    /* number of ranks then; 0 if unknown */
    uint64_t command_end_ns; /* when the command itself ended; 0 unknown */
    struct mw_view_signal signals[MW_VIEW_SIGNALS]; /* signals that memwatch received */
    uint32_t signal_count;
    struct mw_view_over over; /* why memwatch ended the job */
    uint64_t samples;
    uint64_t interval_ns;             /* requested time between samples */
    uint64_t gap_mean_ns, gap_max_ns; /* achieved time between samples; 0 with fewer than two samples. Of several
                                         hosts: the longest */
    uint64_t begin_ns, end_ns;
    uint64_t begin_wall_ns;
    const char *library; /* of the ranks; the first one's */
};

/* The job's peak: three numbers that must not be mixed. */
struct mw_model_peak {
    struct mw_model_bytes seen; /* largest sum of RSS in one sample */
    uint64_t seen_ns;
    uint32_t seen_processes;
    uint32_t seen_hosts;         /* 0: one sample of one host; else the sum over hosts of the smallest sample in one slice */
    struct mw_model_bytes upper; /* upper bound of RSS at any time */
    uint32_t upper_open_ranks;   /* ranks whose end was not measured: the bound does not cover it */
    uint32_t upper_sampled;      /* other processes known only by samples: the bound includes their samples */
    uint64_t error_bytes;        /* sum of the ranks' reading errors, contained in `upper` */
    uint64_t sum_of_peaks;       /* over all processes; not simultaneous, so not a peak */
    struct mw_model_bytes pss;   /* shared pages once, sampled */
    uint64_t pss_ns, pss_rss, pss_sweeps;
    struct mw_model_bytes shared; /* largest RSS minus PSS in one sweep: memory that sums of RSS count more than once */
    uint64_t shared_ns, shared_rss, shared_shmem; /* shared_shmem: its part that is shared memory; 0 also if unknown */
};

struct mw_model_cost {
    double share_mean, share_max; /* of the ranks' time; spent measuring and counting */
    uint32_t share_worst;
    uint64_t setup_max_ns, shim_bytes_max, error_bytes_max;
    uint64_t checks, checked_bytes_max; /* as those of ranks; see collector/model/reading_error.h */
    uint64_t calls, measured;
    uint32_t no_reset_ranks;
    uint64_t lost_sites, lost_phases, lost_modules, lost_requests, lost_nested;
    uint64_t unrecorded;
    uint64_t launcher_cpu_ns, launcher_rss_peak;
};

/* Upper bound of the memory of all processes of the job in one slice of time. */
struct mw_model_bound {
    uint64_t bytes;
    bool known; /* false: a rank ran then that was not measured */
};

struct mw_model {
    struct mw_model_job job;
    struct mw_model_peak peak;
    struct mw_model_headroom headroom;
    struct mw_model_cost cost;
    struct mw_model_spread rank_peak;         /* over the ranks */
    struct mw_model_spread_change mpi_growth; /* growth of RSS in MPI calls, without what MPI_Finalize released */

    struct mw_model_host *hosts;
    struct mw_model_world *worlds; /* by time of their first rank */
    struct mw_model_rank *ranks;   /* by world, then rank */
    struct mw_model_process *processes;
    struct mw_model_merged_site *sites;
    struct mw_model_merged_phase *phases;
    struct mw_model_death *deaths;    /* the candidates for the first one, then the others in order of time */
    uint32_t first_count;             /* number of leading entries that may have been the first death: 1: deaths[0] was the
                                      first; 0: not relevant, because the job was ended from outside */
    const char *first_why;            /* why it is not known if first_count > 1; else "" */
    struct mw_model_waiting *waiting; /* sorted by number of ranks, descending */
    const char *ended_by;             /* what ended the job from outside before any rank died; "" if nothing */
    struct mw_model_unrecorded *unrecorded; /* processes that may have been intended as ranks, without a record */
    struct mw_model_note *notes;
    struct mw_view_slice *slices; /* the sampled sum over time, slices of slice_ns from job.begin_ns */
    size_t host_count, world_count, rank_count, process_count, site_count, phase_count, note_count, slice_count, death_count,
        waiting_count, unrecorded_count;
    uint64_t slice_ns;
    struct mw_model_bound *bounds; /* over time: slices of bound_ns from job.begin_ns; including reading errors. Other
                                      processes known only by samples count with their samples (peak.upper_sampled) */
    size_t bound_count;
    uint64_t bound_ns;
    uint64_t notes_dropped;

    struct mw_model *jobs; /* if there are several: one model each, sorted by start time */
    size_t job_count;      /* 0 or at least 2 */
    uint32_t number;       /* of one of several jobs: from 1, in that order. 0: a run */
    struct mw_model *run;  /* of one of several jobs: the run, which owns its strings and places. NULL: a run */

    struct mw_model_place **places;
    size_t place_count;
    struct mw_map *strings;
    char **string_list;
    size_t string_count;
};

/* The host of a death (which has a rank or a process). */
static inline uint32_t mw_model_death_host(const struct mw_model *model, const struct mw_model_death *death)
{
    return death->rank != MW_MODEL_NONE ? model->ranks[death->rank].host : model->processes[death->process].host;
}

/* A rank's number, or before MPI_Init has returned that of its launcher's variables; -1 if unknown. */
static inline int32_t mw_model_rank_number(const struct mw_model *model, uint32_t rank)
{
    const struct mw_model_rank *one = &model->ranks[rank];

    return one->rank >= 0 || one->process == MW_MODEL_NONE ? one->rank : model->processes[one->process].launch_rank;
}

/* The jobs of a run, each a model: `jobs`, or the run itself if it has one job or none. */
static inline size_t mw_model_parts(const struct mw_model *model)
{
    return model->job_count ? model->job_count : 1;
}

static inline const struct mw_model *mw_model_part(const struct mw_model *model, size_t index)
{
    return model->job_count ? &model->jobs[index] : model;
}

/* Ranks and irregular ends of all jobs. */
size_t mw_model_rank_total(const struct mw_model *model);
size_t mw_model_death_total(const struct mw_model *model);

/* Initializes `job` as the empty job number `number` of a run. mw_model_destroy() of the run frees it. */
void mw_model_init_job(struct mw_model *job, struct mw_model *run, uint32_t number);

struct mw_model *mw_model_create(void);
void mw_model_destroy(struct mw_model *model);

/* A clean copy of a string, owned by the model; equal strings are kept once. */
const char *mw_model_string(struct mw_model *model, const char *text);
const char *mw_model_format(struct mw_model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees a rank's sites, phases, spikes and ticks. Indices into them remain. */
void mw_model_rank_drop(struct mw_model_rank *rank);

void mw_model_note(struct mw_model *model, enum mw_model_note_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Nanoseconds since the start of the job; 0 for earlier times. */
uint64_t mw_model_elapsed(const struct mw_model *model, uint64_t ns);

/* When the job ended: the end of the command if a launcher observed it, else the last known timestamp. Ranks that outlive
 * the command may have later ones. */
uint64_t mw_model_end(const struct mw_model *model);

/* Whether the exit status of the job was observed; then job.exit_status and exit_signal are set. False while it runs, or if
 * memwatch was killed before. */
bool mw_model_status_is_known(const struct mw_model *model);

/* Duration of the job in ns, from the start of the command (job.begin_ns) to mw_model_end(). All reports use this one. */
uint64_t mw_model_duration(const struct mw_model *model);

/* Upper bound of the memory of all processes at any time from `begin` to `end` (ns since the start of the job), extended by
 * one slice on both sides for the duration of a sample. 0 if unknown. */
uint64_t mw_model_bound_between(const struct mw_model *model, uint64_t begin, uint64_t end);

/* Adds a value to a spread that has `count` values. */
void mw_model_spread_add(struct mw_model_spread *spread, uint32_t count, uint64_t value, uint32_t rank);
void mw_model_change_add(struct mw_model_spread_change *change, uint32_t count, int64_t value, uint32_t rank);

/* Saturating sums, because untrusted numbers may have any value. */
uint64_t mw_model_sum(uint64_t a, uint64_t b);
int64_t mw_model_sum_change(int64_t a, int64_t b);

#endif
