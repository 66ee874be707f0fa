/* SPDX-License-Identifier: MIT */
/*
 * replicated: every rank has all of the data, however many ranks there are.
 *
 * Rank 0 reads a table (an equation of state, a set of cross sections, the weights of a model) and sends it to all
 * others: the memory of a rank stays the same, that of the job and of a node grows with the ranks.
 *
 * For memwatch it is a job whose memory is known: see README.md.
 */
#include <getopt.h>
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "pmpi/memwatch.h"

#define WORD sizeof(uint64_t)

static long table_mib = 64;

static uint64_t expected(size_t word)
{
    return word * 0x9e3779b97f4a7c15 + 1;
}

/* Returns how many words were wrong. */
static size_t share(int rank)
{
    size_t words = ((size_t)table_mib << 20) / WORD, wrong = 0;
    uint64_t *table;

    memwatch_phase_begin("table");
    table = malloc(words * WORD);
    if (!table)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (size_t i = 0; rank == 0 && i < words; i++)
        table[i] = expected(i);
    MPI_Bcast(table, (int)words, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    memwatch_phase_end();
    memwatch_phase_begin("lookups");
    for (size_t i = 0; i < words; i++)
        wrong += table[i] != expected(i);
    free(table);
    memwatch_phase_end();
    return wrong;
}

static int usage(FILE *out)
{
    fprintf(out, "Usage: mpirun -n N replicated [--table MIB]\n"
                 "Keeps the same table on every rank.\n\n"
                 "  --table MIB  its size, 1 to 8192 (default 64)\n");
    return out == stdout ? 0 : 2;
}

/* Returns -1 to go on, or an exit status. */
static int parse(int argc, char **argv, int rank)
{
    static const struct option options[] = {{"table", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'}, {0}};
    int option;

    opterr = rank == 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (option) {
        case 't': table_mib = atol(optarg); break;
        case 'h': return rank ? 0 : usage(stdout);
        default: return rank ? 2 : usage(stderr);
        }
    return optind == argc && table_mib >= 1 && table_mib <= 8192 ? -1 : rank ? 2 : usage(stderr);
}

int main(int argc, char **argv)
{
    unsigned long wrong;
    int rank, status;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    status = parse(argc, argv, rank);
    if (status < 0) {
        wrong = share(rank);
        MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_UNSIGNED_LONG, MPI_SUM, MPI_COMM_WORLD);
        if (rank == 0)
            printf("table of %ld MiB on every rank: %s\n", table_mib, wrong ? "WRONG" : "verified");
        status = wrong != 0;
    }
    MPI_Finalize();
    return status;
}
