/* SPDX-License-Identifier: MIT */
/* RSS that grew inside MPI calls, and how much of it is surely MPI's own.
 *
 * Pages are counted where they are first touched. Inside a call these are MPI's own or the program's: a receive buffer that
 * nobody has touched before, what an MPI_Op or another function of the program allocates, what other threads do meanwhile.
 * What falls inside a call need not be MPI's either: a window that the program has filled, pages that it had freed. And what
 * MPI takes in calls that are not wrapped, point to point and one-sided ones, is in no call at all. So a difference of the
 * two says nothing about MPI, and none is made.
 *
 * Only inside MPI_Init, or the opening of a session, does nothing of the program run or receive, unless it has other
 * threads: what RSS grew by there is a lower bound of what MPI held when MPI_Init returned. */
#ifndef MW_COLLECTOR_MODEL_IN_MPI_H
#define MW_COLLECTOR_MODEL_IN_MPI_H

#include "collector/model/model.h"

/* RSS that grew in MPI_Init, MPI_Init_thread and MPI_Session_init; less than 0 when it fell. */
int64_t mw_in_mpi_init(const struct mw_model_rank *rank);

/* The calls by which ranks began and ended MPI: MPI_Init, sessions, or both. */
struct mw_in_mpi_names {
    const char *begin, *end;
};

struct mw_in_mpi_names mw_in_mpi_names(const struct mw_model_rank *ranks, size_t count);

/* Sets rank->in_mpi and rank->held_mpi by the rank's sites and rank->threads. */
void mw_in_mpi_set(struct mw_model_rank *rank);

/* Over the ranks. */
struct mw_in_mpi_job {
    struct mw_model_in_mpi sum;
    struct mw_model_bytes held; /* of the ranks of which it is known; MW_MODEL_UNKNOWN when there is none */
    uint32_t known;             /* how many these are */
    uint32_t worst;             /* of them the rank with most: its index, or none */
    uint32_t init_threads;      /* ranks in which other threads ran while MPI_Init did */
    uint32_t later_threads;     /* ranks in which they did only later */
    uint32_t unmeasured;        /* ranks of which not every call was measured */
    struct mw_in_mpi_names names;
};

struct mw_in_mpi_job mw_in_mpi_sum(const struct mw_model *model);

#endif
