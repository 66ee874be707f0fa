/* SPDX-License-Identifier: MIT */
/* Every collective, once for each form: the includer defines
 *   FORM       prefix of the functions here
 *   CNT, DIS   types of counts and displacements (int, or MPI_Count and MPI_Aint)
 *   BLOCKING   1 when the form is the blocking one
 *   DO(X, x, comm, sent, received, arguments...)   makes the call in that form, completes it, and expects it.
 * Each DO is on one physical line, which is the expected line. `n` and `r` are size and rank.
 */
#define ROWS_PASTE2(a, b) a##_##b
#define ROWS_PASTE(a, b) ROWS_PASTE2(a, b)
#define CASE(name) static void ROWS_PASTE(FORM, name)(MPI_Comm c)
#define RUN(name) ROWS_PASTE(FORM, name)
#define NRANK(c) int n = expect_size(c), r; MPI_Comm_rank(c, &r)
#define a rows_a
#define b rows_b
#define vec rows_vec
#define NONE MPI_DATATYPE_NULL

#include "tests/programs/rows_rooted.h"
#include "tests/programs/rows_all.h"
#include "tests/programs/rows_neighbours.h"
#include "tests/programs/rows_inter.h"

static void RUN(intra)(MPI_Comm c)
{
    RUN(barrier)(c);
    RUN(bcast)(c);
    RUN(gather)(c);
    RUN(gatherv)(c);
    RUN(scatter)(c);
    RUN(scatterv)(c);
    RUN(allgather)(c);
    RUN(allgatherv)(c);
    RUN(alltoall)(c);
    RUN(alltoallv)(c);
    RUN(alltoallw)(c);
    RUN(reduce)(c);
    RUN(allreduce)(c);
    RUN(reduce_scatter)(c);
    RUN(reduce_scatter_block)(c);
    RUN(scan)(c);
    RUN(exscan)(c);
}

static void RUN(all)(const struct rows_setup *s)
{
    RUN(intra)(MPI_COMM_WORLD);
    if (s->less != MPI_COMM_NULL)
        RUN(intra)(s->less);
    for (int i = 0; i < ROWS_TOPOLOGIES; i++) {
        RUN(neighbor_allgather)(&s->topology[i]);
        RUN(neighbor_allgatherv)(&s->topology[i]);
        RUN(neighbor_alltoall)(&s->topology[i]);
        RUN(neighbor_alltoallv)(&s->topology[i]);
        if (i != ROWS_UNEVEN || !ROWS_BUG_NEIGHBOR_ALLTOALLW)
            RUN(neighbor_alltoallw)(&s->topology[i]);
    }
    if (s->inter != MPI_COMM_NULL) {
        RUN(inter_rooted)(s->inter);
        RUN(inter_all)(s->inter);
        RUN(inter_reductions)(s->inter);
    }
}

#undef ROWS_PASTE2
#undef ROWS_PASTE
#undef CASE
#undef RUN
#undef NRANK
#undef NONE
#undef a
#undef b
#undef vec
