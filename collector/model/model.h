/* SPDX-License-Identifier: MIT */
/* The run as a reader sees it: job > hosts > ranks > phases, call sites, spikes; other processes; notes. The structs of each are
 * in the headers included below.
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

#include "collector/model/end.h"
#include "collector/model/host.h"
#include "collector/model/number.h"
#include "collector/model/rank.h"
#include "collector/model/verdict.h"
#include "collector/view/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_model_world {
    uint64_t id;
    int32_t size;
    uint32_t ranks; /* number of known ones */
    uint64_t first_ns;
};

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
    uint64_t lost_sites, lost_phases, lost_modules, lost_requests, lost_objects, lost_nested;
    uint64_t unrecorded;
    uint64_t launcher_cpu_ns, launcher_rss_peak;
};

/* Upper bound of the memory of all processes of the job in one slice of time. */
struct mw_model_bound {
    uint64_t bytes;
    bool known; /* false: a rank ran then that was not measured */
};

/* An executable or shared library that places are in. */
struct mw_model_module {
    const char *path;     /* as mw_model_place.module */
    const char *build_id; /* hexadecimal; "" if it has none, or if ranks had different files under this path */
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
    struct mw_model_heaps heaps;
    struct mw_model_death *deaths;    /* the candidates for the first one, then the others in order of time */
    uint32_t first_count;             /* number of leading entries that may have been the first death: 1: deaths[0] was the
                                      first; 0: not relevant, because the job was ended from outside */
    const char *first_why;            /* why it is not known if first_count > 1; else "" */
    struct mw_model_waiting *waiting; /* sorted by number of ranks, descending */
    const char *ended_by;             /* what ended the job from outside before any rank died; "" if nothing */
    struct mw_model_unrecorded *unrecorded; /* processes that may have been intended as ranks, without a record */
    struct mw_model_note *notes;
    struct mw_model_verdict *verdict; /* the sentences that a report opens with; set by collector/verdict */
    struct mw_view_slice *slices;     /* the sampled sum over time, slices of slice_ns from job.begin_ns */
    size_t host_count, world_count, rank_count, process_count, site_count, phase_count, note_count, slice_count, death_count,
        waiting_count, unrecorded_count, verdict_count;
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
    struct mw_model_module *modules; /* of a run, for all of its jobs */
    size_t module_count;
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

/* Frees a rank's sites, phases, spikes and ticks, and the lists of its heap. Indices into them remain. */
void mw_model_rank_drop(struct mw_model_rank *rank);

void mw_model_note(struct mw_model *model, enum mw_model_note_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Nanoseconds since the start of the job; 0 for earlier times. */
uint64_t mw_model_elapsed(const struct mw_model *model, uint64_t ns);

/* A time of a host's CLOCK_MONOTONIC on the axis of the model; 0 stays 0. */
uint64_t mw_model_time_of(const struct mw_model *model, uint32_t host, uint64_t ns);

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
