/* SPDX-License-Identifier: MIT */
/* Determines the MPI job of each world and each process of a run. A job is everything that one starter (mpirun, srun)
 * started, including worlds of MPI_Comm_spawn; an MPI program started without one is a job by itself. Used by
 * collector/merge. */
#ifndef MW_COLLECTOR_JOBS_JOBS_H
#define MW_COLLECTOR_JOBS_JOBS_H

#include "collector/model/model.h"

/* Observed process trees. A process has a node for each program that it ran, because a shell may become mpirun: processes
 * started before that are not below mpirun. */
struct mw_jobs_tree {
    struct mw_jobs_node {
        uint32_t host;
        uint32_t pid_ns; /* number of elements */
        int32_t pid, ppid;
        uint64_t start_ticks, first_ns, last_ns;
        uint32_t process; /* in model->processes, or none */
        uint32_t rank;    /* in model->ranks, or none */
        uint32_t parent;  /* a node, or none */
        bool is_starter;  /* starts ranks: mpirun, a daemon */
        bool is_daemon;   /* only as the helper of another starter */
    } * nodes;
    size_t count;
    uint32_t *of_process; /* the node of each process, or none */
    uint32_t *of_rank;    /* the node of each rank */
};

#define MW_JOBS_TREE_DEPTH 256 /* parents are untrusted: the limit prevents endless loops */

/* jobs/tree.c */
void mw_jobs_tree_make(struct mw_jobs_tree *tree, const struct mw_model *model);
void mw_jobs_tree_free(struct mw_jobs_tree *tree);

/* The ancestors of a node in its tree. */
struct mw_jobs_above {
    uint32_t starter; /* the node of what started its job: itself or an ancestor; or none */
    uint32_t rank;    /* the nearest ancestor that is a rank, if there is no starter between; or none */
    bool in_command;  /* the run's command is the node or an ancestor */
};
struct mw_jobs_above mw_jobs_tree_above(const struct mw_jobs_tree *tree, const struct mw_model *model, uint32_t node);

struct mw_jobs {
    struct mw_jobs_job {
        uint32_t starter;  /* in model->processes, or none */
        uint64_t begin_ns; /* earliest known time */
        uint32_t set;      /* for jobs/find.c */
    } * jobs;              /* by begin */
    size_t count;
    uint32_t *of_world;   /* a job for each world */
    uint32_t *of_process; /* a job for each process, or none */
};

/* jobs/find.c. Ranks and processes must be sorted. */
void mw_jobs_find(struct mw_jobs *jobs, const struct mw_model *model);
void mw_jobs_free(struct mw_jobs *jobs);

/* jobs/seen.c: sets peak.seen of each job of the run, a lower bound at some time: from the samples, if they are of one host
 * and `whole` (every process in them is listed); or a rank's peak, if that is more: then seen_processes is 1, else it is not
 * known. */
void mw_jobs_seen(struct mw_model *run, bool whole);

#endif
