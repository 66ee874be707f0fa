/* SPDX-License-Identifier: MIT */
/* The run as a reader sees it: job > hosts > ranks > phases, call sites, spikes; other processes; notes.
 *
 * Made by collector/merge, read by every report. Bytes and nanoseconds. Times lie on one axis: CLOCK_MONOTONIC of
 * the reference host (the launcher's, otherwise that of the first rank); mw_model_elapsed() makes "since the job
 * began" of them. Every number that may be inexact carries its kind. Everything belongs to the model; strings are
 * clean (mw_text_clean) and never NULL. Indices point into the arrays of the model, or of the rank where said;
 * MW_MODEL_NONE is none.
 */
#ifndef MW_COLLECTOR_MODEL_H
#define MW_COLLECTOR_MODEL_H

#include "collector/record.h"
#include "collector/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_MODEL_NONE UINT32_MAX

/* How a number relates to the truth, apart from the reading's own error (mw_model_cost.error_bytes). */
enum mw_model_kind {
    MW_MODEL_UNKNOWN,  /* nobody knows */
    MW_MODEL_EXACT,
    MW_MODEL_AT_LEAST, /* sampled, or known up to some moment only */
    MW_MODEL_AT_MOST
};

struct mw_model_bytes {
    uint64_t bytes;
    enum mw_model_kind kind;
};

/* A place in the program. */
struct mw_model_place {
    uint32_t line;        /* 0 unknown */
    uint64_t offset;      /* return address in the module */
    const char *label;    /* "fft.c:120", or "app+0x1f20" when there is no line */
    const char *function; /* "" unknown */
    const char *file;     /* base name; "" unknown */
    const char *path;     /* whole path; "" unknown */
    const char *module;   /* "" none */
    const struct mw_model_place *outer; /* the place whose function this one was inlined into; NULL: none */
};

/* Over the ranks that have the thing. */
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
    uint32_t depth;    /* frames, innermost first, inlined ones too */
    const struct mw_model_place **frames;
    const struct mw_model_place *place; /* where the report says it is: the innermost frame, or, when that lies in a
                                           communication layer, the first one outside ("a.c:1 (via b.c:2)"). NULL none */
    uint32_t merged;   /* index in model->sites */
    uint64_t calls, measured, sent, received, time_ns, first_ns, last_ns;
    int64_t growth;    /* that stayed, measured calls */
    uint64_t spike;    /* exact: peak inside a call minus RSS at its entry */
    uint64_t spike_entry_rss, spike_ns, spike_visit;
    uint64_t coarse_spike; /* an upper bound, of a stretch with other calls in it */
};

/* One phase of one rank (struct mw_phase). */
struct mw_model_phase {
    enum mw_phase_kind kind;
    uint32_t parent;    /* in rank->phases; a user phase before this one */
    uint32_t from_site; /* in rank->sites */
    uint32_t to_site;
    const char *name;   /* user phases: the name; others: what the report calls them */
    const char *path;   /* the same behind its parents, "a/b" */
    uint32_t merged;    /* index in model->phases */
    uint64_t visits, measured, time_ns, first_ns, last_ns, entry_rss, exit_rss;
    struct mw_model_bytes peak; /* AT_MOST when another stretch's mark may be in it */
    uint64_t peak_exact;        /* highest that is surely this phase's own */
    uint64_t peak_ns, peak_visit;
    int64_t growth, growth_mpi;
};

struct mw_model_spike {
    uint32_t site;  /* in rank->sites */
    uint32_t phase; /* user phase in rank->phases, or none */
    uint32_t depth;
    const struct mw_model_place **frames;
    uint64_t visit, entry_rss, peak_rss, exit_rss, entry_ns, exit_ns;
};

struct mw_model_rank {
    uint32_t world; /* in model->worlds */
    uint32_t host;  /* in model->hosts */
    uint32_t process; /* in model->processes: what was sampled of it, or none */
    int32_t rank;   /* -1: MPI_Init has not returned */
    int32_t size, pid, ppid;
    uint64_t start_ticks;
    bool spawned;   /* by MPI_Comm_spawn */
    bool gathered;  /* from the gather at MPI_Finalize: nothing is known of what came after */
    enum mw_mpi_kind abi;
    const char *library, *exe, *command;
    int32_t numa_node;   /* -1 unknown */
    const char *binding; /* "cores 0-3", "unbound", "" unknown */
    const char *nodes;   /* NUMA nodes of the binding, "0-1"; "" unknown */

