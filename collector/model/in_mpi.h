/* SPDX-License-Identifier: MIT */
/* MPI's own memory, and RSS that grew inside MPI calls.
 *
 * What is MPI's own is what code of the MPI library and of those below it had allocated (collector/model/heap_owner.h). RSS that
 * grew inside a call is something else: pages are counted where they are first touched. Inside a call these are pages of MPI or of
 * the program: a receive buffer that was not touched before, allocations of an MPI_Op or another function of the program, the
 * work of other threads. Memory released inside a call need not be MPI's either: a window that the program has filled, pages that
 * it had freed. Memory that MPI allocates in its own threads, or in calls that are not wrapped (MPI_Type_commit), is not counted in
 * any call. So the difference of growth and fall says nothing about MPI, and is not computed. */
#ifndef MW_COLLECTOR_MODEL_IN_MPI_H
#define MW_COLLECTOR_MODEL_IN_MPI_H

#include "collector/model/model.h"

/* Growth of RSS in MPI_Init, MPI_Init_thread and MPI_Session_init; negative if it fell. */
int64_t mw_in_mpi_init(const struct mw_model_rank *rank);

/* The names of the calls with which ranks started and ended MPI: MPI_Init, sessions, or both. */
struct mw_in_mpi_names {
    const char *begin, *end;
};

struct mw_in_mpi_names mw_in_mpi_names(const struct mw_model_rank *ranks, size_t count);

/* What MPI had allocated at the rank's peak, by its heap and rank->held_mpi_error; unknown without a heap that is of the peak. */
struct mw_model_bytes mw_in_mpi_held(const struct mw_model_rank *rank);

/* Sets rank->in_mpi and rank->held_mpi from the rank's sites and its heap. */
void mw_in_mpi_set(struct mw_model_rank *rank);

/* Over the ranks. */
struct mw_in_mpi_job {
    struct mw_model_in_mpi sum;
    struct mw_model_bytes held; /* over the ranks where it is known; MW_MODEL_UNKNOWN if there is none */
    uint64_t held_error;        /* one standard deviation */
    uint64_t shared;            /* most shared memory in one of these ranks at its peak: MPI's or the program's */
    uint32_t known;             /* number of these ranks */
    uint32_t worst;             /* index of the rank with the most of them, or none */
    uint32_t init_threads;      /* ranks in which other threads ran during MPI_Init */
    uint32_t later_threads;     /* ranks in which they ran only later */
    uint32_t unmeasured;        /* ranks with unmeasured calls */
    struct mw_in_mpi_names names;
};

struct mw_in_mpi_job mw_in_mpi_sum(const struct mw_model *model);

#endif
