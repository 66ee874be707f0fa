/* SPDX-License-Identifier: MIT */
/* The wrapped calls as an enum and a table of constants. */
#ifndef MW_PMPI_ABI_OPS_H
#define MW_PMPI_ABI_OPS_H

#include "collector/journal/record.h"

#include <stdint.h>

/* Arithmetic on literal argument counts, so that they can be pasted into names. */
#define MW_PLUS_0(n) n
#define MW_PLUS_1(n) MW_PLUS_1_##n
#define MW_PLUS_2(n) MW_PLUS_2_##n
#define MW_MINUS_1(n) MW_MINUS_1_##n
#define MW_PLUS_1_1 2
#define MW_PLUS_1_5 6
#define MW_PLUS_1_6 7
#define MW_PLUS_1_7 8
#define MW_PLUS_1_8 9
#define MW_PLUS_1_9 10
#define MW_PLUS_2_1 3
#define MW_PLUS_2_5 7
#define MW_PLUS_2_6 8
#define MW_PLUS_2_7 9
#define MW_PLUS_2_8 10
#define MW_PLUS_2_9 11
#define MW_MINUS_1_1 0
#define MW_MINUS_1_5 4
#define MW_MINUS_1_6 5
#define MW_MINUS_1_7 6
#define MW_MINUS_1_8 7
#define MW_MINUS_1_9 8

/* The kind of a wrapped call. */
enum mw_kind {
    MW_KIND_PLAIN,              /* nothing is left of it when it has returned, or nothing that is tracked */
    MW_KIND_NONBLOCKING,        /* a collective; a request argument follows its arguments */
    MW_KIND_PERSISTENT,         /* info and request arguments follow; moves no data before MPI_Start */
    MW_KIND_PERSISTENT_MESSAGE, /* a request argument follows; likewise */
    MW_KIND_START,              /* MPI_Start, MPI_Startall */
    MW_KIND_CREATES,            /* makes an object of MPI: pmpi/measure/objects.h */
    MW_KIND_FREES,              /* frees one */
    MW_KIND_COMPLETION,         /* MPI_Wait, MPI_Test, ...: of a collective's request, a call of that collective */
    MW_KIND_GUARD               /* neither the call nor calls inside it are counted */
};

/* The part of a call in an exchange, a run of messages that is one phase: pmpi/measure/exchanges.h. */
enum mw_step {
    MW_STEP_COLLECTIVE, /* none: a boundary of phases, with --phases-by collectives as well */
    MW_STEP_OTHER,      /* none: a boundary of phases that only this process reaches */
    MW_STEP_INSIDE,     /* none, and no boundary: moves no data yet */
    MW_STEP_BEGIN,      /* begins communication that a later call completes */
    MW_STEP_BOTH,       /* begins and completes: MPI_Send, MPI_Recv */
    MW_STEP_PROBE,      /* as BOTH, but usually called in a loop: MPI_Iprobe */
    MW_STEP_END         /* completes what was begun: MPI_Wait, MPI_Test, MPI_Win_unlock */
};

/* How byte counts follow from the arguments: pmpi/abi/bytes.h. */
enum mw_rule {
    MW_RULE_NOTHING, /* moves no data of the program */
    MW_RULE_BARRIER,
    MW_RULE_BCAST,
    MW_RULE_GATHER,
    MW_RULE_GATHERV,
    MW_RULE_SCATTER,
    MW_RULE_SCATTERV,
    MW_RULE_ALLGATHER,
    MW_RULE_ALLGATHERV,
    MW_RULE_ALLTOALL,
    MW_RULE_ALLTOALLV,
    MW_RULE_ALLTOALLW,
    MW_RULE_REDUCE,
    MW_RULE_ALLREDUCE,
    MW_RULE_REDUCE_SCATTER,
    MW_RULE_REDUCE_SCATTER_BLOCK,
    MW_RULE_EXSCAN,
    MW_RULE_NEIGHBOR_ALLGATHER,
    MW_RULE_NEIGHBOR_ALLGATHERV,
    MW_RULE_NEIGHBOR_ALLTOALL,
    MW_RULE_NEIGHBOR_ALLTOALLV,
    MW_RULE_NEIGHBOR_ALLTOALLW,
    MW_RULE_SEND,
    MW_RULE_RECEIVE,
    MW_RULE_SENDRECV,
    MW_RULE_SENDRECV_REPLACE,
    MW_RULE_PARTITIONED_SEND,
    MW_RULE_PARTITIONED_RECEIVE,
    MW_RULE_PUT,
    MW_RULE_GET,
    MW_RULE_GET_ACCUMULATE,
    MW_RULE_FETCH_AND_OP,
    MW_RULE_COMPARE_AND_SWAP,
    MW_RULE_READ,
    MW_RULE_READ_AT,
    MW_RULE_WRITE,
    MW_RULE_WRITE_AT,
    MW_RULE_COUNT
};

#define MW_NOCOMM 255 /* the call has no communicator argument */

enum mw_op {
#define NOCOMM MW_NOCOMM
#define MW_EACH(prefix, name, n, kind, wide, step, rule, comm, object, handle) MW_OP_##prefix##name,
#include "pmpi/abi/each_call.h"
    MW_OP_MPI_Init,
    MW_OP_MPI_Init_thread,
    MW_OP_MPI_Finalize,
    MW_OP_MPI_Session_init,
    MW_OP_MPI_Session_finalize,
    MW_OP_MPI_Abort,
    MW_OP_MPI_Pcontrol,
    MW_OP_MPI_Start,
    MW_OP_MPI_Startall,
    MW_OP_MPI_Request_free,
    MW_OP_COUNT
};

#define MW_OP_NAME_BYTES 35

struct mw_op_info {
    char name[MW_OP_NAME_BYTES]; /* public name; an array, so that the table needs no relocations */
    uint8_t kind;                /* enum mw_kind */
    uint8_t wide;                /* counts are MPI_Count, displacements MPI_Aint */
    uint8_t step;                /* enum mw_step */
    uint8_t rule;                /* enum mw_rule */
    uint8_t comm;                /* index of the communicator argument, or MW_NOCOMM */
    uint8_t object;              /* enum mw_object_kind: what it creates or frees */
    uint8_t handle;              /* index of the argument that points to its handle */
};

extern const struct mw_op_info mw_ops[MW_OP_COUNT];

#endif