    uint64_t created_ns; /* the journal's creation, in MPI_Init */
    uint64_t begin_ns;   /* earliest known moment of the process */
    uint64_t known_ns;   /* last moment the journal tells of */
    enum mw_stage stage;
    int32_t abort_code;
    uint32_t in_site, last_site; /* in sites */
    uint32_t phase;              /* current innermost, in phases */
    uint64_t since_ns;

    struct mw_model_bytes peak;
    uint64_t peak_ns;
    uint32_t peak_phase, peak_site;
    uint64_t rss, rss_ns;      /* at the last measured boundary */
    uint64_t init_rss;
    int64_t grown_mpi, grown_program;
    int64_t held_mpi;          /* grown_mpi without what MPI_Finalize gave back */
    uint64_t huge_bytes, swap_bytes; /* not part of RSS */
    uint64_t mpi_ns;           /* time inside wrapped calls */
    uint64_t error_bytes;      /* peaks may be this much higher */
    uint64_t measure_ns, setup_ns, shim_bytes;
    uint64_t calls, measured, coarse_calls;
    uint64_t lost_sites, lost_phases, lost_modules;
    uint32_t cost_flags;       /* MW_COST_* */

    struct mw_model_site *sites;
    struct mw_model_phase *phases;
    struct mw_model_spike *spikes; /* largest first */
    struct mw_tick *ticks;         /* slices of tick_ns from created_ns */
    uint32_t site_count, phase_count, spike_count, tick_count;
    uint64_t tick_ns;
    const struct mw_model_place **frames; /* backing of sites' and spikes' frames */
};

/* Call sites of all ranks that are the same: call, communicator size, label of the place. */
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
    uint64_t spike;        /* largest of one call, exact; 0 none */
    uint32_t spike_rank;   /* rank index */
    uint32_t spike_site;   /* in that rank's sites */
    uint32_t spike_record; /* in that rank's spikes: the stack; or none */
    uint64_t spike_ns, spike_visit, spike_entry_rss;
    uint32_t spike_ranks;  /* ranks whose own largest is at least half of it */
    uint64_t coarse_spike; /* largest rise of a stretch with calls of this site in it: an upper bound; 0 none */
    uint32_t coarse_rank;
};

/* Phases of all ranks that are the same. Parents stand before their children; siblings in order of time. */
struct mw_model_merged_phase {
    enum mw_phase_kind kind;
    uint32_t parent; /* in model->phases */
    uint32_t depth;  /* parents above it */
    const char *name, *path;
    const char *from_call, *to_call; /* MW_PHASE_BETWEEN: the calls around it; NULL where there is none */
    const struct mw_model_place *from_place, *to_place;
    uint32_t ranks;
    uint64_t visits, visits_max; /* over all ranks; of one rank */
    uint64_t first_ns, last_ns;
    struct mw_model_spread time, entry_rss, exit_rss, peak;
    enum mw_model_kind peak_kind; /* of the maximum */
    struct mw_model_spread_change growth;
    int64_t growth_mpi;
};

enum mw_model_role { MW_MODEL_RANK, MW_MODEL_LAUNCHER, MW_MODEL_OTHER };

struct mw_model_process {
    enum mw_model_role role;
    uint32_t rank; /* rank index, for MW_MODEL_RANK */
    uint32_t host;
    int32_t pid, ppid;
    uint64_t start_ticks;
    uint32_t image;   /* 0 the first program of the process, 1 after an exec, ... */
    uint32_t samples; /* 0: never seen alive, only its exit record is there */
    const char *name; /* base name of the program */
    const char *exe, *command;
    uint64_t first_ns, last_ns;
    struct mw_model_bytes peak;
    uint64_t rss_max, rss_max_ns, hwm_seen, pss_max, huge_max, swap_max;
};

struct mw_model_host {
    const char *name;
    bool is_launcher;  /* where memwatch sampled */
    int64_t shift_ns;  /* added to this host's CLOCK_MONOTONIC to reach the reference axis */
    bool shift_measured;     /* by ranks; else the wall clocks' difference, or the reference itself */
    uint64_t shift_error_ns; /* when it was measured */
    uint32_t ranks;
    struct mw_model_bytes upper; /* of what is known on this host */
};

struct mw_model_world {
    uint64_t id;
    int32_t size;
    uint32_t ranks;    /* that are known */
    uint64_t first_ns;
};

enum mw_model_note_kind {
    MW_MODEL_NOTE_DEATH,  /* a rank ended without MPI_Finalize, or aborted */
    MW_MODEL_NOTE_LOST,   /* something is missing or was damaged */
    MW_MODEL_NOTE_REMARK  /* good to know */
};

