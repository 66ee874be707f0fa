/* SPDX-License-Identifier: MIT */
/* Which MPI job each world and each process of a run belongs to. A job is what one starter (mpirun, srun) started, worlds
 * of MPI_Comm_spawn included; a program that was started without one is a job by itself. Used by collector/merge. */
#ifndef MW_COLLECTOR_JOBS_JOBS_H
#define MW_COLLECTOR_JOBS_JOBS_H

#include "collector/model/model.h"

/* Process trees as they were seen. A process has a node for each program that it ran, for a shell may become mpirun: what
 * was started by then is not below that. */
struct mw_jobs_tree {
    struct mw_jobs_node {
        uint32_t host;
        uint32_t pid_ns; /* of the numbers */
        int32_t pid, ppid;
        uint64_t start_ticks, first_ns, last_ns;
        uint32_t process; /* in model->processes, or none */
        uint32_t rank;    /* in model->ranks, or none */
        uint32_t parent;  /* a node, or none */
        bool is_starter;  /* starts ranks: mpirun, a daemon */
        bool is_daemon;   /* it only does so for another starter */
    } *nodes;
    size_t count;
    uint32_t *of_process; /* the node of each process, or none */
    uint32_t *of_rank;    /* the node of each rank */
};

#define MW_JOBS_TREE_DEPTH 256 /* parents are read from outside: no circle may hang us */

/* jobs/tree.c */
void mw_jobs_tree_make(struct mw_jobs_tree *tree, const struct mw_model *model);
void mw_jobs_tree_free(struct mw_jobs_tree *tree);

/* What is above a node in its tree. */
struct mw_jobs_above {
    uint32_t starter; /* the node of what started its job: itself or an ancestor; or none */
    uint32_t rank;    /* the nearest ancestor that is a rank, when no starter lies between; or none */
    bool in_command;  /* the run's command is itself or above it */
};
struct mw_jobs_above mw_jobs_tree_above(const struct mw_jobs_tree *tree, const struct mw_model *model, uint32_t node);

struct mw_jobs {
    struct mw_jobs_job {
        uint32_t starter;  /* in model->processes, or none */
        uint64_t begin_ns; /* earliest known time */
        uint32_t set;      /* for jobs/find.c */
    } *jobs;               /* by begin */
    size_t count;
    uint32_t *of_world;    /* a job for each world */
    uint32_t *of_process;  /* a job for each process, or none */
};

/* jobs/find.c; when ranks and processes are in order. */
void mw_jobs_find(struct mw_jobs *jobs, const struct mw_model *model);
void mw_jobs_free(struct mw_jobs *jobs);

/* jobs/seen.c: of each job of the run the least that it had at some time (peak.seen): from the samples, where
 * they are of one host and `whole` says that every process in them is listed; or a rank's own peak, where that is more:
 * seen_processes is 1 then, otherwise it is not known. */
void mw_jobs_seen(struct mw_model *run, bool whole);

#endif
