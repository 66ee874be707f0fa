/* SPDX-License-Identifier: MIT */
/* Calls of a synthetic MPI, by arguments as they are in registers, and the bytes that they describe. */
#ifndef MW_TESTS_UNIT_PMPI_ABI_MADE_CALLS_H
#define MW_TESTS_UNIT_PMPI_ABI_MADE_CALLS_H

#include "pmpi/abi/bytes.h"
#include "pmpi/abi/layout.h"

/* Handles by kind, as narrow as the ABI defines them. */
#define MADE_COMM 0x44000001u
#define MADE_COMM_NULL 0x04000000u
#define TYPE_NULL 0x0c000000u
#define TYPE(size) (0x4c000000u + (uintptr_t)(size))
#define BROKEN TYPE(4095)   /* MPI_Type_size fails */
#define NEGATIVE TYPE(4094) /* MPI_UNDEFINED: too large to represent */

#define MADE_NO_OP 0x5800000eu
#define MADE_SUM 0x58000003u

#define MADE_COUNT(n) ((uintptr_t)(uint32_t)(n) | 0x7777777700000000u) /* an int in a register */

/* One letter for each argument: `p` a buffer, `i` MPI_IN_PLACE instead, `n` a count, `N` counts, `-` an ignored one, `t` a
 * type, `T` types, `r` a root, `c` the communicator, `d` a peer, `k` partitions, `l` a count that is always long, `o` an op. */
struct made_values {
    const char *form;
    int count[2]; /* of the send and the receive side */
    int counts[2][8];
    uintptr_t type[2];
    uintptr_t types[2][8];
    int root;
    int peer[2];
    int partitions;
    uintptr_t op;
};

#define TEST(test)                                                   \
    {#test, test, made_narrow_handles, NULL, NULL},                  \
    {                                                                \
#test " (wide handles)", test, made_wide_handles, NULL, NULL \
    }

/* The properties of the communicator. */
struct made_comm {
    int rank, size, remote; /* `remote`: an intercommunicator */
    int topology, dims, degree, in, out;
    int low[33], high[33]; /* neighbours of a Cartesian one */
};

/* Arguments of a call, and of its large-count form: arrays of counts have the width of its counts. */
struct made_call {
    uintptr_t a[14];
    int arguments;
};

extern struct made_comm made_comm;
extern const struct mw_abi *made_abi;
extern struct made_call made_call;

/* A handle in a register, with garbage above a narrow one. */
uintptr_t made_in_register(uintptr_t handle);

/* For each test: an MPI with this ABI, and a communicator of four ranks. */
void made_use(const struct mw_abi *table);
int made_narrow_handles(void **state);
int made_wide_handles(void **state);

const struct mw_op_info *made_op_of(const char *name);

/* Fills made_call with these arguments. */
void made_fill(const struct made_values *v, bool wide);

/* Checks one call, by its complete name. */
void made_check_op(const char *name, bool wide, const struct made_values *v, uint64_t sent, uint64_t received);

/* Checks MPI_`call` and MPI_`call`_c. */
void made_check_data(const char *call, const struct made_values *v, uint64_t sent, uint64_t received);

/* Checks each form of a collective, by the name after MPI_, with a lower-case first letter, for both widths of handles. */
void made_check(const char *call, const struct made_values *v, uint64_t sent, uint64_t received);

#endif