struct mw_model_note {
    enum mw_model_note_kind kind;
    const char *text;
};

/* No more notes than this are kept. */
#define MW_MODEL_NOTES_MAX 1000

struct mw_model_job {
    bool sampled; /* a launcher sampled the job: the fields up to `interval_ns` are known */
    const char *command;
    int32_t pid, exit_status, exit_signal;
    uint64_t samples, interval_ns;
    uint64_t begin_ns, end_ns;
    uint64_t begin_wall_ns;
    const char *library; /* of the ranks; the first one's */
};

/* The job's peak. Three numbers that are never mixed. */
struct mw_model_peak {
    struct mw_model_bytes seen;  /* largest sum of RSS in one sample */
    uint64_t seen_ns;
    uint32_t seen_processes;
    struct mw_model_bytes upper; /* no moment can have had more (RSS) */
    uint32_t upper_open_ranks;   /* ranks whose end nobody measured: the bound does not hold for it */
    uint32_t upper_sampled;      /* other processes known by samples only: the bound counts what was seen */
    uint64_t error_bytes;        /* sum of the ranks' reading errors, contained in `upper` */
    uint64_t sum_of_peaks;       /* of all processes; not simultaneous: never call it a peak */
    struct mw_model_bytes pss;   /* shared pages once, sampled */
    uint64_t pss_ns, pss_rss, pss_sweeps;
    struct mw_model_bytes shared; /* largest RSS minus PSS in one sweep: what sums of RSS count more than once */
    uint64_t shared_ns, shared_rss, shared_shmem; /* shared_shmem: its part that is shared memory; 0 also unknown */
};

struct mw_model_limit {
    enum mw_limit_kind kind; /* the tighter one; of the launcher's host only */
    uint64_t bytes;
    uint64_t cgroup_limit, cgroup_peak, node_bytes, available_begin_bytes; /* 0 unknown */
    const char *cgroup_path;
};

struct mw_model_cost {
    double share_mean, share_max; /* of the ranks' time; spent measuring */
    uint32_t share_worst;
    uint64_t setup_max_ns, shim_bytes_max, error_bytes_max;
    uint64_t calls, measured;
    uint32_t no_reset_ranks;
    uint64_t lost_sites, lost_phases, lost_modules;
    uint64_t launcher_cpu_ns, launcher_rss_peak;
};

struct mw_model {
    struct mw_model_job job;
    struct mw_model_peak peak;
    struct mw_model_limit limit;
    struct mw_model_cost cost;
    struct mw_model_spread rank_peak;       /* over the ranks */
    struct mw_model_spread_change mpi_growth; /* held_mpi over the ranks: what MPI itself holds */

    struct mw_model_host *hosts;
    struct mw_model_world *worlds; /* by time of their first rank */
    struct mw_model_rank *ranks;   /* by world, then rank */
    struct mw_model_process *processes;
    struct mw_model_merged_site *sites;
    struct mw_model_merged_phase *phases;
    struct mw_model_note *notes;
    struct mw_view_slice *slices;  /* the sampled sum over time, slices of slice_ns from job.begin_ns */
    size_t host_count, world_count, rank_count, process_count, site_count, phase_count, note_count, slice_count;
    uint64_t slice_ns;
    uint64_t notes_dropped;

    struct mw_model_place **places;
    size_t place_count;
    struct mw_map *strings;
    char **string_list;
    size_t string_count;
};

struct mw_model *mw_model_create(void);
void mw_model_destroy(struct mw_model *model);

/* A clean copy of a string, owned by the model; equal strings are kept once. */
const char *mw_model_string(struct mw_model *model, const char *text);
const char *mw_model_format(struct mw_model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));

void mw_model_note(struct mw_model *model, enum mw_model_note_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Nanoseconds since the job began; 0 for what lies before. */
uint64_t mw_model_elapsed(const struct mw_model *model, uint64_t ns);

/* Takes one more value into a spread; `count` is how many it has, this one not included. */
void mw_model_spread_add(struct mw_model_spread *spread, uint32_t count, uint64_t value, uint32_t rank);
void mw_model_change_add(struct mw_model_spread_change *change, uint32_t count, int64_t value, uint32_t rank);

/* Sums that stop at the ends of their range: numbers from outside may be anything. */
uint64_t mw_model_sum(uint64_t a, uint64_t b);
int64_t mw_model_sum_change(int64_t a, int64_t b);

#endif
